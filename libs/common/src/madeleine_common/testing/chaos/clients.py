"""Clients that race on a few streams and try every command with the same key until it is acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nats.aio.client import Client as Nats

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus.wake import Waker
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import Pool
from madeleine_common.events import CommandKey, EventStore, Metadata, NewEvent, Repository
from madeleine_common.events.codec import EventCodec
from madeleine_common.ids import new_id
from madeleine_common.testing.chaos.effects import CONTEXT, FileKeys

STREAMS = 30
# Of commands, those with two events, and those whose acknowledgement gets lost though the server is well.
_PAIRS, _LOST_ANSWERS = 0.1, 0.02
_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command that its client was told is done: its texts, and where their events stand."""

    stream_id: str
    first_version: int
    texts: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What all clients were told."""

    total: int
    acknowledged: list[Acknowledged] = field(default_factory=list[Acknowledged])
    failures: Counter[str] = field(default_factory=Counter[str])
    # Told at a retry that the command was done before, though no answer had come.
    repeated: int = 0
    # Commands whose repeat was not told so, or was told other events: none may be.
    repeats_wrong: list[str] = field(default_factory=list[str])
    # Set anew with each acknowledgement.
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def done(self) -> int:
        """Commands acknowledged."""
        return len(self.acknowledged)

    async def reach(self, done: float) -> None:
        """Waits until this many are acknowledged."""
        while self.done < min(done, self.total):
            self.moved.clear()
            await self.moved.wait()


class Gate:
    """Lets clients go on as faults do, so that commands are under way at each of them and none are left at the end."""

    def __init__(self) -> None:
        self._open_to = 0.0
        self._opened = asyncio.Event()

    def open_to(self, commands: float) -> None:
        """Commands up to this number may begin."""
        self._open_to = commands
        self._opened.set()

    async def pass_(self, number: int) -> None:
        """Waits until this command may begin."""
        while number >= self._open_to:
            self._opened.clear()
            await self._opened.wait()


class Client:
    """One client, with a store and a cache of its own, as a replica of a service has."""

    def __init__(self, number: int, seed: int, pool: Pool, bus: Nats, keys: FileKeys, tally: Tally) -> None:
        self._actor = f"person:{number}"
        self._random = random.Random(f"{seed}/{number}")  # noqa: S311 (faults, not secrets)
        store = EventStore(pool, EventCodec(Keyring(keys)), Waker(bus, CONTEXT))
        self._repository = Repository(store, _nothing, lambda state, _: state + 1)
        self._tally = tally

    async def run(self, commands: Sequence[int], gate: Gate) -> None:
        """Does these commands, one after the other."""
        for number in commands:
            await gate.pass_(number)
            await self._do(number)

    async def _do(self, number: int) -> None:
        tally, dice = self._tally, self._random
        stream_id = f"conversation-{dice.randrange(STREAMS)}"
        texts = [f"{number}/{part}" for part in range(2 if dice.random() < _PAIRS else 1)]
        command = CommandKey(self._actor, f"command-{number}", hashlib.sha256(f"{stream_id} {texts}".encode()).digest())
        lose_answer = dice.random() < _LOST_ANSWERS
        lost: int | None = None
        tried = 0
        while True:
            tried += 1
            try:
                done = await self._repository.execute(
                    stream_id,
                    lambda _: [NewEvent(MessageSent(text=text), self._actor) for text in texts],
                    Metadata(self._actor, utc_now(), new_id()),
                    command=command,
                )
            except Exception as error:
                # Whether it happened is not known: that is what the key is for.
                tally.failures[type(error).__name__] += 1
                await asyncio.sleep(_AGAIN_S)
                continue
            if lose_answer and lost is None:
                lost = done.events[0].version
                continue
            break
        if done.repeated:
            tally.repeated += 1
        told = [event.message.text for event in done.events if isinstance(event.message, MessageSent)]
        first = done.events[0].version
        wrong = told != texts or (lost is not None and (lost != first or not done.repeated))
        if wrong or (tried == 1 and done.repeated):
            tally.repeats_wrong.append(command.key)
        tally.acknowledged.append(Acknowledged(stream_id, first, tuple(texts)))
        tally.moved.set()


def _nothing() -> int:
    return 0
