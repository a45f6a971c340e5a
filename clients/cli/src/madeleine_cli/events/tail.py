"""`madeleine events tail`: follows the event streams, and opens what the keyring lets us open."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from datetime import UTC, datetime

import grpc.aio
from google.protobuf.json_format import MessageToDict
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from rich.console import Console
from rich.text import Text

from madeleine_cli.events.clouds import cloud_attributes
from madeleine_cli.events.connections import EventsSettings, NotRunning, codec_of, jetstream
from madeleine_cli.events.filters import Filter, known_types
from madeleine_cli.logs import colour_of
from madeleine_common.bus.payloads import PayloadLost, Payloads
from madeleine_common.bus.streams import from_message, stream_name
from madeleine_common.events.codec import EventCodec, SealedEvent
from madeleine_common.events.types import UnreadableEvent

_BATCH = 256
_FETCH_WAIT_S = 0.5


async def tail(settings: EventsSettings, console: Console, wanted: Filter, *, raw: bool) -> int:
    """Prints events until cancelled, or until all before `wanted.to` were shown; returns how many. Raises NotRunning.

    `raw`: one CloudEvent (JSON, still sealed) on each line.
    """
    known_types()
    async with jetstream(settings) as js, codec_of(settings) as codec:
        payloads = Payloads(js)
        pulls = [await _subscribe(js, context, wanted) for context in wanted.contexts()]
        shown = 0
        while True:
            asked_at = datetime.now(UTC)
            batches = await asyncio.gather(*(_fetch(pull) for pull in pulls))
            messages = [message for batch in batches for message in batch]
            # Streams have no order between them; within a batch the clock gives one that people can read.
            for message in sorted(messages, key=lambda m: (m.headers or {}).get("ce-time", "")):
                line = await _line(codec, payloads, message, wanted, raw=raw)
                if line is None:
                    continue
                shown += 1
                if isinstance(line, str):
                    console.out(line, highlight=False)
                else:
                    console.print(line, soft_wrap=True)
            if not messages and wanted.to is not None and asked_at >= wanted.to:
                return shown


async def _subscribe(js: JetStreamContext, context: str, wanted: Filter) -> JetStreamContext.PullSubscription:
    policy = DeliverPolicy.NEW if wanted.from_ is None else DeliverPolicy.BY_START_TIME
    config = ConsumerConfig(
        name=f"tail-{secrets.token_hex(4)}",
        ack_policy=AckPolicy.NONE,
        deliver_policy=policy,
        opt_start_time=wanted.from_,
        filter_subjects=wanted.subjects(context),
        # Gone soon after we are, however we go.
        inactive_threshold=30,
        mem_storage=True,
    )
    try:
        info = await js.add_consumer(stream_name(context), config)
    except NotFoundError as error:
        raise NotRunning(f"there is no stream {stream_name(context)} yet; its service makes it") from error
    return await js.pull_subscribe_bind(info.name, stream_name(context))


async def _fetch(pull: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return await pull.fetch(batch=_BATCH, timeout=_FETCH_WAIT_S)
    except TimeoutError:
        return []


async def _line(codec: EventCodec, payloads: Payloads, message: Msg, wanted: Filter, *, raw: bool) -> Text | str | None:
    """A message for people or as JSON; None when it is not wanted."""
    headers = message.headers or {}
    try:
        sealed = from_message(headers, message.data)
    except (KeyError, ValueError) as error:
        return Text(f"{message.subject}: not an event ({error!r})", style="red")
    if not wanted.matches(sealed.event):
        return None
    try:
        payload = await payloads.claim(headers, message.data)
    except PayloadLost as error:
        return Text(f"{sealed.event.event_id}: {error}", style="red")
    if raw:
        return json.dumps({**cloud_attributes(headers), "data_base64": base64.b64encode(payload).decode()})
    return await _readable(codec, SealedEvent(sealed.event, payload))


async def _readable(codec: EventCodec, sealed: SealedEvent) -> Text:
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
