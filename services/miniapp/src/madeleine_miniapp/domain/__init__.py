"""Pure rules of mini-apps: specs, records, queries and questions."""
