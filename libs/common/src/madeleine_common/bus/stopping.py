"""Being cancelled for certain."""

from __future__ import annotations

import asyncio


def stop_if_cancelled() -> None:
    """Raises CancelledError in a task that was cancelled and has not noticed; for loops that would go on for ever.

    Python 3.11's `asyncio.wait_for`, which nats-py and asyncpg use, drops a cancellation when what it waits for is done
    in the same moment (cpython#86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
