"""What happened, in tables and as one line of JSON; every figure was read back from the system."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table

from madeleine_cli.demo.day import Played
from madeleine_cli.demo.measure import Footprint
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.waiting import DemoFailed


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured around the day; seconds and GiB. `up_s`: None when the stack was up already."""

    up_s: float | None
    day_s: float
    rest: Footprint
    end: Footprint
    events_before: Mapping[str, int]
    events_after: Mapping[str, int]


def show(screen: Screen, played: Played, measured: Measured) -> None:
    """Prints the tables."""
    screen.chapter("What happened")
    for table in (_events(measured), _memory(played), _adapter(played), _times(played, measured), _sizes(measured)):
        screen.show(table)
        screen.show("")


def figures(played: Played, measured: Measured) -> dict[str, object]:
    """The figures of the JSON line, without the run's own seconds."""
    grown = sum(measured.events_after.values()) - sum(measured.events_before.values())
    exactness, learned, group = played.exactness, played.learned, played.together
    return {
        "rss_gib": round(measured.rest.rss_gib, 2),
        "pss_gib": round(measured.rest.pss_gib, 2),
        "rss_end_gib": round(measured.end.rss_gib, 2),
        "events": grown,
        "events_total": sum(measured.events_after.values()),
        "memory_items": sum(held.items for held in played.held),
        "left_alone": group.left_alone,
        "reminder_late_s": round(group.reminder_late_s, 1),
        "summary_cites": group.cited,
        "memory_forgotten": played.forgotten.left == 0,
        "adapter_changed": learned.changed,
        "revision_before": learned.before,
        "revision_after": learned.after,
        "query_exact": exactness.exact,
        "calories": exactness.computed,
        "rows_counted": len(exactness.records),
        "rows_left_out": exactness.left_out,
        "answers": len(played.answers),
        "first_token_s": _first_token(played),
        "live_seen_ms": round(played.living.seen_ms, 1),
        "app_version": played.living.version,
        "edit_s": round(played.living.edit_s, 1),
        "miniapp_s": round(played.log.seconds, 1),
        "train_s": round(learned.seconds, 1),
        "spark_s": round(played.spark_s, 1),
        "day_s": round(measured.day_s, 1),
        "longest_silence_s": round(_silence(played), 2),
    }


def check_events(measured: Measured) -> None:
    """Every service whose part the day plays must have said so; raises DemoFailed."""
    for stream in ("IDENTITY", "CHAT", "MINIAPP", "SPARK", "TRAINER"):
        if measured.events_after.get(stream, 0) <= measured.events_before.get(stream, 0):
            raise DemoFailed(f"the stream {stream} has not grown: {measured.events_after.get(stream, 0)} events")


def _events(measured: Measured) -> Table:
    table = Table("stream", "before", "of this day", "events", title="Events", title_justify="left")
    for stream, after in measured.events_after.items():
        before = measured.events_before.get(stream, 0)
        table.add_row(stream, str(before), str(after - before), str(after))
    total = sum(measured.events_after.values())
    before = sum(measured.events_before.values())
    table.add_row("all", str(before), str(total - before), str(total), style="bold")
    return table


def _memory(played: Played) -> Table:
    table = Table("of", "space", "items", title="Memory of this day", title_justify="left")
    for held in played.held:
        table.add_row(held.owner, held.space, str(held.items))
    table.add_row("all", "", str(sum(held.items for held in played.held)), style="bold")
    return table


def _adapter(played: Played) -> Table:
    learned = played.learned
    signals = f"{learned.run.desirable} answers liked, {learned.run.undesirable} not"
    title = f"Adapter: {learned.before} → {learned.after} ({signals})"
    table = Table("probe", "base", "trained", "served", "served - base", title=title, title_justify="left")
    for probe in learned.run.probes:
        delta = probe.served_logprob - probe.base_logprob
        cells = (probe.base_logprob, probe.trained_logprob, probe.served_logprob)
        table.add_row(probe.probe, *(f"{value:.4f}" for value in cells), f"{delta:+.4f}")
    table.caption = "mean logprobs, nats a token"
    return table


def _times(played: Played, measured: Measured) -> Table:
    table = Table("", "s", title="Times", title_justify="left")
    rows = {
        "start of the stack": measured.up_s,
        "first piece of an answer (median)": _first_token(played),
        "mini-app": played.log.seconds,
        "a change of it by a sentence": played.living.edit_s,
        "training, proof and swap": played.learned.seconds,
        "longest silence within an answer while training": _silence(played),
        "Spark": played.spark_s,
        "the day": measured.day_s,
    }
    for name, seconds in rows.items():
        table.add_row(name, "was up already" if seconds is None else f"{seconds:.1f}")
    return table


def _sizes(measured: Measured) -> Table:
    title = (
        f"Memory of the processes, RSS in GiB (PSS in all {measured.rest.pss_gib:.2f} at rest, "
        f"{measured.end.pss_gib:.2f} at the end)"
    )
    table = Table("process", "at rest", "at the end", title=title, title_justify="left")
    at_end = dict(measured.end.processes)
    for name, at_rest in measured.rest.processes:
        table.add_row(name, f"{at_rest:.2f}", f"{at_end.get(name, 0):.2f}")
    table.add_row("all", f"{measured.rest.rss_gib:.2f}", f"{measured.end.rss_gib:.2f}", style="bold")
    return table


def _first_token(played: Played) -> float:
    return round(statistics.median(answer.first_token_s for answer in played.answers), 2)


def _silence(played: Played) -> float:
    return max((answer.longest_silence_s for answer in played.learned.while_training), default=0.0)
