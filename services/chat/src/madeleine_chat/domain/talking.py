"""Deciders about messages and answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.addressing import addresses_assistant
from madeleine_chat.domain.attaching import chosen
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.messages import KnownMessage
from madeleine_chat.domain.naming import named
from madeleine_chat.domain.refusals import Refused, message_deleted, no_message, off_the_record


def send(
    state: Conversation,
    *,
    actor: str,
    actor_name: str,
    message_id: str,
    text: str,
    in_reply_to: str,
    now: datetime,
    attachment_ids: Sequence[str] = (),
    unrecorded: bool = False,
) -> list[Message]:
    """A member says something, perhaps in reply, with files, or off the record (`unrecorded`)."""
    member = state.writer(actor, now)
    replied = state.messages.get(in_reply_to) if in_reply_to else None
    if in_reply_to and replied is None:
        raise Refused("invalid", "there is no such message in this conversation", reason="INVALID", field="in_reply_to")
    if replied is not None and replied.deleted:
        raise message_deleted()
    sent = events.MessageSent(
        conversation_id=state.conversation_id,
        message_id=message_id,
        sender_id=actor,
        sender_name=actor_name or member.display_name,
        text=text,
        in_reply_to=in_reply_to,
        addresses_assistant=addresses_assistant(state, text),
        memory_space="" if unrecorded else state.remembered_in,
        off_the_record=unrecorded,
        mention_ids=named(state.members.values(), text),
        attachments=chosen(state, actor, attachment_ids),
    )
    return [sent]


def edit(
    state: Conversation, *, actor: str, message_id: str, text: str, now: datetime, edits: int | None = None
) -> list[Message]:
    """A member mends their own message, or gives the AI's answer the wording it should have had.

    `edits`: how many there were of what they saw; None: whatever it says now.
    """
    state.writer(actor, now)
    known = _known(state, actor, message_id)
    if not known.by_assistant and known.sender_id != actor:
        raise Refused("denied", "only its sender edits a message", reason="NOT_THE_SENDER")
    if edits is not None and edits != known.edits:
        raise Refused(
            "precondition",
            f"this message was edited meanwhile: {known.edits} edits, not {edits}; read it again",
            reason="EDITED_MEANWHILE",
        )
    if known.by_assistant:
        answer = _answer(known)
        if known.off_the_record:
            raise off_the_record()
        if text == known.text:
            return []
        edited = events.AnswerEdited(
            conversation_id=state.conversation_id,
            message_id=message_id,
            edited_by=actor,
            # What was sampled, whatever it was edited to since: training pairs it with the trace.
            original_text=answer.text,
            text=text,
            trace=trace_of(answer),
            words_of=answer.words_of,
            memory_ids=answer.memory_ids,
        )
        return [edited]
    if text == known.text:
        return []
    mended = events.MessageEdited(
        conversation_id=state.conversation_id,
        message_id=message_id,
        edited_by=actor,
        text=text,
        memory_off=state.memory_off,
        mention_ids=named(state.members.values(), text),
    )
    return [mended]


def rate(
    state: Conversation, *, actor: str, message_id: str, rating: pb.Rating.ValueType, reason: str
) -> list[Message]:
    """A member gives an answer a thumb, or takes it back; nothing happens when it is so already."""
    known = _known(state, actor, message_id)
    if not known.by_assistant:
        raise Refused("precondition", "only answers of the AI can be rated", reason="NOT_AN_ANSWER")
    answer = _answer(known)
    if known.off_the_record:
        raise off_the_record()
    if known.ratings.get(actor, (pb.RATING_NONE, "")) == (rating, reason):
        return []
    rated = events.AnswerRated(
        conversation_id=state.conversation_id,
        message_id=message_id,
        rated_by=actor,
        rating=rating,
        reason=reason,
        trace=trace_of(answer),
        text=answer.text,
        memory_ids=answer.memory_ids,
        words_of=answer.words_of,
    )
    return [rated]


def regenerate(
    state: Conversation, *, actor: str, message_id: str, new_message_id: str, now: datetime
) -> list[Message]:
    """A member wants another answer in place of one that did not please, or failed."""
    state.writer(actor, now)
    known = _known(state, actor, message_id)
    if not known.by_assistant:
        raise Refused("precondition", "only answers of the AI can be regenerated", reason="NOT_AN_ANSWER")
    if known.off_the_record:
        raise off_the_record()
    question = state.messages.get(known.in_reply_to)
    if question is not None and question.deleted:
        raise message_deleted()
    requested = events.AnswerRegenerationRequested(
        conversation_id=state.conversation_id,
        message_id=message_id,
        requested_by=actor,
        new_message_id=new_message_id,
        trace=trace_of(known.answer),
        words_of=known.words_of,
        memory_ids=known.answer.memory_ids if known.answer is not None else (),
    )
    return [requested]


def settle(state: Conversation, outcome: events.AnswerCompleted | events.AnswerFailed) -> list[Message]:
    """Ends a turn of the AI, once: a turn that was taken twice says nothing the second time."""
    return [outcome] if state.messages.get(outcome.message_id) is None else []


def delay(state: Conversation, delayed: events.AnswerDelayed) -> list[Message]:
    """Says, once, that an answer comes later."""
    told = delayed.message_id in state.delayed or state.messages.get(delayed.message_id) is not None
    return [] if told else [delayed]


def without_record(answer: events.AnswerCompleted) -> events.AnswerCompleted:
    """An answer to what was said off the record: nothing of it is remembered, or can be trained on."""
    unrecorded = events.AnswerCompleted()
    unrecorded.CopyFrom(answer)
    unrecorded.ClearField("trace")
    unrecorded.memory_space, unrecorded.off_the_record = "", True
    return unrecorded


def _known(state: Conversation, actor: str, message_id: str) -> KnownMessage:
    state.member(actor)
    known = state.messages.get(message_id)
    if known is None:
        raise no_message()
    if known.deleted:
        raise message_deleted()
    return known


def _answer(known: KnownMessage) -> events.AnswerCompleted:
    if known.copied is not None:
        raise Refused(
            "precondition", "this answer was given in another conversation; rate and edit it there", reason="COPIED"
        )
    if known.answer is None:
        raise Refused("precondition", "this answer failed; regenerate it", reason="ANSWER_FAILED")
    return known.answer


def trace_of(answer: events.AnswerCompleted | None) -> events.SamplerTrace | None:
    """How an answer was sampled; None for what no model sampled (a figure from records, a failure)."""
    return answer.trace if answer is not None and answer.HasField("trace") else None
