"""What finding messages and telling how far they were read needs of the read models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class ReadRows(Protocol):
    """How far people have read, as the projection has it."""

    async def shown(self, stream_id: str) -> None:
        """Waits, for some seconds at most, until everybody is shown what stands in a stream."""
        ...


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: words that must all occur, in conversations, of one sender or (None) of anybody."""

    # With unspaced scripts blanked out.
    words: str
    # Of unspaced scripts.
    runs: tuple[str, ...]
    conversation_ids: Sequence[str]
    # "": the AI.
    sender_id: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was found; (ordered_at, conversation_id, version) is its place, the greatest first."""

    message_id: str
    conversation_id: str
    version: int
    # ISO time.
    ordered_at: str
    title: str

    @property
    def place(self) -> tuple[str, str, int]:
        """Its place among all that is found."""
        return self.ordered_at, self.conversation_id, self.version


class MessageIndex(Protocol):
    """The index of messages by their words."""

    async def conversations_of(self, person_id: str) -> list[str]:
        """Conversations that somebody is in."""
        ...

    async def positions(self, conversation_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(version that is indexed, last version) of conversations."""
        ...

    async def has_words(self, words: str) -> bool:
        """Whether there is a word to search by, one that is not in every other sentence."""
        ...

    async def find(self, sought: Sought, before: tuple[str, str, int] | None, limit: int) -> list[Found]:
        """Messages that hold all of it, newest first, below a place."""
        ...

    async def first_words(self, texts: Sequence[str], words: str) -> list[str]:
        """The first word of each text that one of the words stands for, as the text has it; "" where there is none."""
        ...
