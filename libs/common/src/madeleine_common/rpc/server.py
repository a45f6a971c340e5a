"""A gRPC server with health, reflection, tracing and the house's interceptor."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.instrumentation.grpc import aio_server_interceptor

from madeleine_common.auth import TokenVerifier
from madeleine_common.rpc.around import HouseInterceptor

# The size limit of the house is checked with a field's name; this one only keeps a flood out.
_WIRE_LIMIT = 16 * 1024 * 1024
OPTIONS = (
    ("grpc.max_receive_message_length", _WIRE_LIMIT),
    ("grpc.max_send_message_length", _WIRE_LIMIT),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5000),
    ("grpc.so_reuseport", 0),
)
Register = Callable[[grpc.aio.Server], None]


@dataclass(frozen=True, slots=True)
class ServerParts:
    """What a service serves: how to register its servicers, their full names, and methods that need no token.

    `larger`: most bytes of a request by method ("/pkg.Service/Method"), where the house's limit is too small.
    """

    register: Register
    service_names: Sequence[str]
    open_methods: frozenset[str] = frozenset()
    larger: Mapping[str, int] = field(default_factory=dict[str, int])


class RpcServer:
    """One server: NOT_SERVING until told, and again before it stops."""

    def __init__(self, parts: ServerParts, verifier: TokenVerifier, listen: str, max_request_bytes: int) -> None:
        self._server = grpc.aio.server(
            interceptors=[
                aio_server_interceptor(),
                HouseInterceptor(verifier, parts.open_methods, max_request_bytes, parts.larger),
            ],
            options=OPTIONS,
        )
        self._names = ("", *parts.service_names)
        self._health = health.aio.HealthServicer()
        parts.register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*parts.service_names, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )
        self.port = self._server.add_insecure_port(listen)

    async def start(self) -> None:
        """Listens, not yet serving."""
        await self._set(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._server.start()

    async def serving(self) -> None:
        """Reports ready."""
        await self._set(health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, grace_s: float) -> None:
        """Reports not ready, lets running calls end for `grace_s` seconds, then ends."""
        await self._set(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._server.stop(grace_s)

    async def _set(self, status: int) -> None:
        for name in self._names:
            await self._health.set(name, status)
