"""The `madeleine` command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from madeleine_cli.datadir import DataDir
from madeleine_cli.keys_command import keys_app

if TYPE_CHECKING:
    from madeleine_common.settings import Settings

app = typer.Typer(
    name="madeleine",
    help="Madeleine: a personal AI on your own machine. `madeleine up` starts everything.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
events_app = typer.Typer(help="Looks at what happened: the event streams.", no_args_is_help=True)
app.add_typer(events_app, name="events")
app.add_typer(keys_app, name="keys")

DEFAULT_DATA_DIR = Path("~/.local/share/madeleine")


@dataclass(frozen=True, slots=True)
class Context:
    """What every command gets."""

    data: DataDir
    console: Console


@app.callback()
def _common(
    ctx: typer.Context,
    data_dir: Annotated[
        Path, typer.Option(envvar="MADELEINE_DATA_DIR", help="Where the stack keeps everything it stores.")
    ] = DEFAULT_DATA_DIR,
) -> None:
    ctx.obj = Context(DataDir(data_dir.expanduser().resolve()), Console())


@app.command()
def up(
    ctx: typer.Context,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once it is healthy and leave it running.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No log lines once it is up.")] = False,
    skip: Annotated[
        list[str] | None,
        typer.Option(help="Leave this service out, to run it by hand with the settings in DATA_DIR/env; repeatable."),
    ] = None,
) -> None:
    """Starts PostgreSQL, NATS, Temporal, all services and the gateway, and keeps them running.

    Stays in the foreground with everybody's log; Ctrl-C stops all in order. If it is running already, says where.
    """
    # Here and below, imports wait for their command: `madeleine --help` should not load drivers.
    from madeleine_cli.stack import GATEWAY, SERVICES
    from madeleine_cli.up import up as run

    left_out = skip or []
    if unknown := set(left_out) - {*SERVICES, GATEWAY}:
        raise typer.BadParameter(
            f"no service {', '.join(sorted(unknown))}; there are {', '.join((*SERVICES, GATEWAY))}", param_hint="--skip"
        )
    context: Context = ctx.obj
    raise typer.Exit(run(context.data, context.console, detach=detach, quiet=quiet, skip=left_out))


@app.command()
def down(
    ctx: typer.Context,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds to wait for the end.")] = 60.0,
) -> None:
    """Stops the stack that runs on this data directory, and waits until it is gone."""
    from madeleine_cli.control import down as run

    context: Context = ctx.obj
    raise typer.Exit(run(context.data, context.console, timeout))


@app.command()
def status(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="As JSON; memory in bytes, times in s.")] = False,
) -> None:
    """Shows every process: state, pid, uptime, restarts, memory, address. Exit status 3: not running."""
    from madeleine_cli.control import status as run

    context: Context = ctx.obj
    raise typer.Exit(run(context.data, context.console, as_json=json))


@app.command()
def logs(
    ctx: typer.Context,
    service: Annotated[str, typer.Argument(help="A service or server (chat, postgres, ...); all when left out.")] = "",
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines of each.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is appended; Ctrl-C ends.")] = False,
) -> None:
    """Prints the last lines that services wrote."""
    from madeleine_cli.control import show_logs

    context: Context = ctx.obj
    try:
        code = show_logs(context.data, context.console, service, lines, follow=follow)
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)


@events_app.command("tail")
def events_tail(
    ctx: typer.Context,
    stream: Annotated[str, typer.Option(help="Only this stream: CHAT, MEMORY, ...")] = "",
    type_: Annotated[str, typer.Option("--type", help="Only this type: MessageSent, or its full name.")] = "",
    stream_id: Annotated[str, typer.Option(help="Only this aggregate, for example conversation-0191...")] = "",
    since: Annotated[str, typer.Option(help="From then on: an age (90s, 10m, 2h, 7d) or a time. Else: from now.")] = "",
    raw: Annotated[
        bool, typer.Option("--raw", help="CloudEvents as JSON, one on each line, payloads still sealed.")
    ] = False,
) -> None:
    """Prints events as they happen: time, type, stream/version, actor, content. Ctrl-C ends it."""
    from madeleine_cli import events

    context: Context = ctx.obj
    try:
        wanted = events.Filter(
            stream, type_, stream_id, events.parse_since(since, datetime.now(UTC)) if since else None
        )
        wanted.contexts()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with suppress(KeyboardInterrupt):
        _ask(context, lambda settings: events.tail(settings, context.console, wanted, raw=raw))


@events_app.command("stats")
def events_stats(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Shows the events in each stream, and what each consumer has still to do."""
    from madeleine_cli import events, stats

    context: Context = ctx.obj

    async def show(settings: Settings) -> None:
        async with events.jetstream(settings) as js:
            rows = await stats.stats(js)
        if json:
            context.console.print_json(data=rows)
        else:
            context.console.print(stats.table_of(rows))

    _ask(context, show)


def _ask(context: Context, question: Callable[[Settings], Coroutine[None, None, None]]) -> None:
    """Runs a question to the stack; ends with status 3 and a clear line when it is not running."""
    from madeleine_cli import events

    try:
        asyncio.run(question(events.settings_of(context.data)))
    except events.NotRunning as error:
        context.console.print(f"[red]Madeleine is not running[/]: {error}.")
        raise typer.Exit(3) from error


@app.command()
def demo(ctx: typer.Context) -> None:
    """Plays one real day through the public API, starting the stack if it is not up."""
    from madeleine_cli.demo import demo as run

    context: Context = ctx.obj
    raise typer.Exit(run(context.data, context.console))


if __name__ == "__main__":
    app()
