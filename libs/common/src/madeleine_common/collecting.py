"""Garbage collection out of the way of long work."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collecting_by_hand() -> Generator[None, None, None]:
    """No garbage collection of its own accord: over rows by the ten thousand it takes up to half of all the time.

    Whoever uses this collects now and then, when there is little to look at; events hold no cycles.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
