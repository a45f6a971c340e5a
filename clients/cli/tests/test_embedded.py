"""The embedded servers: they start, answer, keep what they were told, refuse strangers, and end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from temporalio.client import Client

from madeleine_cli.databases import create_databases, database_of, migrate_all, url_of
from madeleine_common.embedded import (
    NotReady,
    PostgresServer,
    ServerSpec,
    running,
    start_nats,
    start_postgres,
    start_temporal,
)
from madeleine_common.embedded.process import port_is_free

PASSWORDS = {"identity": "0a" * 16, "chat": "0b" * 16}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not below pytest's own: it closes that to all others, and PostgreSQL runs as another account when we are root.
    with tempfile.TemporaryDirectory(prefix="madeleine-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[PostgresServer]:
    with start_postgres(folder / "postgres", fsync=False) as server:
        yield server


async def test_each_service_reaches_its_own_database_and_no_other(postgres: PostgresServer) -> None:
    await create_databases(postgres, PASSWORDS)
    await create_databases(postgres, PASSWORDS)
    for service, password in PASSWORDS.items():
        connection = await asyncpg.connect(url_of(postgres, service, password))
        assert await connection.fetchval("SELECT '[1,2]'::vector <-> '[1,3]'::vector") == 1.0
        await connection.close()
    for database in (database_of("chat"), "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(postgres.url(database, database_of("identity"), PASSWORDS["identity"]))
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url_of(postgres, "chat", PASSWORDS["identity"]))


async def test_migrations_are_applied_once_by_the_service_itself(postgres: PostgresServer) -> None:
    await create_databases(postgres, PASSWORDS)
    urls = {service: url_of(postgres, service, password) for service, password in PASSWORDS.items()}
    first = await migrate_all(urls)
    assert "common/0001_events.sql" in first["chat"]
    assert await migrate_all(urls) == {"identity": [], "chat": []}
    connection = await asyncpg.connect(urls["chat"])
    owner = await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'events'")
    await connection.close()
    assert owner == database_of("chat")


def test_postgres_keeps_its_data_and_needs_its_password(folder: Path) -> None:
    async def once(server: PostgresServer, statement: str) -> object:
        connection = await asyncpg.connect(server.url())
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    with start_postgres(folder / "again", fsync=False) as server:
        asyncio.run(once(server, "CREATE TABLE kept AS SELECT 42 AS answer"))
    with start_postgres(folder / "again", fsync=False) as server:
        assert asyncio.run(once(server, "SELECT answer FROM kept")) == 42
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(server.url(password="guess")))


def test_nats_keeps_its_streams_and_needs_its_token(tmp_path: Path) -> None:
    async def publish(url: str) -> None:
        client = await nats.connect(url)
        await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
        await client.jetstream().publish("kept", b"42")
        await client.close()

    async def kept(url: str) -> int:
        client = await nats.connect(url)
        info = await client.jetstream().stream_info("KEPT")
        await client.close()
        return info.state.messages

    async def stranger(address: str) -> bytes:
        reader, writer = await asyncio.open_connection(*address.split(":"))
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
        try:
            return await reader.readline()
        finally:
            writer.close()
            await writer.wait_closed()

    with start_nats(tmp_path) as server:
        asyncio.run(publish(server.url))
    with start_nats(tmp_path) as server:
        assert asyncio.run(kept(server.url)) == 1
        assert b"Authorization Violation" in asyncio.run(stranger(server.spec.address))


def test_temporal_answers_and_ends(tmp_path: Path) -> None:
    async def workflows(address: str) -> int:
        return (await (await Client.connect(address)).count_workflows()).count

    with start_temporal(tmp_path) as server:
        assert asyncio.run(workflows(server.address)) == 0
        port = int(server.address.rpartition(":")[2])
        assert not port_is_free(port)
    assert port_is_free(port)


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    broken = ServerSpec("broken", ("sh", "-c", "echo bad option >&2; exit 3"), "", never, tmp_path)
    with pytest.raises(NotReady, match=r"broken ended with 3:\nbad option"), running(broken, tmp_path / "log"):
        pytest.fail("it came up")
    slow = ServerSpec("slow", ("sleep", "300"), "", never, tmp_path)
    before = {process.pid for process in psutil.Process().children()}
    with pytest.raises(NotReady, match="slow was not healthy within"), running(slow, tmp_path / "log", timeout_s=0.2):
        pytest.fail("it came up")
    assert {process.pid for process in psutil.Process().children()} <= before
