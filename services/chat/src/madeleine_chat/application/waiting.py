"""Turns that wait for the model: taken again when it is back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from madeleine_chat.application.ports import ReadModel
from madeleine_chat.application.turn import AssistantTurn
from madeleine_common.db import transient
from madeleine_common.telemetry import where

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingTurns:
    """Looks again and again; nothing is held in between, and a restart forgets nothing: the read model knows them."""

    turn: AssistantTurn
    read_model: ReadModel
    every_s: float
    # Conversations at once.
    most: int

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(self.every_s)
            try:
                await self._look()
            except Exception as error:
                if transient(error):
                    log.warning("waiting turns: %s", error or type(error).__name__)
                else:
                    log.error("waiting turns: %s", where(error))

    async def _look(self) -> None:
        waiting = await self.read_model.waiting_turns(self.turn.queue_s)
        if not waiting:
            return
        reachable = await self.turn.generator.reachable()
        slots = asyncio.Semaphore(self.most)

        async def take(conversation_id: str, up_to: int) -> None:
            async with slots:
                await self.turn.take_open(conversation_id, up_to)

        # Also while the model is away, those that have waited for too long are told so.
        taken = [take(w.conversation_id, w.version) for w in waiting if reachable or w.overdue]
        for outcome in await asyncio.gather(*taken, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, TimeoutError):
                raise outcome
