"""What a batching engine needs of whatever computes the model: one forward pass over many sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float32]


@dataclass(slots=True)
class Context:
    """One sequence in the runner's KV cache, under one revision; `memory` is the runner's own."""

    revision: str
    # Tokens whose keys and values are there; more than none at the start when a prefix was found.
    length: int
    memory: Any


@dataclass(frozen=True, slots=True)
class Feed:
    """The next tokens of one sequence; logits are wanted after the last `keep` of them."""

    context: Context
    token_ids: Sequence[int]
    keep: int


class Runner(Protocol):
    """Computes one base model with adapters beside it. Everything but `read_adapter` runs in the engine's thread."""

    @property
    def name(self) -> str:
        """The engine's name."""
        ...

    @property
    def exact(self) -> bool:
        """See Engine.exact."""
        ...

    def enter(self) -> None:
        """Called first in the engine's thread."""
        ...

    def open(self, revision: str, prompt_ids: Sequence[int], reuse: int, total: int) -> Context | None:
        """Room for `total` tokens, with at most `reuse` of the prompt's taken from a prefix; None: no room for now."""
        ...

    def forward(self, feeds: Sequence[Feed]) -> list[Logits]:
        """(keep, V) for each feed, valid until the next call; all feeds in one pass, whatever their revisions."""
        ...

    def close(self, context: Context) -> None:
        """Gives a sequence's room back."""
        ...

    def read_adapter(self, folder: Path) -> Any:
        """An adapter's weights, ready to attach; runs in any thread. Raises AdapterRefused."""
        ...

    def attach(self, revision: str, weights: Any) -> None:
        """Makes a revision resident; raises AdapterRefused."""
        ...

    def detach(self, revision: str) -> None:
        """Frees a revision; one that is not resident is none of our business."""
        ...
