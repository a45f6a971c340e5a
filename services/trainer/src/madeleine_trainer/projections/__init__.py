"""Read models of signals and runs."""
