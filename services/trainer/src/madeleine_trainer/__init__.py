"""Feedback to LoRA revisions."""
