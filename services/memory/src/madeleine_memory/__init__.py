"""Remembering, recalling, forgetting."""
