"""The test house. Everything in it runs on this machine only: loopback, free ports, people who do not exist."""
