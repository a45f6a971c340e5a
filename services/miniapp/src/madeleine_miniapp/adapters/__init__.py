"""SQL, clients of other services, and the blueprint files."""
