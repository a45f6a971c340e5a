"""Opening a sealed export at query time: whoever's key still exists is shown, whoever was erased is not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pyarrow as pa
import pyarrow.dataset as ds
from google.protobuf.message import Message

from madeleine_cli.datadir import DataDir
from madeleine_cli.events.connections import EventsSettings, codec_of, default_data, settings_of
from madeleine_cli.export.manifest import ExportRefused, read_manifest
from madeleine_cli.export.rows import ENVELOPE, FOLDERS, descriptor_of, field_arrays, field_names, schema_of
from madeleine_common.events.codec import EventCodec, SealedEvent
from madeleine_common.events.model import Metadata, RecordedEvent
from madeleine_common.events.types import UnreadableEvent

T = TypeVar("T")
Keys: TypeAlias = EventsSettings | DataDir | EventCodec | None
_BATCH_ROWS = 4096
_PARTITIONING = ds.partitioning(pa.schema([(name, pa.string()) for name in FOLDERS]), flavor="hive")


def opened(
    source: Path | str | ds.Dataset,
    keys: Keys = None,
    *,
    type: str = "",
    filter: ds.Expression | None = None,
    batch_rows: int = _BATCH_ROWS,
) -> pa.RecordBatchReader:
    """The events of one type in a Parquet export, sealed ones opened, as batches that are read when asked for.

    `source`: the export's folder, or a dataset over such files. `keys`: settings, or the data directory of a stack;
    None: the default one. `type`: "MessageSent"; may be left out where there is but one. `filter`: by any column of the
    envelope, or by stream and day; it spares reading. An erased person's rows have NULL in their fields and `erased`.
    Raises ExportRefused; while reading, what the keyring raises.
    """
    dataset, event_type = _dataset(source, type)
    descriptor = descriptor_of(event_type)
    if descriptor is None:
        raise ExportRefused(f"this release does not know {event_type}")
    schema = schema_of(descriptor)
    folders = [pa.field(name, pa.string()) for name in FOLDERS]
    batches = _batches(dataset, keys, [*schema.names, *FOLDERS], filter, batch_rows)
    return pa.RecordBatchReader.from_batches(pa.schema([*schema, *folders]), batches)


def _dataset(source: Path | str | ds.Dataset, name: str) -> tuple[ds.Dataset, str]:
    """The wanted type's files as a dataset with its present columns, and the type's full name."""
    if isinstance(source, (str, Path)):
        return _in_folder(Path(source), name)
    wanted = source.filter(ds.field("type") == name) if name else source
    head = wanted.head(1, columns=["event_type"])
    if not head.num_rows:
        raise ExportRefused(f"type: the dataset holds no event of type {name or '(any)'}")
    event_type = head["event_type"][0].as_py()
    files = [file for file in getattr(source, "files", ()) if f"/type={event_type.rsplit('.', 1)[-1]}/" in file]
    return _over(files, event_type), event_type


def _in_folder(folder: Path, name: str) -> tuple[ds.Dataset, str]:
    manifest = read_manifest(folder)
    if manifest.header.get("format", "parquet") != "parquet":
        raise ExportRefused(f"{folder} holds an export in another format than parquet")
    by_type: dict[str, list[str]] = {}
    for file in manifest.files:
        by_type.setdefault(file["path"].split("/")[1].removeprefix("type="), []).append(str(folder / file["path"]))
    if not name and len(by_type) != 1:
        raise ExportRefused(f"type: say which of {', '.join(sorted(by_type)) or 'none'}")
    name = name or next(iter(by_type))
    files = by_type.get(name.rsplit(".", 1)[-1])
    if files is None:
        raise ExportRefused(f"type: {folder} holds no {name}; there are {', '.join(sorted(by_type)) or 'none'}")
    event_type = ds.dataset(files[0], format="parquet").head(1, columns=["event_type"])["event_type"][0].as_py()
    return _over(files, event_type), event_type


def _over(files: Sequence[str], event_type: str) -> ds.Dataset:
    schema = schema_of(descriptor_of(event_type))
    whole = pa.schema([*schema, *(pa.field(name, pa.string()) for name in FOLDERS)])
    return ds.dataset(list(files), schema=whole, format="parquet", partitioning=_PARTITIONING)


def _batches(
    dataset: ds.Dataset,
    keys: Keys,
    columns: Sequence[str],
    wanted: ds.Expression | None,
    batch_rows: int,
) -> Iterator[pa.RecordBatch]:
    batches = dataset.to_batches(
        columns=list(columns),
        filter=wanted,
        batch_size=batch_rows,
        batch_readahead=1,
        fragment_readahead=1,
        use_threads=False,
        fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=False),
    )
    with _Loop() as loop:
        codec = loop.codec(keys)
        for batch in batches:
            if batch.num_rows:
                yield loop.wait(_open_batch(codec, batch))


async def _open_batch(codec: EventCodec, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the columns of its sealed rows filled."""
    closed = [n for n, there in enumerate(batch.column("sealed").is_valid().to_pylist()) if there]
    if not closed:
        return batch
    events = [_sealed_event(row) for row in batch.select(ENVELOPE.names).take(pa.array(closed)).to_pylist()]
    arrays: dict[str, pa.Array] = dict(zip(batch.schema.names, batch.columns, strict=True))
    messages: list[Message | None] = [None] * batch.num_rows
    erased, errors, sealed = (arrays[name].to_pylist() for name in ("erased", "error", "sealed"))
    for number, found in zip(closed, await codec.open_each(events), strict=True):
        unreadable = isinstance(found, UnreadableEvent)
        errors[number] = str(found) if unreadable else None
        erased[number] = not unreadable and found.message is None
        if not unreadable and found.message is not None:
            messages[number], sealed[number] = found.message, None
    # A message that is read as another type now fills what columns the two have in common.
    for kind in _types(messages):
        mine = [message if message is not None and kind == message.DESCRIPTOR else None for message in messages]
        built, failed = field_arrays(mine, kind)
        errors = [new or old for old, new in zip(errors, failed, strict=True)]
        filled = pa.array([n if m is None else n + batch.num_rows for n, m in enumerate(mine)])
        for name, array in zip(field_names(kind), built, strict=True):
            if name in arrays and arrays[name].type == array.type:
                arrays[name] = pa.concat_arrays([arrays[name], array]).take(filled)
    for name, values in (("erased", erased), ("error", errors), ("sealed", sealed)):
        arrays[name] = pa.array(values, ENVELOPE.field(name).type)
    return pa.RecordBatch.from_arrays(list(arrays.values()), schema=batch.schema)


def _types(messages: Sequence[Message | None]) -> set[Any]:
    return {message.DESCRIPTOR for message in messages if message is not None}


def _sealed_event(row: dict[str, Any]) -> SealedEvent:
    metadata = Metadata(
        row["actor"], row["occurred_at"], row["correlation_id"], row["causation_id"], row["traceparent"]
    )
    event = RecordedEvent(
        row["event_id"],
        row["event_type"],
        row["schema_version"],
        row["stream_id"],
        row["version"],
        row["subject"],
        metadata,
        row["key_id"],
        None,
    )
    return SealedEvent(event, row["sealed"])


class _Loop:
    """A thread with an event loop, for callers who have none, or one that must not be blocked (a notebook's)."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="madeleine keys", daemon=True)
        self._stack = AsyncExitStack()

    def __enter__(self) -> _Loop:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns or raises."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def codec(self, keys: Keys) -> EventCodec:
        """A codec over these keys."""
        if isinstance(keys, EventCodec):
            return keys
        settings = keys if isinstance(keys, EventsSettings) else settings_of(keys or default_data())
        return self.wait(self._entered(settings))

    async def _entered(self, settings: EventsSettings) -> EventCodec:
        return await self._stack.enter_async_context(codec_of(settings))
