"""Gauges move with what they measure, and outlive servers that are away. On real PostgreSQL and NATS."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription
from madeleine_common.bus.gauges import Gauges
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import StreamLimits
from madeleine_common.commands import utc_now
from madeleine_common.db import Connection
from madeleine_common.embedded.nats import nats
from madeleine_common.embedded.postgres import postgres
from madeleine_common.embedded.process import free_port
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.testing import Servers, eventually, running_service
from madeleine_common.testing.backbone import Backbone, background, open_backbone
from madeleine_common.testing.chaos.children import Child

_EVERY_S = 0.05


@pytest.fixture
async def house(postgres_url: str, nats_url: str) -> AsyncIterator[Backbone]:
    async with open_backbone(postgres_url, nats_url, StreamLimits(max_bytes=2**20)) as backbone:
        yield backbone


def gauge(name: str, **labels: str) -> float:
    """A gauge as Prometheus would read it; -1: it is not there."""
    value = REGISTRY.get_sample_value(f"madeleine_{name}", labels)
    return -1.0 if value is None else value


def measuring(house: Backbone, *subscriptions: Subscription) -> Gauges:
    return Gauges(house.pool, house.nats.jetstream(timeout=1), "chat", subscriptions, _EVERY_S)


def relay(house: Backbone) -> OutboxRelay:
    return OutboxRelay(house.url, house.nats, "chat")


async def becomes(expected: float, name: str, **labels: str) -> None:
    async def reached() -> bool:
        return gauge(name, **labels) == expected

    await eventually(reached, within_s=20)


async def rises(name: str, **labels: str) -> None:
    before = gauge(name, **labels)

    async def risen() -> bool:
        return gauge(name, **labels) > max(before, 0)

    await eventually(risen, within_s=20)


async def test_what_waits_is_measured_where_it_waits(house: Backbone) -> None:
    wants = Subscription("stopped", "chat", apply=house.record, projection=True)
    async with background(measuring(house, wants).run()):
        await house.say("a", 0, "one", "two")
        await becomes(2, "outbox_rows", context="chat")
        await rises("outbox_oldest_seconds", context="chat")
        await becomes(2**20, "stream_limit_bytes", stream="CHAT")
        async with background(relay(house).run(), house.consumer(wants).run()):
            await becomes(2, "stream_messages", stream="CHAT")
            assert 0 < gauge("stream_bytes", stream="CHAT") < 2**20
            await becomes(0, "outbox_rows", context="chat")
            await becomes(0, "outbox_oldest_seconds", context="chat")
            await becomes(0, "consumer_pending", consumer="stopped")
            await becomes(0, "consumer_lag_seconds", consumer="stopped")
        # Nobody takes these.
        async with background(relay(house).run()):
            await house.say("a", 2, "three", "four", "five")
            await becomes(3, "consumer_pending", consumer="stopped")
            await rises("consumer_lag_seconds", consumer="stopped")
            await rises("consumer_lag_seconds", consumer="stopped")
        async with background(house.consumer(wants).run()):
            await becomes(0, "consumer_pending", consumer="stopped")
            await becomes(0, "consumer_lag_seconds", consumer="stopped")


async def test_what_fails_is_redelivered_and_then_a_dead_letter_by_state(house: Backbone) -> None:
    mended = False

    async def apply(connection: Connection, event: RecordedEvent) -> None:
        assert isinstance(event.message, MessageSent)
        if event.message.text == "poison" or (event.message.text == "flaky" and not mended):
            raise ValueError("cannot")
        await house.record(connection, event)

    patient = Subscription("patient", "chat", apply=apply, types=("madeleine.chat.v1.MessageSent",), max_deliveries=99)
    strict = Subscription("strict", "chat", apply=apply, projection=True, max_deliveries=1)
    async with background(measuring(house, patient, strict).run(), relay(house).run()):
        async with background(house.consumer(patient).run()):
            await house.say("a", 0, "flaky")
            await becomes(1, "consumer_redelivered", consumer="patient")
            assert gauge("consumer_unacknowledged", consumer="patient") == 1
            mended = True
            await becomes(0, "consumer_redelivered", consumer="patient")
            await becomes(0, "consumer_unacknowledged", consumer="patient")
        assert gauge("dead_letters", consumer="strict", state="dead") == 0
        async with background(house.consumer(strict).run()):
            await house.say("b", 0, "poison", "two", "three")
            await becomes(1, "dead_letters", consumer="strict", state="dead")
            await becomes(2, "dead_letters", consumer="strict", state="behind")
            await house.settle("discarded", "b", 1)
            await becomes(0, "dead_letters", consumer="strict", state="dead")
            await becomes(0, "dead_letters", consumer="strict", state="behind")
            assert gauge("dead_letters", consumer="strict", state="discarded") == 1
    assert gauge("dead_letters", consumer="patient", state="dead") == 0


async def test_values_of_a_server_that_is_away_stand_and_those_of_the_other_move(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wants = Subscription("outliving", "chat", apply=lambda _, __: _never(), projection=True)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="madeleine-gauges-")))
        database, bus = postgres(folder / "postgres", free_port()), nats(folder / "nats", free_port(), free_port())
        children = Child(database.spec, folder), Child(bus.spec, folder)
        for child in children:
            stack.push_async_callback(child.kill)
            await child.start()
        # The session that would drop the database is gone with the server; all of it goes in any case.
        stack.enter_context(contextlib.suppress(asyncpg.InterfaceError))
        house = await stack.enter_async_context(open_backbone(database.url(), bus.url))
        away, there = {"context": "chat", "server": "nats"}, {"context": "chat", "server": "postgresql"}
        with caplog.at_level(logging.WARNING, "madeleine_common.bus.gauges"):
            async with background(measuring(house, wants).run()):
                await rises("gauges_updated_timestamp_seconds", **away)
                await children[1].kill()
                await eventually(lambda: _said(caplog, "nats of chat is not measured"))
                stood = gauge("gauges_updated_timestamp_seconds", **away)
                await house.say("a", 0, "one", "two")
                await becomes(2, "outbox_rows", context="chat")
                await rises("gauges_updated_timestamp_seconds", **there)
                assert gauge("gauges_updated_timestamp_seconds", **away) == stood
                assert gauge("stream_messages", stream="CHAT") == 0
                await children[1].start()
                async with background(relay(house).run()):
                    await becomes(2, "stream_messages", stream="CHAT")
                    await becomes(0, "outbox_rows", context="chat")

                await children[0].kill()
                await eventually(lambda: _said(caplog, "postgresql of chat is not measured"))
                stood = gauge("gauges_updated_timestamp_seconds", **there)
                await rises("gauges_updated_timestamp_seconds", **away)
                assert gauge("gauges_updated_timestamp_seconds", **there) == stood
                await children[0].start()
                await rises("gauges_updated_timestamp_seconds", **there)
        # A server that is away is no surprise: a line, not a traceback.
        said = [record for record in caplog.records if record.name == "madeleine_common.bus.gauges"]
        assert not any(record.exc_info for record in said)


async def test_a_role_measures_what_is_its_own_and_only_if_somebody_may_look(servers: Servers) -> None:
    async def apply(_: Connection, __: RecordedEvent) -> None:
        """Takes anything."""

    async def bootstrap(_: House[Settings]) -> Parts:
        hears = Subscription("by-role", "chat", apply=apply, projection=True)
        return Parts(ServerParts(lambda _: None, ()), subscriptions=[hears])

    def updated() -> float:
        return gauge("gauges_updated_timestamp_seconds", context="spark", server="nats")

    looked = {"metrics_listen": "127.0.0.1:0", "gauges_every_s": _EVERY_S}
    async with running_service(servers, "spark", Settings, bootstrap, roles=["relay", "project"]):
        pass
    assert updated() == -1
    async with running_service(servers, "spark", Settings, bootstrap, roles=["relay"], **looked):
        await becomes(0, "outbox_rows", context="spark")
        await becomes(0, "stream_messages", stream="SPARK")
        await rises("gauges_updated_timestamp_seconds", context="spark", server="nats")
        assert gauge("consumer_pending", consumer="by-role") == -1
    async with running_service(servers, "spark", Settings, bootstrap, roles=["project"], **looked) as rig:
        await becomes(0, "consumer_pending", consumer="by-role")
        await becomes(0, "dead_letters", consumer="by-role", state="dead")
        # No relay is there to tell of what waits for it.
        metadata = Metadata("person:ana", utc_now(), new_id())
        await rig.house.store.append("a", 0, [NewEvent(MessageSent(text="one"), "person:ana")], metadata)
        await becomes(1, "outbox_rows", context="spark")


async def _never() -> None:
    raise AssertionError("nobody runs this subscription")


async def _said(caplog: pytest.LogCaptureFixture, text: str) -> bool:
    return any(text in message for message in caplog.messages)
