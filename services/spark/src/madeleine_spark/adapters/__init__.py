"""Clients of other services and of Temporal."""
