"""What the commands of `madeleine events` have in common: options, servers, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from madeleine_cli.context import Context

if TYPE_CHECKING:
    from madeleine_cli.events import EventsSettings, Filter

T = TypeVar("T")
NOT_RUNNING = 3
INTERRUPTED = 130
EXIT_STATUS = (
    "Exit status: 0 done · 1 failed · 2 a wrong option · 3 a server that is needed does not answer · 130 Ctrl-C."
)

StreamOption = Annotated[
    list[str] | None, typer.Option("--stream", help="Only this context's stream: CHAT, MEMORY, ...; repeatable.")
]
TypeOption = Annotated[
    list[str] | None, typer.Option("--type", help="Only this type: MessageSent, or its full name; repeatable.")
]
StreamIdOption = Annotated[str, typer.Option("--stream-id", help="Only this aggregate: conversation-0191...")]
PersonOption = Annotated[
    str, typer.Option("--person", help="Only events whose data subject or actor is this person (an id).")
]
CorrelationOption = Annotated[str, typer.Option("--correlation", help="Only what one request led to.")]
SinceOption = Annotated[
    str, typer.Option("--since", help="From then on: an age (90s, 10m, 2h, 7d) or a time (2026-11-23T20:00).")
]
UntilOption = Annotated[str, typer.Option("--until", help="Only before then: an age or a time.")]


def filter_of(
    streams: list[str] | None,
    types: list[str] | None,
    stream_id: str,
    person: str,
    correlation: str,
    since: str,
    until: str,
) -> Filter:
    """The filter that the options spell; raises typer.BadParameter, which names the option."""
    from madeleine_cli.events import BadOption, Filter

    try:
        return Filter.parse(
            streams=streams or (),
            types=types or (),
            stream_id=stream_id,
            person=person,
            correlation=correlation,
            since=since,
            until=until,
        )
    except BadOption as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from error


def ask(context: Context, question: Callable[[EventsSettings], Coroutine[None, None, T]]) -> T:
    """Runs a question to the stack; ends with status 3 and a clear line when something of it does not answer."""
    from madeleine_cli.events import NotRunning, settings_of

    try:
        return asyncio.run(question(settings_of(context.data)))
    except NotRunning as error:
        context.console.print(f"[red]Madeleine is not running[/], or not all of it: {error}.", soft_wrap=True)
        raise typer.Exit(NOT_RUNNING) from error


def failed(context: Context, reason: object) -> typer.Exit:
    """Says why a command ends with status 1."""
    context.console.print(str(reason), style="red", markup=False, soft_wrap=True)
    return typer.Exit(1)


def bar(console: Console) -> Progress:
    """A progress bar that counts events."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        # Where nobody watches, a bar is noise in a log.
        disable=not console.is_terminal,
        transient=True,
    )
