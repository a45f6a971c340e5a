"""The messages of a conversation, as far as commands are judged by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1 import events_pb2 as events

Reactions: TypeAlias = Mapping[str, tuple[str, ...]]
Ratings: TypeAlias = Mapping[str, tuple["pb.Rating.ValueType", str]]


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """One message: a person's, or an answer or a reminder of the AI's (`sender_id` is empty then)."""

    message_id: str
    sender_id: str
    text: str
    in_reply_to: str
    # What the AI said, as it said it; None for a person's message and for an answer that failed.
    answer: events.AnswerCompleted | None = None
    # A message of another conversation that this one is a branch of.
    copied: events.MessageCopied | None = None
    # Who gave an answer the wording that it has.
    edited_by: str = ""
    attachments: tuple[pb.Attachment, ...] = ()
    # Who set the reminder that it is; empty for what is none.
    reminder_of: str = ""
    # (rating, reason) by person.
    ratings: Ratings = field(default_factory=dict[str, "tuple[pb.Rating.ValueType, str]"])
    # For whom the AI said it; empty for a person's message.
    asked_by: str = ""
    off_the_record: bool = False
    # How often it was edited.
    edits: int = 0
    # Who put which emoji on it.
    reactions: Reactions = field(default_factory=dict[str, "tuple[str, ...]"])
    # Its text is gone.
    deleted: bool = False

    @property
    def by_assistant(self) -> bool:
        """True for an answer, complete or failed."""
        return not self.sender_id and not self.reminder_of

    @property
    def words_of(self) -> list[str]:
        """People whose words it holds, as it is worded now."""
        if not self.by_assistant:
            return [self.sender_id or self.reminder_of]
        source = self.answer or self.copied
        return sorted({*(source.words_of if source else ()), self.edited_by} - {""})

    @property
    def on_record(self) -> bool:
        """Whether it may be told again: in a prompt, a summary, a branch."""
        return not self.deleted and not self.off_the_record


_BUCKETS = 256
_NONE: Mapping[str, KnownMessage] = {}


@dataclass(frozen=True, slots=True)
class Messages:
    """An immutable map of messages by id.

    It is split into buckets because every event makes a new state: only one bucket is copied, not a long history.
    """

    _buckets: tuple[Mapping[str, KnownMessage], ...] = (_NONE,) * _BUCKETS

    def get(self, message_id: str) -> KnownMessage | None:
        """The message, or None."""
        return self._buckets[hash(message_id) % _BUCKETS].get(message_id)

    def put(self, message: KnownMessage) -> Messages:
        """These messages and one more, or one changed."""
        at = hash(message.message_id) % _BUCKETS
        bucket = {**self._buckets[at], message.message_id: message}
        return Messages((*self._buckets[:at], bucket, *self._buckets[at + 1 :]))

    def change(self, message_id: str, **changes: object) -> Messages:
        """These messages with one changed; the same when it is not known (its author was erased)."""
        known = self.get(message_id)
        return self if known is None else self.put(replace(known, **changes))  # type: ignore[arg-type]

    def edit(self, message_id: str, text: str, edited_by: str = "") -> Messages:
        """These messages with another text of one; the AI's has an editor besides."""
        known = self.get(message_id)
        return (
            self if known is None else self.put(replace(known, text=text, edited_by=edited_by, edits=known.edits + 1))
        )

    def delete(self, message_id: str) -> Messages:
        """These messages with nothing left of one but who sent it, and in reply to what."""
        known = self.get(message_id)
        if known is None:
            return self
        gone = replace(known, text="", answer=None, copied=None, edited_by="", ratings={}, reactions={}, attachments=())
        return self.put(replace(gone, deleted=True))

    def react(self, event: events.MessageReacted) -> Messages:
        """These messages with an emoji put on one or taken off it."""
        known = self.get(event.message_id)
        if known is None:
            return self
        people = tuple(p for p in known.reactions.get(event.emoji, ()) if p != event.person_id)
        if not event.removed:
            people += (event.person_id,)
        reactions = {**known.reactions, event.emoji: people}
        return self.put(replace(known, reactions={emoji: who for emoji, who in reactions.items() if who}))
