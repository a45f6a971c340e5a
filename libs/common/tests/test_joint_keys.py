"""What holds the words of several people is sealed by the keys of all: with any of them erased nobody reads it."""

from __future__ import annotations

import pytest

from madeleine.chat.v1.events_pb2 import AnswerCompleted
from madeleine_common.commands import utc_now
from madeleine_common.crypto.keyring import KeyDestroyed, Keyring
from madeleine_common.events import Metadata, NewEvent, RecordedEvent
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import SealedEvent
from madeleine_common.events.types import UnreadableEvent
from madeleine_common.ids import new_id
from madeleine_common.testing.local_identity import LocalKeys

GROUP, ANA, BEN = f"conversation:{new_id()}", f"person:{new_id()}", f"person:{new_id()}"


async def sealed_by(codec: EventCodec, subject: str, *also: str) -> SealedEvent:
    event_id = new_id()
    new = NewEvent(AnswerCompleted(text="Ana said that Ben said"), subject, also)
    ((type_name, version, key_id, payload),) = await codec.seal_all([new], [event_id], "conversation-1", 1)
    about = Metadata("service:chat", utc_now(), new_id())
    return SealedEvent(
        RecordedEvent(event_id, type_name, version, "conversation-1", 1, subject, about, key_id, None), payload
    )


@pytest.mark.parametrize("erased", [GROUP, ANA, BEN])
async def test_without_any_of_the_keys_it_cannot_be_read(erased: str) -> None:
    keys = LocalKeys()
    codec = EventCodec(Keyring(keys, max_age_s=0))
    together = await sealed_by(codec, GROUP, ANA, BEN, ANA)
    assert together.event.key_id.count(",") == 2
    (opened,) = await codec.open_all([together])
    assert opened.message == AnswerCompleted(text="Ana said that Ben said")
    keys.destroy(erased)
    assert (await codec.open_all([together]))[0].erased
    with pytest.raises(KeyDestroyed):
        await sealed_by(codec, GROUP, ANA, BEN)


async def test_one_key_more_or_less_opens_nothing() -> None:
    source = LocalKeys()
    codec = EventCodec(Keyring(source, max_age_s=0))
    together = await sealed_by(codec, GROUP, ANA)
    alone = await sealed_by(codec, GROUP)
    ben = (await source.for_subjects([BEN])).keys[0].key_id
    for key_id in (alone.event.key_id, f"{together.event.key_id},{ben}", ",".join(reversed(_ids(together)))):
        changed = SealedEvent(together.event._replace(key_id=key_id), together.payload)
        with pytest.raises(UnreadableEvent, match="does not open"):
            await codec.open_all([changed])
    unknown = SealedEvent(together.event._replace(key_id=f"{alone.event.key_id},{new_id()}"), together.payload)
    with pytest.raises(UnreadableEvent, match="is not known"):
        await codec.open_all([unknown])


def _ids(sealed: SealedEvent) -> list[str]:
    return sealed.event.key_id.split(",")


async def test_who_is_named_twice_is_one() -> None:
    codec = EventCodec(Keyring(LocalKeys()))
    assert "," not in (await sealed_by(codec, ANA, ANA)).event.key_id
