"""Event types by name and version, and how older meanings are read."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Mapping

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message

from madeleine_common.events.upcasters import UPCASTERS, Upcaster

_EVENT_NAME = re.compile(r"madeleine\.[a-z]+\.v\d+\.[A-Z]\w*")


class UnreadableEvent(Exception):
    """The payload cannot be read: it is corrupt, or sealed by a key that was never ours."""


class UnknownEvent(UnreadableEvent):
    """This code cannot read the type, or not in this version: a later release will."""


class EventTypes:
    """Knows every event type by its full protobuf name, its present version, and how older ones are read.

    `pool` is where messages are looked up; None: among the generated ones.
    """

    def __init__(
        self, upcasters: Mapping[tuple[str, int], Upcaster] | None = None, pool: DescriptorPool | None = None
    ) -> None:
        self._versions: dict[str, int] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}
        self._classes: dict[str, type[Message]] = {}
        # Of what needs no upcasting, which is nearly all that is ever read.
        self._present: dict[tuple[str, int], type[Message]] = {}
        self._pool = pool
        for (type_name, version), upcast in (upcasters or {}).items():
            self.register_upcaster(type_name, version, upcast)

    @property
    def upcasters(self) -> Mapping[tuple[str, int], Upcaster]:
        """What was registered, by type and version."""
        return self._upcasters

    def version(self, type_name: str) -> int:
        """The version that new events of this type are written with; 1 unless told."""
        return self._versions.get(type_name, 1)

    def register_upcaster(self, type_name: str, version: int, upcast: Upcaster) -> None:
        """Reads (type_name, version) by turning its bytes into those of the next version, or of a renamed type."""
        self._upcasters[type_name, version] = upcast
        self._versions[type_name] = max(self.version(type_name), version + 1)
        self._present.clear()

    def knows(self, type_name: str, version: int) -> bool:
        """Whether this code can read the type in this version."""
        if (type_name, version) in self._upcasters:
            return True
        return version == self.version(type_name) and self.message_class(type_name) is not None

    def parse(self, type_name: str, version: int, data: bytes) -> Message:
        """The message that `data` spells, upcast as needed; raises UnknownEvent, UnreadableEvent."""
        message_class = self._present.get((type_name, version))
        if message_class is None:
            type_name, version, data = self._upcast(type_name, version, data)
            message_class = self._present_class(type_name, version)
            self._present[type_name, version] = message_class
        try:
            return message_class.FromString(data)
        except DecodeError as error:
            raise UnreadableEvent(f"payload is not a {type_name}") from error

    def _upcast(self, type_name: str, version: int, data: bytes) -> tuple[str, int, bytes]:
        while upcast := self._upcasters.get((type_name, version)):
            try:
                renamed, data = upcast(data)
            except DecodeError as error:
                raise UnreadableEvent(f"payload is not a {type_name} version {version}") from error
            version = version + 1 if renamed == type_name else 1
            type_name = renamed
        return type_name, version, data

    def _present_class(self, type_name: str, version: int) -> type[Message]:
        present = self.version(type_name)
        if version < 1:
            raise UnreadableEvent(f"{type_name} version {version}: versions begin at 1")
        if version > present:
            raise UnknownEvent(f"{type_name} version {version} is newer than {present}")
        if version < present:
            # Never read as if it were the present one: the same bytes mean something else now.
            raise UnknownEvent(f"{type_name} version {version} has no upcaster")
        message_class = self.message_class(type_name)
        if message_class is None:
            raise UnknownEvent(f"unknown event type {type_name}")
        return message_class

    def message_class(self, type_name: str) -> type[Message] | None:
        """The class of the type's messages; None for a type that this code does not have."""
        known = self._classes.get(type_name)
        if known is None and (descriptor := _descriptor(type_name, self._pool)):
            known = self._classes[type_name] = message_factory.GetMessageClass(descriptor)
        return known


def _descriptor(type_name: str, pool: DescriptorPool | None) -> Descriptor | None:
    # An event's contract is madeleine.<context>.v<n>.events; nothing else is ever imported on a message's word.
    if not _EVENT_NAME.fullmatch(type_name):
        return None
    if pool is None:
        pool = descriptor_pool.Default()
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(f"{type_name.rpartition('.')[0]}.events_pb2")
    try:
        return pool.FindMessageTypeByName(type_name)
    except KeyError:
        return None


EVENT_TYPES = EventTypes(UPCASTERS)
