"""Opaque page tokens."""

from __future__ import annotations

import base64
import json
from typing import cast

from madeleine_common.errors import Invalid


def encode_token(*key: str | int) -> str:
    """A token that holds the last row's sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_token(token: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...] | None:
    """The sort key in a token, None for an empty one; raises Invalid for anything that we did not make."""
    if not token:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError as error:
        raise Invalid("page_token", "is not a token that this service gave") from error
    parts = cast("list[str | int]", key) if isinstance(key, list) else []
    if [type(part) for part in parts] != list(kinds):
        raise Invalid("page_token", "is not a token that this service gave")
    return tuple(parts)
