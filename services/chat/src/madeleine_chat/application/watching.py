"""What one process knows of a conversation that somebody follows here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.application.feed import Feed
from madeleine_chat.application.ports import Changes
from madeleine_chat.application.presence import Presence


@dataclass(frozen=True, slots=True)
class Page:
    """Changes after a cursor, and who was a member at a version that is not before any of them."""

    after: int
    changes: Changes
    members: frozenset[str]
    checked: int


@dataclass(slots=True)
class _Answer:
    """An answer that is being given: its text so far, and whether this process gives it."""

    start: pb.AnswerStart
    text: str
    ours: bool


@dataclass(slots=True)
class Watch:
    """Everybody's feeds, who is present, how far the conversation has come, and answers in the making."""

    feeds: set[Feed] = field(default_factory=set[Feed])
    presence: Presence = field(default_factory=Presence)
    # Stream versions: the last that is known to be committed, and the last that the read model is known to hold.
    head: int = 0
    reached: int = 0
    # Counts calls of `forget`.
    forgotten: int = 0
    # The last page that was read for everybody; whoever needs another one reads it alone, the others wait for it.
    page: Page | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _answers: dict[str, _Answer] = field(default_factory=dict[str, _Answer])

    def open(self, person_id: str = "") -> Feed:
        """A feed that begins with what is being said now."""
        feed = Feed(self, person_id)
        for answer in self._answers.values():
            _tell_so_far(feed, answer)
        self.feeds.add(feed)
        return feed

    def committed(self, head: int = 0, reached: int = 0) -> None:
        """Something was committed, or the read model has come further."""
        unknown = head > self.head
        self.head = max(head, reached, self.head)
        self.reached = max(reached, self.reached)
        for feed in self.feeds:
            # Those who were sent it when it was committed sleep on.
            if unknown or feed.cursor < reached:
                feed.wake()

    def forget(self) -> None:
        """What was read before may no longer be shown: whoever follows looks anew."""
        self.page = None
        self.forgotten += 1
        self._answers.clear()
        self.wake()

    def wake(self) -> None:
        """Wakes everybody."""
        for feed in self.feeds:
            feed.wake()

    def hear(self, response: pb.StreamConversationResponse, *, ours: bool) -> bool:
        """Hands a live piece on; False when pieces before it were missed, and it waits for the text so far."""
        if response.cursor:
            self.head = max(self.head, response.cursor)
        match response.WhichOneof("update"):
            case "answer_start":
                start = response.answer_start
                self._answers[start.message_id] = _Answer(start, "", ours)
            case "answer_delta":
                delta = response.answer_delta
                answer = self._answers.get(delta.message_id)
                if answer is None and not delta.offset:
                    answer = _Answer(pb.AnswerStart(message_id=delta.message_id), "", ours)
                    self._answers[delta.message_id] = answer
                if answer is None or delta.offset > len(answer.text):
                    return False
                if delta.offset and delta.offset < len(answer.text):
                    # It was in the text so far.
                    return True
                # At 0 again: another attempt.
                answer.text = answer.text[: delta.offset] + delta.text
            case _:
                pass
        for feed in self.feeds:
            feed.piece(response)
        return True

    def hear_so_far(self, answer_id: str, in_reply_to: str, text: str) -> None:
        """Catches up with an answer of which pieces were missed."""
        known = self._answers.get(answer_id)
        if known is None:
            start = pb.AnswerStart(message_id=answer_id, in_reply_to=in_reply_to)
            self._answers[answer_id] = answer = _Answer(start, text, ours=False)
            for feed in self.feeds:
                _tell_so_far(feed, answer)
        elif not known.ours and len(text) > len(known.text):
            # Of another attempt everything is new.
            offset = len(known.text) if text.startswith(known.text) else 0
            known.text = text
            for feed in self.feeds:
                feed.piece(_delta(answer_id, offset, text[offset:]))

    def so_far(self) -> Sequence[tuple[str, str, str]]:
        """(answer id, message that it answers, text so far) of the answers that this process gives."""
        return [(i, a.start.in_reply_to, a.text) for i, a in self._answers.items() if a.ours]

    def settled(self, answer_id: str) -> None:
        """An answer has its outcome."""
        self._answers.pop(answer_id, None)


def _tell_so_far(feed: Feed, answer: _Answer) -> None:
    feed.piece(pb.StreamConversationResponse(answer_start=answer.start))
    if answer.text:
        feed.piece(_delta(answer.start.message_id, 0, answer.text))


def _delta(answer_id: str, offset: int, text: str) -> pb.StreamConversationResponse:
    return pb.StreamConversationResponse(answer_delta=pb.AnswerDelta(message_id=answer_id, offset=offset, text=text))
