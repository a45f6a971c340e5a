"""Requests about files: records out, records in, apps made of files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import require_person
from madeleine_common.rpc.checks import Checks
from madeleine_miniapp.application.files.exporting import Exporting
from madeleine_miniapp.application.files.founding import Founding
from madeleine_miniapp.application.files.importing import Importing
from madeleine_miniapp.domain.files.reading import Broken, Note

MAX_CSV_BYTES = 768 * 1024
# Largest requests by method: the file, and what stands beside it.
LARGER = dict.fromkeys(
    (f"/madeleine.miniapp.v1.MiniappService/{name}" for name in ("ImportRecords", "CreateAppFromCsv")),
    MAX_CSV_BYTES + 64 * 1024,
)
_PIECE_BYTES = 256 * 1024
_MAX_COLUMNS = 200
_FORMATS = (m.FILE_FORMAT_CSV, m.FILE_FORMAT_JSON, m.FILE_FORMAT_PARQUET)


class ExchangeApi:
    """ExportApp, ImportRecords, CreateAppFromCsv."""

    _exporting: Exporting
    _importing: Importing
    _founding: Founding

    async def ExportApp(self, request: m.ExportAppRequest, context: Any) -> AsyncIterator[m.ExportAppResponse]:
        """Streams a file of records."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.one_of("format", request.format, _FORMATS)
        checks.text("entity", request.entity, least=0, most=60)
        checks.done()
        async for piece in self._exporting.export(require_person(), request):
            if piece.file_name:
                yield m.ExportAppResponse(file_name=piece.file_name, media_type=piece.media_type)
            for start in range(0, len(piece.data), _PIECE_BYTES):
                yield m.ExportAppResponse(data=piece.data[start : start + _PIECE_BYTES])

    async def ImportRecords(self, request: m.ImportRecordsRequest, context: Any) -> m.ImportRecordsResponse:
        """Adds records from CSV text."""
        checks = Checks()
        checks.id("app_id", request.app_id)
        checks.text("entity", request.entity, least=0, most=60)
        checks.idempotency_key(request.idempotency_key)
        if len(request.columns) > _MAX_COLUMNS:
            checks.bad("columns", f"must be at most {_MAX_COLUMNS}")
        _csv_checks(checks, request.csv)
        checks.done()
        done = await self._importing.import_records(require_person(), request)
        return m.ImportRecordsResponse(
            added=done.added,
            broken=_broken(done.broken),
            columns=done.columns,
            broken_count=done.broken_rows,
            notes=_notes(done.notes),
        )

    async def CreateAppFromCsv(self, request: m.CreateAppFromCsvRequest, context: Any) -> m.CreateAppFromCsvResponse:
        """Makes an app whose fields are a file's columns."""
        checks = Checks()
        checks.text("title", request.title, least=0, most=80)
        checks.id("conversation_id", request.conversation_id, optional=True)
        checks.idempotency_key(request.idempotency_key)
        _csv_checks(checks, request.csv)
        checks.done()
        app, done = await self._founding.found(require_person(), request)
        return m.CreateAppFromCsvResponse(
            app=app,
            added=done.added,
            broken=_broken(done.broken),
            broken_count=done.broken_rows,
            notes=_notes(done.notes),
        )


def _csv_checks(checks: Checks, csv: str) -> None:
    if not csv.strip():
        checks.bad("csv", "is required")
    elif (size := len(csv.encode())) > MAX_CSV_BYTES:
        checks.bad("csv", f"must have at most {MAX_CSV_BYTES} bytes; it has {size}. Larger files go in several calls")


def _broken(broken: Sequence[Broken]) -> list[m.BrokenRow]:
    return [m.BrokenRow(row=one.row, field=one.field, reason=one.reason) for one in broken]


def _notes(notes: Sequence[Note]) -> list[m.ColumnNote]:
    return [m.ColumnNote(column=one.column, field=one.field, note=one.note) for one in notes]
