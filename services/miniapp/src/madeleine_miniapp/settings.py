"""Settings of the mini-app service."""

from __future__ import annotations

from madeleine_common.settings import Settings


class MiniappSettings(Settings):
    """The house's settings; mini-apps need none of their own yet."""
