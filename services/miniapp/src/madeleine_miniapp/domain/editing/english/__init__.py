"""English requests, clause by clause."""
