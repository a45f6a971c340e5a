"""What a service wants to hear, and how what it hears takes effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent

Apply = Callable[[Connection, RecordedEvent], Awaitable[None]]
ApplyMany = Callable[[Connection, Sequence[RecordedEvent]], Awaitable[None]]
React = Callable[[RecordedEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service wants to hear of one context's stream.

    Exactly one of three: `apply` writes to the database in the transaction that marks the event as taken, `apply_many`
    does so for several events at once (a page of a rebuild, a batch of a consumer that catches up); `react` acts
    outside (calls a model, starts a workflow) and must itself bear repetition.
    `projection`: take every stream's events gapless in order of version (no filter by type then).
    `announce` tells others of an event, in the transaction that applied it: live only, never in a rebuild.
    """

    name: str
    context: str
    apply: Apply | None = None
    apply_many: ApplyMany | None = None
    react: React | None = None
    announce: Apply | None = None
    types: tuple[str, ...] = ()
    projection: bool = False
    # How many reactions run at once; effects in the database always come one by one.
    concurrency: int = 1
    max_deliveries: int = 5
    # False: only what is published from the consumer's first start on.
    from_start: bool = True

    def __post_init__(self) -> None:
        if [self.apply, self.apply_many, self.react].count(None) != 2:
            raise ValueError(f"{self.name}: give one of apply, apply_many and react")
        if self.react is not None and (self.projection or self.announce):
            raise ValueError(f"{self.name}: a reaction is no projection, and announces for itself")
        if self.projection and self.types:
            raise ValueError(f"{self.name}: a projection takes every event of its streams")

    async def take(self, connection: Connection, events: Sequence[RecordedEvent]) -> None:
        """Applies events in the caller's transaction; raises what the handler raises."""
        if self.apply_many is not None:
            await self.apply_many(connection, events)
        elif self.apply is not None:
            for event in events:
                await self.apply(connection, event)

    async def tell(self, connection: Connection, events: Sequence[RecordedEvent]) -> None:
        """Announces events that were applied, in the same transaction."""
        if self.announce is not None:
            for event in events:
                await self.announce(connection, event)
