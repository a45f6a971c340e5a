"""The `madeleine` command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from madeleine_cli.adapters_command import adapters_app
from madeleine_cli.context import Context as Context
from madeleine_cli.datadir import DEFAULT_DATA_DIR, DataDir
from madeleine_cli.events_command import events_app
from madeleine_cli.events_repair_command import register as register_repair
from madeleine_cli.keys_command import keys_app

app = typer.Typer(
    name="madeleine",
    help="Madeleine: a personal AI on your own machine. `madeleine up` starts everything.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
register_repair(events_app)
app.add_typer(adapters_app, name="adapters")
app.add_typer(events_app, name="events")
app.add_typer(keys_app, name="keys")


def _console() -> Console:
    # Where nobody watches, tables are for grep and need not fit a screen.
    wide = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=200) if wide else Console()


@app.callback()
def _common(
    ctx: typer.Context,
    data_dir: Annotated[
        Path, typer.Option(envvar="MADELEINE_DATA_DIR", help="Where the stack keeps everything it stores.")
    ] = DEFAULT_DATA_DIR,
) -> None:
    ctx.obj = Context(DataDir(data_dir.expanduser().resolve()), _console())


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


@app.command()
def demo(ctx: typer.Context) -> None:
    """Plays one real day through the public API, starting the stack if it is not up."""
    from madeleine_cli.demo import demo as run

    context: Context = ctx.obj
    raise typer.Exit(run(context.data, context.console))


if __name__ == "__main__":
    app()
