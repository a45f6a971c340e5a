"""Columns of every event type there is, against protobuf's own JSON form."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from madeleine.chat.v1.events_pb2 import ReminderFired
from madeleine_cli.events.filters import known_types
from madeleine_cli.export.columns import columns_of
from madeleine_cli.export.files import JsonLines, Parquet
from madeleine_cli.export.rows import ENVELOPE, Row, descriptor_of, field_arrays, field_names, schema_of
from madeleine_common.events import Metadata, RecordedEvent
from madeleine_common.events.reading import Cursor
from madeleine_common.testing.event_samples import samples

from .event_house import NOON

TYPES = sorted(known_types().values())


def row(message: Message, number: int = 1) -> Row:
    """A row in the clear."""
    name = message.DESCRIPTOR.full_name
    metadata = Metadata("person:ana", NOON, "c", "", "")
    return Row(RecordedEvent(f"id-{number}", name, 1, "s-1", number, "", metadata, "", message), Cursor(1, number))


def as_json(value: Any, kind: pa.DataType) -> Any:
    """A value that came back from Parquet, as `MessageToDict` would spell it (with numbers as numbers)."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, list):
        return [as_json(item, kind.value_type) for item in value]
    if isinstance(value, dict):
        return {name: as_json(item, kind.field(name).type) for name, item in value.items()}
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-6)
    return value


def expected(message: Message) -> dict[str, Any]:
    """A message by its descriptor alone, one field at a time and the slow way."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.has_presence and not field.is_repeated and not message.HasField(field.name):
            found[field.name] = None
        elif field.is_repeated:
            found[field.name] = [_one(field, item) for item in value]
        else:
            found[field.name] = _one(field, value)
    return found


def _one(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    if field.message_type is None:
        return value
    if field.message_type.full_name == "google.protobuf.Timestamp":
        return value.seconds + value.nanos // 1000 / 1e6
    if field.message_type.full_name in ("google.protobuf.Struct", "google.protobuf.Value"):
        return json.dumps(MessageToDict(value, preserving_proto_field_name=True), ensure_ascii=False)
    return expected(value)


@pytest.mark.parametrize("name", TYPES)
def test_every_field_of_every_event_comes_back_from_parquet(name: str, tmp_path: Path) -> None:
    descriptor = descriptor_of(name)
    assert descriptor is not None
    message_class = message_factory.GetMessageClass(descriptor)
    messages = [*samples(message_class), message_class()]
    Parquet().write(tmp_path / "a.parquet", [row(m, n) for n, m in enumerate(messages)], descriptor)
    # As a file of its own: a folder's name would be read as a column.
    table = pq.ParquetFile(tmp_path / "a.parquet").read()
    assert table.schema.equals(schema_of(descriptor))
    assert set(table["error"].to_pylist()) == {None}
    for number, message in enumerate(messages):
        for field, column in zip(descriptor.fields, field_names(descriptor), strict=True):
            assert expected(message)[field.name] == as_json(
                table[column][number].as_py(), table.schema.field(column).type
            ), (column, message)


def shapes() -> Descriptor:
    """A message with what our contracts don't have yet, and may have tomorrow."""
    file = descriptor_pb2.FileDescriptorProto(name="shapes.proto", package="shapes", syntax="proto3")
    file.dependency.append("google/protobuf/wrappers.proto")
    file.dependency.append("google/protobuf/duration.proto")
    node = file.message_type.add(name="Node")
    kinds = descriptor_pb2.FieldDescriptorProto
    node.field.add(name="name", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    node.field.add(
        name="children", number=2, type=kinds.TYPE_MESSAGE, type_name=".shapes.Node", label=kinds.LABEL_REPEATED
    )
    node.field.add(name="subject", number=3, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    node.field.add(name="day", number=4, type=kinds.TYPE_BYTES, label=kinds.LABEL_OPTIONAL)
    node.field.add(
        name="size",
        number=5,
        type=kinds.TYPE_MESSAGE,
        type_name=".google.protobuf.Int64Value",
        label=kinds.LABEL_OPTIONAL,
    )
    node.field.add(
        name="took",
        number=6,
        type=kinds.TYPE_MESSAGE,
        type_name=".google.protobuf.Duration",
        label=kinds.LABEL_OPTIONAL,
    )
    node.field.add(
        name="tags", number=7, type=kinds.TYPE_MESSAGE, type_name=".shapes.Node.TagsEntry", label=kinds.LABEL_REPEATED
    )
    entry = node.nested_type.add(name="TagsEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=kinds.TYPE_INT32, label=kinds.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    for needed in ("google/protobuf/wrappers.proto", "google/protobuf/duration.proto"):
        pool.AddSerializedFile(descriptor_pool.Default().FindFileByName(needed).serialized_pb)
    pool.Add(file)
    return pool.FindMessageTypeByName("shapes.Node")


def test_maps_wrappers_durations_and_messages_within_themselves() -> None:
    from google.protobuf import duration_pb2, wrappers_pb2

    assert duration_pb2.DESCRIPTOR.name
    assert wrappers_pb2.DESCRIPTOR.name
    descriptor = shapes()
    node = message_factory.GetMessageClass(descriptor)
    message: Any = node(name="root", subject="s", day=b"\x00")
    message.children.add(name="child")
    message.size.value = 7
    message.took.seconds, message.took.nanos = 1, 500_000_000
    message.tags["a"], message.tags["b"] = 1, 2
    arrays, errors = field_arrays([message, None, node()], descriptor)
    assert errors == [None] * 3
    assert field_names(descriptor) == ("name", "children", "field_subject", "field_day", "size", "took", "tags")
    values = dict(zip(field_names(descriptor), (array.to_pylist() for array in arrays), strict=True))
    assert values["children"][::2] == [['{"name": "child"}'], []]
    assert values["size"] == [7, None, None]
    assert values["took"] == [1.5, None, None]
    assert [tags and sorted(tags) for tags in values["tags"]] == [[("a", 1), ("b", 2)], None, []]
    assert values["field_day"] == [b"\x00", None, b""]
    assert [column.name for column in columns_of(descriptor)][2] == "subject"


def test_a_value_that_no_column_takes_spoils_its_own_row_only(tmp_path: Path) -> None:
    good, bad = ReminderFired(reminder_id="1"), ReminderFired(reminder_id="2")
    good.due_at.seconds = 1_700_000_000
    bad.due_at.seconds = 2**62
    rows = [row(good, 1), row(bad, 2), row(good, 3)]
    Parquet().write(tmp_path / "a.parquet", rows, ReminderFired.DESCRIPTOR)
    table = pq.ParquetFile(tmp_path / "a.parquet").read()
    assert table["reminder_id"].to_pylist() == ["1", None, "1"]
    assert [bool(error) for error in table["error"].to_pylist()] == [False, True, False]
    JsonLines().write(tmp_path / "a.jsonl", rows, ReminderFired.DESCRIPTOR)
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert ["data" in line for line in lines] == [True, False, True]
    assert "JSON" in lines[1]["error"]


def test_a_type_that_nobody_knows_has_an_envelope() -> None:
    assert descriptor_of("madeleine.chat.v1.NotThereYet") is None
    assert schema_of(None) == ENVELOPE
