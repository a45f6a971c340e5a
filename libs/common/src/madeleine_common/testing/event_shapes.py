"""What an event looks like: which messages are events, their fields and enums all the way down, and what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorSet
from google.protobuf.message import Message

import madeleine_protos

# Full name of a message or enum -> number of a field or value -> how it is declared.
Shape = dict[str, dict[str, str]]

# Messages that never change: their names say it all.
WELL_KNOWN = "google.protobuf."


def contracts(path: Path = madeleine_protos.DESCRIPTORS) -> FileDescriptorSet:
    """The descriptor set of all contracts, as generated."""
    return FileDescriptorSet.FromString(path.read_bytes())


def event_names(files: FileDescriptorSet) -> list[str]:
    """Full names of all events: the messages of an events.proto that no other message of one has as a field."""
    declared = [
        (f"{file.package}.{message.name}", message)
        for file in files.file
        if file.name.endswith("/events.proto")
        for message in file.message_type
    ]
    helpers = {used for name, message in declared for used in _used(message) if used != name}
    return sorted(name for name, _ in declared if name not in helpers)


def _used(message: DescriptorProto) -> Iterator[str]:
    for field in message.field:
        yield field.type_name.removeprefix(".")
    for nested in message.nested_type:
        yield from _used(nested)


def shape_of(message_class: type[Message]) -> Shape:
    """The fields of a message and of every message and enum below it, in a form that can be kept and compared."""
    shape: Shape = {}
    waiting = [cast("Descriptor", message_class.DESCRIPTOR)]
    while waiting:
        current = waiting.pop()
        if current.full_name in shape or current.full_name.startswith(WELL_KNOWN):
            continue
        declared = _proto_of(current)
        shape[current.full_name] = {str(f.number): _declaration(f, declared) for f in _by_number(declared)}
        for field in current.fields:
            if field.message_type is not None:
                waiting.append(field.message_type)
            elif field.enum_type is not None and not field.enum_type.full_name.startswith(WELL_KNOWN):
                shape[field.enum_type.full_name] = _values(field.enum_type)
    return dict(sorted(shape.items()))


def _proto_of(message: Descriptor) -> DescriptorProto:
    proto = DescriptorProto()
    message.CopyToProto(proto)
    return proto


def _by_number(message: DescriptorProto) -> list[FieldDescriptorProto]:
    return sorted(message.field, key=lambda f: f.number)


def _declaration(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    label = ""
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        label = "repeated "
    elif field.proto3_optional:
        label = "optional "
    elif field.HasField("oneof_index"):
        label = f"oneof {message.oneof_decl[field.oneof_index].name} "
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return f"{field.name}: {label}{field.type_name.removeprefix('.') or kind}"


def _values(enum: EnumDescriptor) -> dict[str, str]:
    names: dict[int, list[str]] = {}
    for value in enum.values:
        names.setdefault(value.number, []).append(value.name)
    return {str(number): ", ".join(sorted(names[number])) for number in sorted(names)}


def fingerprint(shape: Shape) -> str:
    """The sha256 of a shape, hexadecimal."""
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()


def additions(old: Shape, new: Shape) -> list[str]:
    """The fields and enum values that `new` has besides those of `old`."""
    return [
        f"{_short(name)} has a new {declared.partition(':')[0]} ({number})"
        for name, members in new.items()
        if name in old
        for number, declared in members.items()
        if number not in old[name]
    ]


def changes(old: Shape, new: Shape) -> list[str]:
    """The fields and enum values that `old` has and `new` has not, or declares otherwise."""
    said: list[str] = []
    for name, members in old.items():
        for number, declared in members.items():
            present = new.get(name, {}).get(number)
            if name in new and present is None:
                said.append(f"{_short(name)} lost {declared.partition(':')[0]} ({number})")
            elif present is not None and present != declared:
                said.append(f'{_short(name)} {number} was "{declared}" and is "{present}"')
    return said


def _short(name: str) -> str:
    return name.rpartition(".")[2]
