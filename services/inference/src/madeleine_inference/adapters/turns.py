"""Who may use the engine now: so many at once, so many waiting, none of them for too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from madeleine_common.errors import Exhausted, Unavailable
from madeleine_inference.adapters.batching import meters
from madeleine_inference.adapters.batching.limits import EngineLimits


class Turns:
    """First come, first served; vLLM's own queue has no bound and no deadline that a caller could be told of."""

    def __init__(self, limits: EngineLimits) -> None:
        self._limits = limits
        self._places = asyncio.Semaphore(limits.slots)
        self._open = 0
        self._closing = False

    @property
    def closing(self) -> bool:
        """True once `close` was called: whoever gets a turn now must end at once."""
        return self._closing

    def close(self) -> None:
        """Refuses whoever comes from now on."""
        self._closing = True

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Holds a slot while the block runs; raises Exhausted when the queue is full or the wait in it too long."""
        if self._closing:
            raise Unavailable("the engine is shutting down")
        if self._open >= self._limits.slots + self._limits.queue:
            raise Exhausted(
                f"{self._limits.slots} completions are running and {self._limits.queue} wait for their turn;"
                " try again later",
                reason="QUEUE_FULL",
            )
        self._open += 1
        try:
            await self._wait()
            try:
                with meters.RUNNING.track_inprogress():
                    yield
            finally:
                self._places.release()
        finally:
            self._open -= 1

    async def _wait(self) -> None:
        try:
            with meters.WAITING.track_inprogress():
                async with asyncio.timeout(self._limits.queue_seconds):
                    await self._places.acquire()
        except TimeoutError as error:
            raise Exhausted(
                f"waited {self._limits.queue_seconds:g} s for a free slot; try again later", reason="QUEUE_TIMEOUT"
            ) from error
