"""Guided requests for a second medical opinion from another country: form, records, case and letters."""
