"""One role and one database for each service, and their migrations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg

from madeleine_common.db import migrate
from madeleine_common.embedded.postgres import PostgresServer

# Who reads events for the data team: in every service's database, nothing but these tables, and never writes.
READER = "madeleine_events"
READABLE = ("events", "outbox", "processed", "stream_positions", "dead_letters")


def database_of(service: str) -> str:
    """The name of a service's database, and of the role that owns it."""
    return f"madeleine_{service}"


def url_of(server: PostgresServer, service: str, password: str) -> str:
    """How a service connects: as its own role, to its own database."""
    return server.url(database_of(service), database_of(service), password)


def reader_url(server: PostgresServer, password: str) -> str:
    """How the data team's tools connect, to whichever service's database: {context} stands for the service."""
    return server.url(database_of("context"), READER, password).replace(
        database_of("context"), database_of("{context}")
    )


async def create_databases(server: PostgresServer, passwords: Mapping[str, str]) -> None:
    """Makes each service's role and database with pgvector; nobody but its owner may connect to it.

    `passwords`: by service, hexadecimal (they are spelled into SQL, which takes no parameter there).
    """
    admin = await asyncpg.connect(server.url())
    try:
        roles = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        databases = {row["datname"] for row in await admin.fetch("SELECT datname FROM pg_database")}
        await admin.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for service, password in passwords.items():
            name = database_of(service)
            int(password, 16)
            if name not in roles:
                await admin.execute(f"CREATE ROLE {name} LOGIN")
            await admin.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
            if name not in databases:
                await admin.execute(f"CREATE DATABASE {name} OWNER {name}")
                await admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    finally:
        await admin.close()
    await asyncio.gather(*(_create_extension(server, service) for service in passwords))


async def _create_extension(server: PostgresServer, service: str) -> None:
    # By the superuser: the service's role has no right to install code into the server.
    connection = await asyncpg.connect(server.url(database_of(service)))
    try:
        await connection.execute("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS vector")
    finally:
        await connection.close()


async def migrate_all(urls: Mapping[str, str]) -> dict[str, list[str]]:
    """Applies every service's migrations as its own role, all services at once; returns what was applied, by service.

    In this process and not by `python -m ... migrate`: eight interpreters would cost most of a second start's time.
    """

    async def one(service: str, url: str) -> tuple[str, list[str]]:
        connection = await asyncpg.connect(url)
        try:
            return service, await migrate(connection, f"madeleine_{service}")
        finally:
            await connection.close()

    return dict(await asyncio.gather(*(one(service, url) for service, url in urls.items())))


async def grant_reader(server: PostgresServer, services: Sequence[str], password: str) -> None:
    """Makes the role that reads events, and grants it what there is of READABLE in each service's database.

    After the migrations: a table that a later release adds is granted at that release's start. `password`: hexadecimal.
    """
    int(password, 16)
    admin = await asyncpg.connect(server.url())
    try:
        if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", READER):
            await admin.execute(f"CREATE ROLE {READER} LOGIN")
        await admin.execute(f"ALTER ROLE {READER} PASSWORD '{password}'")
        await admin.execute(f"ALTER ROLE {READER} SET default_transaction_read_only = on")
        for service in services:
            await admin.execute(f"GRANT CONNECT ON DATABASE {database_of(service)} TO {READER}")
    finally:
        await admin.close()
    await asyncio.gather(*(_grant_tables(server, service) for service in services))


async def _grant_tables(server: PostgresServer, service: str) -> None:
    connection = await asyncpg.connect(server.url(database_of(service)))
    try:
        for table in READABLE:
            if await connection.fetchval("SELECT to_regclass($1)", f"public.{table}") is not None:
                await connection.execute(f"GRANT SELECT ON public.{table} TO {READER}")
    finally:
        await connection.close()
