"""The questions we ask: pages, their fields, which page comes next, and how answers read afterwards."""
