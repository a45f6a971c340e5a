"""Messages made up from their descriptors: the same every time, every field set, no two values alike.

For golden bytes, and for tests that must hold for every event there is.
"""

# Setting fields by their descriptors is what protobuf's stubs call unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, cast

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor
from google.protobuf.message import Message

from madeleine_common.testing.event_shapes import WELL_KNOWN

_STRUCT = {"text": "é", "number": -1.5, "yes": True, "nothing": None, "list": [1, "two"], "inner": {"deep": False}}
# google.protobuf.<name> -> its JSON form, for messages whose fields are not free.
_WELL_KNOWN: dict[str, Callable[[int], Any]] = {
    "Timestamp": lambda seed: f"20{seed % 90 + 10}-02-03T04:05:06.{seed % 999_999 + 1:06}Z",
    "Duration": lambda seed: f"{seed % 100_000}.{seed % 999 + 1:03}s",
    "Struct": lambda seed: _STRUCT | {"seed": seed},
    "Value": lambda seed: _STRUCT | {"seed": seed},
    "ListValue": lambda seed: [_STRUCT, seed],
}
_SIGNED_32 = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SFIXED32}
_SIGNED_64 = {FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_SFIXED64}
_UNSIGNED_32 = {FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32}
_UNSIGNED_64 = {FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64}


def samples(message_class: type[Message]) -> list[Message]:
    """As many messages as it takes for every member of every oneof to be set once; all else is set in each of them.

    A message within itself is left out. Raises TypeError for a google.protobuf message that has no sample yet.
    """
    descriptor = cast("Descriptor", message_class.DESCRIPTOR)
    return [_message(descriptor, "", case, ()) for case in range(_cases(descriptor, ()))]


def _cases(descriptor: Descriptor, above: tuple[Descriptor, ...]) -> int:
    """How many samples show every member of every oneof at and below `descriptor`."""
    if descriptor.full_name.startswith(WELL_KNOWN) or descriptor in above:
        return 1
    inside = (*above, descriptor)
    most = max((sum(_field_cases(f, inside) for f in oneof.fields) for oneof in _oneofs(descriptor)), default=1)
    return max([most, *(_field_cases(f, inside) for f in descriptor.fields if _oneof(f) is None)])


def _field_cases(field: FieldDescriptor, above: tuple[Descriptor, ...]) -> int:
    return 1 if field.message_type is None else _cases(field.message_type, above)


def _oneof(field: FieldDescriptor) -> OneofDescriptor | None:
    """The oneof that `field` is one of; none for an `optional` field, which protobuf keeps in one of its own."""
    oneof = field.containing_oneof
    return None if oneof is None or oneof.name == f"_{field.name}" else oneof


def _oneofs(descriptor: Descriptor) -> list[OneofDescriptor]:
    return [oneof for oneof in descriptor.oneofs if _oneof(oneof.fields[0]) is not None]


def _message(descriptor: Descriptor, path: str, case: int, above: tuple[Descriptor, ...]) -> Message:
    message = message_factory.GetMessageClass(descriptor)()
    if descriptor.full_name.startswith(WELL_KNOWN):
        made = _WELL_KNOWN.get(descriptor.name)
        if made is None:
            raise TypeError(f"{path}: there is no sample of {descriptor.full_name} yet")
        json_format.ParseDict(made(_seed(path)), message)
        return message
    inside = (*above, descriptor)
    chosen = [(f, case) for f in descriptor.fields if _oneof(f) is None]
    chosen += [_member(oneof, case, inside) for oneof in _oneofs(descriptor)]
    for field, sub_case in chosen:
        if field.message_type not in inside:
            _set(message, field, f"{path}.{field.name}".removeprefix("."), sub_case, inside)
    return message


def _member(oneof: OneofDescriptor, case: int, above: tuple[Descriptor, ...]) -> tuple[FieldDescriptor, int]:
    """The member that sample number `case` shows, and which of that member's own samples."""
    counted = [(field, _field_cases(field, above)) for field in oneof.fields]
    left = case % sum(count for _, count in counted)
    for field, count in counted:
        if left < count:
            return field, left
        left -= count
    raise AssertionError("a remainder is less than the sum")


def _set(message: Message, field: FieldDescriptor, path: str, case: int, above: tuple[Descriptor, ...]) -> None:
    def value(at: str) -> Any:
        if field.message_type is None:
            return _scalar(field, at)
        return _message(field.message_type, at, case % _field_cases(field, above), above)

    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry_key, entry_value = field.message_type.fields_by_number[1], field.message_type.fields_by_number[2]
        for at in (f"{path}.0", f"{path}.1"):
            key = _scalar(entry_key, at)
            if entry_value.message_type is None:
                getattr(message, field.name)[key] = _scalar(entry_value, at)
            elif entry_value.message_type not in above:
                sub_case = case % _field_cases(entry_value, above)
                getattr(message, field.name)[key].CopyFrom(_message(entry_value.message_type, at, sub_case, above))
    elif field.is_repeated:
        getattr(message, field.name).extend(value(f"{path}.{index}") for index in range(2))
    elif field.message_type is not None:
        getattr(message, field.name).CopyFrom(value(path))
    else:
        setattr(message, field.name, value(path))


def _seed(path: str) -> int:
    return zlib.crc32(path.encode())


def _scalar(field: FieldDescriptor, path: str) -> Any:
    """A value that is not the default, and differs from one field to the next."""
    seed = _seed(path)
    sign = -1 if path.endswith(".1") else 1
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return f"{path} é"
        case FieldDescriptor.TYPE_BYTES:
            return b"\x00\xff" + path.encode()
        case FieldDescriptor.TYPE_BOOL:
            return not path.endswith(".1")
        case FieldDescriptor.TYPE_ENUM:
            assert field.enum_type is not None
            return field.enum_type.values[-1].number
        case FieldDescriptor.TYPE_FLOAT | FieldDescriptor.TYPE_DOUBLE:
            return sign * (seed % 65_535 + 1) / 256
        case kind if kind in _SIGNED_32:
            return sign * (seed % (2**31 - 1) + 1)
        case kind if kind in _UNSIGNED_32:
            return seed % (2**32 - 1) + 1
        case kind if kind in _SIGNED_64:
            return sign * (2**53 + seed)
        case kind if kind in _UNSIGNED_64:
            return 2**63 + seed
        case kind:
            raise TypeError(f"{path}: there is no sample of field type {kind}")
