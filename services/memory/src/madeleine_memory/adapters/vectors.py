"""pgvector's text form."""

from __future__ import annotations

from collections.abc import Sequence


def vector_literal(vector: Sequence[float]) -> str:
    """What PostgreSQL casts to a vector."""
    return "[" + ",".join(f"{x:.7g}" for x in vector) + "]"
