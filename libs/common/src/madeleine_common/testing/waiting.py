"""Waiting for a condition instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(probe: Callable[[], Awaitable[T]], *, within_s: float = 10.0, every_s: float = 0.02) -> T:
    """The first truthy answer of `probe`, tried again until then; raises AssertionError with the last answer."""
    end = time.monotonic() + within_s
    while True:
        answer = await probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {within_s} s; the last answer was {answer!r}")
        await asyncio.sleep(every_s)
