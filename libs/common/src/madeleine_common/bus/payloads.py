"""Claim check: a large payload goes to the object store, and its message carries the ticket."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import ObjectStoreConfig, StorageType
from nats.js.errors import BucketNotFoundError, NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from madeleine_common.bus.streams import NO_LIMITS, StreamLimits

BUCKET = "madeleine-payloads"
LIMIT_BYTES = 512 * 1024
# CloudEvents' extension for a payload that is kept elsewhere ("dataref").
_TICKET = "ce-dataref"


class PayloadLost(Exception):
    """The object store does not hold what a message refers to; PostgreSQL still does."""


async def declare_bucket(js: JetStreamContext, limits: StreamLimits = NO_LIMITS) -> None:
    """Makes the bucket, or brings it to these limits: what it holds lives as long as the messages that refer to it."""
    try:
        # The stream behind the bucket.
        info = await js.stream_info(f"OBJ_{BUCKET}")
    except NotFoundError:
        await _make_bucket(js, limits)
    else:
        ttl = float(limits.max_age_days * 86400)
        await js.update_stream(info.config.evolve(max_age=ttl, num_replicas=limits.replicas))


async def _make_bucket(js: JetStreamContext, limits: StreamLimits) -> None:
    ttl = float(limits.max_age_days * 86400)
    config = ObjectStoreConfig(bucket=BUCKET, ttl=ttl or None, storage=StorageType.FILE, replicas=limits.replicas)
    await js.create_object_store(BUCKET, config)


class Payloads:
    """Both sides of the claim check; payloads are sealed before they come here."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._bucket: ObjectStore | None = None

    async def check_in(self, event_id: str, headers: dict[str, str], payload: bytes) -> tuple[dict[str, str], bytes]:
        """Headers and body as they go on the wire; the same event again overwrites its own object."""
        if len(payload) <= LIMIT_BYTES:
            return headers, payload
        await (await self._store()).put(event_id, payload)
        return {**headers, _TICKET: f"{BUCKET}/{event_id}"}, b""

    async def claim(self, headers: dict[str, str], payload: bytes) -> bytes:
        """The payload that a message stands for; raises PayloadLost."""
        ticket = headers.get(_TICKET)
        if ticket is None:
            return payload
        bucket, _, name = ticket.partition("/")
        if bucket != BUCKET:
            raise PayloadLost(f"no bucket {bucket}")
        try:
            return (await (await self._store()).get(name)).data or b""
        except (ObjectNotFoundError, NotFoundError) as error:
            raise PayloadLost(f"the object store no longer holds {ticket}") from error

    async def _store(self) -> ObjectStore:
        if self._bucket is None:
            try:
                self._bucket = await self._js.object_store(BUCKET)
            except (BucketNotFoundError, NotFoundError):
                # Every service declares it when it starts; somebody has removed it since.
                await _make_bucket(self._js, NO_LIMITS)
                self._bucket = await self._js.object_store(BUCKET)
        return self._bucket
