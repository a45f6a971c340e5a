"""`madeleine adapters`: LoRA adapters published, served, and taken back by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madeleine_cli.context import Context
from madeleine_cli.events_options import EXIT_STATUS

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from madeleine.inference.v1 import adapters_pb2 as pb

adapters_app = typer.Typer(
    help="LoRA adapters: publishes them, says which are served under which alias, and rolls back."
    " docs/guides/models.md shows how.",
    no_args_is_help=True,
    epilog=EXIT_STATUS,
)

AliasArgument = Annotated[str, typer.Argument(metavar="ALIAS", help="default, or one of your own.")]
RevisionArgument = Annotated[str, typer.Argument(metavar="REVISION", help="As `list` names it: house@0123456789ab")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


@adapters_app.command("list", epilog=EXIT_STATUS)
def list_revisions(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Lists the revisions that are published, the newest first.

    resident: in the memory of the replica that answered · pinned: never evicted from it.
    """
    from madeleine_cli.adapters.client import ask
    from madeleine_cli.adapters.views import revisions_table

    context: Context = ctx.obj
    revisions = ask(context, lambda adapters: adapters.revisions())
    if as_json:
        context.console.print_json(data=[_json(revision) for revision in revisions])
    elif revisions:
        context.console.print(revisions_table(revisions))
    else:
        context.console.print("No revision is published.")


@adapters_app.command("aliases", epilog=EXIT_STATUS)
def list_aliases(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Shows what each alias serves, what it served before, and on which base model and engine."""
    from madeleine_cli.adapters.client import ask
    from madeleine_cli.adapters.views import aliases_table

    context: Context = ctx.obj
    reply = ask(context, lambda adapters: adapters.aliases())
    if as_json:
        context.console.print_json(data=_json(reply))
    else:
        context.console.print(aliases_table(reply))
        context.console.print(f"on {reply.base_model} ({reply.engine})", style="dim", highlight=False)


@adapters_app.command("publish", epilog=EXIT_STATUS)
def publish(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="What PEFT saved: adapter_config.json, adapter_model.safetensors.")
    ],
    name: Annotated[str, typer.Option("--name", help="Of its revisions: A-Z, a-z, 0-9, '_' and '-', at most 48.")],
    alias: Annotated[str, typer.Option("--alias", help="Serve it under this alias at once.")] = "",
    training_run: Annotated[
        str, typer.Option("--training-run", help="What the manifest says of where it comes from.")
    ] = "",
) -> None:
    """Publishes an adapter as the immutable revision NAME@<hash of its content>.

    Computes its fingerprint on the base model in fp32 by the trainer's own code (some seconds), copies it into the
    adapter store, and has every replica of inference load it and show the same logprobs. One that does not is refused.

    Examples:

    madeleine adapters publish ./my-lora --name house

    madeleine adapters publish ./my-lora --name house --alias default --training-run notebook-3
    """
    from madeleine_cli.adapters.publish import publish as run

    _check_name("--name", name)
    if alias:
        _check_name("--alias", alias)
    run(ctx.obj, folder, name, alias, training_run)


@adapters_app.command("alias", epilog=EXIT_STATUS)
def point(
    ctx: typer.Context,
    alias: AliasArgument,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="REVISION[=WEIGHT]...", help="`base` is the model without any; one may lack its weight."
        ),
    ],
) -> None:
    """Points an alias at a revision, or at several by weight; each person stays with theirs.

    Examples:

    madeleine adapters alias default house@0123456789ab

    madeleine adapters alias default base house@0123456789ab=0.1
    """
    from madeleine_cli.adapters.client import ask
    from madeleine_cli.adapters.views import alias_line

    context: Context = ctx.obj
    wanted = _weighted(targets)
    flipped = ask(context, lambda adapters: adapters.point(alias, wanted))
    context.console.print(alias_line(flipped), highlight=False, soft_wrap=True)


@adapters_app.command("rollback", epilog=EXIT_STATUS)
def rollback(ctx: typer.Context, alias: AliasArgument) -> None:
    """Points an alias at what it pointed at before; once more, and it is forth again."""
    from madeleine_cli.adapters.client import ask
    from madeleine_cli.adapters.views import alias_line

    context: Context = ctx.obj
    flipped = ask(context, lambda adapters: adapters.roll_back(alias))
    context.console.print(alias_line(flipped), highlight=False, soft_wrap=True)


@adapters_app.command("pin", epilog=EXIT_STATUS)
def pin(ctx: typer.Context, revision: RevisionArgument) -> None:
    """Keeps a revision in the memory of every replica, however many others are asked for."""
    _pin(ctx.obj, revision, pinned=True)


@adapters_app.command("unpin", epilog=EXIT_STATUS)
def unpin(ctx: typer.Context, revision: RevisionArgument) -> None:
    """Lets a revision be evicted again, when others need its place; it is loaded again when it is asked for."""
    _pin(ctx.obj, revision, pinned=False)


@adapters_app.command("unload", epilog=EXIT_STATUS)
def unload(ctx: typer.Context, revision: RevisionArgument) -> None:
    """Takes a revision out of serving once its requests have ended. Its files stay: publish it again at any time.

    Refused while an alias points at it or may be rolled back to it.
    """
    from madeleine_cli.adapters.client import ask

    context: Context = ctx.obj
    ask(context, lambda adapters: adapters.unload(revision))
    context.console.print(f"{revision} is no longer served.", highlight=False, soft_wrap=True)


def _pin(context: Context, revision: str, *, pinned: bool) -> None:
    from madeleine_cli.adapters.client import ask

    now = ask(context, lambda adapters: adapters.pin(revision, pinned=pinned))
    said = "pinned" if now.pinned else "not pinned"
    context.console.print(f"{now.revision} is {said}.", highlight=False, soft_wrap=True)


def _check_name(option: str, value: str) -> None:
    from madeleine_common.adapters import NAME

    # The server would refuse it too, but only after the fingerprint was computed.
    if not NAME.fullmatch(value):
        raise typer.BadParameter("must be 1 to 48 of A-Z, a-z, 0-9, '_' and '-'", param_hint=option)
    if option == "--alias" and value == "base":
        raise typer.BadParameter("'base' always means the base model", param_hint=option)


def _weighted(texts: list[str]) -> list[pb.WeightedRevision]:
    """Targets with their weights; the one without a weight gets what the others leave of 1."""
    from madeleine.inference.v1 import adapters_pb2 as pb

    parts = [text.partition("=") for text in texts]
    if sum(not weight for _, _, weight in parts) > 1:
        raise typer.BadParameter("only one may lack its weight", param_hint="REVISION[=WEIGHT]")
    try:
        given = {revision: float(weight) for revision, _, weight in parts if weight}
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="REVISION[=WEIGHT]") from error
    rest = round(1.0 - sum(given.values()), 9)
    return [
        pb.WeightedRevision(revision=revision, weight=float(weight) if weight else rest)
        for revision, _, weight in parts
    ]


def _json(message: Message) -> dict[str, object]:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
