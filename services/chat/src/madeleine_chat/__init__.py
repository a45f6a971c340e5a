"""Conversations, groups and the turn of the AI."""
