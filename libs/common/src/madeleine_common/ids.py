"""Ids: UUIDv7 everywhere, so that they sort by time of creation (RFC 9562)."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7


def new_id() -> str:
    """A new UUIDv7 in its 36-character text form."""
    return str(uuid7())


def parse_id(text: str) -> uuid.UUID | None:
    """The UUID that `text` spells in canonical form, or None."""
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None
