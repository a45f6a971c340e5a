"""The last of what was said in a conversation, as far as it matters to whether the AI should speak."""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from madeleine.chat.v1 import events_pb2 as events

# Messages over which the AI's share is measured.
WINDOW = 20


@dataclass(frozen=True, slots=True)
class Talk:
    """Who spoke last, and what the AI has decided about it."""

    # Whether each of the last messages was the AI's, oldest first.
    by_assistant: tuple[bool, ...] = ()
    # The latest message of a person.
    latest_id: str = ""
    # Messages about which it was decided lately whether to speak.
    decided: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The AI's share of the last 20 messages, in [0, 1]; what is missing at the beginning counts as people's."""
        return sum(self.by_assistant) / WINDOW

    def after(self, event: Message) -> Talk:
        """The talk after an event."""
        match event:
            case events.MessageSent():
                return replace(self, latest_id=event.message_id, by_assistant=_last(self.by_assistant, False))
            case events.AnswerCompleted() if not event.replaces:
                return replace(self, by_assistant=_last(self.by_assistant, True))
            case events.SpeakingDecided():
                return replace(self, decided=(*self.decided, event.message_id)[-WINDOW:])
            case _:
                return self


def _last(said: tuple[bool, ...], by_assistant: bool) -> tuple[bool, ...]:
    return (*said, by_assistant)[-WINDOW:]
