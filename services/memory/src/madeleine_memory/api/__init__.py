"""The gRPC face of memory."""
