"""How the data team's tools reach the servers: databases, JetStream, and the keyring."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import grpc.aio
import nats
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from pydantic import Field, SecretStr

from madeleine_cli.datadir import DEFAULT_DATA_DIR, DataDir
from madeleine_common.auth import ServiceTokens
from madeleine_common.crypto.keyring import DataKey, KeyBatch, Keyring
from madeleine_common.db import Connection
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.reading import EventReader
from madeleine_common.identity_client import RemoteKeySource
from madeleine_common.rpc.client import Caller, channel
from madeleine_common.settings import Settings

_CONNECT_S = 10.0
# Counting what is left to do may read a whole index.
_STATEMENT_S = 600.0


class NotRunning(Exception):
    """A server that was needed does not answer; the text names it and says what to do."""


class EventsSettings(Settings):
    """What reaches the event streams, from variables with the prefix MADELEINE_; the role need only read."""

    events_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="every service's database; {context} stands for the service: chat, ...",
    )
    # Where databases don't share a server; each goes before the one above.
    events_database_url_identity: SecretStr = SecretStr("")
    events_database_url_chat: SecretStr = SecretStr("")
    events_database_url_memory: SecretStr = SecretStr("")
    events_database_url_miniapp: SecretStr = SecretStr("")
    events_database_url_spark: SecretStr = SecretStr("")
    events_database_url_trainer: SecretStr = SecretStr("")
    events_database_url_inference: SecretStr = SecretStr("")

    def database(self, context: str) -> str:
        """The URL of a context's database; raises NotRunning when none is given."""
        own: SecretStr = getattr(self, f"events_database_url_{context}")
        url = own.get_secret_value() or self.events_database_url.get_secret_value().replace("{context}", context)
        if not url:
            raise NotRunning(
                f"nothing says where the database of {context} is: `madeleine up` writes it, or set"
                " MADELEINE_EVENTS_DATABASE_URL (with {context} in it)"
                f" or MADELEINE_EVENTS_DATABASE_URL_{context.upper()}"
            )
        return url


def default_data() -> DataDir:
    """The data directory that `madeleine` uses when it is not told another."""
    return DataDir(Path(os.environ.get("MADELEINE_DATA_DIR") or DEFAULT_DATA_DIR).expanduser().resolve())


def settings_of(data: DataDir) -> EventsSettings:
    """How this command reaches the stack: MADELEINE_ variables, else what `up` wrote; raises NotRunning."""
    file = data.env / "cli.env"
    if file.exists():
        return EventsSettings(_env_file=file)  # pyright: ignore[reportCallIssue] (pydantic-settings takes it)
    if not any(name.startswith(("MADELEINE_NATS_URL", "MADELEINE_EVENTS_DATABASE_URL")) for name in os.environ):
        raise NotRunning(f"nothing was ever started on {data.root}; `madeleine up` does")
    return EventsSettings()


@asynccontextmanager
async def jetstream(settings: Settings) -> AsyncIterator[JetStreamContext]:
    """JetStream on a connection that is given up when the server goes; raises NotRunning."""
    async with jetstream_client(settings) as client:
        yield client.jetstream(timeout=10)


@asynccontextmanager
async def jetstream_client(settings: Settings) -> AsyncIterator[Client]:
    """A connection to NATS, given up when the server goes; raises NotRunning."""
    try:
        client = await nats.connect(
            settings.nats_url.get_secret_value(),
            name="madeleine events",
            connect_timeout=3,
            allow_reconnect=False,
            # Of the first connection: without these the library tries sixty times, two seconds apart.
            max_reconnect_attempts=1,
            reconnect_time_wait=0.1,
            error_cb=_ignore,
        )
    except (OSError, nats.errors.Error) as error:
        raise NotRunning("NATS does not answer; `madeleine status` shows what runs") from error
    try:
        yield client
    except (nats.errors.ConnectionClosedError, nats.errors.NoRespondersError) as error:
        raise NotRunning("NATS has gone away") from error
    finally:
        await client.close()


async def _ignore(_: Exception) -> None:
    """The library would print each failure with its traceback; one clear line is ours to say."""


@asynccontextmanager
async def databases(settings: EventsSettings, contexts: Sequence[str]) -> AsyncIterator[Mapping[str, Connection]]:
    """A connection to each context's database; raises NotRunning, also when one goes away meanwhile."""
    async with AsyncExitStack() as stack:
        opened: dict[str, Connection] = {}
        for context in contexts:
            opened[context] = await _connect(settings, context)
            stack.push_async_callback(_close, opened[context])
        try:
            yield opened
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError) as error:
            raise NotRunning("PostgreSQL has gone away") from error
        except asyncpg.InsufficientPrivilegeError as error:
            raise NotRunning(f"the database's role may not read what is needed: {error}") from error


async def _connect(settings: EventsSettings, context: str) -> Connection:
    url = settings.database(context)
    try:
        # Without prepared statements of its own the connection goes through a pooler as well.
        return await asyncpg.connect(url, timeout=_CONNECT_S, command_timeout=_STATEMENT_S, statement_cache_size=0)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, ValueError) as error:
        # The URL, with its password, stays out of what people read.
        reason = f"{type(error).__name__}"
        raise NotRunning(
            f"the database of {context} does not let us in ({reason}); `madeleine status` shows what runs"
        ) from error


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=2)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        connection.terminate()


@asynccontextmanager
async def readers(settings: EventsSettings, contexts: Sequence[str]) -> AsyncIterator[Mapping[str, EventReader]]:
    """A reader of each context's events; raises NotRunning."""
    async with databases(settings, contexts) as connections:
        yield {context: EventReader(connection) for context, connection in connections.items()}


@asynccontextmanager
async def codec_of(settings: Settings) -> AsyncIterator[EventCodec]:
    """A codec with identity's keyring behind it; raises NotRunning when that does not answer."""
    if not settings.service_key_file.exists():
        raise NotRunning(
            f"MADELEINE_SERVICE_KEY_FILE: there is no {settings.service_key_file}; the keyring answers services only"
        )
    async with channel(settings.identity_address) as identity:
        tokens = ServiceTokens("cli", settings.service_key_file)
        try:
            yield EventCodec(Keyring(RemoteKeySource(identity, Caller(tokens))))
        except grpc.aio.AioRpcError as error:
            raise NotRunning(f"identity's keyring does not answer ({error.code().name})") from error


def sealed_codec() -> EventCodec:
    """A codec that has no key: for what never was sealed."""
    return EventCodec(Keyring(_NoKeys()))


class _NoKeys:
    """A source of no key at all."""

    async def for_subjects(self, subjects: Sequence[str]) -> KeyBatch:
        """Nothing."""
        return KeyBatch(_NONE, frozenset(subjects))

    async def by_ids(self, key_ids: Sequence[str]) -> KeyBatch:
        """Nothing."""
        return KeyBatch(_NONE, frozenset(key_ids))

    async def destroy_all(self, subjects: Sequence[str]) -> None:
        """Nothing."""


_NONE: tuple[DataKey, ...] = ()
