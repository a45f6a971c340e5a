"""The token of a WebSocket: browsers can set no header, so that it travels as an offered subprotocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jwt

_PREFIX = "bearer."


def token_of(offered: Iterable[str]) -> str:
    """The token among the values of Sec-WebSocket-Protocol ("bearer.<token>"); empty if there is none."""
    for header in offered:
        for one in header.split(","):
            if one.strip().startswith(_PREFIX):
                return one.strip().removeprefix(_PREFIX)
    return ""


def expiry_of(token: str) -> float:
    """When a verified token runs out (Unix time)."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return float(claims["exp"])
