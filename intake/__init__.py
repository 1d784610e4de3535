"""Guided requests for a second medical opinion from another country: the form, the records, the case and its letters."""
