"""Published revisions, leased for as long as a request runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from madeleine_common.errors import NotFound
from madeleine_common.events import Repository
from madeleine_inference.application.fingerprint import Probe
from madeleine_inference.application.residents import Residents
from madeleine_inference.application.table import AdapterTable
from madeleine_inference.domain.alias import BASE
from madeleine_inference.domain.revision import Revision, stream_of


class Published:
    """Leases revisions that are published, and no others."""

    def __init__(
        self,
        table: AdapterTable,
        current: Callable[[], bool],
        revisions: Repository[Revision],
        residents: Residents,
    ) -> None:
        """`current`: whether the table may be believed; else the database is asked."""
        self._table = table
        self._current = current
        self._revisions = revisions
        self._residents = residents

    @asynccontextmanager
    async def lease(self, revision: str) -> AsyncIterator[None]:
        """Holds a revision (or BASE) in the engine; raises NotFound, and what Residents.lease does."""
        probes: list[Probe] = []
        if revision != BASE:
            # One that the table lacks may have been published a moment ago.
            state = self._table.published(revision) if self._current() else None
            if state is None:
                state = (await self._revisions.load(stream_of(revision))).state
            if state.published is None:
                raise NotFound(f"no revision {revision} is published", reason="REVISION_UNKNOWN")
            probes = [Probe.of(message) for message in state.probes] if self._residents.unproved(revision) else []
        async with self._residents.lease(revision, probes):
            yield

    async def warm(self, revisions: Sequence[str]) -> None:
        """Brings revisions into the engine; raises what `lease` does."""
        for revision in revisions:
            async with self.lease(revision):
                pass
