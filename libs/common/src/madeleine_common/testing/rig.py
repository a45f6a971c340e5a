"""A service running in the test's process, on real servers and a database of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import asyncpg
import grpc

from madeleine_common.auth import ServiceTokens
from madeleine_common.db import migrate
from madeleine_common.ids import new_id
from madeleine_common.rpc.client import channel
from madeleine_common.service import ROLES, Bootstrap, House, IdentityOverrides, RunningService, open_house
from madeleine_common.settings import Settings
from madeleine_common.testing.local_identity import LocalKeys, TokenSigner

T = TypeVar("T", bound=Settings)
Call = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TestPerson:
    """Somebody who can call: `call` is the metadata of their requests."""

    __test__ = False

    person_id: str
    name: str
    call: Call


@dataclass(slots=True)
class Servers:
    """Where the real servers of this test session are."""

    postgres_url: str
    nats_url: str
    temporal_address: str
    keys: Path
    # Shared by every service of the session, so that one can open what another sealed.
    data_keys: LocalKeys = field(default_factory=LocalKeys)
    signer: TokenSigner = field(default_factory=TokenSigner)

    def person(self, name: str = "Ana", *, time_zone: str = "Europe/Paris", language: str = "en") -> TestPerson:
        """A new person with a valid token."""
        person_id = new_id()
        token = self.signer.token(person_id, name, time_zone, language)
        return TestPerson(person_id, name, (("authorization", f"Bearer {token}"),))

    def service_call(self, service: str) -> Call:
        """Metadata of a call by a service of the house."""
        return (("authorization", f"Bearer {ServiceTokens(service, self.keys / f'{service}.pem').token()}"),)

    def settings(self, service: str, **more: Any) -> dict[str, Any]:
        """Settings that point a service at these servers."""
        return {
            "listen": "127.0.0.1:0",
            "nats_url": self.nats_url,
            "temporal_address": self.temporal_address,
            "service_key_file": self.keys / f"{service}.pem",
            "service_jwks_file": self.keys / "services.jwks.json",
            "shutdown_grace_s": 1.0,
            **more,
        }


@dataclass(slots=True)
class Rig(Generic[T]):
    """The service under test: its house, and a channel to it."""

    house: House[T]
    channel: grpc.aio.Channel
    address: str
    database_url: str


async def service_database(postgres_url: str, service: str) -> str:
    """The URL of a new, migrated database, for a service that runs in a process of its own."""
    url = postgres_url.rsplit("/", 1)[0] + f"/{service}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f'CREATE DATABASE "{service}"')
    await admin.close()
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    await migrate(connection, f"madeleine_{service}")
    await connection.close()
    return url


@asynccontextmanager
async def fresh_database(postgres_url: str) -> AsyncGenerator[str, None]:
    """A new, empty database with the vector extension; dropped afterwards."""
    name = f"t_{new_id().replace('-', '')}"
    admin = await asyncpg.connect(postgres_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        await connection.close()
        yield url
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


@asynccontextmanager
async def running_service(
    servers: Servers,
    name: str,
    settings: type[T],
    bootstrap: Bootstrap[T],
    *,
    roles: Sequence[str] = ROLES,
    database_url: str | None = None,
    identity: IdentityOverrides | None = None,
    **more: Any,
) -> AsyncGenerator[Rig[T], None]:
    """Starts a service on a fresh, migrated database (or a given one) and waits until it is ready.

    `more` are further settings by their Python names. Unless `identity` is given, data keys and people's tokens come
    from `servers`.
    """
    overrides = identity or IdentityOverrides(lambda _: servers.data_keys, lambda _: servers.signer.public_key)
    async with contextlib.AsyncExitStack() as stack:
        url = database_url or await stack.enter_async_context(fresh_database(servers.postgres_url))
        connection = await asyncpg.connect(url)
        try:
            await migrate(connection, f"madeleine_{name}")
        finally:
            await connection.close()
        loaded = settings(**servers.settings(name, database_url=url, **more))
        house = await stack.enter_async_context(open_house(name, loaded, overrides))
        service = RunningService(house, await bootstrap(house), roles)
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(service.run(stop, ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            waiting.cancel()
            await running
        address = f"127.0.0.1:{service.server.port}"
        opened = channel(address)
        try:
            yield Rig(house, opened, address, url)
        finally:
            await opened.close()
            stop.set()
            await running
