"""The fleet over NATS: replicas tell that they live in a JetStream bucket, and ask each other by request and reply."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
import socket
import time
from dataclasses import dataclass
from functools import partial

import nats.errors
from google.protobuf.message import DecodeError
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import KeyValueConfig, StorageType
from nats.js.errors import APIError, BadRequestError

from madeleine.inference.v1 import fleet_pb2 as pb
from madeleine_common.bus.stopping import stop_if_cancelled
from madeleine_common.db import transient
from madeleine_common.errors import DomainError, Exhausted, FailedPrecondition, Unavailable
from madeleine_common.telemetry import where
from madeleine_inference.application.fleet import Member

log = logging.getLogger(__name__)

_BUCKET = "inference-fleet"
_STREAM, _KEYS = f"KV_{_BUCKET}", f"$KV.{_BUCKET}."


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds."""

    beat: float = 1.0
    # How long a replica counts as live after its last beat.
    life: float = 5.0
    # How long it believes its own table after that: shorter, so that it doubts before others forget it.
    belief: float = 3.5
    # One attempt to reach a replica, which joins what it does already; and all attempts together.
    attempt: float = 2.0
    patience: float = 60.0
    pause: float = 0.1


def replica_name() -> str:
    """A new replica's name: its host's, and a random part."""
    return f"{re.sub(r'[^A-Za-z0-9_-]', '-', socket.gethostname())}-{secrets.token_hex(3)}"


class NatsReplicas:
    """Implements the port Replicas.

    Whoever flips an alias appends first and lists the live replicas then; whoever joins is listed first and reads the
    table then. So a replica either is waited for or has read the flip; and one that was cut off for so long that it may
    no longer be listed does not believe its table.
    """

    def __init__(self, client: Client, name: str, stream_replicas: int, timing: Timing | None = None) -> None:
        self.name = name
        self._nats = client
        self._js = client.jetstream(timeout=2)
        self._stream_replicas = stream_replicas
        self._timing = timing or Timing()
        self._believed_until = 0.0
        self._declared = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._working: dict[str, asyncio.Task[pb.FleetReply]] = {}
        self._subscribed: list[Subscription] = []

    def current(self) -> bool:
        """See Replicas.current."""
        return time.monotonic() < self._believed_until

    async def join(self, member: Member) -> None:
        """Becomes live with a table that is up to date; raises what NATS or the database does when they are away."""
        self._subscribed.append(await self._nats.subscribe(_subject(self.name), cb=partial(self._hear, member)))
        await self._beat(member)
        for job in (self._keep_beating(member), self._keep_up(member)):
            task = asyncio.create_task(job)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def leave(self) -> None:
        """Is live no longer, for everybody at once if NATS is there."""
        for task in (*self._tasks, *self._working.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._working.values(), return_exceptions=True)
        self._believed_until = 0.0
        with contextlib.suppress(nats.errors.Error, APIError, TimeoutError):
            for subscription in self._subscribed:
                await subscription.unsubscribe()
            await self._js.purge_stream(_STREAM, subject=f"{_KEYS}{self.name}")

    async def live(self) -> set[str]:
        """The names of the live replicas; raises Unavailable."""
        try:
            info = await self._js.stream_info(_STREAM, subjects_filter=f"{_KEYS}>")
        except (nats.errors.Error, APIError, TimeoutError) as error:
            raise Unavailable(
                f"the replicas cannot be listed: {error or type(error).__name__}", reason="REPLICAS_UNKNOWN"
            ) from error
        return {subject.removeprefix(_KEYS) for subject in info.state.subjects or {}}

    async def ask(self, request: pb.FleetRequest) -> None:
        """See Replicas.ask; waits for every answer before it tells of a refusal."""
        others = sorted(await self.live() - {self.name})
        outcomes = await asyncio.gather(*(self._ask_one(other, request) for other in others), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _ask_one(self, replica: str, request: pb.FleetRequest) -> None:
        end = time.monotonic() + self._timing.patience
        payload = request.SerializeToString()
        while True:
            stop_if_cancelled()
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                answer = await self._nats.request(_subject(replica), payload, timeout=self._timing.attempt)
                return _judge(replica, pb.FleetReply.FromString(answer.data))
            # Nobody there, no answer yet, or NATS itself is away: it matters only as long as the replica lives.
            with contextlib.suppress(Unavailable):
                if replica not in await self.live():
                    log.warning("replica %s is gone; nobody waits for it", replica)
                    return None
            if time.monotonic() > end:
                raise Unavailable(
                    f"replica {replica} has not answered within {self._timing.patience:g} s",
                    reason="REPLICA_SILENT",
                    metadata={"replica": replica},
                )
            await asyncio.sleep(self._timing.pause)

    async def _keep_beating(self, member: Member) -> None:
        while True:
            await asyncio.sleep(self._timing.beat)
            stop_if_cancelled()
            try:
                await self._beat(member)
            except Exception as error:
                # Somebody may have removed the bucket.
                self._declared = False
                self._report("is not sure of its table", error)

    async def _keep_up(self, member: Member) -> None:
        """Takes in what nobody told: whoever flipped an alias may have died before."""
        while True:
            await asyncio.sleep(self._timing.beat)
            stop_if_cancelled()
            try:
                await member.catch_up()
            except Exception as error:
                self._report("cannot read the adapter table", error)

    async def _beat(self, member: Member) -> None:
        if not self._declared:
            await self._declare()
        sent = time.monotonic()
        await self._js.publish(f"{_KEYS}{self.name}", b"", timeout=self._timing.beat)
        # Late, it may have been forgotten in between, and a flip not told.
        if not self.current():
            await member.catch_up()
        self._believed_until = sent + self._timing.belief

    async def _declare(self) -> None:
        config = KeyValueConfig(
            bucket=_BUCKET,
            history=1,
            ttl=self._timing.life,
            # On disk: who is live must outlast a restart of NATS.
            storage=StorageType.FILE,
            replicas=self._stream_replicas,
        )
        try:
            await self._js.create_key_value(config)
        except BadRequestError:
            # It is there, as another release or setting made it; that serves.
            await self._js.key_value(_BUCKET)
        self._declared = True

    async def _hear(self, member: Member, message: Msg) -> None:
        try:
            request = pb.FleetRequest.FromString(message.data)
        except DecodeError:
            log.warning("replica %s was asked something unreadable", self.name)
            return
        work = self._working.get(request.request_id)
        if work is None:
            work = self._working[request.request_id] = asyncio.create_task(_done(request, member))
            work.add_done_callback(lambda _: self._working.pop(request.request_id, None))
        answer = asyncio.create_task(self._answer(message, work))
        self._tasks.add(answer)
        answer.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _answer(message: Msg, work: asyncio.Task[pb.FleetReply]) -> None:
        reply = await asyncio.shield(work)
        # Whoever asked asks again.
        with contextlib.suppress(nats.errors.Error):
            await message.respond(reply.SerializeToString())

    def _report(self, what: str, error: Exception) -> None:
        expected = isinstance(error, (nats.errors.Error, APIError)) or transient(error)
        log.warning("replica %s %s: %s", self.name, what, (error or type(error).__name__) if expected else where(error))


async def _done(request: pb.FleetRequest, member: Member) -> pb.FleetReply:
    try:
        await member.handle(request)
    except DomainError as error:
        transient_error = isinstance(error, (Unavailable, Exhausted))
        return pb.FleetReply(reason=error.reason, message=error.message, transient=transient_error)
    except Exception as error:
        log.error("a request of another replica failed: %s", where(error))
        return pb.FleetReply(reason="INTERNAL", message=type(error).__name__, transient=True)
    return pb.FleetReply()


def _judge(replica: str, reply: pb.FleetReply) -> None:
    if reply.reason:
        kind = Unavailable if reply.transient else FailedPrecondition
        message = f"replica {replica}: {reply.message}"
        raise kind(message, reason=reply.reason, metadata={"replica": replica})


def _subject(replica: str) -> str:
    return f"madeleine.inference.fleet.{replica}"
