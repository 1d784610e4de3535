"""The history of the schema, hand-written. Stands apart from the code of today: imports nothing of it but settings."""
