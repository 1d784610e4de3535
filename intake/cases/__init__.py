"""What someone asked us, and where it stands: the draft, the case, its moves, its letters and what was agreed to."""
