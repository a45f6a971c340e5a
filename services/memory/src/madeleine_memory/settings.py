"""Settings of the memory service."""

from __future__ import annotations

from pydantic import Field

from madeleine_common.settings import Settings


class MemorySettings(Settings):
    """Shared settings, and memory's own from MADELEINE_MEMORY_*."""

    memory_budget_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="bytes of text that a space may hold")
    memory_embed_batch: int = Field(default=16, ge=1, le=64, description="memories embedded at a time")
    memory_quiet_s: float = Field(
        default=900, ge=0, description="seconds without anything new after which a space is tidied"
    )
