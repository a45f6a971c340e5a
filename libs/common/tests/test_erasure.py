"""ErasureService, as every service serves it: what was heard, what lies dead, what is left, and who may ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import grpc
import pytest

from madeleine.common.v1 import erasure_pb2 as pb
from madeleine.common.v1.erasure_pb2_grpc import ErasureServiceStub
from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import Connection
from madeleine_common.erasure import PersonalRows, in_words
from madeleine_common.events import RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.testing import Peer, Rig, Servers, eventually, refused, running_service

_TABLES = """
CREATE TABLE notes (person_id uuid NOT NULL, text text NOT NULL);
CREATE TABLE hidden (owner text NOT NULL);
-- As memory's tables are: the owner of the table sees nothing either, unless it says what it looks for.
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
CREATE POLICY told ON hidden USING (current_setting('madeleine.test', true) = 'all');
CREATE ROLE plain_{0} NOLOGIN;
GRANT SELECT, INSERT, DELETE, UPDATE ON ALL TABLES IN SCHEMA public TO plain_{0};
"""


async def _see_all(connection: Connection) -> None:
    # Tests connect as a superuser, whom no policy binds.
    await connection.execute("SELECT set_config('role', (SELECT rolname FROM plain_role), true)")
    await connection.execute("SELECT set_config('madeleine.test', 'all', true)")


async def _drop_notes(connection: Connection, event: RecordedEvent) -> None:
    await connection.execute("DELETE FROM notes WHERE person_id = $1", event.stream_id.removeprefix("person-"))


async def _ignore(_: RecordedEvent) -> None:
    pass


async def _follow(_: Connection, event: RecordedEvent) -> None:
    pass


async def bootstrap(house: House[Settings]) -> Parts:
    role = new_id().replace("-", "")
    await house.pool.execute(_TABLES.format(role))
    await house.pool.execute(f"CREATE VIEW plain_role AS SELECT 'plain_{role}' AS rolname")
    await house.pool.execute(f"GRANT SELECT ON plain_role TO plain_{role}")
    return Parts(
        ServerParts(lambda _: None, ()),
        subscriptions=(
            Subscription("t-drop", "identity", apply=_drop_notes, types=(PERSON_ERASED,)),
            Subscription("t-react", "identity", react=_ignore, types=(PERSON_ERASED,)),
            Subscription("t-follow", "identity", apply=_follow, projection=True),
            Subscription("t-sign-ups", "identity", react=_ignore, types=("madeleine.identity.v1.PersonSignedUp",)),
            Subscription("t-chat", "chat", apply=_follow, projection=True),
        ),
        personal=(
            PersonalRows("notes", "person_id = $1", "what they noted"),
            PersonalRows("hidden", "owner = $1", "what is behind a policy", see=_see_all),
        ),
    )


@pytest.fixture(scope="module")
async def rig(servers: Servers) -> AsyncIterator[Rig[Settings]]:
    # Nothing is heard unless a test says so.
    async with running_service(servers, "gateway", Settings, bootstrap, roles=("serve",)) as rig:
        yield rig


async def _ask(rig: Rig[Settings], servers: Servers, request: pb.ConfirmErasureRequest) -> pb.ConfirmErasureResponse:
    stub = ErasureServiceStub(rig.channel)
    return await stub.ConfirmErasure(request, metadata=servers.service_call("identity"))


async def test_a_service_confirms_once_it_has_heard_and_nothing_is_left(rig: Rig[Settings], servers: Servers) -> None:
    pool, ana, ben, event_id = rig.house.pool, new_id(), new_id(), new_id()
    request = pb.ConfirmErasureRequest(person_id=ana, event_id=event_id, version=3)
    await pool.executemany("INSERT INTO notes VALUES ($1, 'x')", [(ana,), (ana,), (ben,)])
    await pool.executemany("INSERT INTO hidden VALUES ($1)", [(ana,), (ben,)])
    left = await _ask(rig, servers, request)
    assert list(left.unheard) == ["t-drop", "t-react", "t-follow"]
    assert [(r.table, r.rows, r.purpose) for r in left.rows_left] == [
        ("notes", 2, "what they noted"),
        ("hidden", 1, "what is behind a policy"),
    ]
    assert in_words(left).startswith("2 rows left in notes, 1 row left in hidden, t-drop has not heard of it")

    await pool.execute("INSERT INTO processed (consumer, event_id) VALUES ('t-drop', $1), ('t-react', $1)", event_id)
    # An earlier version is not enough, and another event under the same consumers neither.
    await pool.execute(
        "INSERT INTO stream_positions (projection, stream_id, version) VALUES ('t-follow', $1, 2)", f"person-{ana}"
    )
    assert list((await _ask(rig, servers, request)).unheard) == ["t-follow"]
    await pool.execute("UPDATE stream_positions SET version = 3 WHERE stream_id = $1", f"person-{ana}")
    await pool.execute("DELETE FROM notes WHERE person_id = $1", ana)
    assert [r.table for r in (await _ask(rig, servers, request)).rows_left] == ["hidden"]
    await pool.execute("DELETE FROM hidden WHERE owner = $1", ana)
    confirmed = await _ask(rig, servers, request)
    assert confirmed == pb.ConfirmErasureResponse()
    assert in_words(confirmed) == ""
    assert await pool.fetchval("SELECT count(*) FROM notes") == 1


async def test_a_dead_letter_is_told_as_one(rig: Rig[Settings], servers: Servers) -> None:
    pool, ana, event_id = rig.house.pool, new_id(), new_id()
    await pool.execute(
        "INSERT INTO dead_letters (consumer, event_id, subject, headers, payload, reason, deliveries)"
        " VALUES ('t-drop', $1, 'x', $2, '', 'broken', 5)",
        event_id,
        json.dumps({"ce-id": event_id}),
    )
    left = await _ask(rig, servers, pb.ConfirmErasureRequest(person_id=ana, event_id=event_id, version=1))
    assert list(left.dead_letters) == ["t-drop"]
    assert list(left.unheard) == ["t-react", "t-follow"]
    assert "t-drop gave up on it, it lies in dead_letters" in in_words(left)


async def test_the_keys_of_the_persons_commands_go_in_every_service(rig: Rig[Settings], servers: Servers) -> None:
    pool, ana, ben = rig.house.pool, new_id(), new_id()
    await pool.executemany(
        "INSERT INTO commands (actor, key, fingerprint, stream_id, first_version, last_version)"
        " VALUES ($1, 'some-key', 'x', 's', 1, 1)",
        [(f"person:{ana}",), (f"person:{ben}",)],
    )
    await _ask(rig, servers, pb.ConfirmErasureRequest(person_id=ana, event_id=new_id(), version=1))
    rows = await pool.fetch("SELECT actor FROM commands WHERE actor = ANY($1)", [f"person:{ana}", f"person:{ben}"])
    assert [row["actor"] for row in rows] == [f"person:{ben}"]


async def test_only_identity_may_ask_and_bad_fields_are_named(rig: Rig[Settings], servers: Servers) -> None:
    stub = ErasureServiceStub(rig.channel)
    request = pb.ConfirmErasureRequest(person_id=new_id(), event_id=new_id(), version=1)
    for call in (servers.service_call("chat"), servers.person().call):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, reason="SERVICE_REQUIRED"):
            await stub.ConfirmErasure(request, metadata=call)
    async with refused(grpc.StatusCode.UNAUTHENTICATED):
        await stub.ConfirmErasure(request)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT) as refusal:
        bad = pb.ConfirmErasureRequest(person_id="x", version=0)
        await stub.ConfirmErasure(bad, metadata=servers.service_call("identity"))
    assert set(refusal.fields) == {"person_id", "event_id", "version"}


async def test_real_consumers_leave_the_traces_that_are_looked_for(servers: Servers) -> None:
    async with running_service(servers, "gateway", Settings, bootstrap) as rig:
        ana, peer = new_id(), Peer("identity", rig.house.js, rig.house.codec)
        await rig.house.pool.execute("INSERT INTO notes VALUES ($1, 'x')", ana)
        event_id = await peer.publish(f"person-{ana}", PersonErased(person_id=ana))
        request = pb.ConfirmErasureRequest(person_id=ana, event_id=event_id, version=1)

        async def confirmed() -> bool:
            return await _ask(rig, servers, request) == pb.ConfirmErasureResponse()

        await eventually(confirmed)
