"""The figures of `madeleine events stats` as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

_Row = Mapping[str, Any]
_STATES = ("dead", "parked", "behind", "retry", "discarded")


def stats_view(
    streams: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]], note: str
) -> RenderableType:
    """Streams with their consumers, then services; `note`: why a part is missing, or empty."""
    parts: list[RenderableType] = [_streams(streams) if streams else "There is no stream yet."]
    if services:
        parts += ["", _services(services)]
        letters = [(service, *entry) for service in services for entry in service["dead_letters"].items()]
        parts += ["", _letters(letters) if letters else "No dead letters."]
    if note:
        parts += ["", note]
    return Group(*parts)


def _streams(streams: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("stream", "events", "KiB", "oldest", "newest", "limits", box=None, pad_edge=False)
    table.add_column("consumer", overflow="fold", min_width=18)
    for name in ("pending", "unacked", "redelivered", "lag s"):
        table.add_column(name, justify="right")
    for row in streams:
        about = (
            *(row["stream"], str(row["events"]), f"{row['bytes'] / 1024:.0f}"),
            *(_minute(row["oldest"]), _minute(row["newest"]), _limits(row["limits"])),
        )
        for number, consumer in enumerate(row["consumers"] or [{}]):
            figures = [str(consumer.get(key, "")) for key in ("consumer", "pending", "unacknowledged", "redelivered")]
            lag = f"{consumer['lag_s']:.1f}" if "lag_s" in consumer else ""
            table.add_row(*(about if number == 0 else ("",) * len(about)), *figures, lag)
    return table


def _services(services: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("service", "outbox", "oldest s", box=None, pad_edge=False)
    for row in services:
        oldest = row["outbox_oldest_s"]
        table.add_row(row["service"], str(row["outbox"]), "" if oldest is None else f"{oldest:.1f}")
    return table


def _letters(letters: Sequence[tuple[Mapping[str, Any], str, Mapping[str, int]]]) -> Table:
    table = Table("dead letters of", "consumer", *_STATES, box=None, pad_edge=False)
    for service, consumer, states in letters:
        table.add_row(service["service"], consumer, *(str(states.get(state, 0)) for state in _STATES))
    return table


def _minute(moment: str | None) -> str:
    return "" if moment is None else moment[:16].replace("T", " ")


def _limits(limits: Mapping[str, Any]) -> str:
    said = [
        f"{limits['max_age_s'] / 86400:g} d" if limits["max_age_s"] else "",
        f"{limits['max_bytes'] / 2**20:.0f} MiB" if limits["max_bytes"] else "",
        f"{limits['max_messages']} events" if limits["max_messages"] else "",
        f"{limits['replicas']} replicas" if (limits["replicas"] or 1) > 1 else "",
    ]
    return ", ".join(filter(None, said)) or "none"
