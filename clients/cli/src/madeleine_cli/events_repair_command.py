"""`madeleine events rebuild | verify | dead-letters`: what mends read models."""

from __future__ import annotations

from typing import Annotated

import typer

from madeleine_cli.context import Context
from madeleine_cli.events_options import EXIT_STATUS

dead_letters_app = typer.Typer(
    help="Events that a consumer could not take: lists them, shows one, has them tried again, or passes them over.",
    no_args_is_help=True,
    epilog=EXIT_STATUS,
)

ProjectionArgument = Annotated[list[str] | None, typer.Argument(metavar="[PROJECTION]...", help="Which; all without.")]
ServiceOption = Annotated[str, typer.Option("--service", help="Only this service's: chat, memory, ...")]
ConsumerOption = Annotated[str, typer.Option("--consumer", help="Only this consumer's.")]
StreamIdOption = Annotated[str, typer.Option("--stream-id", help="Only of this aggregate: conversation-0191...")]
LettersArgument = Annotated[list[str], typer.Argument(metavar="LETTER...", help="As `list` names them: chat:12")]


def rebuild(
    ctx: typer.Context,
    projections: ProjectionArgument = None,
    list_: Annotated[bool, typer.Option("--list", help="Shows which projections there are.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Rebuilds every one of them.")] = False,
) -> None:
    """Makes projections anew from the events, beside the live ones, and swaps them in.

    Services go on meanwhile; their readers wait for the swap only, some milliseconds. No model is called and nothing is
    sent. What fails leaves the live tables as they were.

    Examples:

    madeleine events rebuild --list

    madeleine events rebuild chat-read-model
    """
    from madeleine_cli.events import projections as run

    context: Context = ctx.obj
    if list_:
        run.show(context)
        return
    if bool(projections) == every:
        raise typer.BadParameter("name projections, or give --all", param_hint="PROJECTION")
    run.rebuild(context, projections or ())


def verify(
    ctx: typer.Context,
    projections: ProjectionArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the whole hashes.")] = False,
) -> None:
    """Proves that projections hold what their events say: rebuilds them beside the live ones and compares hashes.

    Up to the same position in every stream, in one snapshot, while services go on. Status 1 if any differs.

    Examples:

    madeleine events verify

    madeleine events verify memory --json
    """
    from madeleine_cli.events import projections as run

    run.verify(ctx.obj, projections or (), as_json=as_json)


@dead_letters_app.command("list", epilog=EXIT_STATUS)
def list_letters(
    ctx: typer.Context,
    service: ServiceOption = "",
    consumer: ConsumerOption = "",
    state: Annotated[str, typer.Option("--state", help="dead, parked, behind, retry or discarded.")] = "",
    stream_id: StreamIdOption = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Lists dead letters with the reason of each.

    dead: its handler failed, or it cannot be read · parked: of a newer type or version, taken by itself once a release
    knows it · behind: waits for an earlier event of its stream · discarded: passed over for good.
    """
    from madeleine_cli.events import dead_letters as run
    from madeleine_common.bus.letters import State

    if state and state not in list(State):
        raise typer.BadParameter(f"{state!r} is not one of {', '.join(State)}", param_hint="--state")
    run.listed(ctx.obj, run.Wanted(_service(service), consumer, state, stream_id), limit, as_json=as_json)


@dead_letters_app.command("show", epilog=EXIT_STATUS)
def show_letter(ctx: typer.Context, letter: Annotated[str, typer.Argument(metavar="LETTER", help="chat:12")]) -> None:
    """Shows one letter whole, with its event opened if its key allows."""
    from madeleine_cli.events import dead_letters as run

    run.shown(ctx.obj, run.LetterId.parse(letter))


@dead_letters_app.command("replay", epilog=EXIT_STATUS)
def replay_letters(
    ctx: typer.Context,
    letters: Annotated[list[str] | None, typer.Argument(metavar="[LETTER]...", help="As `list` names them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are dead or parked, or match the filters.")] = False,
    service: ServiceOption = "",
    consumer: ConsumerOption = "",
    stream_id: StreamIdOption = "",
) -> None:
    """Has letters tried again by their consumers, and says what became of each; what waits behind them follows.

    Examples:

    madeleine events dead-letters replay chat:12

    madeleine events dead-letters replay --all --consumer chat-read-model
    """
    from madeleine_cli.events import dead_letters as run

    if bool(letters) == every:
        raise typer.BadParameter("name letters, or give --all", param_hint="LETTER")
    wanted = run.Wanted(_service(service), consumer, "", stream_id) if every else None
    run.retried(ctx.obj, [run.LetterId.parse(text) for text in letters or ()], wanted)


@dead_letters_app.command("discard", epilog=EXIT_STATUS)
def discard_letters(
    ctx: typer.Context,
    letters: LettersArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Does not ask.")] = False,
) -> None:
    """Passes letters over for good: their events have no effect, here and in every rebuild; what waited goes on."""
    from madeleine_cli.events import dead_letters as run

    chosen = [run.LetterId.parse(text) for text in letters]
    if not yes:
        typer.confirm(f"Pass over {', '.join(map(str, chosen))} for good?", abort=True)
    run.discarded(ctx.obj, chosen)


def register(events_app: typer.Typer) -> None:
    """Adds these commands to `madeleine events`."""
    events_app.command("rebuild", epilog=EXIT_STATUS)(rebuild)
    events_app.command("verify", epilog=EXIT_STATUS)(verify)
    events_app.add_typer(dead_letters_app, name="dead-letters")


def _service(name: str) -> str:
    from madeleine_common.bus.streams import CONTEXTS

    if name and name not in CONTEXTS:
        raise typer.BadParameter(f"no service {name}; there are {', '.join(CONTEXTS)}", param_hint="--service")
    return name
