"""Summaries of what was said: picked word for word, each with its speaker and a link, never written by a model."""
