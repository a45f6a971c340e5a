"""Live editing: whether histories converge, how fast edits reach others, how long a large app takes to open.

The service runs in a process of its own behind a real Envoy, on PostgreSQL (with fsync) and NATS. Its peer is a relay
of pycrdt without rules, roles or a database, behind the same Envoy: what that costs is the ratio.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console

from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually
from madeleine_miniapp.adapters.live.store import PostgresDocuments
from madeleine_miniapp.adapters.live.ydoc import YDocument, merged
from madeleine_miniapp.adapters.read_model import PostgresReadModel
from madeleine_miniapp.application.live.actions import Add
from madeleine_miniapp.application.live.keeper import House
from madeleine_miniapp.application.live.room import Room, Writing
from madeleine_miniapp.domain.app import as_struct
from madeleine_miniapp.domain.recording import Author
from madeleine_miniapp.domain.records import Surroundings
from madeleine_miniapp.projections.apps import PROJECTION
from miniapping.live_house import EDITORS, TESTS, Bench, running

_HISTORIES, _ROUNDS, _RECORDS, _PIPED = 1000, 300, 50_000, 1500
_STORED = """
SELECT length(snapshot) + (SELECT coalesce(sum(length(update)), 0) FROM app_updates u WHERE u.app_id = d.app_id)
FROM app_documents d WHERE app_id = $1
"""
MEAL = {"dish": "soup", "eaten_at": "2026-03-10T12:00:00+01:00", "calories": 250, "meal_type": "lunch", "note": "warm"}


async def measure(data: Path, console: Console) -> dict[str, Any]:
    """The figures of live editing; `data` is not read."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    figures: dict[str, Any] = {"crdt_converged": _converged()}
    console.print(figures)
    async with running() as bench:
        for measured in (_propagation, _throughput, _opening):
            figures |= await measured(bench)
            console.print(figures)
    return figures


def _converged() -> float:
    """The share of random histories of four editors after which all agree, the read model too."""
    play: Callable[[int], object] = import_module("live_histories").play
    good = 0
    for seed in range(_HISTORIES):
        try:
            play(1_000_000 + seed)
        except AssertionError:
            continue
        good += 1
    return good / _HISTORIES


async def _propagation(bench: Bench) -> dict[str, Any]:
    """From an edit at one of ten until the nine others have it, one edit after the other."""
    app_id = await bench.app()
    ours = await _times(bench, f"ws://{bench.listen}/v1/apps/{app_id}/live")
    plain = await _times(bench, f"ws://{bench.relay}/v1/apps/{app_id}/live")
    p95, relay = _p95(ours), _p95(plain)
    return {
        "crdt_p50_ms": round(statistics.median(ours) * 1000, 1),
        "crdt_p95_ms": round(p95 * 1000, 1),
        "relay_p95_ms": round(relay * 1000, 1),
        "crdt_p95_to_relay": round(p95 / relay, 2),
    }


async def _times(bench: Bench, url: str) -> list[float]:
    async with _clients(bench, url) as clients:
        record_id = new_id()
        clients[0].add(record_id, **MEAL)
        await _all(clients, lambda c: record_id in c.records)
        taken: list[float] = []
        for number in range(_ROUNDS):
            began = time.perf_counter()
            clients[number % EDITORS].change(record_id, calories=float(number + 1))
            await _all(clients, lambda c, n=number: c.values(record_id).get("calories") == n + 1)
            taken.append(time.perf_counter() - began)
        return taken


async def _throughput(bench: Bench) -> dict[str, Any]:
    """Edits of ten at once, each as fast as it is taken, until all have all."""
    app_id = await bench.app()
    rates: dict[str, float] = {}
    for name, listen in (("updates_per_s", bench.listen), ("relay_updates_per_s", bench.relay)):
        async with _clients(bench, f"ws://{listen}/v1/apps/{app_id}/live") as clients:
            ids = [new_id() for _ in clients]
            for client, record_id in zip(clients, ids, strict=True):
                client.add(record_id, **MEAL)
            await _all(clients, lambda c, ids=ids: all(i in c.records for i in ids))
            each = _PIPED // EDITORS
            began = time.perf_counter()
            for number in range(each):
                for client, record_id in zip(clients, ids, strict=True):
                    client.change(record_id, calories=float(number + 1))
                await asyncio.sleep(0)
            await _all(clients, lambda c, ids=ids, each=each: _reached(c, ids, each), within_s=120)
            rates[name] = round(each * EDITORS / (time.perf_counter() - began), 1)
    rates["updates_to_relay"] = round(rates["updates_per_s"] / rates["relay_updates_per_s"], 3)
    return rates


async def _opening(bench: Bench) -> dict[str, Any]:
    """Until somebody has all of 50,000 records: first when nobody had them open, then again; and until a first edit."""
    app_id = await bench.app()
    began = time.perf_counter()
    await _fill(bench, app_id)
    filled = time.perf_counter() - began
    await eventually(lambda: _is_projected(bench, app_id), within_s=900, every_s=0.5)
    url = f"ws://{bench.listen}/v1/apps/{app_id}/live"
    before = _rss_mib(bench.pid)
    cold, asked = await _open(bench, url)
    warm = [(await _open(bench, url))[0] for _ in range(5)]
    edited = await _first_edit(bench, url)
    return {
        "open_50k_s": round(statistics.median(warm), 2),
        "open_50k_cold_s": round(cold, 2),
        # From the first word of an opening on, until the server would take what a client wrote offline.
        "open_50k_cold_asked_s": round(asked, 2),
        "open_50k_first_edit_s": round(edited, 2),
        "open_50k_server_mib": round(_rss_mib(bench.pid) - before, 1),
        "open_50k_bytes": await bench.pool.fetchval(_STORED, app_id),
        "bulk_records_per_s": round(_RECORDS / filled),
    }


async def _is_projected(bench: Bench, app_id: str) -> bool:
    """Whether the service has done with what was written: opening is measured, not opening beside an import."""
    return await bench.pool.fetchval("SELECT count(*) FROM records WHERE app_id = $1", app_id) == _RECORDS


async def _first_edit(bench: Bench, url: str) -> float:
    """From somebody's first edit of a large app until it is stored: what was accepted is read only then."""
    client = import_module("live_client").LiveClient()
    async with client.connected(url, bench.people[0]):
        await client.until(lambda: client.saved == 1)
        began = time.perf_counter()
        client.change(next(iter(client.records.keys())), calories=1.0)
        await client.until(lambda: client.saved == 2)
        return time.perf_counter() - began


async def _open(bench: Bench, url: str) -> tuple[float, float]:
    made = import_module("live_client").LiveClient()
    began = time.perf_counter()
    async with made.connected(url, bench.people[0]):
        took = time.perf_counter() - began
        if len(made.records) != _RECORDS:
            raise AssertionError(f"{len(made.records)} records came")
        await made.until(lambda: made.saved)
        return took, time.perf_counter() - began


async def _fill(bench: Bench, app_id: str) -> None:
    """Writes the records as an import does: a room of this process's own, as another replica."""
    read_model = PostgresReadModel(bench.pool, PROJECTION)

    async def told(_: str) -> None:
        return

    documents = PostgresDocuments(bench.pool, bench.store, read_model, PROJECTION)
    asked = read_model.facts, read_model.present, read_model.wait_for
    house = House(documents, YDocument.opened, merged, *asked, told, utc_now)
    room = Room(app_id, house)
    owner = bench.people[0].person_id
    values = as_struct(MEAL)
    for _ in range(_RECORDS // 2000):
        actions = [Add(new_id(), "meal", values) for _ in range(2000)]
        writing = Writing(Author(owner, "owner"), Metadata(f"person:{owner}", utc_now(), new_id()), Surroundings(UTC))
        await room.write(actions, writing)


def _reached(client: Any, ids: Sequence[str], calories: float) -> bool:
    return all(client.values(i).get("calories") == calories for i in ids)


@asynccontextmanager
async def _clients(bench: Bench, url: str) -> AsyncIterator[list[Any]]:
    made = [import_module("live_client").LiveClient() for _ in bench.people]
    entered = [client.connected(url, person) for client, person in zip(made, bench.people, strict=True)]
    for one in entered:
        await one.__aenter__()
    try:
        yield made
    finally:
        for one in entered:
            await one.__aexit__(None, None, None)


async def _all(clients: list[Any], seen: Callable[[Any], bool], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not all(seen(client) for client in clients):
        if time.monotonic() > end:
            raise TimeoutError("an edit did not reach everybody")
        await asyncio.sleep(0.0005)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _rss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ValueError(pid)
