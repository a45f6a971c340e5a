"""Large documents: stored in pieces, sent as they are stored, read when they are written to."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pycrdt import Doc, Map

from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, eventually
from madeleine_miniapp.adapters.live.updates import read_clocks
from madeleine_miniapp.adapters.live.ydoc import YDocument, merged, written
from madeleine_miniapp.application.live import pieces, stock
from madeleine_miniapp.application.live.pieces import Piece, grouped, packed
from madeleine_miniapp.domain.recording import Kept

from .conftest import ChatPeer
from .live_client import LiveClient
from .live_histories import play
from .test_live import MEAL, Floor
from .test_live_faults import erase, projected, running, running_again


@pytest.fixture(scope="module")
async def floor(servers: Servers, chat: ChatPeer) -> AsyncIterator[Floor]:
    async with running(servers, chat) as floor:
        yield floor


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every document is a large one."""
    monkeypatch.setattr(stock, "_UNMERGED", 20)
    monkeypatch.setattr(stock, "_SMALL_BYTES", 0)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)


def held(updates: list[bytes]) -> tuple[Any, dict[int, int]]:
    doc: Doc[Any] = Doc()
    records: Map[Any] = doc.get("records", type=Map)
    for update in updates:
        doc.apply_update(update)
    return records.to_py(), read_clocks(doc.get_state())


def test_neighbours_are_merged_until_they_are_large_enough() -> None:
    whole = pieces.PIECE_BYTES
    assert grouped([]) == []
    assert grouped([whole * 9, 1, 2, whole, 3, 4]) == [range(1), range(1, 4), range(4, 6)]
    # What is one piece stays it.
    assert grouped([whole * 9, whole + 3, 7]) == [range(1), range(1, 2), range(2, 3)]


@pytest.mark.parametrize("seed", range(40))
def test_a_history_in_pieces_is_the_same_history(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    server = play(2_000_000 + seed, 60)
    stored = [Piece(number, update) for number, update in enumerate(server.stored)]
    expected = held(server.stored)
    for size in (1, 100, 1000, 100_000):
        monkeypatch.setattr(pieces, "PIECE_BYTES", size)
        # Merged once in the middle, and what came since again.
        cut = rng.randint(0, len(stored))
        found = packed([*packed(stored[:cut], merged), *stored[cut:]], merged)
        assert found[-1].seq == stored[-1].seq
        assert held([piece.update for piece in found]) == expected


async def test_a_document_written_in_pieces_holds_all_records() -> None:
    records = [(new_id(), Kept("meal", {"dish": f"soup {n}"}, "ana", "2026-03-10T12:00:00+00:00")) for n in range(2500)]
    updates = list(written(records))
    assert len(updates) == 3
    document = await YDocument.opened(updates)
    assert {i: raw["values"] for i, raw in document.everything()} == {i: dict(k.values) for i, k in records}
    assert held(list(written([]))) == ({}, {})


async def test_updates_of_a_large_document_are_merged_and_sent_as_they_are_stored(
    floor: Floor, servers: Servers, chat: ChatPeer, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Never worth writing it anew.
    monkeypatch.setattr(stock, "_WORTH", 0)
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await floor.shared(chat, ana, ben)
    one, two = LiveClient(), LiveClient()
    pool = floor.rig.house.pool
    ids = [new_id() for _ in range(60)]

    async def stored() -> list[bytes]:
        rows = await pool.fetch("SELECT update FROM app_updates WHERE app_id = $1", app_id)
        return [row["update"] for row in rows]

    async def are_merged() -> bool:
        return len(await stored()) < 40

    async with one.connected(floor.url(app_id), ana), two.connected(floor.url(app_id), ben):
        two.add(new_id(), dish="refused soup", calories="many")
        await two.until(lambda: two.refused)
        for record_id in ids:
            one.add(record_id, **MEAL)
        # With the answer to what each was asked when it came.
        await one.until(lambda: one.saved == 61)
        await two.until(lambda: one.records.to_py() == two.records.to_py())
        await eventually(are_merged)
        three = LiveClient()
        async with three.connected(floor.url(app_id), ben):
            assert three.records.to_py() == one.records.to_py() == two.records.to_py()
    assert len(await stored()) > 5
    async with running_again(floor, servers) as url:
        four = LiveClient()
        async with four.connected(url(app_id), ana):
            assert four.records.to_py() == one.records.to_py()
            # What it has is asked for once the document is read; from then on it is edited as ever.
            await four.until(lambda: four.saved == 1)
            four.change(ids[1], calories=9.0)
            await four.until(lambda: four.saved == 2)
    # Nothing of Ben's was accepted, but what was refused stands in a merged update.
    assert any(b"refused soup" in update for update in await stored())
    await projected(floor, app_id)
    await erase(floor, servers, ben)

    async def is_gone() -> bool:
        return not any(b"refused soup" in update for update in await stored())

    await eventually(is_gone)
    fresh = LiveClient()
    async with fresh.connected(floor.url(app_id), ana):
        assert fresh.hellos[0]["epoch"] == "2"
        assert fresh.values(ids[1]) == {**MEAL, "calories": 9.0}
        assert len(fresh.records) == 60


async def test_what_was_written_over_goes_once_it_weighs_as_much_as_the_rest(
    floor: Floor, servers: Servers, small: None
) -> None:
    ana = servers.person("Ana")
    app_id = await floor.app(ana)
    client, record_id = LiveClient(), new_id()
    async with client.connected(floor.url(app_id), ana):
        client.add(record_id, **MEAL)
        for number in range(300):
            client.change(record_id, note=f"{number} " + "x" * 50)
        await client.until(lambda: client.saved >= 301)

        async def is_light() -> bool:
            row = await floor.rig.house.pool.fetchrow(
                "SELECT length(snapshot) + coalesce((SELECT sum(length(update)) FROM app_updates u"
                " WHERE u.app_id = d.app_id), 0) AS weight FROM app_documents d WHERE app_id = $1",
                app_id,
            )
            return row is not None and row["weight"] < 12_000

        await eventually(is_light)
    again = LiveClient()
    async with again.connected(floor.url(app_id), ana):
        assert again.values(record_id) == client.values(record_id)
