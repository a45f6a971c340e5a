"""The messages on a socket: those of y-protocols, and Madeleine's own from 100 on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum

from madeleine_miniapp.application.live.lib0 import sized, uint

PROTOCOL = "madeleine.live.v1"


class Kind(IntEnum):
    """The first number of a message; others are passed over."""

    SYNC = 0
    AWARENESS = 1
    # A client asks for everybody's state.
    QUERY_AWARENESS = 3
    # Server: what was undone, and why: JSON {record_id, field, reason}.
    REFUSED = 100
    # Server, first and whenever it changes: JSON {epoch, spec_version, role, person_id}.
    HELLO = 101
    # Server: so many of this socket's updates were committed or refused since the last such word: JSON {updates}.
    SAVED = 102
    # Client: a fresh access token of the same person, as text, before the old one runs out.
    TOKEN = 103


class Step(IntEnum):
    """The second number of a SYNC message: a state vector, what that lacks, or an update."""

    STATE = 0
    MISSING = 1
    UPDATE = 2


class Close(IntEnum):
    """Why the server closes a socket."""

    BAD_MESSAGE = 4400
    TOKEN_EXPIRED = 4401
    NOT_ALLOWED = 4403
    NO_SUCH_APP = 4404
    # It reads more slowly than others write.
    TOO_SLOW = 4408
    # The document was made anew: reconnect, and begin with an empty one.
    RENEWED = 4410
    TOO_LARGE = 1009
    TRY_AGAIN = 1013


def sync(step: Step, data: bytes) -> bytes:
    """A SYNC message."""
    return bytes((Kind.SYNC, step)) + sized(data)


def awareness(update: bytes) -> bytes:
    """An AWARENESS message."""
    return bytes((Kind.AWARENESS,)) + sized(update)


def own(kind: Kind, body: Mapping[str, object]) -> bytes:
    """One of Madeleine's messages with a JSON body."""
    return uint(kind) + sized(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
