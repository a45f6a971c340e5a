"""Reading a database's events: every settled one once, in order, filtered, in pages that fit into memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import asyncpg
import pytest

from madeleine.chat.v1.events_pb2 import MessageEdited, MessageSent
from madeleine_common.events.reading import START, Selection
from madeleine_common.testing import eventually

from .event_house import ANA, BEN, NOON, House, event_house


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with event_house(postgres_url) as opened:
        yield opened


async def test_pages_follow_each_other_without_gap_or_repeat(house: House) -> None:
    for number in range(7):
        await house.said(*(f"{number}.{n}" for n in range(3)), stream=f"conversation-{number}")
    pages = [page async for page in house.reader.pages(rows=4)]
    assert [len(page.events) for page in pages] == [4, 4, 4, 4, 4, 1]
    cursors = [cursor for page in pages for cursor in page.cursors]
    assert cursors == sorted(set(cursors))
    assert sorted(sealed.event.event_id for page in pages for sealed in page.events) == await house.ids()
    again = [page async for page in house.reader.pages(after=pages[2].last, rows=100)]
    assert [s.event.event_id for s in again[0].events] == [s.event.event_id for p in pages[3:] for s in p.events]
    assert await house.reader.count() == 21
    assert await house.reader.count(after=pages[2].last) == 9


async def test_a_page_is_bounded_in_bytes_and_holds_one_event_at_least(house: House) -> None:
    await house.said(*("x" * size for size in (400_000, 400_000, 400_000, 10, 900_000, 10)))
    pages = [page async for page in house.reader.pages(size=500_000)]
    assert [len(page.events) for page in pages] == [2, 3, 1]
    assert [len(page.events) async for page in house.reader.pages(size=1)] == [1] * 6


async def test_what_commits_late_is_not_passed_over(house: House) -> None:
    slow = await asyncpg.connect(house.url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("SELECT pg_current_xact_id()")
        await house.said("after a transaction that is still open")
        assert [page async for page in house.reader.pages()] == []
        await transaction.commit()

        async def settled() -> bool:
            return await house.reader.count() == 1

        await eventually(settled)
    finally:
        await slow.close()


async def test_each_filter_narrows_and_all_together_do(house: House) -> None:
    (first,) = await house.said("one", at=NOON)
    (second,) = await house.said("two", person=BEN, at=NOON + timedelta(hours=1), cause="cause-2")
    await house.happened("conversation-2", MessageEdited(text="three"), at=NOON + timedelta(hours=2))

    async def found(selection: Selection) -> list[int]:
        pages = [page async for page in house.reader.pages(selection)]
        events = [sealed.event for page in pages for sealed in page.events]
        assert await house.reader.count(selection) == len(events)
        return [round((event.metadata.occurred_at - NOON).total_seconds() / 3600) for event in events]

    assert await found(Selection()) == [0, 1, 2]
    assert await found(Selection(types=("MessageSent",))) == [0, 1]
    assert await found(Selection(types=("MessageEdited", MessageSent.DESCRIPTOR.full_name))) == [0, 1, 2]
    assert await found(Selection(stream_id="conversation-2")) == [2]
    assert await found(Selection(person=ANA)) == [0, 2]
    assert await found(Selection(person=BEN)) == [1]
    assert await found(Selection(correlation_id="cause-2")) == [1]
    assert await found(Selection(since=second.metadata.occurred_at)) == [1, 2]
    assert await found(Selection(until=second.metadata.occurred_at)) == [0]
    assert await found(Selection(types=("MessageSent",), person=BEN, since=NOON)) == [1]
    assert await found(Selection(types=("MessageSent",), person=BEN, until=NOON)) == []
    assert first.version == 1


async def test_a_reading_that_is_left_early_leaves_its_connection_usable(house: House) -> None:
    await house.said(*map(str, range(10)))
    async with aclosing(house.reader.pages(after=START, rows=2)) as pages:
        async for page in pages:
            assert len(page.events) == 2
            break
    assert await house.reader.count() == 10
