"""Tries letters again when their turn has come."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid

import asyncpg
import nats.errors

from madeleine_common.bus.effect import Effects, Outcome
from madeleine_common.bus.letters import DeadLetters, State
from madeleine_common.bus.payloads import PayloadLost, Payloads
from madeleine_common.bus.positions import digest_of
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.bus.streams import from_message
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool, transient
from madeleine_common.errors import Unavailable
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import Metadata, RecordedEvent
from madeleine_common.events.types import UnknownEvent, UnreadableEvent
from madeleine_common.telemetry import where

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0


class LetterCarrier:
    """Looks for letters that are due, and brings them to the subscription that could not take them."""

    def __init__(
        self, consumer: str, pool: Pool, payloads: Payloads, codec: EventCodec, letters: DeadLetters, effects: Effects
    ) -> None:
        self._consumer = consumer
        self._payloads = payloads
        self._pool = pool
        self._codec = codec
        self._letters = letters
        self._effects = effects

    async def run(self) -> None:
        """Looks every second until cancelled; a release that knows what an earlier one parked begins with that."""
        released = False
        while True:
            stop_if_cancelled()
            try:
                if not released:
                    await self._letters.release(self._codec.knows)
                    released = True
                while await self._carry():
                    pass
            except Exception as error:
                if transient(error):
                    log.warning("letters of %s wait: %s", self._consumer, error or type(error).__name__)
                else:
                    log.error("letters of %s wait: %s", self._consumer, where(error))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _carry(self) -> bool:
        """Tries the next letter that is due; False if there is none. Raises what is no fault of the letter's."""
        # The lock on the letter is held while its effect happens in a transaction of its own: a crash in between leaves
        # a letter whose effect has happened, which is then seen to be so.
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            letter = await self._letters.due(connection)
            if letter is None:
                return False
            await self._try(connection, letter)
        return True

    async def _read(self, letter: asyncpg.Record) -> tuple[RecordedEvent, bytes]:
        headers, payload, digest = json.loads(letter["headers"]), letter["payload"], letter["digest"]
        if not payload:
            # It may have been lost for a while only, where large ones are kept.
            payload = await self._claim(headers)
            digest = digest_of(letter["type"], payload)
        return (await self._codec.open_all([from_message(headers, payload)]))[0], digest

    async def _claim(self, headers: dict[str, str]) -> bytes:
        try:
            return await self._payloads.claim(headers, b"")
        except (nats.errors.Error, TimeoutError) as error:
            raise Unavailable("the object store does not answer") from error

    async def _try(self, connection: Connection, letter: asyncpg.Record) -> None:
        letter_id = letter["letter_id"]
        if letter["state"] == State.DISCARDED:
            # It stays: a rebuild passes over it too.
            outcome = await self._effects.pass_over(_place(letter), letter["digest"])
            log.info("consumer %s passed over %s: %s", self._consumer, letter["event_id"], outcome.name)
            return
        try:
            event, digest = await self._read(letter)
        except UnknownEvent as error:
            await self._letters.put_back(connection, letter_id, State.PARKED, f"unreadable: {error}")
            return
        except (UnreadableEvent, PayloadLost, KeyError, ValueError) as error:
            await self._letters.put_back(connection, letter_id, State.DEAD, f"unreadable: {error}")
            return
        try:
            outcome = await self._effects.one(event, digest)
        except Exception as error:
            if transient(error):
                raise
            log.error("consumer %s failed again on %s: %s", self._consumer, letter["event_id"], where(error))
            await self._letters.put_back(connection, letter_id, State.DEAD, f"{type(error).__name__} when tried again")
        else:
            if outcome is Outcome.DONE:
                await self._letters.settle(connection, letter_id)
            elif outcome is Outcome.CONFLICT:
                reason = "conflict: its id or version was taken before with other bytes"
                await self._letters.put_back(connection, letter_id, State.DEAD, reason)
            else:
                await self._letters.put_back(connection, letter_id, State.BEHIND, "waits for an earlier event")


def _place(letter: asyncpg.Record) -> RecordedEvent:
    """Where a letter's event stands in its stream, however garbled the rest of it is."""
    try:
        event_id = str(uuid.UUID(letter["event_id"]))
    except ValueError:
        event_id = str(uuid.UUID(int=0))
    metadata = Metadata("", letter["failed_at"], "")
    return RecordedEvent(event_id, letter["type"], 0, letter["stream_id"], letter["version"], "", metadata, "", None)
