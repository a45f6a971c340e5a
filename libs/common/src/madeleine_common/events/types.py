"""Event types by name and version, and how older meanings are read."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Callable

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message

_EVENT_NAME = re.compile(r"madeleine\.[a-z]+\.v\d+\.[A-Z]\w*")
Upcaster = Callable[[bytes], tuple[str, bytes]]


class UnreadableEvent(Exception):
    """The payload cannot be read: it is corrupt, or sealed by a key that was never ours."""


class UnknownEvent(UnreadableEvent):
    """The type, or its version, is newer than this code: a later release will read it."""


class EventTypes:
    """Knows every event type by its full protobuf name, its present version, and how older ones are read."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}
        self._classes: dict[str, type[Message]] = {}

    def version(self, type_name: str) -> int:
        """The version that new events of this type are written with; 1 unless told."""
        return self._versions.get(type_name, 1)

    def register_upcaster(self, type_name: str, version: int, upcast: Upcaster) -> None:
        """Reads (type_name, version) by turning its bytes into those of the next version, or of a renamed type."""
        self._upcasters[type_name, version] = upcast
        self._versions[type_name] = max(self.version(type_name), version + 1)

    def knows(self, type_name: str, version: int) -> bool:
        """Whether this code can read the type in this version."""
        if (type_name, version) in self._upcasters:
            return True
        return version <= self.version(type_name) and self._find(type_name) is not None

    def parse(self, type_name: str, version: int, data: bytes) -> Message:
        """The message that `data` spells, upcast as needed; raises UnknownEvent, UnreadableEvent."""
        while upcast := self._upcasters.get((type_name, version)):
            renamed, data = upcast(data)
            version = version + 1 if renamed == type_name else 1
            type_name = renamed
        if version > self.version(type_name):
            raise UnknownEvent(f"{type_name} version {version} is newer than {self.version(type_name)}")
        message_class = self._find(type_name)
        if message_class is None:
            raise UnknownEvent(f"unknown event type {type_name}")
        try:
            return message_class.FromString(data)
        except DecodeError as error:
            raise UnreadableEvent(f"payload is not a {type_name}") from error

    def _find(self, type_name: str) -> type[Message] | None:
        known = self._classes.get(type_name)
        if known is None and (descriptor := _descriptor(type_name)):
            known = self._classes[type_name] = message_factory.GetMessageClass(descriptor)
        return known


def _descriptor(type_name: str) -> Descriptor | None:
    # An event's contract is madeleine.<context>.v<n>.events; nothing else is ever imported on a message's word.
    if not _EVENT_NAME.fullmatch(type_name):
        return None
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(f"{type_name.rpartition('.')[0]}.events_pb2")
    try:
        return descriptor_pool.Default().FindMessageTypeByName(type_name)
    except KeyError:
        return None


EVENT_TYPES = EventTypes()
