"""`madeleine events replay`: one run of a replay, with its progress and what it says at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping

import nats.errors
import typer

from madeleine_cli.context import Context
from madeleine_cli.events import replay as replaying
from madeleine_cli.events.connections import EventsSettings, NotRunning, jetstream_client, readers
from madeleine_cli.events.filters import BadOption, Filter
from madeleine_cli.events_options import INTERRUPTED, ask, bar
from madeleine_common.events.reading import Cursor


def replay_run(context: Context, prefix: str, speed: str, after: str, wanted: Filter) -> None:
    """Replays; ends with typer.Exit unless all went well."""
    console = context.console
    told = replaying.new_run()
    began = time.monotonic()
    try:
        replaying.check_prefix(prefix)
        pace = replaying.Speed.parse(speed)
        places = replaying.parse_token(after) if after else {}
        ask(context, lambda settings: _run(context, settings, prefix, wanted, pace, places, told))
    except BadOption as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from error
    except (KeyboardInterrupt, typer.Exit) as end:
        if told.published:
            console.print(
                f"Stopped after {told.published} of {told.total} events; go on with --after {told.token}",
                soft_wrap=True,
            )
        raise (end if isinstance(end, typer.Exit) else typer.Exit(INTERRUPTED)) from None
    if not told.published:
        console.print("No event matches.")
        return
    seconds = time.monotonic() - began
    rate = told.published / max(seconds, 1e-9)
    console.print(
        f"{told.published} events published below {prefix} in {seconds:.1f} s ({rate:.0f}/s), run {told.run_id}."
    )
    console.print(f"What comes later: --after {told.token}", soft_wrap=True)


async def _run(
    context: Context,
    settings: EventsSettings,
    prefix: str,
    wanted: Filter,
    speed: replaying.Speed,
    after: Mapping[str, Cursor],
    told: replaying.Replayed,
) -> None:
    async with readers(settings, wanted.contexts()) as sources, jetstream_client(settings) as client:
        with bar(context.console) as progress:
            task = progress.add_task("replay", total=None, note="")

            def tell(now: replaying.Replayed) -> None:
                note = f"next in {now.waits_s:.0f} s" if now.waits_s >= 1 else ""
                progress.update(task, completed=now.published, total=now.total, note=note)

            try:
                await replaying.replay(
                    sources,
                    client,
                    prefix,
                    selection=wanted.selection(),
                    speed=speed,
                    after=after,
                    told=told,
                    tell=tell,
                )
            except nats.errors.Error as error:
                raise NotRunning("NATS has gone away") from error
