"""Waiting for a condition, and the error that says what did not come true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_EVERY_S = 0.2


class DemoFailed(Exception):
    """Something that the day rests on is not so; the message says what, for people to read."""


async def until(what: str, probe: Callable[[], Awaitable[T | None]], within_s: float) -> T:
    """The first answer of `probe` that is not None; raises DemoFailed naming what was awaited."""
    end = time.monotonic() + within_s
    while (answer := await probe()) is None:
        if time.monotonic() > end:
            raise DemoFailed(f"waited {within_s:.0f} s for {what}, in vain")
        await asyncio.sleep(_EVERY_S)
    return answer
