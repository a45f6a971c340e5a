"""`make bench-events`: the event backbone against its peers, every ratio from one run; the last line is JSON.

1 KiB payloads, encryption on, PostgreSQL and NATS with every commit on disk. Peers: plain asyncpg doing the least that
could be called the same; the PyPI library `eventsourcing` on the same PostgreSQL with its cipher; for the lag, a
bare insert, publish and fetch. For a rebuild that library runs its own projection (`eventsourcing`), and besides a loop
written by hand over its log, which keeps no position and writes once (`eventsourcing_log`). Peer and ours take turns; a
ratio is the median over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from backbone import appending, es_peer, exporting, lagging, rebuilding
from backbone.rig import PAYLOAD_BYTES, WRITERS, Servers, fill, house, median_ratio, servers, texts
from rich.console import Console
from rich.table import Table

from madeleine_common.testing.rig import fresh_database

_PARTS = ("append", "rebuild", "lag", "export")
_TARGETS = {
    "append_vs_asyncpg": (">=", 0.7),
    "append_vs_eventsourcing": (">=", 4.0),
    "rebuild_vs_asyncpg": (">=", 0.3),
    "rebuild_vs_eventsourcing": (">=", 3.0),
    "lag_p50_vs_bare": ("<=", 4.0),
    "export_events_per_s": (">=", 20_000.0),
    "export_vs_limit": (">=", 0.5),
    "export_rss_growth": ("<=", 0.1),
}
Figures = dict[str, object]


async def append(at: Servers, scale: float, rounds: int) -> Figures:
    """Events a second of ours and both peers, in turns."""
    each = max(20, int(600 * scale))
    mine, plain, library = list[float](), list[float](), list[float]()
    words = texts(100, PAYLOAD_BYTES)
    async with house(at.postgres_url) as here, fresh_database(at.postgres_url) as url:
        app = es_peer.application(url, WRITERS)
        try:
            await appending.ours(here, 20)
            await appending.asyncpg_plain(here.url, 20)
            for _ in range(rounds):
                plain.append(await appending.asyncpg_plain(here.url, each))
                mine.append(await appending.ours(here, each))
                library.append(await asyncio.to_thread(es_peer.append, app, words, WRITERS, max(10, each // 4)))
        finally:
            app.close()
    return _against("append", mine, {"asyncpg": plain, "eventsourcing": library})


async def rebuild(at: Servers, scale: float, rounds: int) -> Figures:
    """Events a second of ours and both peers over the same count of events."""
    count = max(6400, int(64_000 * scale) // 6400 * 6400)
    mine, plain, library, by_hand = list[float](), list[float](), list[float](), list[float]()
    async with house(at.postgres_url) as here, fresh_database(at.postgres_url) as url:
        await fill(here.store, count)
        app = es_peer.application(url, 4)
        try:
            await asyncio.to_thread(es_peer.fill, app, texts(100, PAYLOAD_BYTES), count)
            for pool_url in (here.url, url):
                await _settle(pool_url)
            for _ in range(rounds):
                plain.append(await rebuilding.asyncpg_plain(here.url))
                mine.append(await rebuilding.ours(here))
                by_hand.append(await asyncio.to_thread(es_peer.fold_log, app, url))
            # Once: it takes the library a minute.
            library = [await asyncio.to_thread(es_peer.project, url)] * rounds
        finally:
            app.close()
    peers = {"asyncpg": plain, "eventsourcing": library, "eventsourcing_log": by_hand}
    return {"rebuild_events": count, **_against("rebuild", mine, peers)}


async def lag(at: Servers, scale: float, rounds: int) -> Figures:
    """From append to the consumer's commit at 100 events a second, and the same for the bare path."""
    count = max(100, int(1000 * scale))
    mine, bare = list[list[float]](), list[list[float]]()
    for _ in range(max(2, rounds - 1)):
        async with house(at.postgres_url) as here:
            bare.append(await lagging.bare(here, at.nats_url, 100, count))
            mine.append(await lagging.ours(here, at.nats_url, 100, count))
    ratio, each = median_ratio([statistics.median(s) for s in mine], [statistics.median(s) for s in bare])
    return {
        "lag_p50_vs_bare": ratio,
        "lag_p50_ratios": each,
        "lag_p50_ms": _ms(mine, 50),
        "lag_p99_ms": _ms(mine, 99),
        "bare_p50_ms": _ms(bare, 50),
        "bare_p99_ms": _ms(bare, 99),
    }


async def export(at: Servers, scale: float, rounds: int) -> Figures:
    """Events a second and core, against the least there is to do; how far memory grows after the first fifth."""
    count = max(6400, int(256_000 * scale) // 64 * 64)
    async with house(at.postgres_url) as here:
        await fill(here.store, count)
        await _settle(here.url)
        with tempfile.TemporaryDirectory(prefix="madeleine-export-") as folder:
            runs = [
                await asyncio.to_thread(exporting.measured, here.url, Path(folder) / f"open-{n}", "open")
                for n in range(max(1, rounds - 2))
            ]
            sealed = await asyncio.to_thread(exporting.measured, here.url, Path(folder) / "sealed", "sealed")
    best = [run["events"] / run["cpu_s"] for run in runs]
    walls = [run["events"] / run["wall_s"] for run in runs]
    ratio, each = median_ratio(walls, [run["limit_per_s"] for run in runs])
    return {
        "export_events": count,
        "export_events_per_s": round(statistics.median(best)),
        "export_wall_events_per_s": round(statistics.median(walls)),
        "export_sealed_events_per_s": round(sealed["events"] / sealed["cpu_s"]),
        "export_limit_per_s": round(statistics.median(run["limit_per_s"] for run in runs)),
        "export_vs_limit": ratio,
        "export_ratios": each,
        "export_rss_mib": round(runs[-1]["rss_peak"] / 2**20),
        "export_rss_growth": round(max(run["rss_peak"] / run["rss_warm"] - 1 for run in runs), 3),
    }


async def _settle(url: str) -> None:
    """Vacuums, so that no side pays for the other's dead rows or for statistics that are not there yet."""
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _against(name: str, mine: Sequence[float], peers: dict[str, list[float]]) -> Figures:
    figures: Figures = {f"{name}_per_s": round(statistics.median(mine))}
    for peer, theirs in peers.items():
        ratio, each = median_ratio(mine, theirs)
        figures |= {
            f"{name}_vs_{peer}": ratio,
            f"{name}_vs_{peer}_rounds": each,
            f"{peer}_{name}_per_s": round(statistics.median(theirs)),
        }
    return figures


def _ms(rounds: Sequence[Sequence[float]], percentile: int) -> float:
    """The median over the rounds of a percentile, in milliseconds; each round is sorted."""
    found = [taken[min(len(taken) - 1, len(taken) * percentile // 100)] for taken in rounds]
    return round(statistics.median(found) * 1000, 2)


def _table(figures: Figures) -> Table:
    table = Table("figure", "measured", "wanted", "", title="make bench-events", title_justify="left")
    for name, value in figures.items():
        wanted, verdict = "", ""
        if (target := _TARGETS.get(name)) and isinstance(value, (int, float)):
            sign, limit = target
            good = value >= limit if sign == ">=" else value <= limit
            wanted, verdict = f"{sign} {limit:g}", "[green]yes[/]" if good else "[red]no[/]"
        table.add_row(name, str(value), wanted, verdict)
    return table


def main() -> None:
    """Measures, prints a table and a line of JSON."""
    parser = argparse.ArgumentParser(prog="make bench-events", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the counts; 0.05 is a smoke test (1)")
    parser.add_argument("--rounds", type=int, default=3, help="in which peer and ours take turns (3)")
    parser.add_argument("--only", default=",".join(_PARTS), help=f"parts, comma-separated ({','.join(_PARTS)})")
    chosen = parser.parse_args()
    parts = chosen.only.split(",")
    if unknown := set(parts) - set(_PARTS):
        parser.error(f"--only: no part {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    if chosen.scale <= 0 or chosen.rounds < 1:
        parser.error("--scale must be more than 0, --rounds at least 1")
    console = Console()
    # What was made at the start burdens nobody's garbage collection.
    gc.freeze()
    began, figures = time.monotonic(), Figures()
    measures = {"append": append, "rebuild": rebuild, "lag": lag, "export": export}
    with servers() as at:
        for part in parts:
            with console.status(f"measuring {part}"):
                figures |= asyncio.run(measures[part](at, chosen.scale, chosen.rounds))
            console.print(f"{part}: measured after {time.monotonic() - began:.0f} s", style="dim")
    figures["seconds"] = round(time.monotonic() - began)
    console.print(_table(figures))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
