"""Which events call on the AI, and what its answer to each is called."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events

_ANSWERS = uuid.UUID("6d61646c-0000-5000-8000-616e73776572")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the AI: the message it answers, for whom, and the answer's id."""

    conversation_id: str
    answer_id: str
    asked_by: str
    # "" for a regeneration, which names what it replaces instead.
    question_id: str
    replaces: str = ""
    # False: nobody called on the AI, it speaks because it judged that it should.
    called: bool = True


def turn_of(event: Message | None) -> Turn | None:
    """The turn that an event calls for; None for all others.

    The answer's id follows from the event, so that a turn taken up again after a crash is still the same turn.
    """
    match event:
        case events.MessageSent() if event.addresses_assistant:
            answer_id = str(uuid.uuid5(_ANSWERS, event.message_id))
            return Turn(event.conversation_id, answer_id, event.sender_id, event.message_id)
        # One that was addressed has called for its turn already.
        case events.SpeakingDecided() if event.speak and event.reason != "addressed":
            answer_id = str(uuid.uuid5(_ANSWERS, event.message_id))
            question_id = event.answers or event.message_id
            return Turn(event.conversation_id, answer_id, event.asked_by, question_id, called=False)
        case events.AnswerRegenerationRequested():
            return Turn(event.conversation_id, event.new_message_id, event.requested_by, "", event.message_id)
        case _:
            return None
