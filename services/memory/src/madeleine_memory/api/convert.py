"""Kept memories as messages and as reasons for people to read."""

from __future__ import annotations

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_memory.application.ports import Kept
from madeleine_memory.domain.times import timestamp

_COMES_FROM = {
    pb.MEMORY_KIND_EPISODE: "said it",
    pb.MEMORY_KIND_RECORD: "recorded it in a mini-app",
    pb.MEMORY_KIND_FACT: "gave rise to it",
    pb.MEMORY_KIND_STATEMENT: "asked to have it remembered",
}


def as_message(kept: Kept) -> pb.Memory:
    """A memory as the contract has it."""
    message = pb.Memory(
        memory_id=kept.memory_id,
        kind=kept.kind,
        space=kept.space,
        text=kept.text,
        speaker_id=kept.speaker_id,
        speaker_name=kept.speaker_name,
        occurred_at=timestamp(kept.occurred_at),
        source_event_ids=kept.source_event_ids,
        pinned=kept.pinned,
        bytes=kept.bytes,
        valid_to=timestamp(kept.valid_to) if kept.valid_to else None,
        state=_state(kept),
        superseded_by=kept.superseded_by or "",
        covered_by=kept.covered_by or "",
    )
    if kept.record is not None:
        message.values.CopyFrom(ParseDict(dict(kept.record), Struct()))
    return message


def explain(kept: Kept) -> list[str]:
    """Why a memory is there and how it is found, one sentence each."""
    name = kept.speaker_name or "Somebody"
    reasons = [f"{name} {_COMES_FROM[kept.kind]} on {kept.occurred_at:%Y-%m-%d}."]
    if kept.times_seen > 1:
        reasons.append(f"It was said {kept.times_seen} times, last on {kept.last_seen_at:%Y-%m-%d}.")
    reasons.append(f"It comes from {len(kept.source_event_ids)} event(s) and counts {kept.bytes} bytes.")
    if kept.uses:
        reasons.append(f"It was shown to the AI for {kept.uses} answer(s).")
    if kept.pinned:
        reasons.append("It is pinned: no budget will take it away.")
    if kept.superseded_by and kept.valid_to:
        reasons.append(
            f"It is no longer so since {kept.valid_to:%Y-%m-%d}: memory {kept.superseded_by} says what is so now,"
            " so it is recalled only when history is asked for."
        )
    reasons += [
        f"It may no longer be so since memory {newer}: it is left out where that one answers better."
        for newer in kept.doubts
    ]
    if kept.state == "cold":
        reasons.append(_why_cold(kept))
        reasons.append("It is kept in cold storage, not recalled, and can be restored.")
    elif kept.waits:
        reasons.append("It waits: the space is full, and tidying has yet to decide what makes room.")
    elif kept.embedding_model:
        reasons.append(f"It is found by its words and by its meaning ({kept.embedding_model}).")
    else:
        reasons.append("It is found by its words alone until its meaning has been computed.")
    return reasons


def _state(kept: Kept) -> pb.MemoryState.ValueType:
    if kept.state == "cold":
        return pb.MEMORY_STATE_COLD
    return pb.MEMORY_STATE_WAITING if kept.waits else pb.MEMORY_STATE_ACTIVE


def _why_cold(kept: Kept) -> str:
    when = f" on {kept.decided_at:%Y-%m-%d}" if kept.decided_at else ""
    if kept.reason == "repeats":
        return f"It repeats memory {kept.covered_by}, which tells it{when}."
    worth = f" It was worth {kept.value:.3g}." if kept.value is not None else ""
    if kept.covered_by:
        return f"To stay within the budget, its most telling words are kept as memory {kept.covered_by}{when}.{worth}"
    return f"To stay within the budget it made way{when}: what stayed was worth more for its size.{worth}"
