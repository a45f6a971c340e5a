"""Settings of the mini-app service."""

from __future__ import annotations

from pydantic import Field

from madeleine_common.settings import Settings


class MiniappSettings(Settings):
    """The house's settings, and those of live editing (MADELEINE_MINIAPP_...)."""

    miniapp_refine: bool = Field(default=True, description="whether the model may refine a drafted app")
    # Off: of the questions that are left to it, it gave most an answer that they do not have (bench/README.md).
    miniapp_ask_model: bool = Field(default=False, description="whether the model may place a question's last phrase")
    miniapp_live_listen: str = Field(default="", description="host:port of the WebSocket server; empty: none")
    miniapp_live_update_bytes: int = Field(default=2 * 1024 * 1024, ge=1024, description="largest live message")
    miniapp_live_queued_bytes: int = Field(
        default=8 * 1024 * 1024, ge=1024, description="what may wait to be sent to one who reads slowly"
    )
    miniapp_live_look_s: float = Field(
        default=30.0, gt=0, description="how often a socket's rights are looked at without word of a change"
    )
