"""Samples of events: every field set, every member of every oneof shown, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.message import Message

from madeleine_common.events.types import EVENT_TYPES
from madeleine_common.testing.event_samples import samples
from madeleine_common.testing.event_shapes import WELL_KNOWN, contracts, event_names, shape_of

F = FieldDescriptorProto


def unset(message: Message, path: str = "") -> Iterator[str]:
    """Every field at or below `message` that has its default."""
    there = {field.name: value for field, value in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        at = f"{path}.{field.name}"
        if field.name not in there:
            yield at
        elif field.message_type is not None and not field.message_type.full_name.startswith(WELL_KNOWN):
            value: Any = there[field.name]
            below = value.values() if field.message_type.GetOptions().map_entry else value
            for each in below if field.is_repeated else [value]:
                yield from unset(each, at)


@pytest.mark.parametrize("name", event_names(contracts()))
def test_a_sample_of_an_event_sets_every_field(name: str) -> None:
    message_class = EVENT_TYPES.message_class(name)
    assert message_class is not None
    (sample,) = samples(message_class)
    assert list(unset(sample)) == []
    assert message_class.FromString(sample.SerializeToString()) == sample


@pytest.fixture
def odd() -> type[Message]:
    """A message with all that our events don't have yet: oneofs within oneofs, maps, itself, every scalar."""
    file = FileDescriptorProto(
        name="odd.proto", package="odd", syntax="proto3", dependency=["google/protobuf/timestamp.proto"]
    )
    inner = file.message_type.add(name="Inner")
    inner.oneof_decl.add(name="pick")
    for number, name in enumerate(("left", "right"), 1):
        inner.field.add(name=name, number=number, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL, oneof_index=0)
    odd = file.message_type.add(name="Odd")
    odd.oneof_decl.add(name="choice")
    odd.field.add(name="plain", number=1, type=F.TYPE_INT64, label=F.LABEL_OPTIONAL, oneof_index=0)
    odd.field.add(
        name="inner", number=2, type=F.TYPE_MESSAGE, type_name=".odd.Inner", label=F.LABEL_OPTIONAL, oneof_index=0
    )
    odd.field.add(
        name="at",
        number=3,
        type=F.TYPE_MESSAGE,
        type_name=".google.protobuf.Timestamp",
        label=F.LABEL_OPTIONAL,
        oneof_index=0,
    )
    odd.field.add(name="itself", number=4, type=F.TYPE_MESSAGE, type_name=".odd.Odd", label=F.LABEL_REPEATED)
    entry = odd.nested_type.add(name="CountsEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=F.TYPE_MESSAGE, type_name=".odd.Inner", label=F.LABEL_OPTIONAL)
    odd.field.add(
        name="counts", number=5, type=F.TYPE_MESSAGE, type_name=".odd.Odd.CountsEntry", label=F.LABEL_REPEATED
    )
    kinds = [kind for kind in F.Type.values() if kind not in (F.TYPE_MESSAGE, F.TYPE_GROUP, F.TYPE_ENUM)]
    for number, kind in enumerate(kinds, 10):
        odd.field.add(name=f"one_{kind}", number=number, type=kind, label=F.LABEL_OPTIONAL)
        odd.field.add(name=f"many_{kind}", number=number + 50, type=kind, label=F.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    for known in contracts().file:
        if known.name == "google/protobuf/timestamp.proto":
            pool.Add(known)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("odd.Odd"))


def test_every_member_of_every_oneof_is_shown_once(odd: type[Message]) -> None:
    made: list[Any] = list(samples(odd))
    shown = [(m.WhichOneof("choice"), m.inner.WhichOneof("pick")) for m in made]
    assert shown == [("plain", None), ("inner", "left"), ("inner", "right"), ("at", None)]
    again = samples(odd)
    assert made == again
    assert [odd.FromString(m.SerializeToString()) for m in made] == made


def test_maps_scalars_and_messages_within_themselves(odd: type[Message]) -> None:
    first: Any = samples(odd)[0]
    left_out = [at for at in unset(first) if at not in (".inner", ".at") and not at.startswith(".counts.")]
    assert left_out == [".itself"], "a message within itself has no end"
    assert len(first.counts) == 2


def test_a_shape_ends_where_a_message_comes_back_to_itself(odd: type[Message]) -> None:
    shape = shape_of(odd)
    assert shape.keys() == {"odd.Odd", "odd.Odd.CountsEntry", "odd.Inner"}
    assert shape["odd.Inner"] == {"1": "left: oneof pick string", "2": "right: oneof pick string"}
    assert shape["odd.Odd"]["4"] == "itself: repeated odd.Odd"
