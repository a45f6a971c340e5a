"""Pure: signals and runs."""
