"""Activities of an erasure: between Temporal's plain values and the ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from temporalio import activity

from madeleine_identity.application.ports import Confirmations, MasterKeyRotation
from madeleine_identity.workflows.confirm_erasure import Question

_BEAT_S = 20.0


class ErasureActivities:
    """Each may run twice."""

    def __init__(self, confirmations: Confirmations, rotation: MasterKeyRotation) -> None:
        self._confirmations = confirmations
        self._rotation = rotation

    def all(self) -> Sequence[Callable[..., Any]]:
        """What the worker runs."""
        return [self.database_clock, self.what_is_left, self.rotate_master_key]

    @activity.defn
    async def database_clock(self) -> str:
        """The database's time (ISO 8601); whoever is erased by then is in no row that a later key wraps."""
        return (await self._rotation.clock()).isoformat()

    @activity.defn
    async def what_is_left(self, question: Question) -> dict[str, str]:
        """What stands in the way, by service, for people to read; a service that has confirmed is not in it."""
        answers = await asyncio.gather(
            *(
                self._confirmations.left(service, question.person_id, question.event_id, question.version)
                for service in question.services
            )
        )
        return {service: words for service, words in zip(question.services, answers, strict=True) if words}

    @activity.defn
    async def rotate_master_key(self, after: str) -> str:
        """Rotates unless that was done since; says what came of it."""

        steps = ["waiting for its turn"]

        async def beat() -> None:
            while True:
                activity.heartbeat(steps[-1])
                await asyncio.sleep(_BEAT_S)

        heart = asyncio.create_task(beat())
        try:
            done = await self._rotation.rotate_after(datetime.fromisoformat(after), steps.append)
        finally:
            heart.cancel()
        if done.unwritable:
            return f"the master key is not rotated ({done.unwritable}): backups made before can be opened until it is"
        return "the master key is rotated: no backup made before can be opened"
