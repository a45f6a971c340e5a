"""How far each stream of the adapter table has come."""

from __future__ import annotations

from collections.abc import Mapping

from madeleine_common.db import Pool


class StreamHeads:
    """Implements the port Heads."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self) -> Mapping[str, int]:
        """The last version by stream; what was committed before the call is there."""
        # A cursor over positions would be cheaper, and would miss what commits late.
        rows = await self._pool.fetch("SELECT stream_id, max(version) AS head FROM events GROUP BY stream_id")
        return {row["stream_id"]: row["head"] for row in rows}
