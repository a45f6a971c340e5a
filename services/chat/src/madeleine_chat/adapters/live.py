"""Live fan-out (`application.ports.LiveBus`): pieces of answers over NATS core, news of commits over NOTIFY.

Pieces never leave the house's own NATS and are kept nowhere, so they are not sealed. The news of a commit is sent by
the transaction that fills the read model, so that whoever wakes on it finds what was committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import nats.errors
from google.protobuf.message import DecodeError
from nats.aio.client import Client
from nats.aio.msg import Msg

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.feed import Feed
from madeleine_common.db import DATABASE_ERRORS

log = logging.getLogger(__name__)

_RETRY_S = 1.0


def _subject(conversation_id: str) -> str:
    return f"madeleine.chat.live.{conversation_id}"


Forget = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Channels:
    """PostgreSQL's channels: a conversation's read model changed, a person was erased."""

    committed: str
    erased: str


class HouseLive:
    """One process's part in the fan-out."""

    def __init__(self, nats: Client, database_url: str, channels: Channels, forget: Forget) -> None:
        """`forget` is told of a person who was erased and a conversation that they were in."""
        self._nats = nats
        self._url = database_url
        self._channels = channels
        self._forget = forget
        self._feeds: defaultdict[str, set[Feed]] = defaultdict(set)

    async def publish(self, conversation_id: str, response: pb.StreamConversationResponse) -> None:
        """Tells every replica, or nobody while NATS is away: what is committed follows in any case."""
        try:
            await self._nats.publish(_subject(conversation_id), response.SerializeToString())
        except (nats.errors.Error, OSError) as error:
            log.debug("a live piece is lost: %s", error)

    @asynccontextmanager
    async def follow(self, conversation_id: str) -> AsyncIterator[Feed]:
        """A feed of one conversation."""
        feed = Feed()

        async def arrived(message: Msg) -> None:
            with contextlib.suppress(DecodeError):
                feed.piece(pb.StreamConversationResponse.FromString(message.data))

        subscription = await self._nats.subscribe(_subject(conversation_id), cb=arrived)
        self._feeds[conversation_id].add(feed)
        try:
            yield feed
        finally:
            self._feeds[conversation_id].discard(feed)
            if not self._feeds[conversation_id]:
                del self._feeds[conversation_id]
            with contextlib.suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def hear(self) -> None:
        """Wakes feeds when their conversation's read model has changed, forgets the erased; runs until cancelled."""
        while True:
            try:
                # A connection of its own: LISTEN belongs to a session.
                connection = await asyncpg.connect(self._url, timeout=10)
            except DATABASE_ERRORS as error:
                log.warning("news of commits waits for the database: %s", error)
                await asyncio.sleep(_RETRY_S)
                continue
            lost = asyncio.Event()
            try:
                connection.add_termination_listener(lambda *_, lost=lost: lost.set())
                await connection.add_listener(self._channels.committed, self._committed)
                await connection.add_listener(self._channels.erased, self._erased)
                await lost.wait()
            finally:
                connection.terminate()

    def _committed(self, *news: Any) -> None:
        for feed in self._feeds.get(str(news[-1]), ()):
            feed.committed()

    def _erased(self, *news: Any) -> None:
        told = json.loads(news[-1])
        self._forget(told["person"], told["conversation"])
