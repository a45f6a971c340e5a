"""Settings of the chat."""

from __future__ import annotations

from pydantic import Field

from madeleine_common.settings import Settings


class ChatSettings(Settings):
    """What the AI's turn may take; variables MADELEINE_CHAT_..."""

    chat_model: str = Field("default", description="alias or revision that answers")
    # A model of 135M parameters wanders off at the temperatures that large ones bear.
    chat_temperature: float = Field(0.3, ge=0, le=2)
    chat_top_p: float = Field(0.9, gt=0, le=1)
    # Small models go in circles: 0.6 breaks a phrase at its second or third return.
    chat_frequency_penalty: float = Field(0.6, ge=0, le=2)
    # At ten tokens a second on a small machine, and repeating itself soon after: three sentences fit.
    chat_max_tokens: int = Field(80, ge=1, le=2048, description="longest answer")
    chat_turns: int = Field(4, ge=1, le=64, description="answers at once in one process")
    chat_lookup_s: float = Field(5.0, gt=0, description="how long memory and mini-apps may take")
    chat_answer_s: float = Field(120.0, gt=0, description="how long one answer may take, tries included")
