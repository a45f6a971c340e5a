"""Training in a child process on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys

from madeleine.trainer.v1.trainer_pb2 import StepMetrics
from madeleine_common.adapters import DataLineage
from madeleine_trainer.application.ports import Candidate, OnStep, Plan, Probe, TrainingFailed
from madeleine_trainer.settings import TrainerSettings
from madeleine_trainer.training.job import StepReport, Trained, TrainingExample, TrainingJob, parse_report

log = logging.getLogger(__name__)

_NAME = "madeleine"
# A line of reports holds eight probes with their token ids.
_LINE_LIMIT = 4 * 1024 * 1024


class TrainingProcess:
    """Implements the port Training: one process a run, ended when the call is cancelled."""

    def __init__(self, settings: TrainerSettings) -> None:
        self._settings = settings

    async def train(self, plan: Plan, on_step: OnStep) -> Candidate:
        """Trains and writes a revision into the adapter store; raises TrainingFailed."""
        job = self._job(plan)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "madeleine_trainer.training.run"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT,
            env={**os.environ, **_thread_variables(job.threads)},
        )
        errors = asyncio.create_task(_read_tail(process.stderr))
        try:
            trained = await self._follow(process, job, on_step)
            code = await process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            said = await errors
        if code != 0 or trained is None:
            log.error("training of run %s ended with %d:\n%s", plan.run_id, code, said)
            raise TrainingFailed(f"the training process ended with status {code}")
        probes = [
            Probe(p.name, p.prompt_token_ids, p.completion_token_ids, p.base_logprobs, p.trained_logprobs)
            for p in trained.probes
        ]
        return Candidate(trained.revision, trained.uri, probes)

    def _job(self, plan: Plan) -> TrainingJob:
        settings = self._settings
        return TrainingJob(
            run_id=plan.run_id,
            base_model=str(settings.model_dir / settings.trainer_base_model),
            store=settings.trainer_adapter_store,
            cache=str(settings.data_dir / "adapter-cache"),
            name=_NAME,
            parent_revision=plan.parent,
            examples=[TrainingExample(a.prompt_token_ids, a.completion_token_ids, a.desirable) for a in plan.answers],
            signals_sha256=DataLineage.digest_of(answer.signal_id for answer in plan.answers),
            rank=settings.trainer_rank,
            learning_rate=settings.trainer_learning_rate,
            epochs=settings.trainer_epochs,
            beta=settings.trainer_beta,
            threads=settings.trainer_threads,
            # The same run gives the same order of examples again.
            seed=int(plan.run_id.replace("-", "")[:8], 16),
        )

    @staticmethod
    async def _follow(process: asyncio.subprocess.Process, job: TrainingJob, on_step: OnStep) -> Trained | None:
        if process.stdin is None or process.stdout is None:
            raise TrainingFailed("the training process has no pipes")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(job.to_json().encode() + b"\n")
            await process.stdin.drain()
            process.stdin.close()
        trained: Trained | None = None
        async for line in process.stdout:
            report = parse_report(line.decode())
            if isinstance(report, StepReport):
                metrics = StepMetrics(
                    step=report.step,
                    loss=report.loss,
                    kl=report.kl,
                    reward_desirable=report.reward_desirable,
                    reward_undesirable=report.reward_undesirable,
                    ess=report.ess,
                    seconds=report.seconds,
                )
                await on_step(metrics, report.step / report.steps)
            else:
                trained = report
        return trained


def _thread_variables(threads: int) -> dict[str, str]:
    """Threads that wait without spinning: the model that serves people runs on the same cores."""
    return {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}


async def _read_tail(stream: asyncio.StreamReader | None, most: int = 4000) -> str:
    """The end of what a process wrote, read to the end so that it never blocks on a full pipe."""
    tail = b""
    while stream is not None and (chunk := await stream.read(65536)):
        tail = (tail + chunk)[-most:]
    return tail.decode(errors="replace")
