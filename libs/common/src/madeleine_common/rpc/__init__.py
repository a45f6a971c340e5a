"""gRPC: servers, clients, and what is the same in every call."""
