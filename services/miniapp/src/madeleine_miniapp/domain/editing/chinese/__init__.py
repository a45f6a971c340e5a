"""Chinese requests, clause by clause."""
