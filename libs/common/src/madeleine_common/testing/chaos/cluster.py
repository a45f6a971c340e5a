"""PostgreSQL, NATS, two relays and two consumers, each a process of its own that can be killed."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from madeleine_common.bus.payloads import declare_bucket
from madeleine_common.bus.streams import connect, declare_stream
from madeleine_common.db import migrate
from madeleine_common.embedded import PostgresServer, ServerSpec
from madeleine_common.embedded.nats import nats
from madeleine_common.embedded.postgres import postgres
from madeleine_common.embedded.process import free_port, write_private
from madeleine_common.testing.chaos.children import Child
from madeleine_common.testing.chaos.effects import CONTEXT, TABLES

DATABASE = "chaos"
_REPLICAS = 2
_WATCH_S = 0.2
# Which relay holds the lock shows by the user that it logs in as.
RELAY_USERS = tuple(f"relay_{number}" for number in range(_REPLICAS))
_HOLDER = """
SELECT a.pid, a.usename FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'madeleine relay'
"""


@dataclass(slots=True)
class Cluster:
    """Everything that is up; relays by the user they log in as."""

    postgres: Child
    nats: Child
    relays: dict[str, Child]
    consumers: list[Child]
    database_url: str
    nats_url: str
    key_file: Path

    @property
    def members(self) -> list[Child]:
        """Relays and consumers."""
        return [*self.relays.values(), *self.consumers]


async def lock_holder(connection: asyncpg.Connection[asyncpg.Record]) -> tuple[int, str] | None:
    """The server's process that holds the relays' lock, and the user of the relay behind it."""
    row = await connection.fetchrow(_HOLDER)
    return (row["pid"], row["usename"]) if row else None


@asynccontextmanager
async def open_cluster(folder: Path) -> AsyncGenerator[Cluster, None]:
    """Starts all of it in `folder` with fsync on; kills all of it at the end."""
    database = postgres(folder / "postgres", free_port())
    bus = nats(folder / "nats", free_port(), free_port())
    key_file = folder / "secret"
    write_private(key_file, secrets.token_bytes(32))
    async with AsyncExitStack() as stack:

        async def start(spec: ServerSpec, *, restarts: bool = False) -> Child:
            child = Child(spec, folder, restarts=restarts)
            stack.push_async_callback(child.kill)
            await child.start()
            return child

        servers = await start(database.spec), await start(bus.spec)
        users = await _prepare(database, bus.url)

        def member(role: str, number: int, url: str) -> ServerSpec:
            environment = {"CHAOS_DATABASE_URL": url, "CHAOS_NATS_URL": bus.url, "CHAOS_KEY_FILE": str(key_file)}
            argv = (sys.executable, "-m", "madeleine_common.testing.chaos.member", role)
            # It is ready when the work shows it: see `strikes`.
            return ServerSpec(f"{role}-{number}", argv, "", _at_once, folder, environment)

        own = database.url(DATABASE)
        relays = {
            user: await start(member("relay", number, database.url(DATABASE, user, password)), restarts=True)
            for number, (user, password) in enumerate(users.items())
        }
        consumers = [await start(member("consume", number, own), restarts=True) for number in range(_REPLICAS)]
        cluster = Cluster(*servers, relays, consumers, own, bus.url, key_file)
        watching = asyncio.create_task(_watch(cluster))
        try:
            yield cluster
        finally:
            watching.cancel()


async def _at_once() -> bool:
    return True


async def _watch(cluster: Cluster) -> None:
    """What ends by itself (a server was away as it started) is started again."""
    while True:
        for child in cluster.members:
            child.revive()
        await asyncio.sleep(_WATCH_S)


async def _prepare(database: PostgresServer, nats_url: str) -> dict[str, str]:
    """The database with its tables, the stream, and a user with a password for each relay."""
    admin = await asyncpg.connect(database.url())
    users = {user: secrets.token_hex(16) for user in RELAY_USERS}
    await admin.execute(f'CREATE DATABASE "{DATABASE}"')
    for user, password in users.items():
        await admin.execute(f"CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{password}'")
    await admin.close()
    connection = await asyncpg.connect(database.url(DATABASE))
    await migrate(connection, None)
    await connection.execute(TABLES)
    await connection.close()
    client = await connect(nats_url, "chaos")
    await declare_stream(client.jetstream(), CONTEXT)
    await declare_bucket(client.jetstream())
    await client.close()
    return users
