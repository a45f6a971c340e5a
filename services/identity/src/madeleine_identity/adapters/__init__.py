"""Tables of secrets, password hashing, signing."""
