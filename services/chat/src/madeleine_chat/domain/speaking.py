"""Decides whether the AI speaks in auto mode, given how probable it is that it should."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.talk import WINDOW

# Up to half of the share that it may have at most, its share raises nothing.
_FREE = 0.5
# How far the threshold goes from its base to 1 before that.
_RAISE = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of the talk after a message."""

    # Probability that the AI should speak now.
    score: float
    # The message that it would answer, and whose it is.
    answers: str
    asked_by: str
    # Which judge: its weights and the embedder that it asked.
    judge: str


@dataclass(frozen=True, slots=True)
class Manners:
    """From which score on the AI speaks, and how much of the talk may be its own, both in (0, 1)."""

    threshold: float
    most_share: float


def threshold_of(base: float, share: float, most_share: float) -> float:
    """The threshold with cool-down: `base`, raised in proportion as the AI's share grows to the most that it may have.

    `share` is of the last 20 messages. It speaks at no score when one more answer would exceed `most_share`.
    """
    after = share + 1 / WINDOW
    if after > most_share + 1e-9:
        return 1.0
    free = _FREE * most_share
    raised = max(0.0, after - free) / (most_share - free)
    return base + (1 - base) * _RAISE * raised


def decide(state: Conversation, *, message_id: str, verdict: Verdict, manners: Manners) -> list[Message]:
    """The decision about a message, once, and only while it is the latest: what came after it is judged instead."""
    if not _undecided(state, message_id) or state.talk.latest_id != message_id:
        return []
    if verdict.asked_by not in state.members:
        return []
    base = manners.threshold
    share = state.talk.share
    threshold = threshold_of(base, share, manners.most_share)
    speak = threshold < 1 and verdict.score >= threshold
    decided = events.SpeakingDecided(
        conversation_id=state.conversation_id,
        message_id=message_id,
        asked_by=verdict.asked_by,
        speak=speak,
        score=verdict.score,
        threshold=threshold,
        share=share,
        reason="cool_down" if not speak and verdict.score >= base else "score",
        judge=verdict.judge,
        answers=verdict.answers,
    )
    return [decided]


def addressed(state: Conversation, *, message_id: str, asked_by: str, manners: Manners) -> list[Message]:
    """Notes that a message called the AI by name: its turn follows from that alone, whatever its share."""
    if not _undecided(state, message_id):
        return []
    decided = events.SpeakingDecided(
        conversation_id=state.conversation_id,
        message_id=message_id,
        asked_by=asked_by,
        speak=True,
        score=1.0,
        threshold=manners.threshold,
        share=state.talk.share,
        reason="addressed",
        answers=message_id,
    )
    return [decided]


def _undecided(state: Conversation, message_id: str) -> bool:
    known = state.messages.get(message_id)
    in_auto = state.mode == pb.ASSISTANT_MODE_AUTO and not state.is_direct
    return in_auto and known is not None and message_id not in state.talk.decided
