"""`madeleine events`: the commands of the data team."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live

from madeleine_cli.context import Context
from madeleine_cli.events_options import (
    EXIT_STATUS,
    CorrelationOption,
    PersonOption,
    SinceOption,
    StreamIdOption,
    StreamOption,
    TypeOption,
    UntilOption,
    ask,
    filter_of,
)

if TYPE_CHECKING:
    from madeleine_cli.events import EventsSettings

events_app = typer.Typer(
    help="What happened: follows, exports, replays and measures the event streams. docs/guides/replay.md shows how.",
    no_args_is_help=True,
    epilog=EXIT_STATUS,
)


@events_app.command("tail", epilog=EXIT_STATUS)
def tail(
    ctx: typer.Context,
    stream: StreamOption = None,
    type_: TypeOption = None,
    stream_id: StreamIdOption = "",
    person: PersonOption = "",
    correlation: CorrelationOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    raw: Annotated[
        bool, typer.Option("--raw", help="CloudEvents as JSON, one on each line, payloads still sealed.")
    ] = False,
) -> None:
    """Prints events as they happen: time, type, stream/version, actor, content.

    Without --since only what happens from now on. Goes on until Ctrl-C; with --until it ends when all before then were
    shown.

    Examples:

    madeleine events tail --stream CHAT --since 10m

    madeleine events tail --type MessageSent --type AnswerRated --person 0191...

    madeleine events tail --since 1d --until 1h --raw > yesterday.jsonl
    """
    from madeleine_cli.events.tail import tail as run

    context: Context = ctx.obj
    wanted = filter_of(stream, type_, stream_id, person, correlation, since, until)
    with suppress(KeyboardInterrupt):
        shown = ask(context, lambda settings: run(settings, context.console, wanted, raw=raw))
        if not shown and not raw:
            context.console.print("No event matches.")


@events_app.command("export", epilog=EXIT_STATUS)
def export(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="The folder; a new one, or one that the same export goes on in.")],
    form: Annotated[str, typer.Option("--format", help="parquet or jsonl.")] = "parquet",
    open_: Annotated[
        bool,
        typer.Option("--open", help="Decrypts into the columns. Such a copy stays readable after people are erased."),
    ] = False,
    stream: StreamOption = None,
    type_: TypeOption = None,
    stream_id: StreamIdOption = "",
    person: PersonOption = "",
    correlation: CorrelationOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
) -> None:
    """Writes events to files: one folder for each stream, type and day, a column for each field.

    Sealed events keep their payload sealed (column `sealed`) unless --open is given, so that erasing a person reaches
    this copy too; `madeleine_cli.export.opened` opens it when it is read. Killed at any point, the same command goes
    on; run again later it appends what is new. An age (--since 7d) counts from the first run.

    Examples:

    madeleine events export --out events

    madeleine events export --out ratings --type AnswerRated --since 30d --open

    madeleine events export --out chat --format jsonl --stream CHAT
    """
    from madeleine_cli.events.export_run import export_run

    context: Context = ctx.obj
    wanted = filter_of(stream, type_, stream_id, person, correlation, since, until)
    if form not in ("parquet", "jsonl"):
        raise typer.BadParameter(f"{form!r} is neither parquet nor jsonl", param_hint="--format")
    export_run(context, out, form, wanted, open_sealed=open_)


@events_app.command("replay", epilog=EXIT_STATUS)
def replay(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", help="What the subjects begin with; no stream may listen there.")],
    speed: Annotated[str, typer.Option("--speed", help="1x, 10x: as it happened; 500/s; max.")] = "max",
    after: Annotated[str, typer.Option("--after", help="The token that an earlier replay ended with.")] = "",
    stream: StreamOption = None,
    type_: TypeOption = None,
    stream_id: StreamIdOption = "",
    person: PersonOption = "",
    correlation: CorrelationOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
) -> None:
    """Publishes events again, to <to>.<context>.<Type>.<stream id>: with the headers they had, and sealed as they are.

    They come from PostgreSQL, in the order in which they happened, as plain NATS messages with the header
    madeleine-replay (this run's id). Subscribe before you start: nothing is stored. Live consumers never see them.

    Examples:

    madeleine events replay --to replay.ana --person 0191... --since 7d --speed 10x

    madeleine events replay --to replay.chat --stream CHAT --speed 500/s
    """
    from madeleine_cli.events.replay_run import replay_run

    replay_run(ctx.obj, to, speed, after, filter_of(stream, type_, stream_id, person, correlation, since, until))


@events_app.command("stats", epilog=EXIT_STATUS)
def stats(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again and again until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option("--every", min=0.2, max=3600, help="Seconds between two looks.")] = 2.0,
) -> None:
    """Shows each stream, how far behind each consumer is, what waits in each outbox, and dead letters by state.

    A consumer's lag is the age of the oldest event that it has still to finish: the first behind its acknowledgement
    floor, by the time at which it happened.

    Examples:

    madeleine events stats --watch

    madeleine events stats --json | jq '.streams[].consumers[] | select(.lag_s > 10)'
    """
    context: Context = ctx.obj

    async def watching(settings: EventsSettings) -> None:
        with Live(console=context.console, auto_refresh=False) as live:
            while True:
                streams, services, note = await _measure(settings)
                live.update(_view(streams, services, note), refresh=True)
                await asyncio.sleep(every)

    if watch and as_json:
        raise typer.BadParameter("goes with tables, not with --json", param_hint="--watch")
    if watch:
        with suppress(KeyboardInterrupt):
            ask(context, watching)
        return
    streams, services, note = ask(context, _measure)
    if as_json:
        context.console.print_json(data={"streams": streams, "services": services, "note": note})
    else:
        context.console.print(_view(streams, services, note))


async def _measure(settings: EventsSettings) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Streams, services, and why there are none of the latter."""
    from madeleine_cli import stats
    from madeleine_cli.events import NotRunning, jetstream
    from madeleine_cli.events.connections import databases
    from madeleine_common.bus.streams import CONTEXTS

    async with jetstream(settings) as js:
        streams = await stats.stats(js)
    try:
        async with databases(settings, CONTEXTS) as connections:
            return streams, await stats.services(connections), ""
    except NotRunning as error:
        # What JetStream knows is worth showing also to somebody who may not read the databases.
        return streams, [], f"Nothing of outboxes and dead letters: {error}."


def _view(streams: list[dict[str, Any]], services: list[dict[str, Any]], note: str) -> Any:
    from madeleine_cli.events.tables import stats_view

    return stats_view(streams, services, note)
