"""Shared live editing over real WebSockets through a real Envoy, on PostgreSQL and NATS."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode
from pycrdt import Doc, Map, create_update_message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from madeleine.chat.v1.events_pb2 import MemberRemoved
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.embedded.process import free_port
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused, running_service
from madeleine_common.testing.peer import Peer
from madeleine_miniapp.application.live.lib0 import sized, uint
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings

from .conftest import ChatPeer, Door, struct
from .live_client import LiveClient, protocols
from .live_gateway import gateway

_WEB = Path(__file__).resolve().parents[3] / "clients" / "web"
MEAL = {"dish": "soup", "eaten_at": "2026-03-10T12:00:00+01:00"}


@dataclass
class Floor(Door):
    """The service with its live port."""

    # Of Envoy, and of the service behind it.
    listen: str
    behind: str

    def url(self, app_id: str) -> str:
        return f"ws://{self.listen}/v1/apps/{app_id}/live"

    async def shared(self, chat: ChatPeer, *people: TestPerson) -> str:
        """A meal log that these people share; the first owns it."""
        return await self.app(people[0], "meals", chat.group(*people))

    async def rows(self, app_id: str) -> dict[str, dict[str, Any]]:
        rows = await self.rig.house.pool.fetch("SELECT record_id, data FROM records WHERE app_id = $1", app_id)
        return {row["record_id"]: json.loads(row["data"]) for row in rows}


@pytest.fixture(scope="module")
async def floor(servers: Servers, chat: ChatPeer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Floor]:
    live = f"127.0.0.1:{free_port()}"
    async with (
        running_service(
            servers,
            "miniapp",
            MiniappSettings,
            bootstrap,
            chat_address=chat.address,
            inference_address="127.0.0.1:1",
            miniapp_live_listen=live,
            miniapp_live_queued_bytes=1024 * 1024,
        ) as rig,
        gateway(servers, tmp_path_factory.mktemp("envoy"), live) as listen,
    ):
        yield Floor(rig, MiniappServiceStub(rig.channel), listen, live)


async def drained(socket: ClientConnection) -> None:
    """Returns once the other side has closed."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed:
        pass


async def test_what_one_writes_the_others_see_and_the_read_model_too(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    old = await floor.add(ana, app_id, **MEAL)
    one, two = LiveClient(), LiveClient()
    async with one.connected(floor.url(app_id), ana), two.connected(floor.url(app_id), ben):
        assert one.values(old.record_id) == MEAL
        assert one.hellos == [{"epoch": "1", "spec_version": 1, "role": "owner", "person_id": ana.person_id}]
        assert two.hellos[0]["role"] == "editor"
        record_id = new_id()
        two.add(record_id, **{**MEAL, "eaten_at": "2026-03-11T13:00"}, calories=250.0)
        await one.until(lambda: (one.values(record_id) or {}).get("eaten_at") == "2026-03-11T13:00:00+01:00")
        assert one.records[record_id]["by"] == ben.person_id
        # Its answer to the server's own state, which was empty, and its edit.
        await two.until(lambda: two.saved == 2)
        one.change(record_id, calories="many", dish="stew")
        await two.until(lambda: (two.values(record_id) or {})["dish"] == "stew")
        await one.until(lambda: (one.values(record_id) or {})["calories"] == 250.0)
        assert one.refused == [{"record_id": record_id, "field": "calories", "reason": "must be a number"}]
        listed = await floor.stub.ListRecords(m.ListRecordsRequest(app_id=app_id), metadata=ana.call)
        assert {r.record_id: dict(r.values) for r in listed.records} == {
            old.record_id: MEAL,
            record_id: {"dish": "stew", "eaten_at": "2026-03-11T13:00:00+01:00", "calories": 250},
        }
        request = m.ChangeRecordRequest(
            app_id=app_id, record_id=record_id, values=struct(calories=1), idempotency_key=new_id()
        )
        await floor.stub.ChangeRecord(request, metadata=ana.call)
        await two.until(lambda: (two.values(record_id) or {})["calories"] == 1.0)
    events = await floor.rig.house.pool.fetch(
        "SELECT actor, type FROM events WHERE stream_id = $1 ORDER BY version", f"records-{app_id}"
    )
    assert [(e["actor"].removeprefix("person:"), e["type"].rpartition(".")[2]) for e in events] == [
        (ana.person_id, "RecordAdded"),
        (ben.person_id, "RecordAdded"),
        (ana.person_id, "RecordChanged"),
        (ana.person_id, "RecordChanged"),
    ]


async def test_edits_made_offline_are_merged_and_judged(floor: Floor, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    one, two = LiveClient(), LiveClient()
    record_id, late = new_id(), new_id()
    async with one.connected(floor.url(app_id), ana):
        one.add(record_id, **MEAL, calories=1.0)
        await one.until(lambda: one.saved)
    async with two.connected(floor.url(app_id), ben):
        one.change(record_id, dish="stew", calories=-1.0)
        one.add(late, **MEAL)
        two.change(record_id, meal_type="lunch")
        await two.until(lambda: two.saved)
        async with one.connected(floor.url(app_id), ana):
            expected = {**MEAL, "dish": "stew", "calories": 1.0, "meal_type": "lunch"}
            await two.until(lambda: two.values(record_id) == expected)
            await one.until(lambda: one.values(record_id) == expected)
            assert two.values(late) == MEAL
            assert [r["field"] for r in one.refused] == ["calories"]


async def test_a_stranger_a_bad_token_and_an_unknown_app_are_kept_out(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, eve = servers.person("Ana"), servers.person("Eve")
    app_id = await floor.app(ana)
    behind = f"ws://{floor.behind}/v1/apps/{app_id}/live"
    for url in (floor.url(app_id), behind):
        for offered in ([protocols(ana)[0]], [protocols(ana)[0], "bearer.nonsense"]):
            with pytest.raises(InvalidStatus) as refusal:
                await connect(url, subprotocols=offered)
            assert refusal.value.response.status_code == 401
        with pytest.raises(InvalidStatus) as refusal:
            await connect(url.replace(app_id, "x"), subprotocols=protocols(ana))
        assert refusal.value.response.status_code == 404
    for person, path, code in ((eve, app_id, 4403), (ana, new_id(), 4404)):
        async with connect(floor.url(path), subprotocols=protocols(person)) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == code


async def test_whoever_is_removed_is_let_go_at_once_and_writes_nothing_more(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    app_id = await floor.app(ana, "meals", group)
    one, two = LiveClient(), LiveClient()
    peer = Peer("chat", floor.rig.house.js, floor.rig.house.codec)
    async with one.connected(floor.url(app_id), ana), two.connected(floor.url(app_id), ben):
        kept = new_id()
        two.add(kept, **MEAL)
        await two.until(lambda: two.saved == 2)
        # While it is looked whether Ben may still be here, nothing of his is taken.
        answer = chat.hold(group)
        del chat.conversations[group][ben.person_id]
        removed = MemberRemoved(conversation_id=group, person_id=ben.person_id, removed_by=ana.person_id)
        await peer.publish(f"conversation-{group}", removed)
        await asyncio.wait_for(chat.asked.wait(), 1)
        late = new_id()
        two.add(late, **MEAL)
        # Who is there? Once that is answered, what was sent before it has been read, too.
        two.send(b"\x03")
        await two.until(lambda: two.presence)
        answer.set()
        # Without word of it, it would be looked at every 30 s.
        await two.until(lambda: two.closed, within_s=5)
        assert two.closed == (4403, "you are not a member of this conversation")
        # Ana is still here, and has not seen it.
        after = new_id()
        one.add(after, **MEAL)
        await one.until(lambda: one.saved == 2)
        assert {kept, after} <= set(one.records.keys())
        assert late not in one.records
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await floor.add(ben, app_id, **MEAL)


async def test_another_role_is_told_and_holds_at_once(floor: Floor, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    client, refused_id, record_id = LiveClient(), new_id(), new_id()

    async def give(role: str) -> None:
        request = m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role=role, idempotency_key=new_id())
        await floor.stub.SetAppRole(request, metadata=ana.call)
        await client.until(lambda: client.hellos[-1]["role"] == role, within_s=2)

    async with client.connected(floor.url(app_id), ben):
        await give("viewer")
        client.add(refused_id, **MEAL)
        await client.until(lambda: client.refused and refused_id not in client.records)
        assert client.refused[0]["record_id"] == refused_id
        await give("editor")
        client.add(record_id, **MEAL)
        # Its answer to the server's own state, which was empty, and two edits.
        await client.until(lambda: client.saved == 3)
    assert list(client.records.keys()) == [record_id]


async def test_a_token_that_runs_out_ends_the_connection_unless_a_fresh_one_comes(
    floor: Floor, servers: Servers
) -> None:
    ana = servers.person("Ana")
    app_id = await floor.app(ana)
    # Past its end, and past the grace that every service gives; but not past that of an open socket.
    token = servers.signer.token(ana.person_id, "Ana", "UTC", "en", expires_in_s=-5)
    stale = TestPerson(ana.person_id, "Ana", (("authorization", f"Bearer {token}"),))
    client = LiveClient()
    async with client.connected(floor.url(app_id), stale):
        assert client.socket
        await client.socket.send(uint(103) + sized(protocols(ana)[1].removeprefix("bearer.").encode()))
        record_id = new_id()
        client.add(record_id, **MEAL)
        await client.until(lambda: client.saved)
        other = servers.person("Ben")
        await client.socket.send(uint(103) + sized(protocols(other)[1].removeprefix("bearer.").encode()))
        await client.until(lambda: client.closed)
    assert client.closed == (4400, "the token is another person's")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff" * 20,
        b"\x00",
        b"\x00\x07\x00",
        b"\x00\x02\x05abc",
        create_update_message(b"garbage"),
        b"\x00\x00\x03\xff\xff\xff",
        b"\x01\x03\xff\xff\xff",
        "text",
    ],
)
async def test_garbage_closes_the_socket_and_nothing_else(
    floor: Floor, servers: Servers, chat: ChatPeer, message: Any
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    good, bad = LiveClient(), LiveClient()
    async with good.connected(floor.url(app_id), ana), bad.connected(floor.url(app_id), ben):
        assert bad.socket
        await bad.socket.send(message)
        await bad.until(lambda: bad.closed)
        assert bad.closed
        assert bad.closed[0] == 4400
        good.add(new_id(), **MEAL)
        await good.until(lambda: good.saved)


async def test_what_is_too_large_is_refused_and_what_is_unknown_passed_over(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    good, bad = LiveClient(), LiveClient()
    async with good.connected(floor.url(app_id), ana), bad.connected(floor.url(app_id), ben):
        assert good.socket
        assert bad.socket
        await good.socket.send(uint(77) + b"whatever")
        large: Doc[Any] = Doc()
        large.get("records", type=Map)[new_id()] = Map({"entity": "meal", "values": Map({"dish": "x" * 10_485_760})})
        await bad.socket.send(create_update_message(large.get_update()))
        await bad.until(lambda: bad.closed)
        assert bad.closed
        assert bad.closed[0] == 1009
        good.add(new_id(), **MEAL)
        await good.until(lambda: good.saved)
    assert len(await floor.rows(app_id)) <= 1


async def test_presence_carries_the_person_of_the_token_and_goes_with_the_socket(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    one, two = LiveClient(), LiveClient()
    state = json.dumps({"person_id": ana.person_id, "record_id": "r"}).encode()
    async with one.connected(floor.url(app_id), ana):
        async with two.connected(floor.url(app_id), ben):
            assert two.socket
            await two.socket.send(b"\x01" + sized(uint(1) + uint(77) + uint(1) + sized(state)))
            await one.until(lambda: one.presence)
            assert json.loads(one.presence[0][4:]) == {"person_id": ben.person_id, "name": "Ben", "record_id": "r"}
        await one.until(lambda: len(one.presence) == 2)
        assert one.presence[1][-4:] == b"null"
    assert one.closed


async def test_who_does_not_read_is_let_go_and_the_others_are_not_kept_waiting(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    writer = LiveClient()
    behind = f"ws://{floor.behind}/v1/apps/{app_id}/live"
    async with (
        # Not through Envoy, which would keep some megabytes for them.
        connect(behind, subprotocols=protocols(ben), max_queue=1, ping_interval=None) as idle,
        writer.connected(floor.url(app_id), ana),
    ):
        record_id = new_id()
        writer.add(record_id, **MEAL)
        for number in range(1, 1500):
            writer.change(record_id, note=f"{number}" + "x" * 9_000)
            if number % 20 == 0:
                await writer.until(lambda at=number: writer.saved >= at)
        await drained(idle)
    assert idle.close_code in (4408, 1006)


async def test_a_browsers_own_yjs_edits_is_undone_and_undoes_its_own_alone(
    floor: Floor, servers: Servers, chat: ChatPeer
) -> None:
    if not (_WEB / "node_modules" / "yjs").is_dir():
        pytest.skip("the web client's libraries are not installed (make web)")
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    other, record_id = LiveClient(), new_id()
    async with other.connected(floor.url(app_id), ben):
        other.add(record_id, **MEAL)
        token = protocols(ana)[1].removeprefix("bearer.")
        browser = await asyncio.create_subprocess_exec(
            "node",
            "--experimental-websocket",
            "--no-warnings",
            str(Path(__file__).with_name("live_yjs.mjs")),
            floor.url(app_id),
            token,
            record_id,
            env={**os.environ, "WEB_PACKAGE": str(_WEB / "package.json")},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            await other.until(lambda: (other.values(record_id) or {}).get("dish") == "stew", within_s=30)
            other.change(record_id, calories=300.0)
            await other.until(lambda: (other.values(record_id) or {}).get("dish") == "soup", within_s=30)
            said, _ = await asyncio.wait_for(browser.communicate(), 30)
        finally:
            if browser.returncode is None:
                browser.kill()
                await browser.wait()
    told = json.loads(said)
    assert told["hello"]["person_id"] == ana.person_id
    assert told["refused"] == [{"record_id": record_id, "field": "calories", "reason": "must be a number"}]
    assert told["record"]["values"] == {**MEAL, "calories": 300}
    assert told["record"]["by"] == ben.person_id
