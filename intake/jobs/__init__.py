"""What happens when nobody waits: the worker, and one handler for each kind of job."""
