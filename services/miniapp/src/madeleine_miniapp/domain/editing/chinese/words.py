"""How Chinese requests name things."""

from __future__ import annotations

from madeleine_miniapp.domain.editing.text import QUOTED

NAME = rf"(?:{QUOTED}|[^,，]+?)"
