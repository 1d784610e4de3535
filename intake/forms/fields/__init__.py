"""One small file for each kind of field; none draws itself: `templates/macros/fields.html` does."""
