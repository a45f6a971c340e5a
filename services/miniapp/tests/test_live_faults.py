"""What live editing survives: replicas, killed processes, a database that is away, erasure, changes of the spec."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import create_pool, migrate
from madeleine_common.embedded import start_nats
from madeleine_common.embedded.process import free_port
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import Metadata, NewEvent, RecordedEvent
from madeleine_common.events.store import EventStore
from madeleine_common.ids import new_id
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing import Servers, TestPerson, eventually, running_service
from madeleine_common.testing.chaos.effects import FileKeys
from madeleine_common.testing.rig import fresh_database
from madeleine_miniapp.application.live import stock
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.projections.apps import APPS
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer
from .live_client import LiveClient
from .test_live import MEAL, Floor

MEALS = s.AppSpec(
    title="Meal log",
    entities=[
        s.Entity(
            name="meal",
            fields=[
                s.Field(name="dish", type=s.FIELD_TYPE_TEXT),
                s.Field(name="eaten_at", type=s.FIELD_TYPE_DATETIME),
            ],
        )
    ],
)
_PROCESS = Path(__file__).with_name("live_process.py")


@asynccontextmanager
async def running(servers: Servers, chat: ChatPeer, **more: Any) -> AsyncIterator[Floor]:
    live = f"127.0.0.1:{free_port()}"
    async with running_service(
        servers,
        "miniapp",
        MiniappSettings,
        bootstrap,
        chat_address=chat.address,
        inference_address="127.0.0.1:1",
        miniapp_live_listen=live,
        miniapp_live_look_s=0.2,
        **more,
    ) as rig:
        yield Floor(rig, MiniappServiceStub(rig.channel), live, live)


@pytest.fixture(scope="module")
async def floor(servers: Servers, chat: ChatPeer) -> AsyncIterator[Floor]:
    async with running(servers, chat) as floor:
        yield floor


async def stored(pool: asyncpg.Pool[asyncpg.Record], app_id: str) -> tuple[int, int, int]:
    """Updates, events, and how many events there are under another version than the document says."""
    updates = await pool.fetchval("SELECT count(*) FROM app_updates WHERE app_id = $1", app_id)
    count = await pool.fetchval("SELECT count(*) FROM events WHERE stream_id = $1", f"records-{app_id}")
    version = await pool.fetchval("SELECT version FROM app_documents WHERE app_id = $1", app_id)
    return updates, count, count - version


async def test_two_replicas_are_one_to_those_who_edit(floor: Floor, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    async with running(servers, chat, database_url=floor.rig.database_url, roles=["serve"]) as other:
        one, two = LiveClient(), LiveClient()
        async with one.connected(floor.url(app_id), ana), two.connected(other.url(app_id), ben):
            first, second = new_id(), new_id()
            one.add(first, **MEAL)
            two.add(second, **MEAL)
            await one.until(lambda: second in one.records)
            await two.until(lambda: first in two.records)
            # Both at once, again and again: each judges on what the other has stored.
            for number in range(20):
                one.change(first, calories=float(number))
                two.change(first, note=f"note {number}")
                two.change(second, calories=float(number))
            await one.until(lambda: one.saved >= 22)
            await two.until(lambda: two.saved >= 42)
            for client in (one, two):
                await client.until(lambda c=client: (c.values(first) or {}).get("note") == "note 19")
                await client.until(lambda c=client: (c.values(first) or {}).get("calories") == 19.0)
                await client.until(lambda c=client: (c.values(second) or {}).get("calories") == 19.0)
            assert one.records.to_py() == two.records.to_py()
            assert not one.refused
            assert not two.refused
            assert two.socket
            assert one.presence == []
    updates, count, off = await stored(floor.rig.house.pool, app_id)
    assert (updates >= 62, count, off) == (True, 62, 0)
    await projected(floor, app_id)
    assert await floor.rows(app_id) == {i: one.values(i) for i in (first, second)}


async def projected(floor: Floor, app_id: str) -> None:
    """Returns once the read model has seen all of the app's records."""
    pool = floor.rig.house.pool

    async def seen() -> bool:
        return bool(
            await pool.fetchval(
                "SELECT version = (SELECT max(version) FROM events WHERE stream_id = $1) FROM stream_positions"
                " WHERE stream_id = $1",
                f"records-{app_id}",
            )
        )

    await eventually(seen)


async def test_a_removal_of_which_word_is_lost_is_found_by_looking(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    app_id = await floor.app(ana, "meals", group)
    client = LiveClient()
    async with client.connected(floor.url(app_id), ben):
        del chat.conversations[group][ben.person_id]
        await client.until(lambda: client.closed)
    assert client.closed == (4403, "you are not a member of this conversation")


async def test_while_the_database_is_away_nothing_is_lost_or_doubled(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    one, two = LiveClient(), LiveClient()
    record_id = new_id()
    admin = await asyncpg.connect(servers.postgres_url)
    name = floor.rig.database_url.rpartition("/")[2]
    async with two.connected(floor.url(app_id), ben):
        async with one.connected(floor.url(app_id), ana):
            one.add(record_id, **MEAL)
            await two.until(lambda: record_id in two.records)
            try:
                await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
                await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
                one.change(record_id, dish="stew")
                await one.until(lambda: one.closed)
                assert one.closed
                assert one.closed[0] == 1013
            finally:
                await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
                await admin.close()
        # Never shown before it was committed.
        assert two.values(record_id) == MEAL

        async def back() -> bool:
            async with one.connected(floor.url(app_id), ana):
                return one.closed is None

        await eventually(back, every_s=0.2)
        async with one.connected(floor.url(app_id), ana):
            await two.until(lambda: (two.values(record_id) or {})["dish"] == "stew")
    assert (await stored(floor.rig.house.pool, app_id))[1:] == (2, 0)


async def test_a_change_of_the_spec_is_followed_by_open_documents(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana = servers.person("Ana")
    app_id = await floor.app(ana)
    client = LiveClient()
    async with client.connected(floor.url(app_id), ana):
        row = await floor.rig.house.pool.fetchrow("SELECT spec FROM apps WHERE app_id = $1", app_id)
        assert row is not None
        changed = events.AppSpecChanged(app_id=app_id, version=2, changed_by=ana.person_id)
        changed.spec.ParseFromString(row["spec"])
        changed.spec.entities[0].fields.add(name="price", label="Price", type=2)
        await floor.rig.house.store.append(
            f"app-{app_id}",
            1,
            [NewEvent(changed, f"person:{ana.person_id}")],
            Metadata(f"person:{ana.person_id}", utc_now(), new_id()),
        )
        await client.until(lambda: client.hellos[-1]["spec_version"] == 2)
        record_id = new_id()
        client.add(record_id, **MEAL, price=3.0)
        await client.until(lambda: client.saved >= 2)
        assert not client.refused
        assert client.values(record_id) == {**MEAL, "price": 3.0}


async def erase(floor: Floor, servers: Servers, person: TestPerson) -> None:
    servers.data_keys.destroy(f"person:{person.person_id}")
    erased = PersonErased(person_id=person.person_id)
    name = erased.DESCRIPTOR.full_name
    metadata = Metadata("service:identity", utc_now(), new_id())
    event = RecordedEvent(new_id(), name, 1, f"person-{person.person_id}", 9, "", metadata, "", erased)
    subject = subject_of("identity", event.type, event.stream_id)
    await floor.rig.house.js.publish(subject, erased.SerializeToString(), headers=to_headers(event))


async def test_with_an_erased_person_goes_every_trace_of_them_in_the_document(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    one, two = LiveClient(), LiveClient()
    kept, theirs = new_id(), new_id()
    async with one.connected(floor.url(app_id), ana):
        async with two.connected(floor.url(app_id), ben):
            one.add(kept, **MEAL)
            await two.until(lambda: kept in two.records)
            two.change(kept, dish="secret stew")
            two.add(theirs, **{**MEAL, "dish": "secret cake"})
            two.add(new_id(), dish="secret soup", calories="many")
            await one.until(lambda: theirs in one.records)
            await one.until(lambda: (one.values(kept) or {})["dish"] == "secret stew")
            await two.until(lambda: two.saved >= 4)
        pool = floor.rig.house.pool
        await projected(floor, app_id)
        await erase(floor, servers, ben)
        await one.until(lambda: one.closed)
        assert one.closed == (4410, "the document was made anew")
    # Another epoch: the client's own document is worth nothing any more.
    fresh = LiveClient()
    async with fresh.connected(floor.url(app_id), ana):
        assert fresh.hellos[0]["epoch"] == "2"
        assert {i: fresh.values(i) for i in fresh.records.keys()} == {kept: MEAL}  # noqa: SIM118 (a Map is not iterable)
        fresh.change(kept, dish="plain soup")
        await fresh.until(lambda: fresh.saved >= 2)
    rows = [*await pool.fetch("SELECT update AS data FROM app_updates WHERE app_id = $1", app_id)]
    rows += await pool.fetch("SELECT snapshot AS data FROM app_documents WHERE app_id = $1", app_id)
    assert rows
    for row in rows:
        assert b"secret" not in row["data"]
        assert ben.person_id.encode() not in row["data"]
    await projected(floor, app_id)
    rebuilder = Rebuilder(APPS, floor.rig.database_url, {"miniapp": floor.rig.database_url}, floor.rig.house.codec)
    verified = await rebuilder.verify(lambda done, total: None)
    assert verified.equal, verified


async def test_what_was_stored_is_merged_while_others_write(
    floor: Floor, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "_UNMERGED", 20)
    ana = servers.person("Ana")
    app_id = await floor.app(ana)
    client = LiveClient()
    pool = floor.rig.house.pool
    async with client.connected(floor.url(app_id), ana):
        record_id = new_id()
        client.add(record_id, **MEAL)
        for number in range(100):
            client.change(record_id, calories=float(number))
        await client.until(lambda: client.saved >= 101)

        async def merged() -> bool:
            return (await stored(pool, app_id))[0] <= 40

        await eventually(merged)
    assert (await stored(pool, app_id))[1:] == (101, 0)
    snapshot = await pool.fetchval("SELECT snapshot FROM app_documents WHERE app_id = $1", app_id)
    # A hundred values that were written over weigh little.
    assert len(snapshot) < 6000
    other = LiveClient()
    async with running_again(floor, servers) as url, other.connected(url(app_id), ana):
        assert other.values(record_id) == {**MEAL, "calories": 99.0}


async def test_a_document_that_has_outgrown_what_it_holds_is_made_anew_when_it_was_quiet(
    floor: Floor, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "_OUTGROWN_BYTES", 1)
    ana = servers.person("Ana")
    app_id = await floor.app(ana)
    client, record_id = LiveClient(), new_id()
    pool = floor.rig.house.pool
    async with client.connected(floor.url(app_id), ana):
        client.add(record_id, **MEAL)
        for number in range(60):
            client.change(record_id, calories=float(number))
        await client.until(lambda: client.saved >= 61)
    for quiet, epoch in (("6 days", "1"), ("8 days", "2")):
        await pool.execute(
            f"UPDATE app_documents SET updated_at = now() - interval '{quiet}' WHERE app_id = $1",  # noqa: S608
            app_id,
        )
        fresh = LiveClient()
        async with running_again(floor, servers) as url, fresh.connected(url(app_id), ana):
            assert fresh.hellos[0]["epoch"] == epoch
            assert fresh.values(record_id) == {**MEAL, "calories": 59.0}
    assert (await stored(pool, app_id))[::2] == (0, 0)


@asynccontextmanager
async def running_again(floor: Floor, servers: Servers) -> AsyncIterator[Any]:
    """A replica that has to load all from the tables."""
    live = f"127.0.0.1:{free_port()}"
    chat_address = floor.rig.house.settings.chat_address
    async with running_service(
        servers,
        "miniapp",
        MiniappSettings,
        bootstrap,
        database_url=floor.rig.database_url,
        roles=["serve"],
        chat_address=chat_address,
        inference_address="127.0.0.1:1",
        miniapp_live_listen=live,
    ):

        async def listens() -> bool:
            host, port = live.split(":")
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                return False
            writer.close()
            return True

        await eventually(listens)
        yield lambda app_id: f"ws://{live}/v1/apps/{app_id}/live"


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[str]:
    """Not the one of the other services here: they would take what a process's relay publishes."""
    with start_nats(tmp_path / "nats", fsync=False) as nats:
        yield nats.url


@pytest.mark.parametrize("point", ["applied", "stored", "committed"])
async def test_a_process_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    servers: Servers, chat: ChatPeer, own_nats: str, tmp_path: Path, point: str
) -> None:
    ana = servers.person("Ana")
    key_file = tmp_path / "secret"
    key_file.write_bytes(b"secret of the test")
    async with fresh_database(servers.postgres_url) as url:
        connection = await asyncpg.connect(url)
        await migrate(connection, "madeleine_miniapp")
        await connection.close()
        pool = await create_pool(url, 2)
        store = EventStore(pool, EventCodec(Keyring(FileKeys(key_file))))
        app_id = new_id()
        created = events.AppCreated(app_id=app_id, owner_id=ana.person_id)
        created.spec.CopyFrom(MEALS)
        subject = f"person:{ana.person_id}"
        await store.append(f"app-{app_id}", 0, [NewEvent(created, subject)], Metadata(subject, utc_now(), new_id()))
        live = f"127.0.0.1:{free_port()}"
        key = await servers.signer.public_key(servers.signer.KID)
        settings = servers.settings("miniapp", database_url=url, chat_address=chat.address, miniapp_live_listen=live)
        settings["nats_url"] = own_nats
        environment = {
            **os.environ,
            **{f"MADELEINE_{name.upper()}": str(value) for name, value in settings.items()},
            "LIVE_KEY_FILE": str(key_file),
            "LIVE_PEOPLE_KEY": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        }
        started: list[asyncio.subprocess.Process] = []
        client, record_id = LiveClient(), new_id()
        address = f"ws://{live}/v1/apps/{app_id}/live"

        async def run(**more: str) -> asyncio.subprocess.Process:
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(_PROCESS), env={**environment, **more}, stderr=asyncio.subprocess.DEVNULL
            )
            started.append(process)

            async def up() -> bool:
                try:
                    async with client.connected(address, ana):
                        return client.closed is None
                except OSError:
                    return False

            await eventually(up, within_s=30, every_s=0.1)
            return process

        try:
            dying = await run(LIVE_DIES="")
            dying.kill()
            await dying.wait()
            dying = await run(LIVE_DIES=point)
            async with client.connected(address, ana):
                client.add(record_id, **MEAL)
                await client.until(lambda: client.closed)
            assert await dying.wait() == -9
            count = await pool.fetchval("SELECT count(*) FROM events WHERE stream_id = $1", f"records-{app_id}")
            assert count == (1 if point == "committed" else 0)
            await run()
            async with client.connected(address, ana):
                await client.until(lambda: (client.records.get(record_id) or {"by": ""})["by"] == ana.person_id)
            updates, count, off = await stored(pool, app_id)
            assert (updates >= 1, count, off) == (True, 1, 0)
        finally:
            for process in started:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            await pool.close()
