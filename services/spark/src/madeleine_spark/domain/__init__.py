"""Cards: what they rest on, how they are checked, what a person thinks of them; pure."""
