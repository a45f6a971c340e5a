"""Messages that are hardly events, repeats that are none, versions that do not come, payloads that are too large."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from nats.aio.msg import Msg

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription, consumer, delivery, retry
from madeleine_common.bus.payloads import BUCKET
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.errors import Invalid
from madeleine_common.events import RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_common.testing.backbone import Backbone, Wire, background, open_backbone

KIB = 1024


@pytest.fixture
async def house(postgres_url: str, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backbone]:
    monkeypatch.setattr(consumer, "_HOLD_S", 0.2)
    monkeypatch.setattr(consumer, "_HOUSE_DELAY_S", 0.05)
    monkeypatch.setattr(consumer, "_GAP_PATIENCE_S", 0.5)
    monkeypatch.setattr(retry, "_LOOK_EVERY_S", 0.05)
    async with open_backbone(postgres_url, nats_url) as backbone:
        yield backbone


def projection(house: Backbone) -> Subscription:
    return Subscription("seen", "chat", apply=house.record, projection=True)


def plain(house: Backbone) -> Subscription:
    return Subscription("plain", "chat", apply=house.record)


def reaction(house: Backbone) -> Subscription:
    async def react(event: RecordedEvent) -> None:
        await house.record(house.pool, event)

    return Subscription("reaction", "chat", react=react)


Kind = Callable[[Backbone], Subscription]
ALL_KINDS = pytest.mark.parametrize("kind", [projection, plain, reaction])


async def have_seen(house: Backbone, *events: tuple[str, int]) -> None:
    async def probe() -> bool:
        return sorted(await house.seen()) == sorted(events)

    await eventually(probe)


async def lie_there(house: Backbone, *states: str) -> None:
    async def probe() -> bool:
        return [state for _, _, state in await house.letters()] == list(states)

    await eventually(probe)


GARBLED: dict[str, dict[str, str | None]] = {
    "no id": {"id": None},
    "an id of another kind": {"id": "not-a-uuid"},
    "no version": {"streamversion": None},
    "a version in words": {"streamversion": "two"},
    "version nought": {"streamversion": "0"},
    "a version before the first": {"streamversion": "-1"},
    "a version that no table holds": {"streamversion": "9" * 30},
    "a version of the schema in words": {"schemaversion": "new"},
    "a version of the schema that no table holds": {"schemaversion": "9" * 30},
    "no stream": {"streamid": None},
    "no type": {"type": None},
    "a time of no clock": {"time": "yesterday"},
    "a time of no zone": {"time": "2026-01-01T00:00:00"},
    "letters of no alphabet": {"type": "\udcff\udcfe"},
}


@pytest.mark.parametrize("what", GARBLED)
@ALL_KINDS
async def test_a_message_with_a_garbled_envelope_is_set_aside_and_the_rest_goes_on(
    house: Backbone, kind: Kind, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.say("a", 0, "one")
    await house.say("b", 0, "two")
    one, two = await house.wire("a", 1), await house.wire("b", 1)
    garbled = one.but(None, **GARBLED[what])
    if what == "letters of no alphabet":
        # The client cannot send them, but it hands on what it gets.
        monkeypatch.setattr(consumer, "Receiver", _mangling(garbled.headers))
        garbled = one
    await house.publish(garbled, two)
    async with background(house.consumer(kind(house)).run()):
        await have_seen(house, ("b", 1))
        (state,) = await eventually(house.letters)
        assert state[2] == "dead"
        assert (await house.reasons())[0].startswith("unreadable: ")


def _mangling(headers: dict[str, str]) -> type[delivery.Receiver]:
    class Mangling(delivery.Receiver):
        async def receive(self, message: Msg) -> delivery.Delivery:
            if message.headers is not None and message.headers["ce-streamid"] == "a":
                message.headers.update(headers)
            return await super().receive(message)

    return Mangling


@ALL_KINDS
async def test_a_message_without_any_envelope_is_set_aside(house: Backbone, kind: Kind) -> None:
    await house.say("b", 0, "two")
    await house.publish(Wire("madeleine.chat.evt.MessageSent.a", {}, b"\x00\xff"), await house.wire("b", 1))
    async with background(house.consumer(kind(house)).run()):
        await have_seen(house, ("b", 1))
        assert await eventually(house.letters) == [("", 0, "dead")]


async def test_an_envelope_that_names_its_place_but_is_garbled_can_be_discarded(house: Backbone) -> None:
    await house.say("a", 0, "one", "two")
    one, two = await house.wire("a", 1), await house.wire("a", 2)
    await house.publish(one.but(actor=None), two)
    async with background(house.consumer(projection(house)).run()):
        await lie_there(house, "dead", "behind")
        await house.settle("discarded", "a", 1)
        await have_seen(house, ("a", 2))
        await lie_there(house, "discarded")


@ALL_KINDS
async def test_the_same_id_with_other_bytes_is_told_from_a_repeat(house: Backbone, kind: Kind) -> None:
    await house.say("a", 0, "one", "two")
    one, two = await house.wire("a", 1), await house.wire("a", 2)
    forged = MessageSent(text="something else").SerializeToString()
    async with background(house.consumer(kind(house)).run()):
        await house.publish(one, two)
        await have_seen(house, ("a", 1), ("a", 2))
        # A repeat, then the last one and an older one in other words.
        await house.publish(two, two.but(forged, keyid=None), one.but(forged, keyid=None))
        await house.say("b", 0, "three")
        await house.publish(await house.wire("b", 1))
        await have_seen(house, ("a", 1), ("a", 2), ("b", 1))
        # Of older versions a projection no longer knows the bytes: they count as repeats, and change nothing.
        await lie_there(house, *(["dead"] if kind is projection else ["dead", "dead"]))
        assert all("with other bytes" in reason for reason in await house.reasons())


async def test_another_event_at_a_version_that_was_taken_is_a_conflict(house: Backbone) -> None:
    await house.say("a", 0, "one")
    one = await house.wire("a", 1)
    async with background(house.consumer(projection(house)).run()):
        await house.publish(one)
        await have_seen(house, ("a", 1))
        forged = MessageSent(text="one").SerializeToString()
        await house.publish(one.but(forged, id=new_id(), keyid=None))
        await lie_there(house, "dead")
        assert "with other bytes" in (await house.reasons())[0]
    assert await house.seen() == [("a", 1)]


async def test_a_version_that_comes_late_is_waited_for(house: Backbone) -> None:
    await house.say("a", 0, "one", "two", "three")
    one, two, three = [await house.wire("a", version) for version in (1, 2, 3)]
    async with background(house.consumer(projection(house)).run()):
        await house.publish(three, two, one)
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3))
        assert [version for _, version in await house.seen()] == [1, 2, 3]
        assert await house.letters() == []


async def test_behind_a_version_that_never_comes_only_its_stream_waits(house: Backbone) -> None:
    await house.say("a", 0, "one", "two", "three")
    await house.say("b", 0, "elsewhere")
    one, two, three = [await house.wire("a", version) for version in (1, 2, 3)]
    async with background(house.consumer(projection(house)).run()):
        await house.publish(two, three, await house.wire("b", 1))
        await have_seen(house, ("b", 1))
        await lie_there(house, "behind", "behind")
        assert (await house.reasons())[0] == "gap: a version before it has not come"
        # What was lost on its way is published again: the others follow by themselves.
        await house.publish(one)
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3), ("b", 1))
        await lie_there(house)
    assert [version for stream, version in await house.seen() if stream == "a"] == [1, 2, 3]


async def test_what_one_replica_gave_up_and_another_took_meanwhile_leaves_no_letter(house: Backbone) -> None:
    await house.say("a", 0, "one", "two", "three")
    one, two, three = [await house.wire("a", version) for version in (1, 2, 3)]
    async with background(house.consumer(projection(house)).run()):
        await house.publish(two)
        await lie_there(house, "behind")
    # The carrier is away as the same event, delivered anew, is taken in its turn.
    kept = await house.pool.fetchrow("DELETE FROM dead_letters RETURNING *")
    assert kept is not None
    async with background(house.consumer(projection(house)).run()):
        await house.publish(one, two)
        await have_seen(house, ("a", 1), ("a", 2))
    columns = [name for name in kept.keys() if name != "letter_id"]  # noqa: SIM118 (a record)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    insert = f"INSERT INTO dead_letters ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    await house.pool.execute(insert, *(kept[name] for name in columns))
    async with background(house.consumer(projection(house)).run()):
        await lie_there(house)
        await house.publish(three)
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3))


async def test_an_event_of_5_mib_is_refused_and_nothing_of_its_append_is_kept(house: Backbone) -> None:
    with pytest.raises(Invalid, match=r"MessageSent: the event has \d+ bytes; at most 4194304 are kept"):
        await house.say("a", 0, "small", "x" * (5 * KIB * KIB))
    assert await house.store.head("a") == 0
    assert await house.pool.fetchval("SELECT count(*) FROM outbox") == 0


@ALL_KINDS
async def test_a_large_event_goes_through_the_object_store(house: Backbone, kind: Kind) -> None:
    await house.say("a", 0, "one", "x" * (3 * KIB * KIB), "three")
    relay = OutboxRelay(house.url, house.nats, "chat")
    async with background(relay.run(), house.consumer(kind(house)).run()):
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3))
    info = await house.nats.jetstream().stream_info("CHAT")
    assert info.state.bytes < 512 * KIB
    assert await house.letters() == []


@ALL_KINDS
async def test_a_large_event_whose_object_is_lost_is_set_aside_and_taken_once_it_is_there_again(
    house: Backbone, kind: Kind
) -> None:
    (event, _) = await house.say("a", 0, "x" * KIB * KIB, "two")
    async with background(OutboxRelay(house.url, house.nats, "chat").run()):
        await eventually(lambda: house.pool.fetchval("SELECT count(*) = 0 FROM outbox"))
    store = await house.nats.jetstream().object_store(BUCKET)
    await store.delete(event.event_id)
    async with background(house.consumer(kind(house)).run()):
        await lie_there(house, *(["dead", "behind"] if kind is projection else ["dead"]))
        assert f"no longer holds {BUCKET}/{event.event_id}" in (await house.reasons())[0]
        # PostgreSQL still has it.
        await store.put(event.event_id, (await house.wire("a", 1)).payload)
        await house.settle("retry", "a", 1)
        await have_seen(house, ("a", 1), ("a", 2))
        await lie_there(house)
        # And what the relay would publish again is a repeat.
        await house.publish((await house.wire("a", 1)).but(b"", dataref=f"{BUCKET}/{event.event_id}"))
        await house.say("b", 0, "three")
        await house.publish(await house.wire("b", 1))
        await have_seen(house, ("a", 1), ("a", 2), ("b", 1))
        assert await house.letters() == []
