"""Columns of an event message: its fields as Arrow arrays, by getters that are put together once for each type."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any

import pyarrow as pa
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import Error as JsonError
from google.protobuf.json_format import MessageToDict

TIME = pa.timestamp("us", tz="UTC")
# What a value raises that has no place in a column: a time beyond all calendars, a number that JSON does not have.
UNSHOWABLE = (pa.ArrowException, JsonError, ValueError, TypeError, OverflowError)
_SCALARS = {
    FieldDescriptor.CPPTYPE_BOOL: pa.bool_(),
    FieldDescriptor.CPPTYPE_INT32: pa.int32(),
    FieldDescriptor.CPPTYPE_INT64: pa.int64(),
    FieldDescriptor.CPPTYPE_UINT32: pa.uint32(),
    FieldDescriptor.CPPTYPE_UINT64: pa.uint64(),
    FieldDescriptor.CPPTYPE_FLOAT: pa.float32(),
    FieldDescriptor.CPPTYPE_DOUBLE: pa.float64(),
    FieldDescriptor.CPPTYPE_STRING: pa.string(),
}
_WRAPPERS = "BoolValue Int32Value Int64Value UInt32Value UInt64Value FloatValue DoubleValue StringValue BytesValue"
# What has no fixed shape is kept as JSON text.
_AS_JSON = {f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue", "Any", "FieldMask", "Empty")}

# Values of one field, None where it is not set, to an array.
Build = Callable[[Sequence[Any]], pa.Array]


@dataclass(frozen=True, slots=True)
class Column:
    """One field: its name in the message, its Arrow type, and how messages become an array of it."""

    name: str
    type: pa.DataType
    build: Callable[[Sequence[Any]], pa.Array]


@cache
def columns_of(descriptor: Descriptor) -> tuple[Column, ...]:
    """The columns of a message type, one for each field."""
    return _columns(descriptor, ())


def _columns(descriptor: Descriptor, within: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(_column(field, (*within, descriptor.full_name)) for field in descriptor.fields)


def _column(field: FieldDescriptor, within: tuple[str, ...]) -> Column:
    get = attrgetter(field.name)
    if field.is_repeated:
        return _repeated(field, get, within)
    kind, build = _value(field, within)
    if not field.has_presence:
        return Column(field.name, kind, lambda messages: build(list(map(get, messages))))
    name = field.name
    return Column(name, kind, lambda messages: build([get(m) if m.HasField(name) else None for m in messages]))


def _repeated(field: FieldDescriptor, get: Callable[[Any], Any], within: tuple[str, ...]) -> Column:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        key, build_keys = _value(entry.fields_by_name["key"], within)
        value, build_values = _value(entry.fields_by_name["value"], within)

        def build_map(messages: Sequence[Any]) -> pa.Array:
            maps = list(map(get, messages))
            keys = build_keys(list(chain.from_iterable(maps)))
            return pa.MapArray.from_arrays(
                _offsets(maps), keys, build_values([one[name] for one in maps for name in one])
            )

        return Column(field.name, pa.map_(key, value), build_map)
    kind, build = _value(field, within)

    def build_list(messages: Sequence[Any]) -> pa.Array:
        lists = list(map(get, messages))
        return pa.ListArray.from_arrays(_offsets(lists), build(list(chain.from_iterable(lists))))

    return Column(field.name, pa.list_(kind), build_list)


def _offsets(containers: Sequence[Any]) -> pa.Array:
    return pa.array(accumulate(map(len, containers), initial=0), pa.int32())


def _value(field: FieldDescriptor, within: tuple[str, ...]) -> tuple[pa.DataType, Build]:
    """Type and builder of one value of a field, whether the field holds one or many."""
    if field.enum_type is not None:
        names = {value.number: value.name for value in field.enum_type.values}
        # A number from a later release has no name here.
        return pa.string(), lambda values: pa.array(
            [None if v is None else names.get(v) or str(v) for v in values], pa.string()
        )
    if field.message_type is not None:
        return _message(field.message_type, within)
    kind = pa.binary() if field.type == FieldDescriptor.TYPE_BYTES else _SCALARS[field.cpp_type]
    return kind, lambda values: pa.array(values, kind)


def _message(message: Descriptor, within: tuple[str, ...]) -> tuple[pa.DataType, Build]:
    package, _, name = message.full_name.rpartition(".")
    if message.full_name == "google.protobuf.Timestamp":
        return TIME, lambda values: pa.array(
            [None if v is None else v.seconds * 1_000_000 + v.nanos // 1000 for v in values], TIME
        )
    if message.full_name == "google.protobuf.Duration":
        return pa.float64(), lambda values: pa.array(
            [None if v is None else v.seconds + v.nanos / 1e9 for v in values], pa.float64()
        )
    if package == "google.protobuf" and name in _WRAPPERS.split():
        kind, build = _value(message.fields_by_name["value"], within)
        return kind, lambda values: build([None if v is None else v.value for v in values])
    # A message within itself has no end, and Parquet no struct without fields.
    if message.full_name in _AS_JSON or message.full_name in within or not message.fields:
        return pa.string(), lambda values: pa.array([None if v is None else _json(v) for v in values], pa.string())
    return _struct(message, within)


def _struct(message: Descriptor, within: tuple[str, ...]) -> tuple[pa.DataType, Build]:
    columns = _columns(message, within)
    fields = [pa.field(column.name, column.type) for column in columns]
    empty = message_factory.GetMessageClass(message)()

    def build(values: Sequence[Any]) -> pa.Array:
        missing = [value is None for value in values]
        there = [empty if value is None else value for value in values]
        arrays = [column.build(there) for column in columns]
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=pa.array(missing, pa.bool_()))

    return pa.struct(fields), build


def _json(message: Any) -> str:
    return json.dumps(MessageToDict(message, preserving_proto_field_name=True), ensure_ascii=False)
