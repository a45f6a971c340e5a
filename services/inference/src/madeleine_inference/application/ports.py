"""What the application needs from outside: an engine that runs the model, and an embedder."""

from __future__ import annotations

import enum
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

BASE = "base"


class Role(enum.StrEnum):
    """Who said a chat message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class EmbedKind(enum.Enum):
    """Asymmetric embedders prefix queries and passages differently."""

    QUERY = enum.auto()
    PASSAGE = enum.auto()


class FinishReason(enum.Enum):
    """Why a generation ended: by the model or a stop string, by its token limit, or by its caller."""

    STOP = enum.auto()
    LENGTH = enum.auto()
    CANCELLED = enum.auto()


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a chat; `content` is data, and never becomes control tokens."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn; temperature 0 is greedy, seed 0 is drawn by the engine."""

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    json_schema: str = ""
    frequency_penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """One completion to make, under one adapter revision (or BASE)."""

    prompt_ids: tuple[int, ...]
    revision: str
    sampling: Sampling
    # The same prompt as a chat, for an engine that has no tokens of its own; empty when token ids were asked for.
    chat: tuple[ChatMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """New whole characters, and new tokens with their log p under the distribution they were drawn from."""

    text: str
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The last item of a generation; times in seconds."""

    reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    queue_s: float
    first_token_s: float
    total_s: float


class Engine(Protocol):
    """Runs one base model with many adapter revisions resident beside it."""

    @property
    def name(self) -> str:
        """The engine's name, as ListAliases reports it."""
        ...

    @property
    def base_model(self) -> str:
        """The base model's name."""
        ...

    @property
    def base_sha256(self) -> str:
        """Hex sha256 of the base model's weights: adapters must be made for exactly these."""
        ...

    @property
    def context_tokens(self) -> int:
        """Most tokens of prompt and completion together."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Token ids are below this; 0 for an engine that has no tokens of its own."""
        ...

    @property
    def exact(self) -> bool:
        """True when logprobs are those of the fp32 model within rounding; False when weights are quantised."""
        ...

    def tokenize(self, text: str) -> list[int]:
        """Token ids of plain text; control tokens spelled in it stay text. Raises Unsupported."""
        ...

    def chat_prompt(self, messages: Sequence[ChatMessage]) -> list[int]:
        """Token ids of a chat, up to where the assistant's answer begins; empty without tokens of its own."""
        ...

    def token_text(self, token_id: int) -> str:
        """What one token says by itself; U+FFFD stands for a part of a character."""
        ...

    def check_schema(self, json_schema: str) -> str:
        """Why the engine cannot follow this JSON Schema; empty when it can."""
        ...

    def generate(self, job: Job) -> AsyncGenerator[Delta | Finished, None]:
        """Deltas, then one Finished; closing the iterator frees the slot.

        Raises Exhausted when the queue is full or the wait in it too long, Unsupported.
        """
        ...

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        """log p of each completion token at temperature 1, in nats. Raises Unsupported."""
        ...

    async def load_adapter(self, revision: str, folder: Path) -> None:
        """Makes a revision resident under its own name; raises AdapterRefused, Unsupported."""
        ...

    async def unload_adapter(self, revision: str) -> None:
        """Frees a revision's memory; the caller sees to it that no request uses it."""
        ...

    async def close(self) -> None:
        """Ends all requests as CANCELLED and frees the model."""
        ...


class AdapterRefused(Exception):
    """The engine cannot load this adapter; says why."""


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def model_id(self) -> str:
        """Stored beside every vector: vectors of different models never meet."""
        ...

    def embed(self, texts: Sequence[str], kind: EmbedKind) -> npt.NDArray[np.float32]:
        """(N, 384) float32 of unit length; blocks, so call it in a thread."""
        ...

    def count_tokens(self, texts: Sequence[str], kind: EmbedKind) -> int:
        """How many tokens the model reads for these texts, all together; blocks too."""
        ...
