"""Use cases: load, decide, append; ports for what lies outside."""
