"""What memory keeps of other services' events, and of its own."""
