"""In a group, the offer to speak alone, where somebody asks after what only they may have told the AI."""

from __future__ import annotations

from collections.abc import Sequence

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.cues import is_chinese
from madeleine_chat.domain.own_matters import asks_about_own

KIND = "private"
_SAID = {
    False: (
        "Between the two of us",
        "In a group I use only what was said, recorded or shared there. What you told me alone, ask me alone: in your"
        " own chat with me.",
    ),
    True: ("只有你和我", "在群里我只用群里说过、记录过或分享过的内容。你单独告诉我的事，请在和我的私聊里问我。"),
}


def offers(state: Conversation, question: str, answer: events.AnswerCompleted) -> Sequence[pb.Card]:
    """The card, or nothing: by the question alone, whatever is known, so that it tells the others nothing.

    Figures that the group's own records gave need none.
    """
    figures = any(card.kind == "records" and not card.failure for card in answer.cards)
    if state.is_direct or figures or not asks_about_own(question):
        return ()
    title, text = _SAID[is_chinese(question)]
    return (pb.Card(kind=KIND, title=title, text=text),)
