"""A training run: started, trained, then promoted or ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from madeleine.trainer.v1.events_pb2 import RevisionPromoted, RevisionTrained, RunEnded, RunStarted
from madeleine.trainer.v1.trainer_pb2 import (
    RUN_STATE_CANCELLED,
    RUN_STATE_FAILED,
    RUN_STATE_PUBLISHING,
    RUN_STATE_REJECTED,
    RUN_STATE_SERVED,
    RUN_STATE_TRAINING,
    RUN_STATE_UNSPECIFIED,
    ProbeResult,
    RunState,
    StepMetrics,
)

_ENDS = (RUN_STATE_REJECTED, RUN_STATE_FAILED, RUN_STATE_CANCELLED)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """Where a run stands."""

    state: RunState.ValueType = RUN_STATE_UNSPECIFIED
    parent: str = ""


def evolve(status: RunStatus, event: Message) -> RunStatus:
    """The status after an event."""
    if isinstance(event, RunStarted):
        return replace(status, state=RUN_STATE_TRAINING, parent=event.parent_revision)
    if isinstance(event, RevisionTrained):
        return replace(status, state=RUN_STATE_PUBLISHING)
    if isinstance(event, RevisionPromoted):
        return replace(status, state=RUN_STATE_SERVED)
    if isinstance(event, RunEnded):
        return replace(status, state=event.state)
    return status


# Each step below is decided by an activity that Temporal may run again: one that was taken before yields no event.


def start(
    status: RunStatus, run_id: str, signals: Sequence[str], desirable: int, undesirable: int, parent: str
) -> list[Message]:
    """A run begins with its signals; `parent` is the revision that it continues from."""
    if status.state != RUN_STATE_UNSPECIFIED:
        return []
    return [
        RunStarted(
            run_id=run_id, signal_ids=signals, desirable=desirable, undesirable=undesirable, parent_revision=parent
        )
    ]


def trained(status: RunStatus, run_id: str, uri: str, metrics: Sequence[StepMetrics]) -> list[Message]:
    """The adapter's files are written."""
    if status.state != RUN_STATE_TRAINING:
        return []
    return [RevisionTrained(run_id=run_id, uri=uri, metrics=metrics)]


def promoted(status: RunStatus, run_id: str, revision: str, alias: str, probes: Sequence[ProbeResult]) -> list[Message]:
    """The alias points at the new revision."""
    if status.state != RUN_STATE_PUBLISHING:
        return []
    return [RevisionPromoted(run_id=run_id, revision=revision, alias=alias, probes=probes)]


def end(status: RunStatus, run_id: str, state: RunState.ValueType, reason: str) -> list[Message]:
    """The run is over without reaching serving."""
    if status.state in (*_ENDS, RUN_STATE_SERVED) or state not in _ENDS:
        return []
    return [RunEnded(run_id=run_id, state=state, reason=reason)]


@dataclass(frozen=True, slots=True)
class Gates:
    """Bounds that a revision must keep to be promoted."""

    # Nats a token from the base model.
    kl_cap: float
    # Least effective sample size, as a share of the batch.
    ess_floor: float


def refusal(gates: Gates, metrics: Sequence[StepMetrics]) -> str:
    """Why a trained revision must not be promoted; empty when nothing speaks against it."""
    if not metrics:
        return "no step was taken"
    last = metrics[-1]
    if any(m.loss != m.loss for m in metrics):
        return "the loss is not a number"
    if last.kl > gates.kl_cap:
        return f"it lies {last.kl:.3f} nats a token from the base model; at most {gates.kl_cap:g}"
    if min(m.ess for m in metrics) < gates.ess_floor:
        return f"the effective sample size fell to {min(m.ess for m in metrics):.2f}; at least {gates.ess_floor:g}"
    return ""
