"""What the site and the form both know, kept once: read it with `intake.knowledge.reader`."""
