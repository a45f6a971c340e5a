"""Noticing which spaces are to be tidied: full ones at once, others when they have been quiet, as sleep does."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from madeleine_common.commands import utc_now
from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.errors import Unavailable
from madeleine_memory.application.ports import Shelf, Starter

log = logging.getLogger(__name__)

_EVERY_S = 2.0
_AWAY_S = 10.0
_AT_ONCE = 20


async def watch_forever(shelf: Shelf, starter: Starter, quiet: timedelta) -> None:
    """Starts tidying where it is due until cancelled; waits while Temporal or the database is away.

    Until a full space has been tidied, what is new there waits: no budget is exceeded while nobody tidies.
    """
    while True:
        pause = _EVERY_S
        try:
            for space in await shelf.due(utc_now() - quiet, _AT_ONCE):
                await starter.start(space)
        except (Unavailable, *DATABASE_ERRORS) as error:
            log.warning("tidying waits: %s", error or type(error).__name__)
            pause = _AWAY_S
        await asyncio.sleep(pause)
