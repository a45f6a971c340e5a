"""Shared live editing: the Yjs document, its tables, the word between replicas."""
