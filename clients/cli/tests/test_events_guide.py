"""docs/guides/replay.md works as it is written: its blocks are run on real servers, as the role that may only read."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub
from madeleine_cli.databases import create_databases, grant_reader, migrate_all, reader_url, url_of
from madeleine_cli.stack import SERVICES
from madeleine_common.auth import ServiceTokens
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import CONTEXTS, connect, declare_stream
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import create_pool
from madeleine_common.embedded import PostgresServer, start_postgres
from madeleine_common.events import EventStore, Metadata, NewEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.identity_client import RemoteKeySource
from madeleine_common.ids import new_id
from madeleine_common.rpc.client import Caller
from madeleine_common.testing import Servers, eventually, running_service
from madeleine_identity.bootstrap import bootstrap, own_keys
from madeleine_identity.settings import IdentitySettings

from .event_house import in_thread

# Each block is a process of its own, and most of them load Arrow.
pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs/guides/replay.md"
_BLOCK = re.compile(r"^(<!-- not in the test[^\n]*\n)?```(sh|python|sql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORDS = {service: f"{number:032x}" for number, service in enumerate((*SERVICES, "reader"))}


def blocks() -> Iterator[tuple[str, str]]:
    """(language, text) of each block that is to be run."""
    for skipped, language, text in _BLOCK.findall(GUIDE.read_text()):
        if not skipped and language != "sql":
            yield language, text


@dataclass
class Place:
    """A folder like a clone's, the servers that its commands reach, and who has said something there."""

    folder: Path
    postgres: PostgresServer
    identity: IdentityServiceStub
    environment: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)

    def run(self, language: str, text: str) -> str:
        """What a block prints; it must end well."""
        argv = ["sh", "-euc", text] if language == "sh" else [".venv/bin/python", "-W", "error", "-c", text]
        done = subprocess.run(argv, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with (
        tempfile.TemporaryDirectory(prefix="madeleine-guide-") as folder,
        start_postgres(Path(folder), fsync=False) as server,
    ):
        yield server


@pytest.fixture(scope="module")
async def place(
    servers: Servers, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """Every service's database as `up` makes them, a running identity, and messages of Ana and Ben in CHAT."""
    tmp_path = tmp_path_factory.mktemp("guide")
    passwords = {service: PASSWORDS[service] for service in SERVICES}
    await create_databases(postgres, passwords)
    urls = {service: url_of(postgres, service, passwords[service]) for service in SERVICES}
    await migrate_all(urls)
    await grant_reader(postgres, SERVICES, PASSWORDS["reader"])
    master = tmp_path / "master.key"
    master.touch(mode=0o600)
    master.write_bytes(base64.b64encode(os.urandom(32)))
    more: dict[str, Any] = {"identity_master_key_file": master}
    keys = own_keys(lambda: IdentitySettings(**more))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    async with AsyncExitStack() as stack:
        client = await connect(servers.nats_url, "guide")
        stack.push_async_callback(client.close)
        for context in CONTEXTS:
            await declare_stream(client.jetstream(), context)
        rig = await stack.enter_async_context(
            running_service(
                servers,
                "identity",
                IdentitySettings,
                bootstrap,
                identity=keys,
                database_url=urls["identity"],
                **more,
            )
        )
        environment = {
            "PATH": os.environ["PATH"],
            "COLUMNS": "200",
            "MADELEINE_DATA_DIR": str(tmp_path / "data"),
            "MADELEINE_EVENTS_DATABASE_URL": reader_url(postgres, PASSWORDS["reader"]),
            **{f"MADELEINE_OWNER_DATABASE_URL_{service.upper()}": url for service, url in urls.items()},
            "MADELEINE_NATS_URL": servers.nats_url,
            "MADELEINE_IDENTITY_ADDRESS": rig.address,
            "MADELEINE_SERVICE_KEY_FILE": str(servers.keys / "cli.pem"),
        }
        place = Place(tmp_path, postgres, IdentityServiceStub(rig.channel), environment)
        caller = Caller(ServiceTokens("chat", servers.keys / "chat.pem"))
        codec = EventCodec(Keyring(RemoteKeySource(rig.channel, caller)))
        pool = await create_pool(urls["chat"], 2)
        stack.push_async_callback(pool.close)
        for name, texts in {"Ana": ("I had an apple", "and a pear"), "Ben": ("nothing for me",)}.items():
            reply = await place.identity.SignUp(
                pb.SignUpRequest(
                    handle=f"{name.lower()}-{new_id()[-12:]}",
                    password="correct horse battery",
                    display_name=name,
                    time_zone="Europe/Paris",
                    language="en",
                    idempotency_key=new_id(),
                )
            )
            person = reply.profile.person_id
            place.people[name] = (person, reply.tokens.access_token)
            subject = f"person:{person}"
            said = [NewEvent(MessageSent(sender_id=person, sender_name=name, text=text), subject) for text in texts]
            store = EventStore(pool, codec)
            await store.append(f"conversation-{new_id()}", 0, said, Metadata(subject, utc_now(), new_id()))
        connection = await asyncpg.connect(urls["chat"])
        assert await OutboxRelay(urls["chat"], client, "chat").publish_batch(connection) == 3
        await connection.close()
        yield place


async def test_the_guide_works_as_written_and_an_erased_person_leaves_its_answers(place: Place) -> None:
    told = [await in_thread(place.run, language, text) for language, text in blocks()]
    follow, _, envelope, said, rows, again, verified, rebuilt, letters = told
    assert "CHAT" in follow
    assert "I had an apple" in follow
    assert list((place.folder / "build/events/stream=CHAT").glob("type=MessageSent/day=*/part-*.parquet"))
    assert re.search(r"CHAT\s+│ MessageSent\s+│\s+3 │\s+2 │\s+3 │", envelope)
    assert re.search(r"Ana\s+│\s+2 │", said)
    assert re.search(r"Ben\s+│\s+1 │", said)
    assert rows == "3 messages\n"
    assert "3 events published below replay" in again
    assert "I had an apple" in again
    assert "replay.chat.MessageSent.conversation-" in again
    assert re.search(r"identity-people\s+2\s+people\s+2\s+2\s+[0-9a-f]{12}\s+equal", verified)
    assert "different" not in verified
    assert "identity-people: rebuilt from 2 events" in rebuilt
    assert letters == "No dead letter.\n"

    _, token = place.people["Ana"]
    authorization = (("authorization", f"Bearer {token}"),)
    erase = pb.EraseMeRequest(password="correct horse battery", idempotency_key=new_id())
    await place.identity.EraseMe(erase, metadata=authorization)
    (query,) = [text for language, text in blocks() if "sender_name" in text and language == "python"]

    async def forgotten() -> bool:
        # The same export, made when she was there.
        answer = await in_thread(place.run, "python", query)
        return "Ana" not in answer and re.search(r"Ben\s+│\s+1 │", answer) is not None

    await eventually(forgotten, within_s=20)


async def test_the_readers_role_reads_events_and_nothing_else(place: Place) -> None:
    for service in SERVICES:
        reader = await asyncpg.connect(place.environment["MADELEINE_EVENTS_DATABASE_URL"].format(context=service))
        try:
            for table in ("events", "outbox", "processed", "stream_positions", "dead_letters"):
                assert await reader.fetchval(f"SELECT count(*) >= 0 FROM {table}")  # noqa: S608
            tables = await reader.fetch(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                " AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')"
            )
            assert {row["relname"] for row in tables} == {
                *("events", "outbox", "processed", "stream_positions", "dead_letters")
            }
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch("SELECT * FROM commands")
            await reader.execute("SET default_transaction_read_only = off")
            for statement in ("DELETE FROM outbox", "INSERT INTO outbox VALUES (1)", "CREATE TABLE mine (n int)"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await reader.execute(statement)
        finally:
            await reader.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(place.postgres.url("postgres", "madeleine_events", PASSWORDS["reader"]))
