"""Clients of other services, SQL, the training process."""
