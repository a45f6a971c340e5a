"""Signals and runs as the projection keeps them."""

from __future__ import annotations

from datetime import datetime

from madeleine.trainer.v1.trainer_pb2 import Run, StepMetrics
from madeleine_common.db import Pool
from madeleine_trainer.application.ports import Answer
from madeleine_trainer.application.queries import RunPage
from madeleine_trainer.domain.signals import Waiting


class SqlSignals:
    """Implements the port Signals."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def waiting(self) -> list[Waiting]:
        """Signals that no run has used, oldest first."""
        rows = await self._pool.fetch(
            "SELECT signal_id, person_id, kind FROM signals WHERE run_id IS NULL ORDER BY recorded_at, signal_id"
        )
        return [Waiting(row["signal_id"], row["person_id"], row["kind"] == "desirable") for row in rows]

    async def known(self, signal_id: str) -> bool:
        """True once the projection has come past the signal's stream."""
        return bool(
            await self._pool.fetchval("SELECT true FROM stream_positions WHERE stream_id = $1", f"signal-{signal_id}")
        )

    async def of_run(self, run_id: str) -> list[Answer]:
        """The answers that a run learns from, in the order they were judged."""
        rows = await self._pool.fetch("SELECT * FROM signals WHERE run_id = $1 ORDER BY recorded_at, signal_id", run_id)
        return [
            Answer(row["signal_id"], row["prompt_token_ids"], row["completion_token_ids"], row["kind"] == "desirable")
            for row in rows
        ]


class SqlRuns:
    """Runs with the progress of the one under way."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, run_id: str) -> Run | None:
        """A run as of now."""
        row = await self._pool.fetchrow(
            "SELECT run, progress, step, metrics FROM runs LEFT JOIN run_progress USING (run_id) WHERE run_id = $1",
            run_id,
        )
        if row is None:
            return None
        run = Run.FromString(row["run"])
        if row["step"] is not None:
            run.progress, run.step = row["progress"], row["step"]
        # Once it is trained, the event holds the metrics.
        if row["metrics"] and not run.metrics:
            run.metrics.extend(StepMetrics.FromString(data) for data in row["metrics"])
        return run

    async def page(self, size: int, after: tuple[str, str] | None) -> RunPage:
        """Runs that started before the key (ISO time, run id)."""
        started, run_id = (datetime.fromisoformat(after[0]), after[1]) if after else (None, None)
        rows = await self._pool.fetch(
            "SELECT run_id, run, started_at FROM runs"
            " WHERE $2::timestamptz IS NULL OR (started_at, run_id) < ($2, $3)"
            " ORDER BY started_at DESC, run_id DESC LIMIT $1",
            size + 1,
            started,
            run_id,
        )
        more = len(rows) > size
        key = (rows[size - 1]["started_at"].isoformat(), rows[size - 1]["run_id"]) if more else None
        return RunPage([Run.FromString(row["run"]) for row in rows[:size]], key)

    async def current(self) -> str:
        """The run under way; empty: none."""
        return str(await self._pool.fetchval("SELECT run_id FROM runs WHERE NOT ended LIMIT 1") or "")

    async def last(self) -> str:
        """The latest run that ended; empty: none."""
        sql = "SELECT run_id FROM runs WHERE ended ORDER BY started_at DESC, run_id DESC LIMIT 1"
        return str(await self._pool.fetchval(sql) or "")

    async def report(self, run_id: str, progress: float, step: str, metrics: StepMetrics | None = None) -> None:
        """Notes how far the run under way has come."""
        await self._pool.execute(
            "INSERT INTO run_progress (run_id, progress, step, metrics) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (run_id) DO UPDATE SET progress = $2, step = $3, metrics = run_progress.metrics || $4",
            run_id,
            progress,
            step,
            [metrics.SerializeToString()] if metrics else [],
        )

    async def restart(self, run_id: str) -> None:
        """Forgets the progress of an attempt that is made again."""
        await self._pool.execute("DELETE FROM run_progress WHERE run_id = $1", run_id)
