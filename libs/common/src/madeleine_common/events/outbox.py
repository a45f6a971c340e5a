"""How far the outbox may fill before writers are refused."""

from __future__ import annotations

import time

from madeleine_common.db import Pool
from madeleine_common.errors import Exhausted

_LOOK_EVERY_S = 1.0


class OutboxLimit:
    """Refuses writers while more than `most` events wait to be published, as when NATS is away or full for long.

    It looks once a second and not at every append, so that writers may pass the limit by what they append in a second.
    """

    def __init__(self, pool: Pool, most: int) -> None:
        self._pool = pool
        self._most = most
        self._looked_at = float("-inf")
        self._full = False

    async def check(self) -> None:
        """Raises Exhausted when the outbox is full."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            self._full = await self._pool.fetchval(
                "SELECT EXISTS (SELECT FROM outbox ORDER BY position OFFSET $1 LIMIT 1)", self._most
            )
        if self._full:
            raise Exhausted(
                f"more than {self._most} events wait to be published; try again when the event bus has caught up",
                reason="OUTBOX_FULL",
            )
