"""Read models: what they are made of, and reading one's own writes from them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from madeleine_common.bus.subscription import Subscription
from madeleine_common.db import Connection, Pool
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


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: tables that follow from events alone, through subscriptions with `projection=True`.

    `tables`: all that its handlers write, those that are referred to first. `elsewhere`: columns by table that
    something else fills in later (an embedding); a rebuild leaves them empty, and they don't count when it is compared
    with what lives.
    """

    name: str
    tables: tuple[str, ...]
    subscriptions: tuple[Subscription, ...]
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    # Lets the caller's transaction see every row, where row-level security would hide some.
    lift: Callable[[Connection], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        if not self.subscriptions or not all(subscription.projection for subscription in self.subscriptions):
            raise ValueError(f"{self.name}: a projection is made of subscriptions with projection=True")

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts whose events it is made from."""
        return tuple(dict.fromkeys(subscription.context for subscription in self.subscriptions))


async def caught_up(pool: Pool, projection: str, stream_ids: Sequence[str], within_s: float = 5.0) -> None:
    """Waits until a projection of the service's own events has seen all that stands in these streams.

    Raises Unavailable when it has not after `within_s` seconds.
    """
    end = time.monotonic() + within_s
    while await pool.fetchval(_BEHIND, projection, list(stream_ids)):
        if time.monotonic() > end:
            raise Unavailable("what was just written is still being taken in; try again")
        await asyncio.sleep(_EVERY_S)
