"""Who runs this service: the operator file, and what it says in further languages."""

from intake.operator.file import COUNTRIES, KOSOVO, Operator, Price, blanks, entries, read_operator

__all__ = ["COUNTRIES", "KOSOVO", "Operator", "Price", "blanks", "entries", "read_operator"]
