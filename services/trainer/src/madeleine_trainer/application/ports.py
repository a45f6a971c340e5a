"""What the trainer needs from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from madeleine.trainer.v1.trainer_pb2 import ProbeResult, StepMetrics
from madeleine_trainer.domain.signals import Waiting


@dataclass(frozen=True, slots=True)
class Answer:
    """A judged answer as it was sampled."""

    signal_id: str
    prompt_token_ids: list[int]
    completion_token_ids: list[int]
    desirable: bool


class Signals(Protocol):
    """The read model of signals."""

    async def waiting(self) -> list[Waiting]:
        """Signals that no run has used, oldest first."""
        ...

    async def known(self, signal_id: str) -> bool:
        """True once the projection has taken the signal, or a later judgement in its place."""
        ...

    async def of_run(self, run_id: str) -> list[Answer]:
        """The answers that a run learns from; an erased person's are gone."""
        ...


class People(Protocol):
    """Asks identity what people agreed to."""

    async def consents_to_training(self, person_id: str) -> bool:
        """True when the person's judgements may be learnt from; raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Probe:
    """One fixed text: token ids, and logprobs of the base and of the trained model."""

    name: str
    prompt_token_ids: list[int]
    completion_token_ids: list[int]
    base_logprobs: list[float]
    trained_logprobs: list[float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trained revision with the fingerprint that serving must reproduce."""

    revision: str
    uri: str
    probes: Sequence[Probe]


class Adapters(Protocol):
    """Asks inference to serve revisions."""

    async def serving(self, alias: str) -> str:
        """The revision that the alias points at now, "" for the base model; raises Unavailable."""
        ...

    async def publish(self, candidate: Candidate) -> list[ProbeResult]:
        """Loads the revision everywhere and proves it by its probes.

        Raises FailedPrecondition or Invalid when inference refuses it.
        """
        ...

    async def flip(self, alias: str, revision: str, key: str) -> None:
        """Points the alias at the revision; the same `key` flips once."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run trains: its answers and the revision that it continues from."""

    run_id: str
    answers: Sequence[Answer]
    # "": the base model.
    parent: str


OnStep = Callable[[StepMetrics, float], Awaitable[None]]


class Progress(Protocol):
    """How far the run under way has come, for whoever watches it."""

    async def report(self, run_id: str, progress: float, step: str, metrics: StepMetrics | None = None) -> None:
        """Notes the share done (0 to 1), what is being done, and an optimiser step's metrics."""
        ...

    async def restart(self, run_id: str) -> None:
        """Forgets the progress of an attempt that is made again."""
        ...


class Training(Protocol):
    """Runs the optimiser somewhere: in a process here, in a Kubernetes Job."""

    async def train(self, plan: Plan, on_step: OnStep) -> Candidate:
        """Trains and writes a revision; calls `on_step` with each step's metrics and the share done.

        Cancelling it ends the training. Raises TrainingFailed.
        """
        ...


class TrainingFailed(Exception):
    """The training process ended badly; the message is for people."""
