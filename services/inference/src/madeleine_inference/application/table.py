"""The adapter table as this replica knows it: which aliases there are, and which revisions are published."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from prometheus_client import Gauge

from madeleine_common.events import Repository
from madeleine_inference.domain import alias, revision
from madeleine_inference.domain.alias import Alias
from madeleine_inference.domain.revision import Revision

_VERSION = Gauge("madeleine_inference_alias_version", "Flips of the alias that this replica knows of", ["alias"])
# The last version of every stream of the adapter table.
Heads = Callable[[], Awaitable[Mapping[str, int]]]


class Held(enum.IntEnum):
    """How much a resident revision is worth keeping; a lower one is evicted first, PINNED never."""

    NOT = 0
    # An alias points at it, or may be rolled back to it.
    ALIASED = 1
    PINNED = 2


class AdapterTable:
    """A copy in memory of what the streams say, brought up to date stream by stream."""

    def __init__(self, aliases: Repository[Alias], revisions: Repository[Revision], heads: Heads) -> None:
        self._repositories: dict[str, Repository[Any]] = {
            alias.stream_of(""): aliases,
            revision.stream_of(""): revisions,
        }
        self._heads = heads
        self._versions: dict[str, int] = {}
        self._states: dict[str, Alias | Revision] = {}
        # How many aliases name a revision.
        self._named: dict[str, int] = {}

    def alias(self, name: str) -> Alias | None:
        """An alias, None if there is none."""
        state = self._states.get(alias.stream_of(name))
        return state if isinstance(state, Alias) and state.version else None

    def published(self, name: str) -> Revision | None:
        """A published revision, None if it is not."""
        state = self._states.get(revision.stream_of(name))
        return state if isinstance(state, Revision) and state.published else None

    def aliases(self) -> list[Alias]:
        """All aliases, the default first, then those that were flipped last."""
        found = [state for state in self._states.values() if isinstance(state, Alias) and state.message]
        return sorted(found, key=lambda a: (a.name != alias.DEFAULT, -_changed(a)))

    def held(self, name: str) -> Held:
        """Whether a revision should stay in memory."""
        state = self.published(name)
        if state and state.pinned:
            return Held.PINNED
        return Held.ALIASED if self._named.get(name) else Held.NOT

    async def refresh(self, streams: Collection[str] | None = None) -> list[str]:
        """Reads what came to these streams (None: to any); returns revisions that were taken out of serving."""
        if streams is None:
            heads = await self._heads()
            streams = [stream for stream, head in heads.items() if self._versions.get(stream, 0) < head]
        out: list[str] = []
        for stream in streams:
            repository = self._repositories.get(stream.partition("-")[0] + "-")
            if repository is None:
                continue
            loaded = await repository.load(stream)
            # Another refresh may have come further meanwhile.
            if loaded.version > self._versions.get(stream, 0):
                self._versions[stream] = loaded.version
                self._take(stream, loaded.state)
                if isinstance(loaded.state, Revision) and not loaded.state.published:
                    out.append(stream.removeprefix(revision.stream_of("")))
            # A thousand revisions at the start: the loop belongs to requests too.
            await asyncio.sleep(0)
        return out

    def _take(self, stream: str, state: Alias | Revision) -> None:
        before = self._states.get(stream)
        self._states[stream] = state
        for one, change in ((before, -1), (state, 1)):
            if isinstance(one, Alias):
                for name in one.names():
                    self._named[name] = self._named.get(name, 0) + change
        if isinstance(state, Alias):
            _VERSION.labels(state.name).set(state.version)


def _changed(state: Alias) -> float:
    return state.message.changed_at.ToNanoseconds() if state.message else 0.0
