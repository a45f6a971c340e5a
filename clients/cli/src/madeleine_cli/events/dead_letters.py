"""`madeleine events dead-letters`: what consumers could not take, tried again or passed over."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import typer
from google.protobuf.json_format import MessageToDict
from rich.table import Table

from madeleine_cli.context import Context
from madeleine_cli.events.connections import EventsSettings, NotRunning, codec_of, databases
from madeleine_cli.events.projections import owner_url
from madeleine_cli.events_options import ask, failed
from madeleine_common.bus.letters import State
from madeleine_common.bus.streams import CONTEXTS, from_message
from madeleine_common.db import Connection
from madeleine_common.events.types import UnreadableEvent

# A consumer looks once a second; a handler may take its time.
_PATIENCE_S = 20.0
_LOOK_S = 0.2
_LISTED = (
    "letter_id, consumer, state, type, stream_id, version, event_id, reason, deliveries, attempts, failed_at,"
    " octet_length(payload) AS bytes"
)
_BEHIND_IT = """
SELECT count(*) FROM dead_letters l JOIN dead_letters d
    ON d.consumer = l.consumer AND d.stream_id = l.stream_id AND d.stream_id <> '' AND d.version > l.version
WHERE l.letter_id = $1 AND d.state = 'behind'
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters; empty: all."""

    service: str = ""
    consumer: str = ""
    state: str = ""
    stream_id: str = ""

    def condition(self) -> tuple[str, list[object]]:
        """SQL over dead_letters with its parameters."""
        named = {"consumer": self.consumer, "state": self.state, "stream_id": self.stream_id}
        given = {column: value for column, value in named.items() if value}
        parts = [f"{column} = ${number}" for number, column in enumerate(given, 1)]
        return " AND ".join(parts) or "true", list(given.values())


@dataclass(frozen=True, slots=True)
class LetterId:
    """A letter's name for people: "chat:12"."""

    service: str
    number: int

    @staticmethod
    def parse(text: str) -> LetterId:
        """The id that `text` spells; raises typer.BadParameter."""
        service, _, number = text.partition(":")
        if service not in CONTEXTS or not number.isdecimal():
            raise typer.BadParameter(
                f"{text!r} is no letter's id, such as chat:12; `madeleine events dead-letters list` shows them",
                param_hint="LETTER",
            )
        return LetterId(service, int(number))

    def __str__(self) -> str:
        return f"{self.service}:{self.number}"


def listed(context: Context, wanted: Wanted, limit: int, *, as_json: bool) -> None:
    """Lists letters, the latest first in each service."""

    async def read(settings: EventsSettings) -> tuple[list[dict[str, Any]], int]:
        condition, values = wanted.condition()
        services = [wanted.service] if wanted.service else list(CONTEXTS)
        rows: list[dict[str, Any]] = []
        total = 0
        async with databases(settings, services) as connections:
            for service, connection in connections.items():
                total += await connection.fetchval(f"SELECT count(*) FROM dead_letters WHERE {condition}", *values)  # noqa: S608
                found = await connection.fetch(
                    f"SELECT {_LISTED} FROM dead_letters WHERE {condition} ORDER BY letter_id DESC LIMIT {limit}",  # noqa: S608
                    *values,
                )
                rows += [{"letter": f"{service}:{row['letter_id']}", **dict(row)} for row in found]
        return rows[:limit], total

    rows, total = ask(context, read)
    if as_json:
        context.console.print_json(json.dumps(rows, default=str))
        return
    if not rows:
        context.console.print("No dead letter." if wanted == Wanted() else "No dead letter matches.")
        return
    table = Table(box=None)
    for name in ("letter", "state", "consumer", "event", "stream/version", "tries", "since", "reason"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            row["letter"],
            row["state"],
            row["consumer"],
            str(row["type"]).rpartition(".")[2],
            f"{row['stream_id']}/{row['version']}",
            str(row["deliveries"] + row["attempts"]),
            f"{row['failed_at'].astimezone():%Y-%m-%d %H:%M}",
            row["reason"],
        )
    context.console.print(table)
    if total > len(rows):
        context.console.print(f"{total - len(rows)} more; --limit shows them.")


def shown(context: Context, letter: LetterId) -> None:
    """Prints one letter whole, its event opened if it can be."""

    async def read(settings: EventsSettings) -> tuple[dict[str, Any], str, int]:
        async with databases(settings, [letter.service]) as connections, codec_of(settings) as codec:
            connection = connections[letter.service]
            row = await _letter(context, connection, letter)
            behind = await connection.fetchval(_BEHIND_IT, letter.number)
            try:
                (event,) = await codec.open_all([from_message(json.loads(row["headers"]), row["payload"])])
            except (UnreadableEvent, KeyError, ValueError) as error:
                return dict(row), f"(unreadable: {error})", behind
        if event.message is None:
            return dict(row), "(erased: its key was destroyed)", behind
        words = MessageToDict(event.message, preserving_proto_field_name=True)
        return dict(row), json.dumps(words, ensure_ascii=False, indent=1), behind

    row, words, behind = ask(context, read)
    for name in ("consumer", "state", "reason", "type", "stream_id", "version", "event_id", "deliveries", "failed_at"):
        context.console.print(f"{name:<11} {row[name]}", markup=False, highlight=False, soft_wrap=True)
    context.console.print(f"{'behind it':<11} {behind} later events of its stream", highlight=False)
    context.console.print(words, markup=False, soft_wrap=True)


def retried(context: Context, letters: Sequence[LetterId], wanted: Wanted | None) -> None:
    """Has letters tried again, all of `wanted` if given, and says what became of each; status 1 if any failed again."""

    async def run(settings: EventsSettings) -> list[tuple[LetterId, str]]:
        chosen = list(letters) if wanted is None else await _matching(settings, wanted)
        outcomes: list[tuple[LetterId, str]] = []
        for service in dict.fromkeys(letter.service for letter in chosen):
            numbers = [letter.number for letter in chosen if letter.service == service]
            connection = await _owner(context, service)
            try:
                for number in numbers:
                    await _letter(context, connection, LetterId(service, number))
                await connection.execute(
                    "UPDATE dead_letters SET state = 'retry' WHERE letter_id = ANY($1::bigint[])", numbers
                )
                outcomes += [(LetterId(service, number), text) for number, text in await _outcomes(connection, numbers)]
            finally:
                await connection.close()
        return outcomes

    outcomes = ask(context, run)
    for letter, text in outcomes:
        context.console.print(f"{letter}: {text or 'taken'}", markup=False, soft_wrap=True)
    if not outcomes:
        context.console.print("No dead letter matches.")
    if any(text for _, text in outcomes):
        raise typer.Exit(1)


def discarded(context: Context, letters: Sequence[LetterId]) -> None:
    """Passes letters over for good: what waits behind them is taken, here and in every rebuild."""

    async def run(_: EventsSettings) -> None:
        for letter in letters:
            connection = await _owner(context, letter.service)
            try:
                await _letter(context, connection, letter)
                await connection.execute(
                    "UPDATE dead_letters SET state = 'discarded' WHERE letter_id = $1", letter.number
                )
            finally:
                await connection.close()
            context.console.print(f"{letter}: discarded")

    ask(context, run)


async def _outcomes(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """What became of letters: "" for one that was taken, else why not."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        rows = await connection.fetch(
            "SELECT letter_id, state, reason FROM dead_letters WHERE letter_id = ANY($1::bigint[])", list(numbers)
        )
        left = {row["letter_id"]: row for row in rows}
        if not any(row["state"] == State.RETRY for row in rows):
            return [(n, f"{left[n]['state']}: {left[n]['reason']}" if n in left else "") for n in numbers]
        if time.monotonic() > end:
            waits = "not tried yet: is its consumer running? It will be when it is"
            return [(n, "" if n not in left else waits) for n in numbers]
        await asyncio.sleep(_LOOK_S)


async def _matching(settings: EventsSettings, wanted: Wanted) -> list[LetterId]:
    condition, values = wanted.condition()
    query = (
        f"SELECT letter_id FROM dead_letters WHERE {condition} AND state IN ('dead', 'parked')"  # noqa: S608
        " ORDER BY stream_id, version, letter_id"
    )
    services = [wanted.service] if wanted.service else list(CONTEXTS)
    async with databases(settings, services) as connections:
        return [
            LetterId(service, row["letter_id"])
            for service, connection in connections.items()
            for row in await connection.fetch(query, *values)
        ]


async def _letter(context: Context, connection: Connection, letter: LetterId) -> asyncpg.Record:
    row = await connection.fetchrow("SELECT * FROM dead_letters WHERE letter_id = $1", letter.number)
    if row is None:
        raise failed(context, f"{letter}: there is no such dead letter (any more)")
    return row


async def _owner(context: Context, service: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await asyncpg.connect(owner_url(context.data, service), timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise NotRunning(f"the database of {service} does not let us in ({type(error).__name__})") from error
