"""What a tool is: it takes what was asked, and gives an outcome that the answer tells and shows as a card."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.domain.conversation import Conversation
from madeleine_chat.domain.cues import is_chinese
from madeleine_common.auth import Principal

Arguments = Mapping[str, Any]
_WRITES = uuid.UUID("6d61646c-0000-5000-8000-746f6f6c7321")


@dataclass(frozen=True, slots=True)
class Asked:
    """The asker's own message, which alone chooses a tool, and where and when it was said."""

    asker: Principal
    # Without the AI's name before it.
    question: str
    question_id: str
    conversation: Conversation
    # In the asker's time zone: "tomorrow" is of when it was said, whenever the turn is taken.
    sent_at: datetime
    # The question's own.
    cursor: int
    event_id: str
    # False when the AI speaks of its own accord (auto mode).
    addressed: bool = True
    # False when another member wants a new answer to it: nothing is written for anybody else than who said it.
    own: bool = True

    @property
    def chinese(self) -> bool:
        """Whether the answer is to be in Chinese; else it is in English."""
        return is_chinese(self.question)

    @property
    def group_id(self) -> str:
        """The group whose apps are meant; "" in a direct conversation: the asker's own."""
        return "" if self.conversation.is_direct else self.conversation.conversation_id

    def told(self, english: str, chinese: str) -> str:
        """One of the two."""
        return chinese if self.chinese else english

    def key(self, tool: str) -> str:
        """The idempotency key of what a tool writes: one for each wording of a question.

        A turn that is taken again after a crash, and an answer that is regenerated, write nothing more.
        """
        return str(uuid.uuid5(_WRITES, f"{self.question_id}|{tool}|{self.question}"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool did or found; `card.failure` says why it could not."""

    text: str
    card: pb.Card
    # People whose words it holds.
    words_of: frozenset[str] = frozenset()
    memory_ids: tuple[str, ...] = field(default=())


class Unfit(Exception):
    """Arguments that a tool cannot take; the text says why, in the asker's language."""


class Tool(Protocol):
    """One tool; `arguments` and `run` may raise DomainError, which the answer tells."""

    @property
    def name(self) -> str:
        """As in domain/choice.py."""
        ...

    @property
    def kind(self) -> str:
        """The kind of its card."""
        ...

    async def schema(self, asked: Asked) -> dict[str, Any]:
        """JSON Schema of its arguments for this asker, for a model to write under."""
        ...

    async def arguments(self, asked: Asked) -> Arguments | None:
        """Its arguments as the message itself gives them; None when a model must help to read it."""
        ...

    async def checked(self, asked: Asked, proposed: Arguments) -> Arguments:
        """What a model proposed, as far as the message bears it out, repaired from it; raises Unfit."""
        ...

    async def run(self, asked: Asked, arguments: Arguments) -> Outcome | None:
        """Does it with the asker's rights; None when it was not a matter for this tool after all."""
        ...
