"""The madeleine command."""
