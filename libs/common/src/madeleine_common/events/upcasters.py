"""Every upcaster of the house: how events that older code wrote are read by this code.

An event whose meaning changes takes a new version, and one that is renamed takes a new type. Both need an entry here:

    UPCASTERS[("madeleine.chat.v1.MessageSent", 1)] = _texts_have_a_language

where the function turns the bytes of that version into those of the next one, and names the type that they now are: the
same type (then the version is one more), or another (then its version 1):

    def _texts_have_a_language(data: bytes) -> tuple[str, bytes]:
        message = MessageSent.FromString(data)
        message.language = message.language or "en"
        return MessageSent.DESCRIPTOR.full_name, message.SerializeToString()

New events are written with the version after the last one that has an upcaster. `make golden` then keeps the bytes of
the new version, and what the bytes of the older ones read as. EVENT_TYPES imports this file, and so does all that reads
events; it imports generated messages only.
"""

from __future__ import annotations

from collections.abc import Callable

Upcaster = Callable[[bytes], tuple[str, bytes]]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
