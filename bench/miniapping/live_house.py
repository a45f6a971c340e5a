"""What live editing is measured on: the service in a process of its own, its peer, and an Envoy before each."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import grpc
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from madeleine.chat.v1 import chat_pb2, chat_pb2_grpc
from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.embedded import start_nats, start_postgres
from madeleine_common.embedded.process import free_port
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import Metadata, NewEvent
from madeleine_common.events.store import EventStore
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_common.testing.chaos.effects import FileKeys
from madeleine_common.testing.local_identity import write_service_keys
from madeleine_common.testing.rig import Servers, TestPerson, fresh_database

TESTS = Path(__file__).resolve().parents[2] / "services" / "miniapp" / "tests"
_RELAY = Path(__file__).with_name("live_relay.py")
EDITORS = 10
T = TypeVar("T")
SPEC = s.AppSpec(
    title="Meal log",
    entities=[
        s.Entity(
            name="meal",
            fields=[
                s.Field(name="dish", type=s.FIELD_TYPE_TEXT, required=True),
                s.Field(name="eaten_at", type=s.FIELD_TYPE_DATETIME),
                s.Field(name="calories", type=s.FIELD_TYPE_NUMBER, min=0),
                s.Field(name="meal_type", type=s.FIELD_TYPE_CHOICE, choices=["lunch", "dinner"]),
                s.Field(name="note", type=s.FIELD_TYPE_TEXT),
            ],
        )
    ],
)


class Members(chat_pb2_grpc.MembershipServiceServicer):
    """Chat's MembershipService: everybody is in the one conversation."""

    def __init__(self, people: list[TestPerson]) -> None:
        self._people = people

    async def GetMembers(self, request: Any, context: Any) -> chat_pb2.GetMembersResponse:  # noqa: N802
        """Its members."""
        members = [chat_pb2.Member(person_id=p.person_id, display_name=p.name) for p in self._people]
        return chat_pb2.GetMembersResponse(members=members)


@dataclass
class Bench:
    """The service, its database, and Envoy before it."""

    people: list[TestPerson]
    pool: Pool
    store: EventStore
    pid: int
    listen: str
    relay: str

    async def app(self) -> str:
        """A new app that all people share."""
        app_id, owner = new_id(), f"person:{self.people[0].person_id}"
        created = events.AppCreated(app_id=app_id, owner_id=self.people[0].person_id, conversation_id="c", spec=SPEC)
        await self.store.append(f"app-{app_id}", 0, [NewEvent(created, owner)], Metadata(owner, utc_now(), new_id()))

        async def made() -> bool:
            return bool(await self.pool.fetchval("SELECT true FROM apps WHERE app_id = $1", app_id))

        await eventually(made)
        return app_id


@asynccontextmanager
async def running() -> AsyncIterator[Bench]:
    """All of it, until the end of the block."""
    gateway = import_module("live_gateway").gateway
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="madeleine-bench-live-")))
        postgres_url = (await stack.enter_async_context(_threaded(start_postgres(folder / "postgres")))).url()
        nats_url = (await stack.enter_async_context(_threaded(start_nats(_sub(folder, "nats"))))).url
        write_service_keys(_sub(folder, "keys"))
        servers = Servers(postgres_url, nats_url, "127.0.0.1:1", folder / "keys")
        people = [servers.person(f"Person {number}") for number in range(EDITORS)]
        chat = grpc.aio.server()
        chat_pb2_grpc.add_MembershipServiceServicer_to_server(Members(people), chat)
        chat_address = f"127.0.0.1:{chat.add_insecure_port('127.0.0.1:0')}"
        await chat.start()
        stack.push_async_callback(chat.stop, 0)
        url = await stack.enter_async_context(fresh_database(postgres_url))
        connection = await asyncpg.connect(url)
        await migrate(connection, "madeleine_miniapp")
        await connection.close()
        (folder / "secret").write_bytes(os.urandom(32))
        pool = await create_pool(url, 4)
        stack.push_async_callback(pool.close)
        store = EventStore(pool, EventCodec(Keyring(FileKeys(folder / "secret"))))
        live, relay = (f"127.0.0.1:{free_port()}" for _ in range(2))
        key = await servers.signer.public_key(servers.signer.KID)
        settings = servers.settings("miniapp", database_url=url, chat_address=chat_address, miniapp_live_listen=live)
        environment = {
            **os.environ,
            **{f"MADELEINE_{name.upper()}": str(value) for name, value in settings.items()},
            "LIVE_KEY_FILE": str(folder / "secret"),
            "LIVE_PEOPLE_KEY": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        }
        service = await stack.enter_async_context(_child(environment, str(TESTS / "live_process.py")))
        await stack.enter_async_context(_child(dict(os.environ), str(_RELAY), relay.rpartition(":")[2]))
        listen = await stack.enter_async_context(gateway(servers, _sub(folder, "envoy"), live))
        before_relay = await stack.enter_async_context(gateway(servers, _sub(folder, "envoy-relay"), relay))
        for address in (live, relay):
            await _listens(address)
        yield Bench(people, pool, store, service.pid, listen, before_relay)


@asynccontextmanager
async def _threaded(server: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enters and leaves what blocks, beside the loop."""
    entered = await asyncio.to_thread(server.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


@asynccontextmanager
async def _child(environment: dict[str, str], *argv: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, *argv, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        child.kill()
        await child.wait()


async def _listens(address: str) -> None:
    host, _, port = address.rpartition(":")
    end = time.monotonic() + 60
    while True:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


def _sub(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made
