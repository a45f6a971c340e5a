"""Rows of an export: the envelope, what could not be opened, and the message's fields as columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor

from madeleine_cli.export.columns import TIME, UNSHOWABLE, columns_of
from madeleine_common.events.codec import EventCodec, SealedEvent
from madeleine_common.events.model import RecordedEvent
from madeleine_common.events.reading import Cursor
from madeleine_common.events.types import EVENT_TYPES, UnreadableEvent

ENVELOPE = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("schema_version", pa.int32()),
        ("stream_id", pa.string()),
        ("version", pa.int64()),
        ("subject", pa.string()),
        ("actor", pa.string()),
        ("occurred_at", TIME),
        ("correlation_id", pa.string()),
        ("causation_id", pa.string()),
        ("traceparent", pa.string()),
        ("key_id", pa.string()),
        ("source", pa.string()),
        ("tx_id", pa.int64()),
        ("position", pa.int64()),
        ("sealed", pa.binary()),
        ("erased", pa.bool_()),
        ("error", pa.string()),
    ]
)
# The folders' names are columns too, for whoever reads the export.
FOLDERS = ("stream", "type", "day")
# Before the name of a field that an envelope column or a folder has already.
PREFIX = "field_"


class Row(NamedTuple):
    """One event to be written.

    `sealed`: its payload as stored, wherever its columns are not filled. `erased`: None when its key was not asked for.
    `error`: why it cannot be read.
    """

    event: RecordedEvent
    cursor: Cursor
    sealed: bytes | None = None
    erased: bool | None = False
    error: str | None = None


@cache
def descriptor_of(type_name: str) -> Descriptor | None:
    """The message type of an event type, None for one that this code does not know."""
    # Asking for a type imports the contract that holds it.
    EVENT_TYPES.knows(type_name, 1)
    try:
        return descriptor_pool.Default().FindMessageTypeByName(type_name)
    except KeyError:
        return None


@cache
def field_names(descriptor: Descriptor) -> tuple[str, ...]:
    """The columns' names of a message's fields, in their order."""
    taken = {*ENVELOPE.names, *FOLDERS}
    names: list[str] = []
    for field in descriptor.fields:
        name = field.name
        while name in taken:
            name = PREFIX + name
        taken.add(name)
        names.append(name)
    return tuple(names)


@cache
def schema_of(descriptor: Descriptor | None) -> pa.Schema:
    """The schema of a type's files: envelope, then fields; the envelope alone for a type that is not known."""
    if descriptor is None:
        return ENVELOPE
    kinds = [column.type for column in columns_of(descriptor)]
    return pa.schema([*ENVELOPE, *map(pa.field, field_names(descriptor), kinds)])


async def open_rows(
    codec: EventCodec, events: Sequence[SealedEvent], cursors: Sequence[Cursor], *, open_sealed: bool
) -> list[Row]:
    """Rows of these events in their order; without `open_sealed` only what was never sealed is opened."""
    readable = [e for e in events if open_sealed or not e.event.key_id]
    opened = iter(await codec.open_each(readable))
    rows: list[Row] = []
    for (event, payload), cursor in zip(events, cursors, strict=True):
        if event.key_id and not open_sealed:
            rows.append(Row(event, cursor, payload, None))
            continue
        found = next(opened)
        if isinstance(found, UnreadableEvent):
            rows.append(Row(event, cursor, payload, False, str(found)))
        elif found.message is None:
            rows.append(Row(event, cursor, payload, True))
        else:
            rows.append(Row(found, cursor))
    return rows


def table_of(rows: Sequence[Row], descriptor: Descriptor | None) -> pa.Table:
    """The rows, whose messages must be of this type, as a table of `schema_of(descriptor)`."""
    fields: list[pa.Array] = []
    if descriptor is not None:
        rows, fields = _fields(rows, descriptor)
    arrays = [*_envelope(rows), *fields]
    return pa.Table.from_arrays(arrays, schema=schema_of(descriptor))


def field_arrays(messages: Sequence[Any], descriptor: Descriptor) -> tuple[list[pa.Array], list[str | None]]:
    """An array for each field, NULL where there is no message; and why a message could not be shown, for each."""
    errors: list[str | None] = [None] * len(messages)
    there = [number for number, message in enumerate(messages) if message is not None]
    columns = columns_of(descriptor)
    try:
        arrays = [column.build([messages[n] for n in there]) for column in columns]
    except UNSHOWABLE:
        # The rest must not suffer for it.
        there, errors = _showable(messages, there, descriptor)
        arrays = [column.build([messages[n] for n in there]) for column in columns]
    if len(there) < len(messages):
        place = {number: index for index, number in enumerate(there)}
        indices = pa.array([place.get(number) for number in range(len(messages))], pa.int64())
        arrays = [array.take(indices) for array in arrays]
    return arrays, errors


def _fields(rows: Sequence[Row], descriptor: Descriptor) -> tuple[Sequence[Row], list[pa.Array]]:
    arrays, errors = field_arrays([row.event.message for row in rows], descriptor)
    if any(errors):
        rows = [row if e is None else row._replace(error=e) for row, e in zip(rows, errors, strict=True)]
    return rows, arrays


def _showable(
    messages: Sequence[Any], numbers: Sequence[int], descriptor: Descriptor
) -> tuple[list[int], list[str | None]]:
    good: list[int] = []
    errors: list[str | None] = [None] * len(messages)
    for number in numbers:
        try:
            for column in columns_of(descriptor):
                column.build([messages[number]])
        except UNSHOWABLE as error:
            errors[number] = f"a field has a value that no column takes: {type(error).__name__}"
        else:
            good.append(number)
    return good, errors


def _envelope(rows: Sequence[Row]) -> list[pa.Array]:
    events, cursors, sealed, erased, errors = zip(*rows, strict=True)
    event_id, event_type, schema_version, stream_id, version, subject, metadata, key_id, _ = zip(*events, strict=True)
    actor, occurred_at, correlation_id, causation_id, traceparent = zip(*metadata, strict=True)
    tx_id, position = zip(*cursors, strict=True)
    source = [f"/madeleine/{name}" for name in stream_id]
    columns = (
        *(event_id, event_type, schema_version, stream_id, version, subject, actor, occurred_at, correlation_id),
        *(causation_id, traceparent, key_id, source, tx_id, position, sealed, erased, errors),
    )
    return [pa.array(values, field.type) for values, field in zip(columns, ENVELOPE, strict=True)]
