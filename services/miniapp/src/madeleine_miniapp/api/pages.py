"""Pages of what is listed latest first: their tokens hold the moment and the id of the last one shown."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from madeleine_common.errors import Invalid
from madeleine_common.rpc.paging import decode_token, encode_token
from madeleine_miniapp.application.ports import PageKey


def page_token(moment: Timestamp, last_id: str) -> str:
    """The token of the page after this one."""
    return encode_token(moment.ToJsonString(), last_id)


def page_key(token: str) -> PageKey | None:
    """After what a page begins, None for the first; raises Invalid for a token that is none."""
    key = decode_token(token, str, str)
    if key is None:
        return None
    try:
        return datetime.fromisoformat(str(key[0])).astimezone(UTC), str(key[1])
    except ValueError as error:
        raise Invalid("page_token", "is not a token that this service gave") from error
