"""The flywheel's steps: record a signal, begin a run, train, publish, promote. Each bears being done twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1.events_pb2 import AnswerRated, MessageDeleted
from madeleine.trainer.v1.events_pb2 import AnswerWithdrawn
from madeleine.trainer.v1.trainer_pb2 import RUN_STATE_FAILED, RUN_STATE_REJECTED, RunState, StepMetrics
from madeleine_common.auth import Principal
from madeleine_common.commands import caused_by, metadata_of
from madeleine_common.errors import ConcurrencyError, DomainError, Exhausted, Unavailable
from madeleine_common.events import EventStore, NewEvent, RecordedEvent, Repository
from madeleine_trainer.application.ports import (
    Adapters,
    Candidate,
    OnStep,
    People,
    Plan,
    Signals,
    Training,
    TrainingFailed,
)
from madeleine_trainer.domain.run import Gates, RunStatus, end, evolve, promoted, refusal, start, trained
from madeleine_trainer.domain.signals import choose, signal_from

_SELF = Principal("service:trainer")


@dataclass(frozen=True, slots=True)
class Policy:
    """When a run begins, what it may take, what it must keep, and which alias it feeds."""

    threshold: int
    most_signals: int
    person_share: float
    gates: Gates
    alias: str


def run_stream(run_id: str) -> str:
    """The stream of a run's events."""
    return f"run-{run_id}"


class Flywheel:
    """Turns judgements into served revisions."""

    def __init__(
        self,
        store: EventStore,
        signals: Signals,
        people: People,
        adapters: Adapters,
        training: Training,
        policy: Policy,
    ) -> None:
        self._store = store
        self._runs = Repository[RunStatus](store, RunStatus, evolve)
        self._signals = signals
        self._people = people
        self._adapters = adapters
        self._training = training
        self._policy = policy

    async def record(self, event: RecordedEvent) -> None:
        """Keeps what a thumb teaches, if the person agreed to it, and that an answer is gone; bears repetition."""
        if isinstance(event.message, MessageDeleted) and not event.message.sender_id:
            withdrawn = AnswerWithdrawn(message_id=event.message.message_id, source_event_id=event.event_id)
            await self._append_first(f"answer-{withdrawn.message_id}", NewEvent(withdrawn), event)
        if not isinstance(event.message, AnswerRated):
            return
        signal = signal_from(event.event_id, event.message)
        if signal is None or not await self._people.consents_to_training(signal.person_id):
            return
        others = tuple(f"person:{p}" for p in signal.words_of)
        new = NewEvent(signal, f"person:{signal.person_id}", others)
        await self._append_first(f"signal-{signal.signal_id}", new, event)

    async def _append_first(self, stream_id: str, new: NewEvent, cause: RecordedEvent) -> None:
        """Appends the only event of a stream; does nothing when it is there."""
        with contextlib.suppress(ConcurrencyError):
            await self._store.append(stream_id, 0, [new], caused_by(cause, _SELF.subject))

    async def due(self) -> bool:
        """True when enough judgements wait for a run."""
        return len(await self._signals.waiting()) >= self._policy.threshold

    async def begin(self, run_id: str) -> bool:
        """Starts a run with the signals that wait; False when there are too few."""
        if await self._store.head(run_stream(run_id)):
            return True
        waiting = await self._signals.waiting()
        if len(waiting) < self._policy.threshold:
            return False
        chosen = choose(waiting, self._policy.most_signals, self._policy.person_share)
        parent = await self._adapters.serving(self._policy.alias)
        desirable = sum(signal.desirable for signal in chosen)
        ids = [signal.signal_id for signal in chosen]
        await self._append(run_id, lambda s: start(s, run_id, ids, desirable, len(ids) - desirable, parent))
        return True

    async def train(self, run_id: str, on_step: OnStep) -> Candidate:
        """Trains the run's revision from the one that it started from; raises TrainingFailed.

        Closes the run as rejected, and raises TrainingFailed too, when the revision does not pass the gates.
        """
        metrics: list[StepMetrics] = []

        async def keep(step: StepMetrics, done: float) -> None:
            metrics.append(step)
            await on_step(step, done)

        run = (await self._runs.load(run_stream(run_id))).state
        answers = await self._signals.of_run(run_id)
        candidate = await self._training.train(Plan(run_id, answers, run.parent), keep)
        if why := refusal(self._policy.gates, metrics):
            await self.end(run_id, RUN_STATE_REJECTED, why)
            raise TrainingFailed(why)
        await self._append(run_id, lambda s: trained(s, run_id, candidate.uri, metrics))
        return candidate

    async def promote(self, run_id: str, candidate: Candidate) -> None:
        """Publishes the revision, proves that it is served as it was trained, and points the alias at it.

        Raises DomainError after closing the run as rejected when inference refuses the revision; Unavailable or
        Exhausted, with the run still open, when inference cannot say now.
        """
        try:
            probes = await self._adapters.publish(candidate)
        except (Unavailable, Exhausted):
            raise
        except DomainError as error:
            await self.end(run_id, RUN_STATE_REJECTED, error.message)
            raise
        await self._adapters.flip(self._policy.alias, candidate.revision, f"promote-{run_id}")
        await self._append(run_id, lambda s: promoted(s, run_id, candidate.revision, self._policy.alias, probes))

    async def end(self, run_id: str, state: RunState.ValueType = RUN_STATE_FAILED, reason: str = "") -> None:
        """Closes a run that does not reach serving."""
        await self._append(run_id, lambda s: end(s, run_id, state, reason))

    async def _append(self, run_id: str, decide: Callable[[RunStatus], Sequence[Message]]) -> None:
        await self._runs.execute(
            run_stream(run_id), lambda status: [NewEvent(m) for m in decide(status)], metadata_of(_SELF)
        )
