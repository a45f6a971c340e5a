"""Automations: what apps do by themselves."""
