"""The mini-app service in a process of its own, which dies where LIVE_DIES says: `python live_process.py`."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from madeleine_common.events.store import EventStore
from madeleine_common.service import IdentityOverrides, RunningService, open_house
from madeleine_common.testing.chaos.effects import FileKeys
from madeleine_miniapp.adapters.live.store import PostgresTurn
from madeleine_miniapp.application.live.sheet import Sheet
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.settings import MiniappSettings


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(point: str) -> None:
    """Each gap that there is between an update and the word that it is taken."""
    flush = PostgresTurn.flush
    match point:
        case "applied":
            Sheet.judge = _die  # type: ignore[assignment, method-assign]
        case "stored":

            async def flushed(self: PostgresTurn) -> Any:
                if done := await flush(self):
                    _die()
                return done

            PostgresTurn.flush = flushed  # type: ignore[method-assign]
        case "committed":
            EventStore.wake = _die  # type: ignore[method-assign]
        case _:
            pass


async def _run() -> None:
    key = load_pem_public_key(os.environ["LIVE_PEOPLE_KEY"].encode())
    keys = FileKeys(Path(os.environ["LIVE_KEY_FILE"]))

    async def people_key(kid: str) -> Any:
        return key

    overrides = IdentityOverrides(lambda _: keys, lambda _: people_key)
    async with open_house("miniapp", MiniappSettings(), overrides) as house:
        service = RunningService(house, await bootstrap(house), ["serve", "project", "relay"])
        ready = asyncio.Event()
        running = asyncio.create_task(service.run(asyncio.Event(), ready))
        await ready.wait()
        # Once it is up: the table of documents is made by the first who comes, and that must not count.
        _arm(os.environ.get("LIVE_DIES", ""))
        await running


if __name__ == "__main__":
    asyncio.run(_run())
