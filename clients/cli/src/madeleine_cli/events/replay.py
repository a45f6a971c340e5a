"""`madeleine events replay`: publishes a range of events again, to subjects that no live consumer listens to."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import StreamInfo

from madeleine_cli.events.filters import BadOption
from madeleine_common.bus.payloads import Payloads
from madeleine_common.bus.streams import CONTEXTS, MSG_ID, to_headers
from madeleine_common.events.codec import SealedEvent
from madeleine_common.events.reading import START, Cursor, EventReader, Selection
from madeleine_common.ids import new_id

REPLAY = "madeleine-replay"
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SPEED = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(x|/s)")
_FLUSH_EVERY = 500
_LATE_S = 0.02


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast: `factor` of the pace at which events happened, or `rate` a second; both None: as fast as can be."""

    factor: float | None = None
    rate: float | None = None

    @classmethod
    def parse(cls, text: str) -> Speed:
        """1x, 10x, 0.5x, 500/s or max; raises BadOption."""
        if text == "max":
            return cls()
        match = _SPEED.fullmatch(text)
        if match is None or float(match[1]) == 0:
            raise BadOption("--speed", f"{text!r} is none of 1x, 10x, 0.5x (as it happened), 500/s, max")
        return cls(factor=float(match[1])) if match[2] == "x" else cls(rate=float(match[1]))


@dataclass(slots=True)
class Replayed:
    """How far a replay has come; `token` says where another one goes on."""

    run_id: str
    total: int = 0
    published: int = 0
    cursors: dict[str, Cursor] = field(default_factory=dict)
    # Seconds until the next event is due, when it keeps the gaps in which events happened.
    waits_s: float = 0.0

    @property
    def token(self) -> str:
        """For `--after`."""
        text = json.dumps(self.cursors, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Next(NamedTuple):
    context: str
    sealed: SealedEvent
    cursor: Cursor


def parse_token(text: str) -> dict[str, Cursor]:
    """The places that a token stands for; raises BadOption."""
    try:
        places = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursors = {context: Cursor(int(tx_id), int(position)) for context, (tx_id, position) in places.items()}
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise BadOption("--after", "this is no token that a replay has printed") from error
    if not cursors.keys() <= set(CONTEXTS) or min(map(min, cursors.values()), default=0) < 0:
        raise BadOption("--after", "this is no token that a replay has printed")
    return cursors


def check_prefix(prefix: str) -> None:
    """Raises BadOption for what no subject can begin with."""
    if not _PREFIX.fullmatch(prefix) or len(prefix) > 200:
        raise BadOption("--to", f"{prefix!r} is no subject: words of letters, digits, - and _, with dots between them")


async def check_unheard(js: JetStreamContext, prefix: str) -> None:
    """Raises BadOption when a stream would store what is published below the prefix, and its consumers get it."""
    offset = 0
    while streams := await js.streams_info(offset):
        for info in streams:
            if heard := _overlap(info, f"{prefix}.>"):
                raise BadOption(
                    "--to", f"stream {info.config.name} listens to {heard}, and so would its consumers: choose another"
                )
        offset += len(streams)


def _overlap(info: StreamInfo, pattern: str) -> str | None:
    return next((subject for subject in info.config.subjects or () if subjects_meet(subject, pattern)), None)


def subjects_meet(one: str, other: str) -> bool:
    """Whether some subject fits both patterns ("*": one word, ">": one or more at the end)."""
    ours, theirs = one.split("."), other.split(".")
    for a, b in zip(ours, theirs, strict=False):
        if ">" in (a, b):
            return True
        if a != b and "*" not in (a, b):
            return False
    return len(ours) == len(theirs)


async def replay(
    readers: Mapping[str, EventReader],
    client: Client,
    prefix: str,
    *,
    selection: Selection,
    speed: Speed,
    after: Mapping[str, Cursor],
    told: Replayed,
    tell: Callable[[Replayed], None] = lambda _: None,
) -> None:
    """Publishes what the selection has after these places, sealed as it is, in the order of its clocks.

    `<prefix>.<context>.<Type>.<stream id>`, with the headers that it had and REPLAY, but without its message id, which
    a stream would take for a repeat. `told` is kept up to date, also when this is cancelled.
    """
    js = client.jetstream(timeout=10)
    await check_unheard(js, prefix)
    payloads = Payloads(js)
    told.cursors = {context: after.get(context, START) for context in readers}
    for context, reader in readers.items():
        told.total += await reader.count(selection, told.cursors[context])
    tell(told)
    pace = _Pace(speed, told, tell)
    async with aclosing(_merged(readers, selection, told.cursors)) as events:
        async for context, (event, payload), cursor in events:
            await pace.wait(event.metadata.occurred_at.timestamp(), told.published)
            headers = {**to_headers(event), REPLAY: told.run_id}
            del headers[MSG_ID]
            headers, payload = await payloads.check_in(event.event_id, headers, payload)
            name = event.type.rsplit(".", 1)[-1]
            await client.publish(f"{prefix}.{context}.{name}.{event.stream_id}", payload, headers=headers)
            told.published += 1
            told.cursors[context] = cursor
            if told.published % _FLUSH_EVERY == 0:
                # The server has it: what the token then passes over was really sent.
                await client.flush()
                tell(told)
    await client.flush()
    tell(told)


async def _merged(
    readers: Mapping[str, EventReader], selection: Selection, after: Mapping[str, Cursor]
) -> AsyncGenerator[_Next, None]:
    """All contexts' events, the earliest first; a context's own order is kept whatever its clocks say."""
    async with AsyncExitStack() as stack:
        sources: dict[str, AsyncIterator[_Next]] = {}
        heads: dict[str, _Next] = {}
        for context, reader in readers.items():
            source = _events(context, reader, selection, after[context])
            sources[context] = await stack.enter_async_context(aclosing(source))
            if (head := await anext(sources[context], None)) is not None:
                heads[context] = head
        while heads:
            head = min(heads.values(), key=lambda h: h.sealed.event.metadata.occurred_at)
            yield head
            following = await anext(sources[head.context], None)
            if following is None:
                del heads[head.context]
            else:
                heads[head.context] = following


async def _events(
    context: str, reader: EventReader, selection: Selection, after: Cursor
) -> AsyncGenerator[_Next, None]:
    # Each context holds its pages, so they are smaller than where one is read alone.
    async with aclosing(reader.pages(selection, after, rows=500, size=2 * 1024 * 1024)) as pages:
        async for page in pages:
            for sealed, cursor in zip(page.events, page.cursors, strict=True):
                yield _Next(context, sealed, cursor)


class _Pace:
    """Waits until an event is due."""

    def __init__(self, speed: Speed, told: Replayed, tell: Callable[[Replayed], None]) -> None:
        self._speed = speed
        self._told = told
        self._tell = tell
        self._began = time.monotonic()
        self._first: float | None = None

    async def wait(self, occurred_at: float, published: int) -> None:
        """Returns when the event that happened then (s since the epoch), the n-th of this run, may go."""
        if self._first is None:
            self._first = occurred_at
        if self._speed.factor is not None:
            due = (occurred_at - self._first) / self._speed.factor
        elif self._speed.rate is not None:
            due = published / self._speed.rate
        else:
            return
        while (left := self._began + due - time.monotonic()) > _LATE_S:
            self._told.waits_s = left
            self._tell(self._told)
            # In parts, so that a long gap is seen to be counted down.
            await asyncio.sleep(min(left, 1.0))
        self._told.waits_s = 0.0


def new_run() -> Replayed:
    """A replay that has not begun, with an id of its own."""
    return Replayed(new_id())
