"""Times as the contracts have them."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp


def timestamp(moment: datetime) -> Timestamp:
    """A moment as the contract has it."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made
