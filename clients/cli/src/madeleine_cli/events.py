"""`madeleine events tail`: follows the event streams, and opens what the keyring lets us open."""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc.aio
import nats
import nats.errors
from google.protobuf.json_format import MessageToDict
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from rich.console import Console
from rich.text import Text

from madeleine_cli.datadir import DataDir
from madeleine_cli.logs import colour_of
from madeleine_common.auth import ServiceTokens
from madeleine_common.bus.streams import CONTEXTS, from_message, stream_name
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.events.codec import EventCodec, SealedEvent
from madeleine_common.events.types import UnreadableEvent
from madeleine_common.identity_client import RemoteKeySource
from madeleine_common.rpc.client import Caller, channel
from madeleine_common.settings import Settings

_BATCH = 256
_FETCH_WAIT_S = 0.5
_AGE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class NotRunning(Exception):
    """There is no NATS server to ask."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events to show; empty: all. `since`: from when on; None: only what happens from now on."""

    context: str = ""
    type: str = ""
    stream_id: str = ""
    since: datetime | None = None

    def contexts(self) -> Sequence[str]:
        """The contexts whose streams are read; raises ValueError for a stream that does not exist."""
        if not self.context:
            return CONTEXTS
        if self.context.lower() not in CONTEXTS:
            raise ValueError(f"no stream {self.context}; there are {', '.join(map(stream_name, CONTEXTS))}")
        return (self.context.lower(),)

    def subject(self, context: str) -> str:
        """The subject that the server filters by."""
        return f"madeleine.{context}.evt.{self.type.rsplit('.', 1)[-1] or '*'}.{self.stream_id or '>'}"


def parse_since(text: str, now: datetime) -> datetime:
    """A point in time from an age ("90s", "10m", "2h", "7d") or ISO 8601; raises ValueError."""
    if match := _AGE.fullmatch(text):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is neither an age (90s, 10m, 2h, 7d) nor a time (2026-11-23T20:00)") from error
    # A time without a zone is the clock on this person's wall.
    return moment.astimezone(UTC)


def settings_of(data: DataDir) -> Settings:
    """How this command reaches the stack: MADELEINE_ variables, else what `up` wrote; raises NotRunning."""
    file = data.env / "cli.env"
    if not file.exists():
        raise NotRunning(f"nothing was ever started on {data.root}; `madeleine up` does")
    return Settings(_env_file=file)  # pyright: ignore[reportCallIssue] (pydantic-settings takes it)


@asynccontextmanager
async def jetstream(settings: Settings) -> AsyncIterator[JetStreamContext]:
    """A connection to JetStream, given up when the server goes; raises NotRunning."""
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
        yield client.jetstream(timeout=10)
    except (nats.errors.ConnectionClosedError, nats.errors.NoRespondersError) as error:
        raise NotRunning("NATS has gone away") from error
    finally:
        await client.close()


async def _ignore(_: Exception) -> None:
    """The library would print each failure with its traceback; one clear line is ours to say."""


async def tail(settings: Settings, console: Console, wanted: Filter, *, raw: bool) -> None:
    """Prints events until cancelled; raises NotRunning. `raw`: one CloudEvent (JSON, still sealed) on each line."""
    for context in CONTEXTS:
        importlib.import_module(f"madeleine.{context}.v1.events_pb2")
    async with jetstream(settings) as js, channel(settings.identity_address) as identity:
        tokens = ServiceTokens("cli", settings.service_key_file)
        codec = EventCodec(Keyring(RemoteKeySource(identity, Caller(tokens))))
        pulls = [await _subscribe(js, context, wanted) for context in wanted.contexts()]
        while True:
            batches = await asyncio.gather(*(_fetch(pull) for pull in pulls))
            messages = [message for batch in batches for message in batch]
            # Streams have no order between them; within a batch the clock gives one that people can read.
            for message in sorted(messages, key=lambda m: (m.headers or {})["ce-time"]):
                if raw:
                    console.out(_cloud_event(message), highlight=False)
                else:
                    console.print(await _readable(codec, message), soft_wrap=True)


async def _subscribe(js: JetStreamContext, context: str, wanted: Filter) -> JetStreamContext.PullSubscription:
    policy = DeliverPolicy.NEW if wanted.since is None else DeliverPolicy.BY_START_TIME
    config = ConsumerConfig(
        name=f"tail-{secrets.token_hex(4)}",
        ack_policy=AckPolicy.NONE,
        deliver_policy=policy,
        opt_start_time=wanted.since,
        filter_subject=wanted.subject(context),
        # Gone soon after we are, however we go.
        inactive_threshold=30,
        mem_storage=True,
    )
    info = await js.add_consumer(stream_name(context), config)
    return await js.pull_subscribe_bind(info.name, stream_name(context))


async def _fetch(pull: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return await pull.fetch(batch=_BATCH, timeout=_FETCH_WAIT_S)
    except TimeoutError:
        return []


async def _readable(codec: EventCodec, message: Msg) -> Text:
    sealed = from_message(message.headers or {}, message.data)
    event = sealed.event
    text = Text(f"{event.metadata.occurred_at.astimezone():%H:%M:%S.%f}"[:-3], style="dim")
    text.append(f" {event.type.rsplit('.', 1)[-1]}", style=f"bold {colour_of(event.type.split('.')[1])}")
    text.append(f" {event.stream_id}/{event.version}", style="cyan")
    text.append(f" {event.metadata.actor} ", style="magenta")
    return text.append(await _content(codec, sealed))


async def _content(codec: EventCodec, sealed: SealedEvent) -> str:
    """The event as JSON, or why it cannot be shown."""
    try:
        event = (await codec.open_all([sealed]))[0]
    except grpc.aio.AioRpcError as error:
        return f"(sealed; the keyring does not answer: {error.details()})"
    except UnreadableEvent as error:
        return f"(unreadable: {error})"
    if event.message is None:
        return "(erased: its key was destroyed)"
    return json.dumps(MessageToDict(event.message, preserving_proto_field_name=True), ensure_ascii=False)


def _cloud_event(message: Msg) -> str:
    headers = message.headers or {}
    attributes = {name.removeprefix("ce-"): value for name, value in headers.items() if name.startswith("ce-")}
    return json.dumps({**attributes, "data_base64": base64.b64encode(message.data).decode()})
