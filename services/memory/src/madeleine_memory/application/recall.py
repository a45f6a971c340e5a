"""Finding what is relevant to a query."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from madeleine_common.errors import Unavailable
from madeleine_common.times.past import span_of
from madeleine_memory.application.ports import Embedder, Filters, Kept, Memories, Query, Vectors
from madeleine_memory.domain.ranking import Ranked, Weights, learned, rank, without_doubtful
from madeleine_memory.domain.salience import asks_when

log = logging.getLogger(__name__)

# Somebody waits for every recall: once the embedder failed, they need not all find out by waiting for it.
_AWAY_S = 5.0
# Read besides those asked for: some may be doubtful.
_SPARE = 5


@dataclass(frozen=True, slots=True)
class Recalled:
    """A memory and why it came back."""

    memory: Kept
    rank: Ranked


class Recall:
    """Hybrid recall: words, meaning, the turns around, who and when is named, what a text tells (domain/ranking.py)."""

    def __init__(self, memories: Memories, embedder: Embedder, weights: Weights | None = None) -> None:
        """`weights`: other ones than those that are shipped, to measure with."""
        self._memories = memories
        self._embedder = embedder
        self._weights = weights or learned()
        self._away_until = 0.0

    async def __call__(
        self, query: str, filters: Filters, limit: int, zone: tzinfo = UTC, now: datetime | None = None
    ) -> list[Recalled]:
        """At most `limit` memories, best first; by words alone while the embedder is away.

        `zone`, `now`: the asker's, for "yesterday"; by default the present is `filters.before`.
        """
        now = now or filters.before
        asked = Query(query, await self._vectors(query), span_of(query, now, zone))
        ranked = rank(await self._memories.found(asked, filters), asks_when(query), now, self._weights)
        first, others = ranked[: limit + _SPARE], ranked[limit + _SPARE :]
        kept = await self._memories.by_ids(filters.spaces, [r.memory_id for r in first])
        if not filters.history:
            first = without_doubtful(first, {i: one.doubts for i, one in kept.items()}, others)
        # One may have been forgotten between the two reads.
        return [Recalled(kept[r.memory_id], r) for r in first if r.memory_id in kept][:limit]

    async def _vectors(self, query: str) -> Vectors | None:
        if time.monotonic() < self._away_until:
            return None
        try:
            return await self._embedder.query(query)
        except Unavailable as error:
            self._away_until = time.monotonic() + _AWAY_S
            log.warning("recalling by words alone: %s", error)
            return None
