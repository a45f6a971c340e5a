"""The process that takes events in is killed in the middle of them: each takes effect once all the same."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from madeleine_common.crypto.keyring import DataKey, KeyBatch
from madeleine_common.ids import new_id
from madeleine_common.service import IdentityOverrides
from madeleine_common.testing import Servers, eventually, running_service
from madeleine_common.testing.local_identity import TokenSigner
from madeleine_memory.bootstrap import bootstrap
from madeleine_memory.settings import MemorySettings

_MESSAGES = 500


class DerivedKeys:
    """Data keys that follow from their subject, so that one process opens what another sealed."""

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        return KeyBatch(tuple(self._key(subject) for subject in subjects), frozenset())

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        return await self.for_subjects(key_ids)

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        raise NotImplementedError

    def _key(self, subject: str) -> DataKey:
        return DataKey(subject, subject, hmac.digest(b"test", subject.encode(), hashlib.sha256))


def derived(servers: Servers) -> IdentityOverrides:
    return IdentityOverrides(lambda _: DerivedKeys(), lambda _: servers.signer.public_key)


@asynccontextmanager
async def process(servers: Servers, database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """This file as a process: memory's consumers, and nothing else of it."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(__file__))),
        *(servers.postgres_url, servers.nats_url, servers.temporal_address, str(servers.keys), database_url),
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


@pytest.mark.timeout(120)
async def test_killed_in_the_middle_of_five_hundred_messages_each_counts_once(
    servers, chat_peer, world_of, leaking
) -> None:
    async with running_service(
        servers, "memory", MemorySettings, bootstrap, roles=("serve", "relay"), identity=derived(servers)
    ) as rig:
        world, pool, conversation = world_of(rig, servers), rig.house.pool, new_id()
        ana = servers.person("Ana")
        space, stream = f"person:{ana.person_id}", f"conversation-{conversation}"

        async def taken() -> int:
            query = "SELECT version FROM stream_positions WHERE projection = 'memory-messages' AND stream_id = $1"
            return await pool.fetchval(query, stream) or 0

        async with process(servers, rig.database_url) as child:
            await world.sign_up_as(ana)
            await world.budget(space, size=5000)
            for i in range(_MESSAGES):
                await world.send(*world.message(ana, f"Note {i}: the swan came by at {i}", conversation))

            async def some() -> bool:
                return await taken() > 100

            await eventually(some, within_s=30, every_s=0.001)
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
        reached = await taken()
        assert 100 < reached < _MESSAGES, "it died in the middle"
        async with process(servers, rig.database_url):

            async def all_of_them() -> bool:
                return await taken() == _MESSAGES

            # What was in the dead one's hands comes again when the server has given up on it.
            await eventually(all_of_them, within_s=60)
        rows = await pool.fetchrow(
            "SELECT count(*) AS n, count(DISTINCT text) AS texts, max(times_seen) AS seen, sum(bytes) AS bytes,"
            " sum(bytes) FILTER (WHERE NOT waits) AS found FROM memory"
        )
        assert rows is not None
        held = await pool.fetchval("SELECT bytes FROM space_use WHERE space = $1", space)
        assert (rows["n"], rows["texts"], rows["seen"], rows["bytes"]) == (_MESSAGES, _MESSAGES, 1, held)
        assert 4900 < rows["found"] <= 5000
        assert await pool.fetchval("SELECT count(*) FROM memory_source") == _MESSAGES
        assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0
        assert await leaking.broken(pool) == []


async def _consume(postgres_url: str, nats_url: str, temporal_address: str, keys: str, database_url: str) -> None:
    servers = Servers(postgres_url, nats_url, temporal_address, Path(keys), signer=TokenSigner())
    async with running_service(
        servers,
        "memory",
        MemorySettings,
        bootstrap,
        roles=("project",),
        database_url=database_url,
        identity=derived(servers),
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_consume(*sys.argv[1:]))
