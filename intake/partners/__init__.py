"""Who sends people to us: their names in links, and how often somebody started there. Nothing about a person."""
