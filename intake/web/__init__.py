"""Who visits: one module for each kind of visitor. A view reads, does one domain verb, and answers."""
