"""`madeleine events rebuild` and `verify`: read models made anew from the events."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TypeVar

import asyncpg
import typer
from dotenv import dotenv_values
from rich.table import Table

from madeleine_cli.context import Context
from madeleine_cli.datadir import DataDir
from madeleine_cli.events.connections import EventsSettings, NotRunning, codec_of
from madeleine_cli.events_options import INTERRUPTED, ask, bar, failed
from madeleine_common.bus.streams import CONTEXTS, stream_name
from madeleine_common.projections import Projection
from madeleine_common.projections.rebuild import Progress, Rebuilder, Rebuilt, Verified
from madeleine_common.projections.replay import HandlerFailed
from madeleine_common.projections.shadow import AlreadyRunning, NotRebuildable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Owned:
    """A projection and the service whose it is."""

    service: str
    projection: Projection


def all_projections() -> list[Owned]:
    """Every projection of the house, by service."""
    return [
        Owned(service, projection)
        for service in CONTEXTS
        for projection in import_module(f"madeleine_{service}.projections").PROJECTIONS
    ]


def named(names: Sequence[str]) -> list[Owned]:
    """The projections of these names, all for none; raises typer.BadParameter."""
    known = all_projections()
    if unknown := sorted(set(names) - {owned.projection.name for owned in known}):
        listed = ", ".join(owned.projection.name for owned in known)
        raise typer.BadParameter(f"no projection {', '.join(unknown)}; there are {listed}", param_hint="PROJECTION")
    return [owned for owned in known if not names or owned.projection.name in names]


def owner_url(data: DataDir, service: str) -> str:
    """A service's own database, as the role that owns it; raises NotRunning when nothing says where it is."""
    file = data.env / f"{service}.env"
    own = os.environ.get(f"MADELEINE_OWNER_DATABASE_URL_{service.upper()}")
    shared = os.environ.get("MADELEINE_OWNER_DATABASE_URL", "").replace("{context}", service)
    url = own or shared or (dotenv_values(file).get("MADELEINE_DATABASE_URL") if file.exists() else "")
    if not url:
        raise NotRunning(
            f"nothing says how to write to the database of {service}: `madeleine up` does, or set"
            " MADELEINE_OWNER_DATABASE_URL (with {context} in it)"
            f" or MADELEINE_OWNER_DATABASE_URL_{service.upper()}"
        )
    return url


def show(context: Context) -> None:
    """Lists every projection with what it is made of."""
    table = Table("projection", "service", "from", "tables", box=None)
    for owned in all_projections():
        projection = owned.projection
        streams = ", ".join(stream_name(name) for name in projection.contexts)
        table.add_row(projection.name, owned.service, streams, ", ".join(projection.tables))
    context.console.print(table)


def rebuild(context: Context, names: Sequence[str]) -> None:
    """Rebuilds projections one after the other; ends with typer.Exit at the first that cannot be."""
    for owned in named(names):
        done: Rebuilt = _run(context, owned, "rebuilding", lambda rebuilder, tell: rebuilder.rebuild(tell))
        context.console.print(
            f"{done.projection}: rebuilt from {done.events} events in {done.seconds:.1f} s, swapped in within"
            f" {done.swap_s * 1000:.0f} ms.",
            soft_wrap=True,
        )


def verify(context: Context, names: Sequence[str], *, as_json: bool) -> None:
    """Compares projections with what a rebuild makes; ends with status 1 if any differs."""
    results = [
        _run(context, owned, "verifying", lambda rebuilder, tell: rebuilder.verify(tell)) for owned in named(names)
    ]
    if as_json:
        context.console.print_json(data=[_as_json(result) for result in results])
    else:
        context.console.print(_table(results))
    if different := [result.projection for result in results if not result.equal]:
        raise failed(
            context,
            f"{', '.join(different)}: what lives is not what its events say; `madeleine events rebuild` makes it so.",
        )


def _run(context: Context, owned: Owned, verb: str, work: Callable[[Rebuilder, Progress], Awaitable[T]]) -> T:
    try:
        return ask(context, partial(_with_bar, context, owned, verb, work))
    except KeyboardInterrupt:
        context.console.print("Stopped; the live tables are as they were.")
        raise typer.Exit(INTERRUPTED) from None
    except (AlreadyRunning, NotRebuildable, HandlerFailed) as error:
        raise failed(context, f"{owned.projection.name}: {error}") from error
    except asyncpg.LockNotAvailableError as error:
        reason = "somebody reads its tables for longer than 3 s at a time; try again"
        raise failed(context, f"{owned.projection.name}: {reason}") from error


async def _with_bar(
    context: Context,
    owned: Owned,
    verb: str,
    work: Callable[[Rebuilder, Progress], Awaitable[T]],
    settings: EventsSettings,
) -> T:
    projection = owned.projection
    target = owner_url(context.data, owned.service)
    sources = {name: settings.database(name) for name in projection.contexts}
    async with AsyncExitStack() as stack:
        codec = await stack.enter_async_context(codec_of(settings))
        progress = stack.enter_context(bar(context.console))
        task = progress.add_task(f"{verb} {projection.name}", total=None, note="")

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            return await work(Rebuilder(projection, target, sources, codec), tell)
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError) as error:
            raise NotRunning(f"the database of {owned.service} does not answer ({type(error).__name__})") from error


def _as_json(result: Verified) -> dict[str, object]:
    return {
        "projection": result.projection,
        "equal": result.equal,
        "events": result.events,
        "tables": {
            live.table: {
                "live_rows": live.rows,
                "rebuilt_rows": made.rows,
                "live_sha256": live.sha256,
                "rebuilt_sha256": made.sha256,
            }
            for live, made in zip(result.live, result.rebuilt, strict=True)
        },
    }


def _table(results: Sequence[Verified]) -> Table:
    table = Table(box=None)
    for name in ("projection", "events", "table", "live rows", "rebuilt rows", "sha256", ""):
        table.add_column(name, overflow="fold")
    for result in results:
        for number, (live, made) in enumerate(zip(result.live, result.rebuilt, strict=True)):
            first = number == 0
            equal = "[green]equal[/]" if live == made else "[red]different[/]"
            name, events = (result.projection, str(result.events)) if first else ("", "")
            table.add_row(name, events, live.table, str(live.rows), str(made.rows), live.sha256[:12], equal)
    return table
