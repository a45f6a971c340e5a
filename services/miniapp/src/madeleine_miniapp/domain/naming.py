"""Names for what people call by labels: snake_case ASCII, stable for a label in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection

from madeleine_miniapp.domain.limits import RESERVED

_MOST = 36


def stable_name(label: str, taken: Collection[str], kind: str = "field") -> str:
    """A name after the label's ASCII letters, else `kind` and a short hash of the label; numbered when it is taken."""
    name = ascii_name(label) or f"{kind}_{hashlib.sha256(label.strip().encode()).hexdigest()[:6]}"
    stem, number = name, 2
    while name in taken or name in RESERVED:
        name, number = f"{stem}_{number}", number + 1
    return name


def ascii_name(label: str) -> str:
    """The label in snake_case; empty when that would lose letters that are not Latin."""
    decomposed = unicodedata.normalize("NFKD", label)
    if any(c.isalpha() and not c.isascii() and not unicodedata.combining(c) for c in decomposed):
        return ""
    plain = "".join(c for c in decomposed if c.isascii()).lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_MOST].rstrip("_")
    return name if name[:1].isalpha() else ""
