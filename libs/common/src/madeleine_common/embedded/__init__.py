"""PostgreSQL, NATS and Temporal from their wheels, as child processes on loopback: no Docker, no system package."""

from madeleine_common.embedded.nats import NatsServer, start_nats
from madeleine_common.embedded.postgres import PostgresServer, start_postgres
from madeleine_common.embedded.process import NotReady, Running, ServerSpec, running
from madeleine_common.embedded.temporal import TemporalServer, start_temporal

__all__ = [
    "NatsServer",
    "NotReady",
    "PostgresServer",
    "Running",
    "ServerSpec",
    "TemporalServer",
    "running",
    "start_nats",
    "start_postgres",
    "start_temporal",
]
