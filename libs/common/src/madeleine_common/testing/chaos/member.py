"""`python -m madeleine_common.testing.chaos.member relay|consume`: a process of the harness, to be killed at any time.

It takes from its environment: CHAOS_DATABASE_URL, CHAOS_NATS_URL, CHAOS_KEY_FILE.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from madeleine_common.bus import Consumer
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import connect
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import create_pool
from madeleine_common.events.codec import EventCodec
from madeleine_common.testing.chaos.effects import CONTEXT, FileKeys, subscriptions


async def _relay(database_url: str, nats_url: str) -> None:
    await OutboxRelay(database_url, await connect(nats_url, "chaos relay"), CONTEXT).run()


async def _consume(database_url: str, nats_url: str, key_file: Path) -> None:
    pool = await create_pool(database_url, 10)
    client = await connect(nats_url, "chaos consumer")
    keyring = Keyring(FileKeys(key_file))
    codec = EventCodec(keyring)
    async with asyncio.TaskGroup() as tasks:
        for subscription in subscriptions(pool):
            tasks.create_task(Consumer(subscription, pool, client, codec, keyring).run())


def main() -> None:
    """Runs one role until killed; ends by itself when a server is away as it starts."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    database_url, nats_url = os.environ["CHAOS_DATABASE_URL"], os.environ["CHAOS_NATS_URL"]
    if sys.argv[1] == "relay":
        asyncio.run(_relay(database_url, nats_url))
    else:
        asyncio.run(_consume(database_url, nats_url, Path(os.environ["CHAOS_KEY_FILE"])))


if __name__ == "__main__":
    main()
