"""The export: reads events, opens them if told so, and writes them by stream, type and day, each exactly once."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import Descriptor

from madeleine_cli.export.files import Format
from madeleine_cli.export.manifest import File, Manifest
from madeleine_cli.export.partitions import Buffers, Partition
from madeleine_cli.export.rows import Row, descriptor_of, open_rows
from madeleine_common.collecting import collecting_by_hand
from madeleine_common.durable import sync
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.model import SealedEvent
from madeleine_common.events.reading import EVERYTHING, START, Cursor, EventReader, Page, Selection

BUDGET_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Progress:
    """How far an export has come in one context: events read of `total`; rows, files and bytes written in all."""

    context: str
    total: int
    read: int = 0
    written: int = 0
    files: int = 0
    bytes: int = 0
    # Rows that are not readable in the export, by why: "sealed", "erased", "unreadable".
    closed: Counter[str] = field(default_factory=Counter)


class Export:
    """One run into a folder that its manifest holds; ends at what was settled when it came there."""

    def __init__(
        self,
        readers: Mapping[str, EventReader],
        codec: EventCodec,
        manifest: Manifest,
        form: Format,
        *,
        selection: Selection = EVERYTHING,
        open_sealed: bool = False,
        budget: int = BUDGET_BYTES,
    ) -> None:
        """`readers`: by context. `budget`: bytes of rows held before they are written, about a third of what they take.

        Without `open_sealed` sealed payloads are written as they are stored, and the codec is asked for no key.
        """
        self._readers = readers
        self._codec = codec
        self._manifest = manifest
        self._form = form
        self._selection = selection
        self._open_sealed = open_sealed
        self._budget = budget

    async def run(self, progress: Callable[[Progress], None] = lambda _: None) -> list[Progress]:
        """Exports each context in turn; `progress` is told after each page. Returns what was done, by context.

        Raises what reading and the keyring raise, and OSError; whatever ends it, the next run goes on from there.
        """
        with collecting_by_hand():
            return [await self._context(context, reader, progress) for context, reader in self._readers.items()]

    async def _context(self, context: str, reader: EventReader, tell: Callable[[Progress], None]) -> Progress:
        done = self._manifest.done(context)
        told = Progress(context, await reader.count(self._selection, done.cursor))
        tell(told)
        buffers = Buffers(context, self._budget)
        last, ahead = done.cursor, dict(done.partitions)
        async for page in reader.pages(self._selection, last):
            await self._take(buffers, page, ahead, told)
            last = page.last
            await self._write(buffers, buffers.ripe(), last, told)
            told.read += len(page.events)
            tell(told)
        await self._write(buffers, buffers.all(), last, told)
        if done.cursor != last:
            self._manifest.record(context, last, {})
        tell(told)
        return told

    async def _take(self, buffers: Buffers, page: Page, ahead: Mapping[str, Cursor], told: Progress) -> None:
        """Opens the page's events and puts them with their partitions, but for what an earlier run has written."""
        events: Sequence[SealedEvent] = page.events
        cursors: Sequence[Cursor] = page.cursors
        targets = [buffers.partition(sealed.event) for sealed in events]
        if ahead:
            new = [n for n, target in enumerate(targets) if cursors[n] > ahead.get(target.path, START)]
            events, cursors, targets = [events[n] for n in new], [cursors[n] for n in new], [targets[n] for n in new]
        rows = await open_rows(self._codec, events, cursors, open_sealed=self._open_sealed)
        for row, target, sealed in zip(rows, targets, events, strict=True):
            buffers.add(target, row, len(sealed.payload))
            if row.sealed is not None:
                told.closed["erased" if row.erased else "unreadable" if row.error else "sealed"] += 1

    async def _write(self, buffers: Buffers, ripe: Sequence[Partition], last: Cursor, told: Progress) -> None:
        if not ripe:
            return
        # In a thread: signals and progress bars live on while Parquet is being packed.
        files = await asyncio.to_thread(self._write_all, ripe)
        partitions = {partition.path: partition.rows[-1].cursor for partition in ripe}
        buffers.written(ripe)
        # Now, when there is least to look at.
        gc.collect(1)
        self._manifest.record(buffers.context, buffers.settled(last), partitions, files)
        told.written += sum(file["rows"] for file in files)
        told.bytes += sum(file["bytes"] for file in files)
        told.files += len(files)

    def _write_all(self, partitions: Sequence[Partition]) -> list[File]:
        return [file for partition in partitions for file in self._files(partition)]

    def _files(self, partition: Partition) -> list[File]:
        """The partition's rows as files; more than one if a type's messages are read as different ones now."""
        by_type: dict[Any, list[Row]] = {}
        for row in partition.rows:
            message = row.event.message
            descriptor = descriptor_of(row.event.type) if message is None else message.DESCRIPTOR
            by_type.setdefault(descriptor, []).append(row)
        return [self._file(partition.path, rows, descriptor) for descriptor, rows in by_type.items()]

    def _file(self, partition: str, rows: Sequence[Row], descriptor: Descriptor | None) -> File:
        folder = self._manifest.folder / partition
        folder.mkdir(parents=True, exist_ok=True)
        tx_id, position = rows[0].cursor
        # Named by its first row, which is in no other file: the same batch written again takes the same name.
        path = folder / f"part-{tx_id}-{position}.{self._form.suffix}"
        unfinished = folder / f".{path.name}"
        self._form.write(unfinished, rows, descriptor)
        sync(unfinished)
        unfinished.replace(path)
        sync(folder)
        return File(path=f"{partition}/{path.name}", rows=len(rows), bytes=path.stat().st_size)
