"""Shared live editing: the WebSocket server."""
