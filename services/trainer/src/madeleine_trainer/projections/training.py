"""Keeps `signals` and `runs` from the trainer's own events."""

from __future__ import annotations

from google.protobuf.message import Message

from madeleine.trainer.v1.events_pb2 import (
    AnswerWithdrawn,
    RevisionPromoted,
    RevisionTrained,
    RunEnded,
    RunStarted,
    SignalRecorded,
)
from madeleine.trainer.v1.trainer_pb2 import (
    RUN_STATE_PUBLISHING,
    RUN_STATE_SERVED,
    RUN_STATE_TRAINING,
    SIGNAL_KIND_DESIRABLE,
    SIGNAL_KIND_UNSPECIFIED,
    Run,
)
from madeleine_common.bus import Subscription
from madeleine_common.db import Connection
from madeleine_common.events import RecordedEvent
from madeleine_common.projections import Projection


async def apply(connection: Connection, event: RecordedEvent) -> None:
    """Applies one event; an erased person's signal leaves nothing."""
    message = event.message
    if isinstance(message, SignalRecorded):
        await _signal(connection, event, message)
    elif isinstance(message, AnswerWithdrawn):
        # Also where a run has them already: one that is under way goes on without.
        await connection.execute("INSERT INTO withdrawn VALUES ($1) ON CONFLICT DO NOTHING", message.message_id)
        await connection.execute("DELETE FROM signals WHERE message_id = $1", message.message_id)
    elif isinstance(message, RunStarted):
        run = Run(
            run_id=message.run_id,
            state=RUN_STATE_TRAINING,
            desirable=message.desirable,
            undesirable=message.undesirable,
            parent_revision=message.parent_revision,
        )
        run.started_at.FromDatetime(event.metadata.occurred_at)
        await connection.execute(
            "INSERT INTO runs (run_id, run, started_at) VALUES ($1, $2, $3)",
            message.run_id,
            run.SerializeToString(),
            event.metadata.occurred_at,
        )
        await connection.execute(
            "UPDATE signals SET run_id = $1 WHERE signal_id = ANY($2::text[])",
            message.run_id,
            list(message.signal_ids),
        )
    elif isinstance(message, (RevisionTrained, RevisionPromoted, RunEnded)):
        await _run(connection, event, message)


async def _signal(connection: Connection, event: RecordedEvent, signal: SignalRecorded) -> None:
    # A judgement that changed counts once, as it is now; one that a run has learnt from stays learnt.
    await connection.execute(
        "DELETE FROM signals WHERE person_id = $1 AND message_id = $2 AND run_id IS NULL",
        signal.person_id,
        signal.message_id,
    )
    if signal.kind == SIGNAL_KIND_UNSPECIFIED or await connection.fetchval(
        "SELECT true FROM withdrawn WHERE message_id = $1", signal.message_id
    ):
        return
    await connection.execute(
        "INSERT INTO signals (person_id, message_id, signal_id, kind, prompt_token_ids, completion_token_ids, logprobs,"
        " revision, recorded_at, words_of) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        signal.person_id,
        signal.message_id,
        signal.signal_id,
        "desirable" if signal.kind == SIGNAL_KIND_DESIRABLE else "undesirable",
        list(signal.prompt_token_ids),
        list(signal.completion_token_ids),
        list(signal.logprobs),
        signal.revision,
        event.metadata.occurred_at,
        list(signal.words_of),
    )


async def _run(connection: Connection, event: RecordedEvent, message: Message) -> None:
    run_id = event.stream_id.removeprefix("run-")
    run = Run.FromString(await connection.fetchval("SELECT run FROM runs WHERE run_id = $1", run_id))
    ended = True
    if isinstance(message, RevisionTrained):
        run.state, ended = RUN_STATE_PUBLISHING, False
        run.metrics.extend(message.metrics)
    elif isinstance(message, RevisionPromoted):
        run.state, run.revision, run.progress = RUN_STATE_SERVED, message.revision, 1.0
        run.probes.extend(message.probes)
    elif isinstance(message, RunEnded):
        run.state, run.failure = message.state, message.reason
    if ended:
        await connection.execute("DELETE FROM run_progress WHERE run_id = $1", run_id)
        run.ended_at.FromDatetime(event.metadata.occurred_at)
    await connection.execute(
        "UPDATE runs SET run = $2, ended = $3 WHERE run_id = $1", run_id, run.SerializeToString(), ended
    )


async def forget_person(connection: Connection, event: RecordedEvent) -> None:
    """Drops an erased person's signals, and those that hold their words; what was learnt is for retraining to undo."""
    person_id = event.stream_id.removeprefix("person-")
    await connection.execute("DELETE FROM signals WHERE person_id = $1 OR words_of @> ARRAY[$1::text]", person_id)


_NAME = "trainer-training"
TRAINING = Projection(
    _NAME, ("signals", "runs", "withdrawn"), (Subscription(_NAME, "trainer", apply=apply, projection=True),)
)
