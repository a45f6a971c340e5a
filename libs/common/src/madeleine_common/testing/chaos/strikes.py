"""Faults: which, when, how they are mended, and how long the house takes to be itself again."""

# gRPC and NATS ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import asyncpg
from nats.errors import Error as NatsError

from madeleine_common.bus.streams import connect
from madeleine_common.db import transient
from madeleine_common.testing.chaos.clients import Gate, Tally
from madeleine_common.testing.chaos.cluster import Cluster, lock_holder
from madeleine_common.testing.chaos.effects import EACH, MANY, PLAIN
from madeleine_common.testing.waiting import eventually

_LOOK_S = 0.05
_RECOVERY_S = 45.0
_DOWN_MOST_S = 1.0
_TOGETHER = 0.25
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_FEWEST = """
SELECT least((SELECT count(*) FROM chaos_each), (SELECT count(*) FROM chaos_many), (SELECT count(*) FROM chaos_plain))
"""


class Fault(StrEnum):
    """What is done to the house."""

    RELAY = "relay killed"
    RELAY_STILL = "relay stopped"
    CONSUMER = "consumer killed"
    NATS = "nats killed"
    POSTGRES = "postgres killed"


@dataclass(slots=True)
class Record:
    """The faults that have been, by kind: seconds until each was recovered from."""

    seconds: dict[Fault, list[float]] = field(default_factory=lambda: {fault: [] for fault in Fault})
    takeovers: list[float] = field(default_factory=list[float])
    # In words, what was not recovered from in time.
    failed: list[str] = field(default_factory=list[str])


def plan_strikes(dice: random.Random, times: int) -> list[tuple[Fault, ...]]:
    """Every fault `times` times, in random order; some of the kills come two at once."""
    # A takeover is measured, so nothing else is broken meanwhile.
    faults = [fault for fault in Fault for _ in range(times)]
    dice.shuffle(faults)
    strikes: list[tuple[Fault, ...]] = []
    for fault in faults:
        before = strikes[-1] if strikes else ()
        apart = fault is Fault.RELAY_STILL or len(before) != 1 or before[0] in {fault, Fault.RELAY_STILL}
        if apart or dice.random() >= _TOGETHER:
            strikes.append((fault,))
        else:
            strikes[-1] = (*before, fault)
    return strikes


class Striker:
    """Strikes at random moments while clients go on."""

    def __init__(self, cluster: Cluster, dice: random.Random, tally: Tally, gate: Gate, now: Callable[[str], None]):
        """`now` is told what is being done."""
        self._cluster = cluster
        self._dice = dice
        self._tally = tally
        self._gate = gate
        self._now = now
        self.record = Record()

    async def run(self, strikes: list[tuple[Fault, ...]]) -> None:
        """Carries out the plan; the last recovery has ended when it returns."""
        share = self._tally.total / (len(strikes) + 1)
        for number, strike in enumerate(strikes):
            self._gate.open_to(share * (number + 1))
            await self._tally.reach(share * (number + self._dice.uniform(0.05, 0.8)))
            self._now(" and ".join(strike))
            # Clients go on meanwhile, up to what this part of the plan allows them.
            await asyncio.gather(*(self._strike(fault) for fault in strike))
        self._gate.open_to(self._tally.total)
        self._now("no more faults")

    async def _strike(self, fault: Fault) -> None:
        began = time.monotonic()
        strikes: dict[Fault, Callable[[], Awaitable[None]]] = {
            Fault.RELAY: self._kill_relay,
            Fault.RELAY_STILL: self._stop_relay,
            Fault.CONSUMER: self._kill_consumer,
            Fault.NATS: self._kill_nats,
            Fault.POSTGRES: self._kill_postgres,
        }
        try:
            async with asyncio.timeout(2 * _RECOVERY_S):
                await strikes[fault]()
        except (TimeoutError, AssertionError) as error:
            # The run goes on: what was lost shows in the checks.
            self.record.failed.append(f"{fault}: not recovered from: {error or 'too slow'}")
        self.record.seconds[fault].append(time.monotonic() - began)

    async def _down(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, _DOWN_MOST_S))

    async def _kill_relay(self) -> None:
        _, user = await self._holder()
        relay = self._cluster.relays[user]
        await relay.kill()
        await self._down()
        await relay.start()
        await self._published()

    async def _stop_relay(self) -> None:
        """The active relay stands still, its connections open: the other must take over."""
        pid, user = await self._holder()
        relay = self._cluster.relays[user]
        began = time.monotonic()
        relay.stand_still()
        try:
            await eventually(self._other_than(pid), within_s=_RECOVERY_S)
            await self._published()
            self.record.takeovers.append(time.monotonic() - began)
        finally:
            relay.go_on()

    async def _kill_consumer(self) -> None:
        consumer = self._dice.choice(self._cluster.consumers)
        heads = await self._ask("SELECT count(*) FROM events")
        await consumer.kill()
        await self._down()
        await consumer.start()
        # What it had in hand goes to the other.
        await self._taken(heads)

    async def _kill_nats(self) -> None:
        await self._cluster.nats.kill()
        await self._down()
        await self._cluster.nats.start()
        await self._published()

    async def _kill_postgres(self) -> None:
        await self._cluster.postgres.kill()
        await self._down()
        await self._cluster.postgres.start()
        await self._published()

    async def _holder(self) -> tuple[int, str]:
        while True:
            with contextlib.suppress(*_AWAY):
                async with session(self._cluster.database_url) as connection:
                    if holder := await lock_holder(connection):
                        return holder
            await asyncio.sleep(_LOOK_S)

    def _other_than(self, pid: int) -> Callable[[], Awaitable[bool]]:
        async def probe() -> bool:
            return (await self._holder())[0] != pid

        return probe

    async def _published(self) -> None:
        """Waits until all that is appended by now has been published."""
        position = await self._ask("SELECT max(position) FROM events")

        async def probe() -> bool:
            return not await self._ask("SELECT count(*) FROM outbox WHERE position <= $1", position)

        await eventually(probe, within_s=_RECOVERY_S, every_s=_LOOK_S)

    async def _taken(self, events: int) -> None:
        """Waits until every subscription that keeps rows has taken this many events."""

        async def probe() -> bool:
            return await self._ask(_FEWEST) >= events

        await eventually(probe, within_s=_RECOVERY_S, every_s=_LOOK_S)

    async def _ask(self, query: str, *values: object) -> int:
        return await ask(self._cluster.database_url, query, *values)


@asynccontextmanager
async def session(url: str) -> AsyncGenerator[asyncpg.Connection[asyncpg.Record], None]:
    """A connection of our own; raises what asyncpg raises when the server is away."""
    connection = await asyncpg.connect(url, timeout=5, command_timeout=20)
    try:
        yield connection
    finally:
        try:
            await connection.close(timeout=2)
        except _AWAY:
            connection.terminate()


async def ask(url: str, query: str, *values: object) -> int:
    """A number out of the database, asked again while it is away."""
    while True:
        try:
            async with session(url) as connection:
                return int(await connection.fetchval(query, *values) or 0)
        except _AWAY as error:
            if not transient(error):
                raise
        await asyncio.sleep(_LOOK_S)


async def drained(cluster: Cluster, within_s: float) -> str:
    """Waits until nothing is on its way any more; "" when so, else what is left after `within_s` seconds."""
    end = time.monotonic() + within_s
    while left := await _left(cluster):
        if time.monotonic() > end:
            return left
        await asyncio.sleep(0.2)
    return ""


async def _left(cluster: Cluster) -> str:
    if waiting := await ask(cluster.database_url, "SELECT count(*) FROM outbox"):
        return f"{waiting} events in the outbox"
    try:
        client = await connect(cluster.nats_url, "chaos check")
        try:
            js = client.jetstream()
            for name in (EACH, MANY, PLAIN, "chaos-reaction"):
                info = await js.consumer_info("CHAT", name)
                if info.num_pending or info.num_ack_pending:
                    return f"{name}: {info.num_pending} messages pending, {info.num_ack_pending} not acknowledged"
        finally:
            await client.close()
    except (NatsError, OSError) as error:
        return f"NATS does not answer: {type(error).__name__}"
    if letters := await ask(
        cluster.database_url, "SELECT count(*) FROM dead_letters WHERE state IN ('behind','retry')"
    ):
        return f"{letters} letters in their turn"
    return ""
