"""Who works here: coordinators, the passkeys they sign in with, and what they deliberately opened."""
