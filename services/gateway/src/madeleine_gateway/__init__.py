"""Envoy: JWT, transcoding, gRPC-web, the web client."""
