"""Runs a service: what the house gives it, the roles it takes, and how it stops."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import asyncpg
import grpc
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from temporalio.client import Client as Temporal

from madeleine.common.v1.erasure_pb2_grpc import add_ErasureServiceServicer_to_server
from madeleine_common import temporal
from madeleine_common.auth import KeyLookup, ServiceTokens, TokenVerifier
from madeleine_common.bus.consumer import Consumer, Subscription
from madeleine_common.bus.gauges import Gauges
from madeleine_common.bus.payloads import declare_bucket
from madeleine_common.bus.relay import OutboxRelay
from madeleine_common.bus.streams import CONTEXTS, LimitsRefused, StreamLimits, declare_stream
from madeleine_common.bus.streams import connect as connect_nats
from madeleine_common.bus.wake import Waker
from madeleine_common.crypto.keyring import Keyring, KeySource
from madeleine_common.db import Pool, create_pool, migrate
from madeleine_common.erasure import ERASURE_SERVICE, ErasureApi, PersonalData, PersonalRows
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.store import EventStore
from madeleine_common.identity_client import PeopleKeys, RemoteKeySource
from madeleine_common.projections import Projection
from madeleine_common.rpc.client import Caller, channel
from madeleine_common.rpc.server import RpcServer, ServerParts
from madeleine_common.settings import Settings
from madeleine_common.telemetry import set_up
from madeleine_common.temporal_codec import SealingCodec

log = logging.getLogger(__name__)

ROLES = ("serve", "relay", "project", "worker")
T = TypeVar("T", bound=Settings)


@dataclass(frozen=True, slots=True)
class IdentityOverrides:
    """The identity service's own keys, in place of those it would ask itself for."""

    key_source: Callable[[Pool], KeySource]
    people_key: Callable[[Pool], KeyLookup]


@dataclass(slots=True)
class House(Generic[T]):
    """What a service finds when it comes up; `bootstrap` wires its own parts from this."""

    name: str
    settings: T
    pool: Pool
    store: EventStore
    codec: EventCodec
    keyring: Keyring
    nats: Nats
    js: JetStreamContext
    temporal: Temporal
    caller: Caller
    verifier: TokenVerifier
    stack: AsyncExitStack

    def channel(self, address: str) -> grpc.aio.Channel:
        """A channel to another service, closed when this one stops."""
        opened = channel(address)
        self.stack.push_async_callback(opened.close)
        return opened


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of."""

    server: ServerParts
    projections: Sequence[Projection] = ()
    # Besides those of the projections.
    subscriptions: Sequence[Subscription] = ()
    worker: temporal.WorkerParts | None = None
    # Awaited before the service reports ready (loading a model).
    prepare: Callable[[], Awaitable[None]] | None = None
    # Run beside the server until the service stops; role "serve".
    background: Sequence[Callable[[], Coroutine[None, None, None]]] = field(default_factory=tuple)
    # The same beside the consumers; role "project".
    beside_consumers: Sequence[Callable[[], Coroutine[None, None, None]]] = field(default_factory=tuple)
    # What must be gone once a person is erased; identity asks for it.
    personal: Sequence[PersonalRows] = ()

    def hears(self) -> list[Subscription]:
        """All subscriptions, the projections' first."""
        return [*(s for projection in self.projections for s in projection.subscriptions), *self.subscriptions]


Bootstrap = Callable[[House[T]], Awaitable[Parts]]


@asynccontextmanager
async def open_house(
    name: str, settings: T, identity: IdentityOverrides | None = None
) -> AsyncGenerator[House[T], None]:
    """Connects a service to its database, NATS, Temporal and identity; closes all on exit."""
    async with AsyncExitStack() as stack:
        pool = await create_pool(settings.database_url.get_secret_value(), settings.database_pool)
        stack.push_async_callback(_close_pool, pool)
        nats = await connect_nats(settings.nats_url.get_secret_value(), name)
        stack.push_async_callback(nats.close)
        caller = Caller(ServiceTokens(name, settings.service_key_file))
        if identity is not None:
            source, people_key = identity.key_source(pool), identity.people_key(pool)
        else:
            identity_channel = channel(settings.identity_address)
            stack.push_async_callback(identity_channel.close)
            source, people_key = RemoteKeySource(identity_channel, caller), PeopleKeys(identity_channel)
        keyring = Keyring(source)
        codec = EventCodec(keyring)
        yield House(
            name,
            settings,
            pool,
            EventStore(pool, codec, Waker(nats, name), settings.outbox_most),
            codec,
            keyring,
            nats,
            nats.jetstream(timeout=10),
            await connect_temporal(name, settings, keyring, lazy=True),
            caller,
            TokenVerifier(settings.service_jwks_file, people_key),
            stack,
        )


async def connect_temporal(name: str, settings: Settings, keyring: Keyring, *, lazy: bool) -> Temporal:
    """A client whose payloads are sealed by the service's own key; see `temporal.connect`."""
    codec = SealingCodec(name, keyring)
    return await temporal.connect(settings.temporal_address, settings.temporal_namespace, codec, lazy=lazy)


async def _close_pool(pool: Pool) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), 5)


class RunningService(Generic[T]):
    """A service with some of its roles up; tests use it directly, `service_main` in a process of its own."""

    def __init__(self, house: House[T], parts: Parts, roles: Sequence[str] = ROLES) -> None:
        self._house = house
        self._parts = parts
        self._roles = frozenset(roles)
        settings = house.settings
        # A process without the role "serve" still answers health probes.
        server = _with_erasure(house, parts) if "serve" in self._roles else ServerParts(lambda _: None, ())
        self.server = RpcServer(server, house.verifier, settings.listen, settings.max_request_bytes)

    async def run(self, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Runs until `stop` is set or a role fails; raises ExceptionGroup with the failure."""
        house, parts = self._house, self._parts
        settings = house.settings
        await self.server.start()
        log.info("%s listens on port %d", house.name, self.server.port)
        try:
            await declare_all(house.js, settings)
            if parts.prepare:
                await parts.prepare()
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(job) for job in self._jobs()]
                await self.server.serving()
                log.info("%s is ready: %s", house.name, ", ".join(sorted(self._roles)))
                if ready:
                    ready.set()
                await stop.wait()
                await self.server.stop(settings.shutdown_grace_s)
                for job in running:
                    job.cancel()
        finally:
            await self.server.stop(0)

    def _jobs(self) -> list[Coroutine[None, None, None]]:
        house, parts, settings = self._house, self._parts, self._house.settings
        jobs: list[Coroutine[None, None, None]] = []
        if "relay" in self._roles:
            jobs.append(OutboxRelay(settings.database_url.get_secret_value(), house.nats, house.name).run())
        if "project" in self._roles:
            jobs += [
                Consumer(subscription, house.pool, house.nats, house.codec, house.keyring).run()
                for subscription in parts.hears()
            ]
            jobs += [job() for job in parts.beside_consumers]
        if settings.metrics_listen and self._roles & {"relay", "project"}:
            hears = parts.hears() if "project" in self._roles else []
            jobs.append(Gauges(house.pool, house.js, house.name, hears, settings.gauges_every_s).run())
        if "worker" in self._roles and parts.worker:
            jobs.append(_work(house, parts.worker))
        if "serve" in self._roles:
            jobs += [job() for job in parts.background]
        return jobs


def _with_erasure(house: House[T], parts: Parts) -> ServerParts:
    """What a service serves, and what every service does: to say whether it has forgotten a person."""
    own = parts.server
    api = ErasureApi(PersonalData(house.pool, parts.hears(), parts.personal))

    def register(server: grpc.aio.Server) -> None:
        own.register(server)
        add_ErasureServiceServicer_to_server(api, server)

    return replace(own, register=register, service_names=(*own.service_names, ERASURE_SERVICE))


async def _work(house: House[T], parts: temporal.WorkerParts) -> None:
    """Works until cancelled; waits for Temporal when it is away."""
    while True:
        try:
            client = await connect_temporal(house.name, house.settings, house.keyring, lazy=False)
            async with temporal.worker(client, house.name, parts):
                await asyncio.Event().wait()
        except RuntimeError as error:
            log.warning("worker of %s waits for Temporal: %s", house.name, error)
            await asyncio.sleep(1.0)


async def declare_all(js: JetStreamContext, settings: Settings) -> None:
    """Declares every context's stream: a consumer may come up before the stream's own service."""
    limits = StreamLimits(
        settings.nats_replicas, settings.nats_max_age_days, settings.nats_max_bytes, settings.nats_max_messages
    )
    for context in CONTEXTS:
        await declare_stream(js, context, limits)
    await declare_bucket(js, limits)


def service_main(
    name: str, settings: type[T], bootstrap: Bootstrap[T], identity: IdentityOverrides | None = None
) -> None:
    """The command line of a service: `migrate`, or roles (`all` for every one); ends the process."""
    arguments = sys.argv[1:] or ["all"]
    roles = list(ROLES) if arguments == ["all"] else arguments
    if arguments != ["migrate"] and (unknown := set(roles) - set(ROLES)):
        sys.exit(f"unknown role {', '.join(sorted(unknown))}; roles are {', '.join(ROLES)}, all, or migrate alone")
    loaded = settings()
    set_up(name, loaded)
    if arguments == ["migrate"]:
        sys.exit(asyncio.run(_migrate(name, loaded)))
    sys.exit(asyncio.run(_serve(name, loaded, bootstrap, roles, identity)))


async def _migrate(name: str, settings: Settings) -> int:
    connection = await asyncpg.connect(settings.database_url.get_secret_value(), timeout=10)
    try:
        for applied in await migrate(connection, f"madeleine_{name}"):
            log.info("applied %s", applied)
    finally:
        await connection.close()
    return 0


async def _serve(
    name: str, settings: T, bootstrap: Bootstrap[T], roles: Sequence[str], identity: IdentityOverrides | None
) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_house(name, settings, identity) as house:
        service = RunningService(house, await bootstrap(house), roles)
        # What was made at the start stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        try:
            await service.run(stop)
        except LimitsRefused as error:
            log.critical("%s does not start: %s", name, error)
            return 1
    return 0
