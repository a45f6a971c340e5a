"""Commands, queries and the AI's turn, with ports for what lies outside."""
