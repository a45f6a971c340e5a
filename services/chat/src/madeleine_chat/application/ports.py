"""What the chat needs of the world outside; adapters implement it, bootstrap chooses which."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.common.v1.operation_pb2 import Operation
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine_common.auth import Principal

if TYPE_CHECKING:
    from madeleine_chat.application.feed import Feed


class People(Protocol):
    """Who people are."""

    async def profiles(self, person_ids: Sequence[str]) -> dict[str, identity.Profile]:
        """Profiles by id, without those who are not known; raises Unavailable."""
        ...


class Memory(Protocol):
    """What was said and recorded before."""

    async def recall(
        self, asker: Principal, query: str, space: str, limit: int, exclude_event_ids: Sequence[str]
    ) -> list[memory.RecalledMemory]:
        """What is relevant to a query in one space, best first; raises DomainError."""
        ...


class Apps(Protocol):
    """Mini-apps and questions over their records; each acts with the asker's rights and raises DomainError."""

    async def ask(self, asker: Principal, question: str, conversation_id: str) -> miniapp.AskResponse:
        """An exact answer from a group's apps, or from the asker's own when `conversation_id` is empty."""
        ...

    async def list(self, asker: Principal, conversation_id: str) -> list[miniapp.App]:
        """A group's apps, or the asker's own when `conversation_id` is empty; latest first, at most 50."""
        ...

    async def create(self, asker: Principal, prompt: str, conversation_id: str, idempotency_key: str) -> Operation:
        """Starts to make an app from a sentence, shared with a group or private."""
        ...

    async def edit(self, asker: Principal, app_id: str, request: str, idempotency_key: str) -> Operation:
        """Starts to change an app by a sentence."""
        ...

    async def outcome(self, asker: Principal, operation_id: str) -> Operation:
        """How an operation ended; how far it has come when that takes long."""
        ...

    async def proposed(self, asker: Principal, app_id: str, edit_id: str) -> miniapp.AppEdit:
        """A change as it is proposed."""
        ...


class Model(Protocol):
    """The language model."""

    async def count_tokens(self, chat: inference.Messages) -> tuple[int, int]:
        """(tokens of this prompt, most tokens of prompt and completion together); raises DomainError."""
        ...

    def generate(self, chat: inference.Messages, person_id: str) -> AsyncGenerator[inference.GenerateResponse, None]:
        """One completion, streamed; raises DomainError."""
        ...


class Writer(Protocol):
    """The language model under a grammar."""

    async def write(self, chat: inference.Messages, schema: Mapping[str, Any], max_tokens: int, person_id: str) -> str:
        """JSON that satisfies a JSON Schema, unless it broke off at `max_tokens`; always the same one.

        Raises DomainError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """Unit vectors and the model that made them."""

    model: str
    vectors: Sequence[Sequence[float]]


class Embedder(Protocol):
    """Vectors of texts."""

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """One unit vector for each text; raises DomainError."""
        ...


class LiveBus(Protocol):
    """What members see before the read model shows it; nothing here is kept."""

    async def publish(self, conversation_id: str, response: pb.StreamConversationResponse) -> None:
        """Tells every replica; never fails for want of a listener.

        With a cursor: what was committed there, for those who have seen all before it; or, without an update, that
        something was which concerns who may listen.
        """
        ...

    def follow(self, conversation_id: str, person_id: str = "") -> AbstractAsyncContextManager[Feed]:
        """A feed of the conversation, filled while the context is open, in which `person_id` is present."""
        ...

    def commits(self, conversation_id: str) -> AbstractAsyncContextManager[Feed]:
        """A feed that is woken when the read model has come further, and by nothing else."""
        ...


class Turns(Protocol):
    """Whose turn it is: the AI says one thing at a time in a conversation, whichever replica speaks."""

    def alone(self, conversation_id: str) -> AbstractAsyncContextManager[None]:
        """Waits for the conversation's other turns and holds them off; raises TimeoutError."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change as a member sees it; `cursor` is its stream version."""

    cursor: int
    # Without a message it is the conversation itself that changed, unless an answer waits, or waited, for the model.
    message: pb.Message | None
    waiting: pb.AnswerWaiting | None = None
    waited: bool = False


@dataclass(frozen=True, slots=True)
class WaitingTurn:
    """The last of a conversation's turns that wait for the model; `overdue`: some of them have waited for too long."""

    conversation_id: str
    version: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes in order, the version that the read model holds, and whether they look different to some member."""

    changes: Sequence[Change]
    reached: int
    personal: bool = False


class ReadModel(Protocol):
    """What the projection has made of the events."""

    async def reached(self, conversation_id: str) -> int:
        """The stream version up to which the tables below are filled."""
        ...

    async def conversation(self, conversation_id: str, viewer: str) -> pb.Conversation | None:
        """One conversation with its members, and what is the viewer's own in it."""
        ...

    async def conversations(
        self, person_id: str, before: tuple[str, str] | None, limit: int
    ) -> list[tuple[pb.Conversation, str]]:
        """A person's conversations, latest activity first, each with its sort key (ISO time)."""
        ...

    async def messages(self, conversation_id: str, viewer: str, before: int | None, limit: int) -> list[pb.Message]:
        """Messages below a cursor, newest first, with the viewer's own thumbs."""
        ...

    async def messages_after(self, conversation_id: str, viewer: str, after: int, limit: int) -> list[pb.Message]:
        """Messages above a cursor, oldest first, with the viewer's own thumbs."""
        ...

    async def message(self, message_id: str, viewer: str) -> pb.Message | None:
        """One message."""
        ...

    async def messages_of(self, message_ids: Sequence[str], viewer: str) -> dict[str, pb.Message]:
        """Messages by id."""
        ...

    async def text_versions(self, message_id: str) -> list[int]:
        """Versions of the events that gave a message its texts, in order."""
        ...

    async def event_of(self, message_id: str) -> str:
        """The id of the event that a message came with; "" when it is not known."""
        ...

    async def changes(self, conversation_id: str, viewer: str | None, after: int, limit: int) -> Changes:
        """Changes after a cursor, in order: those that the viewer may see, or, for None, that everybody may see."""
        ...

    async def waiting(self, conversation_id: str) -> list[pb.AnswerWaiting]:
        """Answers that wait for the model, in order."""
        ...

    async def waiting_turns(self, longest_s: float) -> list[WaitingTurn]:
        """Conversations in which turns wait for the model, those that have waited longest first."""
        ...

    async def open_turns(self, conversation_id: str, up_to: int) -> list[int]:
        """Versions of the events whose turn of the AI has no outcome yet, in order."""
        ...


class ReminderList(Protocol):
    """Reminders of conversations, as the projection has them."""

    async def page(
        self, conversation_id: str, after: tuple[str, str] | None, limit: int, *, every: bool
    ) -> list[pb.Reminder]:
        """Those that wait, or every one, soonest first, after a (due time in ISO, id)."""
        ...


class Timers(Protocol):
    """What waits until reminders are due."""

    async def set(self, conversation_id: str, reminder_id: str, due_at: datetime, version: int) -> None:
        """Fires then, and at no other time; `version` of the stream says which word is the last. Raises Unavailable."""
        ...

    async def stop(self, reminder_id: str, version: int) -> None:
        """Fires no more; raises Unavailable."""
        ...


class PersonRows(Protocol):
    """What the read models hold of one person."""

    async def reminders_of(self, person_id: str) -> list[str]:
        """Reminders that they set and that wait."""
        ...

    async def conversations_of(self, person_id: str) -> list[str]:
        """Conversations that they are in."""
        ...

    async def erase(self, person_id: str) -> None:
        """Drops all of it, and makes every process forget the states it keeps."""
        ...
