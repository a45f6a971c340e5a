"""Events that are not as they should be: each has its outcome, and no other stream waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Subscription, consumer, retry
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.events.types import EventTypes
from madeleine_common.testing import eventually
from madeleine_common.testing.backbone import Backbone, Wire, background, open_backbone

MESSAGE = "madeleine.chat.v1.MessageSent"


@pytest.fixture
async def house(postgres_url: str, nats_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Backbone]:
    monkeypatch.setattr(consumer, "_RETRY_DELAYS_S", (0.01,))
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


ALL_KINDS = pytest.mark.parametrize("kind", [projection, plain, reaction])


async def have_seen(house: Backbone, *events: tuple[str, int]) -> None:
    """These have taken effect, in this order within each stream, each once, and no others."""
    wanted = sorted(events)

    async def probe() -> bool:
        return sorted(await house.seen()) == wanted

    await eventually(probe)
    for stream in {stream for stream, _ in wanted}:
        assert [e for e in await house.seen() if e[0] == stream] == [e for e in wanted if e[0] == stream]


async def lie_there(house: Backbone, *letters: tuple[str, int, str]) -> None:
    async def probe() -> bool:
        return await house.letters() == list(letters)

    await eventually(probe)


async def story(house: Backbone) -> tuple[Wire, Wire, Wire, Wire]:
    """Three events of one stream and one of another."""
    await house.say("a", 0, "one", "two", "three")
    await house.say("b", 0, "elsewhere", subject="person:ben")
    return await house.wire("a", 1), await house.wire("a", 2), await house.wire("a", 3), await house.wire("b", 1)


def flipped(payload: bytes) -> bytes:
    return payload[:-1] + bytes([payload[-1] ^ 1])


DAMAGES: dict[str, tuple[Callable[[Wire, Wire], Wire], str]] = {
    "a bit flipped": (lambda w, _: w.but(flipped(w.payload)), "does not open with its key"),
    "truncated": (lambda w, _: w.but(w.payload[:20]), "does not open with its key"),
    "empty": (lambda w, _: w.but(b""), "does not open with its key"),
    "the key of another subject": (lambda w, o: w.but(keyid=o.headers["ce-keyid"]), "does not open with its key"),
    "a key that never was": (lambda w, _: w.but(keyid="no-such-key"), "its key no-such-key is not known"),
    "in the clear, and no message": (lambda w, _: w.but(b"\xff\xff", keyid=None), f"payload is not a {MESSAGE}"),
    "version nought": (lambda w, _: w.but(schemaversion="0"), "versions begin at 1"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@ALL_KINDS
async def test_what_cannot_be_opened_is_set_aside_and_only_its_own_stream_waits(
    house: Backbone, kind: Callable[[Backbone], Subscription], damage: str
) -> None:
    change, reason = DAMAGES[damage]
    one, two, three, elsewhere = await story(house)
    await house.publish(one, change(two, elsewhere), three, elsewhere)
    async with background(house.consumer(kind(house)).run()):
        if kind is projection:
            await lie_there(house, ("a", 2, "dead"), ("a", 3, "behind"))
            await have_seen(house, ("a", 1), ("b", 1))
        else:
            await lie_there(house, ("a", 2, "dead"))
            await have_seen(house, ("a", 1), ("a", 3), ("b", 1))
        (said, *_) = await house.reasons()
        assert said.startswith("unreadable: ")
        assert reason in said


async def test_a_letter_that_is_mended_is_retried_and_those_behind_it_follow_in_order(house: Backbone) -> None:
    one, two, three, elsewhere = await story(house)
    await house.publish(one, two.but(flipped(two.payload)), three, elsewhere)
    async with background(house.consumer(projection(house)).run()):
        await lie_there(house, ("a", 2, "dead"), ("a", 3, "behind"))
        await house.settle("retry", "a", 2)
        await eventually(
            lambda: house.pool.fetchval("SELECT attempts = 1 AND state = 'dead' FROM dead_letters WHERE version = 2")
        )
        await have_seen(house, ("a", 1), ("b", 1))
        await house.pool.execute(
            "UPDATE dead_letters l SET payload = e.payload, state = 'retry' FROM events e"
            " WHERE e.event_id::text = l.event_id AND l.version = 2"
        )
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3), ("b", 1))
        await lie_there(house)


async def test_a_letter_that_is_discarded_is_passed_over_for_good(house: Backbone) -> None:
    one, two, three, elsewhere = await story(house)
    await house.publish(one, two.but(b""), three, elsewhere)
    async with background(house.consumer(projection(house)).run()):
        await lie_there(house, ("a", 2, "dead"), ("a", 3, "behind"))
        await house.settle("discarded", "a", 2)
        await have_seen(house, ("a", 1), ("a", 3), ("b", 1))
        await lie_there(house, ("a", 2, "discarded"))
        await house.say("a", 3, "four")
        # What was discarded comes once more, whole this time, and changes nothing.
        await house.publish(two, await house.wire("a", 4))
        await have_seen(house, ("a", 1), ("a", 3), ("a", 4), ("b", 1))
        await lie_there(house, ("a", 2, "discarded"))


def _as_it_is(data: bytes) -> tuple[str, bytes]:
    return MESSAGE, data


# What is not known yet, and the release that knows it.
NEWER: dict[str, tuple[dict[str, str | None], tuple[str, int], str]] = {
    "a newer version": ({"schemaversion": "2"}, (MESSAGE, 2), "version 2 is newer than 1"),
    "an unknown type": (
        {"type": "madeleine.chat.v1.Invented", "keyid": None},
        ("madeleine.chat.v1.Invented", 1),
        "unknown event type madeleine.chat.v1.Invented",
    ),
}


@pytest.mark.parametrize("news", NEWER)
@ALL_KINDS
async def test_what_is_newer_than_the_code_waits_for_the_release_that_knows_it(
    house: Backbone, kind: Callable[[Backbone], Subscription], news: str
) -> None:
    headers, (type_name, version), reason = NEWER[news]
    one, two, three, elsewhere = await story(house)
    clear = MessageSent(text="two").SerializeToString() if "keyid" in headers else None
    await house.publish(one, two.but(clear, **headers), three, elsewhere)
    behind = [("a", 3, "behind")] if kind is projection else []
    async with background(house.consumer(kind(house)).run()):
        await lie_there(house, ("a", 2, "parked"), *behind)
        assert reason in (await house.reasons())[0]
        # Somebody tries it too early: it is parked again.
        await house.settle("retry", "a", 2)
        await lie_there(house, ("a", 2, "parked"), *behind)
    types = EventTypes({(MESSAGE, 1): _as_it_is})
    types.register_upcaster(type_name, version, lambda data: (MESSAGE, data))
    async with background(house.consumer(kind(house), types).run()):
        await lie_there(house)
    if kind is projection:
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3), ("b", 1))
    else:
        assert sorted(await house.seen()) == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]


async def test_a_poison_event_is_tried_again_and_set_aside_and_taken_once_its_handler_is_mended(
    house: Backbone,
) -> None:
    poisonous = True

    async def apply(connection: Connection, event: RecordedEvent) -> None:
        if event.stream_id == "a" and event.version == 2 and poisonous:
            raise ValueError("cannot")
        await house.record(connection, event)

    await house.publish(*await story(house))
    subscription = Subscription("seen", "chat", apply=apply, projection=True, max_deliveries=3)
    async with background(house.consumer(subscription).run()):
        await lie_there(house, ("a", 2, "dead"), ("a", 3, "behind"))
        assert (await house.reasons())[0] == "ValueError after 3 deliveries"
        await have_seen(house, ("a", 1), ("b", 1))
        again = "ValueError when tried again"
        await house.settle("retry", "a", 2)
        await eventually(lambda: house.pool.fetchval("SELECT reason = $1 FROM dead_letters WHERE version = 2", again))
        poisonous = False
        await house.settle("retry", "a", 2)
        await have_seen(house, ("a", 1), ("a", 2), ("a", 3), ("b", 1))
        await lie_there(house)


@pytest.mark.parametrize("kind", [plain, reaction])
async def test_a_poison_event_holds_nobody_up_where_there_is_no_order(
    house: Backbone, kind: Callable[[Backbone], Subscription], monkeypatch: pytest.MonkeyPatch
) -> None:
    poisonous = True
    record = Backbone.record

    async def picky(backbone: Backbone, connection: Connection, event: RecordedEvent) -> None:
        if event.version == 2 and poisonous:
            raise ValueError("cannot")
        await record(backbone, connection, event)

    monkeypatch.setattr(Backbone, "record", picky)
    await house.publish(*await story(house))
    async with background(house.consumer(kind(house)).run()):
        await lie_there(house, ("a", 2, "dead"))
        await have_seen(house, ("a", 1), ("a", 3), ("b", 1))
        poisonous = False
        await house.settle("retry", "a", 2)
        await lie_there(house)
    assert sorted(await house.seen()) == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
