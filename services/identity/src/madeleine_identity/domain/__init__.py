"""People: pure decisions and rules."""
