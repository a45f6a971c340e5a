"""How stored bytes become messages: upcasting, and what is not readable."""

from __future__ import annotations

import gc
import weakref

import pytest

from madeleine.chat.v1.events_pb2 import MessageEdited, MessageSent
from madeleine_common.collecting import collecting_by_hand
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import SealedEvent
from madeleine_common.events.types import EventTypes, UnreadableEvent
from madeleine_common.ids import new_id
from madeleine_common.testing.local_identity import LocalKeys

SENT = "madeleine.chat.v1.MessageSent"


def in_capitals(data: bytes) -> tuple[str, bytes]:
    """A changed meaning: from version 2 on, texts are in capitals."""
    message = MessageSent.FromString(data)
    message.text = message.text.upper()
    return SENT, message.SerializeToString()


def test_older_versions_are_read_as_the_present_one_and_new_events_carry_it() -> None:
    types = EventTypes()
    types.register_upcaster(SENT, 1, in_capitals)
    types.register_upcaster(SENT, 2, lambda data: (SENT, MessageSent(text="!").SerializeToString() + data))
    assert types.version(SENT) == 3
    data = MessageSent(text="hello").SerializeToString()
    assert types.parse(SENT, 1, data) == MessageSent(text="HELLO")
    assert types.parse(SENT, 3, data) == MessageSent(text="hello")


def test_a_renamed_event_is_read_under_its_new_name() -> None:
    types = EventTypes()
    types.register_upcaster("madeleine.chat.v0.Said", 1, lambda data: ("madeleine.chat.v1.MessageEdited", data))
    parsed = types.parse("madeleine.chat.v0.Said", 1, MessageEdited(text="better").SerializeToString())
    assert parsed == MessageEdited(text="better")


@pytest.mark.parametrize(
    ("type_name", "version", "data", "why"),
    [
        (SENT, 2, b"", "newer than 1"),
        ("madeleine.chat.v1.Nonsense", 1, b"", "unknown event type"),
        (SENT, 1, b"\xff\xff", "not a madeleine.chat.v1.MessageSent"),
    ],
)
def test_what_this_code_cannot_read_is_told(type_name: str, version: int, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableEvent, match=why):
        EventTypes().parse(type_name, version, data)


async def test_a_destroyed_key_is_gone_at_once_where_word_came_of_it() -> None:
    source = LocalKeys()
    keyring = Keyring(source, max_age_s=3600)
    key = (await keyring.for_subjects(["person:ana"]))["person:ana"]
    source.destroy("person:ana")
    assert await keyring.by_ids([key.key_id]) == {key.key_id: key}
    keyring.forget("person:ana")
    assert await keyring.by_ids([key.key_id]) == {key.key_id: None}


async def test_what_cannot_be_read_does_not_keep_its_page_in_memory() -> None:
    codec, event_id = EventCodec(Keyring(LocalKeys())), new_id()
    new = NewEvent(MessageSent(text="hello"), "person:ana")
    ((name, version, key_id, payload),) = await codec.seal_all([new], [event_id], "conversation-1", 1)
    about = Metadata("person:ana", utc_now(), new_id())
    event = RecordedEvent(event_id, name, version, "conversation-1", 1, "person:ana", about, key_id, None)
    gc.collect()
    with collecting_by_hand():
        opened = await codec.open_each([SealedEvent(event, payload), SealedEvent(event, payload[:-1] + b"?")])
        assert isinstance(opened[0], RecordedEvent)
        assert isinstance(opened[1], UnreadableEvent)
        page = weakref.ref(opened[1])
        del opened
        assert page() is None
