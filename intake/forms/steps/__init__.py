"""One class for each page of the request; `intake.forms.pages` holds them in order."""
