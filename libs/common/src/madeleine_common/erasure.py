"""Whether a service has forgotten a person: counted the same way in every service, from what it declares."""

# gRPC ships few types: what it hands us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeArgument=false

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc

from madeleine.common.v1 import erasure_pb2 as pb
from madeleine.common.v1.erasure_pb2_grpc import ErasureServiceServicer
from madeleine_common.auth import require_service
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.db import ACQUIRE_TIMEOUT_S, Connection, Pool
from madeleine_common.rpc.checks import Checks

ERASURE_SERVICE = pb.DESCRIPTOR.services_by_name["ErasureService"].full_name
_CONTEXT = "identity"


@dataclass(frozen=True, slots=True)
class PersonalRows:
    """Rows of a table that must be gone once a person is erased: those that meet `condition`.

    `condition`: SQL over $1, the person's id; "sender_id = $1". `purpose`: what the rows are for, for people to read.
    `see`: called in the transaction that counts, where row-level security hides rows.
    """

    table: str
    condition: str
    purpose: str
    see: Callable[[Connection], Awaitable[None]] | None = None


class PersonalData:
    """What one service holds of people."""

    def __init__(self, pool: Pool, subscriptions: Sequence[Subscription], personal: Sequence[PersonalRows]) -> None:
        self._pool = pool
        self._hearing = [s for s in subscriptions if s.context == _CONTEXT and _hears_erasure(s)]
        self._personal = personal

    async def left(self, person_id: str, event_id: str, version: int) -> pb.ConfirmErasureResponse:
        """What stands in the way of saying that an erased person is forgotten; an empty answer: nothing does.

        `version`: of PersonErased in the stream person-<id>.
        """
        async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection, connection.transaction():
            # A command that was under way while the service heard of it may leave its key and fingerprint afterwards.
            await connection.execute("DELETE FROM commands WHERE actor = $1", f"person:{person_id}")
            unheard = [s.name for s in self._hearing if not await _heard(connection, s, person_id, event_id, version)]
            letters = await connection.fetch(
                "SELECT DISTINCT consumer FROM dead_letters WHERE event_id::text = $1 ORDER BY consumer", event_id
            )
            rows_left: list[pb.RowsLeft] = []
            for rows in self._personal:
                if rows.see is not None:
                    await rows.see(connection)
                count: int = await connection.fetchval(
                    f"SELECT count(*) FROM {rows.table} WHERE {rows.condition}",  # noqa: S608 (services' own)
                    person_id,
                )
                if count:
                    rows_left.append(pb.RowsLeft(table=rows.table, rows=count, purpose=rows.purpose))
        dead = [row["consumer"] for row in letters]
        return pb.ConfirmErasureResponse(
            unheard=[name for name in unheard if name not in dead], dead_letters=dead, rows_left=rows_left
        )


class ErasureApi(ErasureServiceServicer):
    """ErasureService of any service."""

    def __init__(self, data: PersonalData) -> None:
        self._data = data

    async def ConfirmErasure(  # noqa: N802 (the contract's name)
        self, request: pb.ConfirmErasureRequest, context: grpc.aio.ServicerContext
    ) -> pb.ConfirmErasureResponse:
        """What still stands in the way; for identity alone."""
        require_service(_CONTEXT)
        checks = Checks()
        checks.id("person_id", request.person_id)
        checks.id("event_id", request.event_id)
        if request.version < 1:
            checks.bad("version", "must be at least 1")
        checks.done()
        return await self._data.left(request.person_id, request.event_id, request.version)


def in_words(left: pb.ConfirmErasureResponse) -> str:
    """An answer for people to read: "12 rows left in messages"; "" for the confirmation."""
    parts = [f"{rows.rows} row{'s' * (rows.rows != 1)} left in {rows.table}" for rows in left.rows_left]
    parts += [f"{name} has not heard of it" for name in left.unheard]
    parts += [f"{name} gave up on it, it lies in dead_letters" for name in left.dead_letters]
    return ", ".join(parts)


def _hears_erasure(subscription: Subscription) -> bool:
    return not subscription.types or PERSON_ERASED in subscription.types


async def _heard(
    connection: Connection, subscription: Subscription, person_id: str, event_id: str, version: int
) -> bool:
    if subscription.projection:
        seen: int | None = await connection.fetchval(
            "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2",
            subscription.name,
            f"person-{person_id}",
        )
        return (seen or 0) >= version
    return bool(
        await connection.fetchval(
            "SELECT true FROM processed WHERE consumer = $1 AND event_id = $2", subscription.name, event_id
        )
    )
