"""Plans to forget, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madeleine_common.db import Pool
from madeleine_common.ids import new_id


class PostgresPlans:
    """Plans to forget; those that ran out go when the next is made."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def save(self, person_id: str, memory_ids: Sequence[str], expires_at: datetime) -> str:
        """Keeps a plan and returns its id."""
        plan_id = new_id()
        await self._pool.execute(
            "WITH swept AS (DELETE FROM forget_plan WHERE expires_at < now())"
            " INSERT INTO forget_plan (plan_id, person_id, memory_ids, expires_at) VALUES ($1, $2, $3, $4)",
            plan_id,
            person_id,
            list(memory_ids),
            expires_at,
        )
        return plan_id

    async def find(self, plan_id: str, person_id: str, now: datetime) -> list[str] | None:
        """The memories of this person's plan; None when there is none or it has run out."""
        ids = await self._pool.fetchval(
            "SELECT memory_ids FROM forget_plan WHERE plan_id = $1 AND person_id = $2 AND expires_at > $3",
            plan_id,
            person_id,
            now,
        )
        return None if ids is None else [str(i) for i in ids]
