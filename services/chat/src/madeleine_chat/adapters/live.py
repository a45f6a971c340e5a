"""Live fan-out (`application.ports.LiveBus`): pieces over NATS core, news of commits over NOTIFY.

Pieces never leave the house's own NATS and are kept nowhere, so they are not sealed. The news of a commit is sent by
the transaction that fills the read model, so that whoever wakes on it finds what was committed. Each process subscribes
once to each conversation that is followed in it; its own pieces it hands on without NATS.
"""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import nats.errors
from google.protobuf.message import DecodeError
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.feed import Feed
from madeleine_chat.application.presence import BEAT_S
from madeleine_chat.application.watching import Watch
from madeleine_common.db import DATABASE_ERRORS
from madeleine_common.ids import new_id

log = logging.getLogger(__name__)

_RETRY_S = 1.0
# How long an answer is waited for before "what is being said?" is asked again.
_ASK_AGAIN_S = 0.5
# News of a commit may be lost with a connection: how far all followed conversations are is looked at this often.
POLL_S = 2.0
# What processes tell each other of a conversation: a piece; "who is there, and what is being said?" and the answers.
_PIECE, _HELLO, _PRESENT, _SO_FAR = "piece", "hello", "present", "sofar"

# Told of a person who was erased and a conversation that they were in.
Forget = Callable[[str, str], None]
# (version that the read model holds, last version) of each of these conversations.
Positions = Callable[[Sequence[str]], Awaitable[Mapping[str, tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Channels:
    """PostgreSQL's channels: a conversation's read model changed, a person was erased."""

    committed: str
    erased: str


@dataclass(slots=True)
class _Followed:
    watch: Watch = field(default_factory=Watch)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    subscription: Subscription | None = None
    asked_at: float = float("-inf")


class HouseLive:
    """One process's part in the fan-out."""

    def __init__(
        self, nats: Client, database_url: str, channels: Channels, positions: Positions, forget: Forget
    ) -> None:
        self._nats = nats
        self._url = database_url
        self._channels = channels
        self._positions = positions
        self._forget = forget
        self._process = new_id()
        self._followed: dict[str, _Followed] = {}
        self._runs = False

    async def run(self) -> None:
        """Hears, looks and beats until cancelled; returns at once when another role of this process does so already."""
        if self._runs:
            return
        self._runs = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._poll())
            tasks.create_task(self._beat())

    async def publish(self, conversation_id: str, response: pb.StreamConversationResponse) -> None:
        """Tells every replica, or this one alone while NATS is away: what is committed follows in any case."""
        if followed := self._followed.get(conversation_id):
            followed.watch.hear(response, ours=True)
        await self._send(conversation_id, _PIECE, response.SerializeToString())

    @asynccontextmanager
    async def follow(self, conversation_id: str, person_id: str = "") -> AsyncIterator[Feed]:
        """A feed of one conversation."""
        async with self.commits(conversation_id, person_id) as feed:
            followed = self._followed[conversation_id]
            await self._subscribe(conversation_id, followed)
            if not person_id:
                yield feed
                return
            if followed.watch.presence.come(person_id):
                await self._tell_presence(conversation_id, followed.watch)
            try:
                yield feed
            finally:
                if followed.watch.presence.go(person_id):
                    await self._tell_presence(conversation_id, followed.watch)

    @asynccontextmanager
    async def commits(self, conversation_id: str, person_id: str = "") -> AsyncIterator[Feed]:
        """A feed that hears of commits; of the rest only while somebody follows."""
        followed = self._followed.setdefault(conversation_id, _Followed())
        feed = followed.watch.open(person_id)
        try:
            yield feed
        finally:
            followed.watch.feeds.discard(feed)
            if not followed.watch.feeds:
                del self._followed[conversation_id]
                if followed.subscription is not None:
                    with contextlib.suppress(nats.errors.Error):
                        await followed.subscription.unsubscribe()

    async def _hear(self) -> None:
        """Wakes feeds when their conversation's read model has changed, forgets the erased; runs until cancelled."""
        while True:
            try:
                await self._listen()
            except DATABASE_ERRORS as error:
                log.warning("news of commits waits for the database: %s", error or type(error).__name__)
                await asyncio.sleep(_RETRY_S)

    async def _listen(self) -> None:
        """Until the connection is lost; it is one of its own, since LISTEN belongs to a session."""
        connection = await asyncpg.connect(self._url, timeout=10)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(self._channels.committed, self._committed)
            await connection.add_listener(self._channels.erased, self._erased)
            await lost.wait()
        finally:
            connection.terminate()

    async def _poll(self) -> None:
        """Looks how far the followed conversations are, whatever news was lost; runs until cancelled."""
        while True:
            await asyncio.sleep(POLL_S)
            if not self._followed:
                continue
            try:
                found = await self._positions(list(self._followed))
            except DATABASE_ERRORS as error:
                log.warning("followed conversations wait for the database: %s", error or type(error).__name__)
                continue
            for conversation_id, (reached, head) in found.items():
                if followed := self._followed.get(conversation_id):
                    followed.watch.committed(head, reached)

    async def _beat(self) -> None:
        """Says again and again who watches here, and forgets processes that no longer do; runs until cancelled."""
        while True:
            await asyncio.sleep(BEAT_S)
            for conversation_id, followed in list(self._followed.items()):
                followed.watch.presence.forget_silent(time.monotonic())
                if followed.watch.presence.here:
                    await self._tell_presence(conversation_id, followed.watch)

    async def _subscribe(self, conversation_id: str, followed: _Followed) -> None:
        async with followed.lock:
            if followed.subscription is not None:
                return

            async def arrived(message: Msg) -> None:
                kind, process = message.subject.split(".")[-2:]
                if process != self._process:
                    with contextlib.suppress(DecodeError, ValueError):
                        await self._arrived(conversation_id, followed, kind, process, message.data)

            followed.subscription = await self._nats.subscribe(f"madeleine.chat.live.{conversation_id}.>", cb=arrived)
            await self._send(conversation_id, _HELLO, b"")

    async def _arrived(self, conversation_id: str, followed: _Followed, kind: str, process: str, data: bytes) -> None:
        """What another process says."""
        watch = followed.watch
        match kind:
            case "piece":
                whole = watch.hear(pb.StreamConversationResponse.FromString(data), ours=False)
                if not whole and time.monotonic() - followed.asked_at >= _ASK_AGAIN_S:
                    followed.asked_at = time.monotonic()
                    await self._send(conversation_id, _HELLO, b"")
            case "present":
                watch.presence.told(process, json.loads(data), time.monotonic())
                watch.wake()
            case "sofar":
                answer_id, in_reply_to, text = json.loads(data)
                watch.hear_so_far(answer_id, in_reply_to, text)
            case "hello":
                if here := watch.presence.here:
                    await self._send(conversation_id, _PRESENT, json.dumps(here).encode())
                for answer in watch.so_far():
                    await self._send(conversation_id, _SO_FAR, json.dumps(answer).encode())
            case _:
                # Of a newer release.
                pass

    async def _tell_presence(self, conversation_id: str, watch: Watch) -> None:
        watch.wake()
        await self._send(conversation_id, _PRESENT, json.dumps(watch.presence.here).encode())

    async def _send(self, conversation_id: str, kind: str, data: bytes) -> None:
        try:
            await self._nats.publish(f"madeleine.chat.live.{conversation_id}.{kind}.{self._process}", data)
        except (nats.errors.Error, OSError) as error:
            log.debug("a live piece is lost: %s", error)

    def _committed(self, *news: Any) -> None:
        conversation_id, _, version = str(news[-1]).partition(" ")
        if followed := self._followed.get(conversation_id):
            followed.watch.committed(reached=int(version or 0))

    def _erased(self, *news: Any) -> None:
        told = json.loads(news[-1])
        self._forget(told["person"], told["conversation"])
        if followed := self._followed.get(told["conversation"]):
            followed.watch.forget()
