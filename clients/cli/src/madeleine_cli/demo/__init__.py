"""`madeleine demo`: one real day through the gateway's public API, on the real stack, with nothing scripted."""

from __future__ import annotations

import asyncio
import json
import time

import httpx
from google.protobuf.json_format import ParseError
from rich.console import Console

from madeleine_cli import control, events
from madeleine_cli.datadir import DataDir
from madeleine_cli.demo import measure, report, runs
from madeleine_cli.demo.day import Played, two_people
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.waiting import DemoFailed, until
from madeleine_cli.rest import ApiError
from madeleine_cli.state import Phase
from madeleine_cli.up import up

_DOWN_S = 60.0
_STARTING_S = 600.0


def demo(data: DataDir, console: Console) -> int:
    """Plays the day, on a stack of its own if none is up; prints tables and a line of JSON; returns the exit status."""
    began = runs.began()
    fresh = runs.set_up_since(began)
    had_data = data.state.exists()
    started = data.holder() is None
    if started and (code := up(data, console, detach=True, quiet=True, skip=())):
        return code
    figures: dict[str, object] = {}
    try:
        played, measured = asyncio.run(_play(data, Screen(console), started=started))
        figures = report.figures(played, measured)
        report.show(Screen(console), played, measured)
        report.check_events(measured)
    except DemoFailed as error:
        return _failed(console, str(error))
    except (ApiError, httpx.HTTPError, ParseError, events.NotRunning) as error:
        return _failed(console, f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        return _failed(console, "interrupted")
    finally:
        if started:
            control.down(data, console, _DOWN_S)
    seconds = round(time.time() - began, 1)
    if fresh:
        runs.remember_fresh(data, seconds)
    print(
        json.dumps(
            {
                "fresh_s": seconds if fresh else None,
                "second_s": None if fresh else seconds,
                "up_second_s": round(measured.up_s, 1) if measured.up_s is not None and had_data else None,
                **figures,
            }
        )
    )
    return 0


def _failed(console: Console, why: str) -> int:
    console.print()
    console.print(f"The demo stopped: {why}", style="bold red", markup=False)
    return 1


async def _play(data: DataDir, screen: Screen, *, started: bool) -> tuple[Played, report.Measured]:
    state = measure.state_of(data)

    async def is_up() -> bool | None:
        return True if measure.state_of(data).phase is Phase.UP else None

    await until(f"the stack in {data.root} to be up", is_up, _STARTING_S)
    state = measure.state_of(data)
    rest = measure.footprint(data)
    before = await measure.event_counts(data)
    began = time.monotonic()
    with screen.live():
        async with two_people(screen, state.gateway_url) as day:
            played = await day.play()
    measured = report.Measured(
        up_s=state.up_after_s if started else None,
        day_s=time.monotonic() - began,
        rest=rest,
        end=measure.footprint(data),
        events_before=before,
        events_after=await measure.event_counts(data),
    )
    return played, measured
