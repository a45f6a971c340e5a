"""Channels to other services, with this service's token and trace on every call."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import grpc
from opentelemetry.instrumentation.grpc import aio_client_interceptors

from madeleine_common.auth import Principal, ServiceTokens

_RETRIES = """{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s",
 "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}"""
_OPTIONS = (
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 30000),
    ("grpc.keepalive_timeout_ms", 10000),
    ("grpc.service_config", _RETRIES),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2000),
)


def channel(address: str) -> grpc.aio.Channel:
    """A channel that reconnects and retries what was not taken; create it inside the running loop."""
    return grpc.aio.insecure_channel(address, options=_OPTIONS, interceptors=aio_client_interceptors())


class Caller:
    """Metadata for calls to other services: who calls, and for whom."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def metadata(self, person: Principal | None = None) -> tuple[tuple[str, str], ...]:
        """gRPC metadata with this service's token, acting for `person` if given."""
        return (("authorization", f"Bearer {self._tokens.token(person)}"),)
