"""`make bench-events`: the event backbone against its peers, every ratio from one run; the last line is JSON.

1 KiB payloads, encryption on, PostgreSQL and NATS with every commit on disk. Peers: plain asyncpg doing the least that
could be called the same; the PyPI library `eventsourcing` on the same PostgreSQL, set to its fastest; for the lag, a
bare insert, publish and fetch; for the export, the least that must be done in Python. For a rebuild the library's log
is read by a loop written by hand, which keeps no position and writes once (`eventsourcing`), and by its own
projection runner over an eighth of the events (`eventsourcing_projection`). Peer and ours take turns; a ratio is the
median over the rounds. Each file in bench/backbone says what its peer does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
# One of the two is enough.
_EITHER = {"export_events_per_s", "export_vs_limit"}
_MILLION = 1_000_000
# Says what is being measured.
Say = Callable[[str], None]
Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, how often, and to whom it is told."""

    scale: float
    rounds: int
    million: bool
    say: Say


async def append(at: Servers, plan: Plan) -> Figures:
    """Events a second of ours and both peers, in turns."""
    each = max(20, int(600 * plan.scale))
    mine, plain, library = list[float](), list[float](), list[float]()
    words = texts(100, PAYLOAD_BYTES)
    async with house(at.postgres_url) as here, fresh_database(at.postgres_url) as url:
        app = es_peer.application(url, WRITERS)
        try:
            plan.say("warming up")
            await appending.ours(here, 20)
            await appending.asyncpg_plain(here.url, 20)
            await asyncio.to_thread(es_peer.append, app, words, WRITERS, 10)
            _freeze()
            for number in range(plan.rounds):
                plan.say(f"round {number + 1} of {plan.rounds}")
                plain.append(await appending.asyncpg_plain(here.url, each))
                mine.append(await appending.ours(here, each))
                library.append(await asyncio.to_thread(es_peer.append, app, words, WRITERS, max(10, each // 4)))
        finally:
            app.close()
    return _against("append", mine, {"asyncpg": plain, "eventsourcing": library})


async def rebuild(at: Servers, plan: Plan) -> Figures:
    """Events a second of ours and both peers over the same count of events."""
    count = max(6400, int(64_000 * plan.scale) // 6400 * 6400)
    mine, plain, by_hand, runner = list[float](), list[float](), list[float](), list[float]()
    async with house(at.postgres_url) as here, fresh_database(at.postgres_url) as url:
        plan.say(f"filling both stores with {count:,} events")
        await fill(here.store, count)
        app = es_peer.application(url, 4)
        try:
            await asyncio.to_thread(es_peer.fill, app, texts(100, PAYLOAD_BYTES), count)
            for pool_url in (here.url, url):
                await _settle(pool_url)
            plan.say("warming up")
            await rebuilding.asyncpg_plain(here.url)
            await rebuilding.ours(here)
            await asyncio.to_thread(es_peer.fold_log, app, url)
            _freeze()
            for number in range(plan.rounds):
                plan.say(f"round {number + 1} of {plan.rounds}")
                plain.append(await rebuilding.asyncpg_plain(here.url))
                mine.append(await rebuilding.ours(here))
                by_hand.append(await asyncio.to_thread(es_peer.fold_log, app, url))
                runner.append(await asyncio.to_thread(es_peer.project, url, count // 8))
        finally:
            app.close()
    peers = {"asyncpg": plain, "eventsourcing_projection": runner, "eventsourcing": by_hand}
    return {
        "rebuild_events": count,
        **_against("rebuild", mine, peers),
        "asyncpg_vs_eventsourcing_rebuild": median_ratio(plain, by_hand)[0],
    }


async def lag(at: Servers, plan: Plan) -> Figures:
    """From append to the consumer's commit at 100 events a second, and the same for the bare path."""
    count = max(100, int(700 * plan.scale))
    mine, bare = list[list[float]](), list[list[float]]()
    _freeze()
    for number in range(plan.rounds):
        plan.say(f"round {number + 1} of {plan.rounds}, 100 events a second")
        async with house(at.postgres_url) as here:
            bare.append(await lagging.bare(here, at.nats_url, 100, count))
            mine.append(await lagging.ours(here, at.nats_url, 100, count))
    ratio, each = median_ratio([statistics.median(s) for s in mine], [statistics.median(s) for s in bare])
    return {
        "lag_events": count * plan.rounds,
        "lag_p50_vs_bare": ratio,
        "lag_p50_vs_bare_rounds": each,
        "lag_p50_ms": _ms(mine, 50),
        "lag_p99_ms": _ms(mine, 99),
        "lag_p99_ms_rounds": [_ms([one], 99) for one in mine],
        "bare_p50_ms": _ms(bare, 50),
        "bare_p99_ms": _ms(bare, 99),
        "bare_p99_ms_rounds": [_ms([one], 99) for one in bare],
    }


async def export(at: Servers, plan: Plan) -> Figures:
    """Events a second and core, against the least there is to do; how far memory grows after the first fifth."""
    count = _MILLION if plan.million else max(6400, int(200_000 * plan.scale) // 64 * 64)
    runs = list[dict[str, float]]()
    async with house(at.postgres_url) as here:
        plan.say(f"filling the store with {count:,} events")
        await fill(here.store, count)
        await _settle(here.url)
        for number in range(plan.rounds):
            plan.say(f"round {number + 1} of {plan.rounds}, {count:,} events")
            with tempfile.TemporaryDirectory(prefix="madeleine-export-") as folder:
                runs.append(await asyncio.to_thread(exporting.measured, here.url, Path(folder), "open"))
        plan.say("sealed as they are")
        with tempfile.TemporaryDirectory(prefix="madeleine-export-") as folder:
            sealed = await asyncio.to_thread(exporting.measured, here.url, Path(folder), "sealed")
    ratio, each = median_ratio([run["limit_cpu_s"] for run in runs], [run["cpu_s"] for run in runs])
    by_clock, _ = median_ratio([run["limit_wall_s"] for run in runs], [run["wall_s"] for run in runs])

    def per_s(name: str) -> int:
        return round(statistics.median(run["events"] / run[name] for run in runs))

    return {
        "export_events": count,
        "export_events_per_s": per_s("cpu_s"),
        "export_wall_events_per_s": per_s("wall_s"),
        "export_sealed_events_per_s": round(sealed["events"] / sealed["cpu_s"]),
        "export_limit_per_s": per_s("limit_cpu_s"),
        "export_limit_wall_per_s": per_s("limit_wall_s"),
        "export_vs_limit": ratio,
        "export_vs_limit_rounds": each,
        "export_vs_limit_by_clock": by_clock,
        "export_rss_mib": round(max(run["rss_peak"] for run in runs) / 2**20),
        "export_rss_growth": round(max(run["rss_peak"] / run["rss_warm"] - 1 for run in runs), 3),
        "export_rss_growth_peaks": round(max(run["rss_peak"] / run["rss_warm_peak"] - 1 for run in runs), 3),
        "export_rss_growth_end": round(max(run["rss_end"] / run["rss_warm"] - 1 for run in runs), 3),
    }


def _freeze() -> None:
    """What was made at the start, or to fill a store, burdens nobody's garbage collection."""
    gc.collect()
    gc.freeze()


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
    """A percentile of all rounds together, in milliseconds: no round's stumble is averaged away."""
    taken = sorted(one for measured in rounds for one in measured)
    return round(taken[min(len(taken) - 1, len(taken) * percentile // 100)] * 1000, 2)


def _table(figures: Figures) -> Table:
    table = Table(title="make bench-events", title_justify="left", caption="* one of the two is enough")
    for heading in ("figure", "measured", "wanted", ""):
        table.add_column(heading, no_wrap=heading != "measured")
    for name, value in figures.items():
        wanted, verdict = "", ""
        if (target := _TARGETS.get(name)) and isinstance(value, (int, float)):
            sign, limit = target
            good = value >= limit if sign == ">=" else value <= limit
            wanted, verdict = f"{sign} {limit:g}", "[green]yes[/]" if good else "[red]no[/]"
            if name in _EITHER:
                wanted += " *"
        table.add_row(name, str(value), wanted, verdict)
    return table


def main() -> None:
    """Measures, prints a table and a line of JSON."""
    parser = argparse.ArgumentParser(prog="make bench-events", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the counts; 0.05 is a smoke test (1)")
    parser.add_argument("--rounds", type=int, default=3, help="in which peer and ours take turns (3)")
    parser.add_argument("--only", default=",".join(_PARTS), help=f"parts, comma-separated ({','.join(_PARTS)})")
    parser.add_argument("--million", action="store_true", help="export 1,000,000 events, whatever the scale")
    chosen = parser.parse_args()
    parts = chosen.only.split(",")
    if unknown := set(parts) - set(_PARTS):
        parser.error(f"--only: no part {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    if chosen.scale <= 0 or chosen.rounds < 1:
        parser.error("--scale must be more than 0, --rounds at least 1")
    console = Console()
    began, figures = time.monotonic(), Figures()
    measures = {"append": append, "rebuild": rebuild, "lag": lag, "export": export}
    with console.status("starting PostgreSQL and NATS") as status, servers() as at:
        for part in parts:

            def say(doing: str, part: str = part) -> None:
                status.update(f"{part}: {doing}")

            plan = Plan(chosen.scale, chosen.rounds, chosen.million, say)
            figures |= asyncio.run(measures[part](at, plan))
            console.print(f"{part}: measured after {time.monotonic() - began:.0f} s", style="dim")
    figures["seconds"] = round(time.monotonic() - began)
    console.print(_table(figures))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
