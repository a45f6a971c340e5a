"""Giving memories their vectors, apart from taking them in."""

from __future__ import annotations

import asyncio
import logging

from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.errors import Unavailable
from madeleine_memory.application.ports import Embedder, Unembedded

log = logging.getLogger(__name__)

_IDLE_S = 0.5
# An insertion into the index takes some milliseconds.
_INDEXED = 200
_AWAY_S = 3.0


async def embed_forever(unembedded: Unembedded, embedder: Embedder, batch: int) -> None:
    """Fills in vectors until cancelled; waits while the embedder or the database is away.

    An event's transaction never waits for a model: its memory is found by its words until this job has come by.
    """
    while True:
        try:
            pause = 0.0 if await unembedded.fill(embedder, batch) or await unembedded.index_near(_INDEXED) else _IDLE_S
        except (Unavailable, *DATABASE_ERRORS) as error:
            log.warning("memories wait for their vectors: %s", error or type(error).__name__)
            pause = _AWAY_S
        await asyncio.sleep(pause)
