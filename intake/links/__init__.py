"""Opaque ways in. A token points at a grant, the grant decides, a session is what a browser holds afterwards."""
