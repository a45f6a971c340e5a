"""Which (type, version) this code reads: a gap is never read as if it were the present meaning."""

from __future__ import annotations

import pytest

from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.events.types import EventTypes, UnknownEvent, UnreadableEvent

SENT = "madeleine.chat.v1.MessageSent"


def same(data: bytes) -> tuple[str, bytes]:
    return SENT, MessageSent.FromString(data).SerializeToString()


@pytest.mark.parametrize(
    ("type_name", "version", "why"),
    [
        (SENT, 4, "version 4 is newer than 3"),
        (SENT, 1, "version 1 has no upcaster"),
        ("madeleine.chat.v1.Nonsense", 1, "unknown event type"),
        ("madeleine.nowhere.v1.Happened", 1, "unknown event type"),
        ("os.path", 1, "unknown event type"),
        ("google.protobuf.Struct", 1, "unknown event type"),
    ],
)
def test_what_a_later_release_may_read_is_unknown(type_name: str, version: int, why: str) -> None:
    types = EventTypes({(SENT, 2): same})
    assert not types.knows(type_name, version)
    with pytest.raises(UnknownEvent, match=why):
        types.parse(type_name, version, b"")


@pytest.mark.parametrize(
    ("version", "data", "why"),
    [
        (3, b"\xff\xff", f"payload is not a {SENT}"),
        # The upcaster is the first to see that it is corrupt.
        (2, b"\xff\xff", f"payload is not a {SENT} version 2"),
        (0, b"", "versions begin at 1"),
        (-1, b"", "versions begin at 1"),
    ],
)
def test_what_no_release_will_read_is_unreadable(version: int, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableEvent, match=why) as raised:
        EventTypes({(SENT, 2): same}).parse(SENT, version, data)
    assert not isinstance(raised.value, UnknownEvent)


def test_what_is_known_can_be_parsed() -> None:
    types = EventTypes({(SENT, 1): same, (SENT, 2): same})
    data = MessageSent(text="hello").SerializeToString()
    for version in (1, 2, 3):
        assert types.knows(SENT, version)
        assert types.parse(SENT, version, data) == MessageSent(text="hello")
