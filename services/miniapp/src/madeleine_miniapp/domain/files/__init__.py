"""Records as files: CSV read and written, whoever made it."""
