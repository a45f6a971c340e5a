"""What a conversation is and what may happen in it; pure."""
