"""Kept memories as messages and as reasons for people to read."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from madeleine.memory.v1 import memory_pb2 as pb
from madeleine_memory.application.ports import Kept

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
        occurred_at=_timestamp(kept.occurred_at),
        source_event_ids=kept.source_event_ids,
        pinned=kept.pinned,
        bytes=kept.bytes,
        valid_to=_timestamp(kept.valid_to) if kept.valid_to else None,
    )
    if kept.record is not None:
        message.values.CopyFrom(ParseDict(dict(kept.record), Struct()))
    return message


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def explain(kept: Kept) -> list[str]:
    """Why a memory is there and how it is found, one sentence each."""
    name = kept.speaker_name or "Somebody"
    reasons = [f"{name} {_COMES_FROM[kept.kind]} on {kept.occurred_at:%Y-%m-%d}."]
    if kept.times_seen > 1:
        reasons.append(f"It was said {kept.times_seen} times, last on {kept.last_seen_at:%Y-%m-%d}.")
    reasons.append(f"It comes from {len(kept.source_event_ids)} event(s) and counts {kept.bytes} bytes.")
    if kept.pinned:
        reasons.append("It is pinned: no budget will take it away.")
    if kept.embedding_model:
        reasons.append(f"It is found by its words and by its meaning ({kept.embedding_model}).")
    else:
        reasons.append("It is found by its words alone until its meaning has been computed.")
    return reasons
