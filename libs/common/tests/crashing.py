"""A process that dies at a given point: `python crashing.py commit|ack`; environment as `testing.chaos.member`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.bus import Consumer, consumer
from madeleine_common.bus.delivery import Delivery
from madeleine_common.bus.streams import connect
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import create_pool
from madeleine_common.events import CommandKey, EventStore, Metadata, NewEvent, Repository
from madeleine_common.events.codec import EventCodec
from madeleine_common.testing.chaos.effects import FileKeys, subscriptions


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _DiesBeforeAck(Consumer):
    async def _done(self, delivery: Delivery) -> None:
        _die()


async def _after_commit(codec: EventCodec) -> None:
    pool = await create_pool(os.environ["CHAOS_DATABASE_URL"], 2)
    repository = Repository(EventStore(pool, codec, wake=_die), int, lambda state, _: state + 1)
    await repository.execute(
        "conversation-1",
        lambda _: [NewEvent(MessageSent(text="hold this"), "person:ana")],
        Metadata("person:ana", utc_now(), "correlation"),
        command=CommandKey("person:ana", "key", b"x" * 32),
    )


async def _before_ack(codec: EventCodec, keyring: Keyring, name: str) -> None:
    consumer.ACK_WAIT_S = 1.0
    pool = await create_pool(os.environ["CHAOS_DATABASE_URL"], 4)
    client = await connect(os.environ["CHAOS_NATS_URL"], "crashing")
    (subscription,) = [s for s in subscriptions(pool) if s.name == name]
    await _DiesBeforeAck(subscription, pool, client, codec, keyring).run()


def main() -> None:
    """Runs until it kills itself."""
    keyring = Keyring(FileKeys(Path(os.environ["CHAOS_KEY_FILE"])))
    codec = EventCodec(keyring)
    asyncio.run(_after_commit(codec) if sys.argv[1] == "commit" else _before_ack(codec, keyring, sys.argv[2]))


if __name__ == "__main__":
    main()
