"""Shared live editing: what a room decides."""
