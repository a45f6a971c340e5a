"""Mini-apps: made from a sentence, shared, queried exactly."""
