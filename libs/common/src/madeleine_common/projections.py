"""Reading one's own writes from a projection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from madeleine_common.db import Pool
from madeleine_common.errors import Unavailable

_EVERY_S = 0.02
_BEHIND = """
SELECT EXISTS (
    SELECT FROM (
        SELECT stream_id, max(version) AS head FROM events WHERE stream_id = ANY($2::text[]) GROUP BY stream_id
    ) e LEFT JOIN stream_positions p ON p.stream_id = e.stream_id AND p.projection = $1
    WHERE coalesce(p.version, 0) < e.head
)
"""


async def caught_up(pool: Pool, projection: str, stream_ids: Sequence[str], within_s: float = 5.0) -> None:
    """Waits until a projection of the service's own events has seen all that stands in these streams.

    Raises Unavailable when it has not after `within_s` seconds.
    """
    end = time.monotonic() + within_s
    while await pool.fetchval(_BEHIND, projection, list(stream_ids)):
        if time.monotonic() > end:
            raise Unavailable("what was just written is still being taken in; try again")
        await asyncio.sleep(_EVERY_S)
