"""Accounts, tokens, consent and keys."""
