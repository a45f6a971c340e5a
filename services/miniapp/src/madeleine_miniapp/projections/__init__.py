"""Read models, written by event handlers."""
