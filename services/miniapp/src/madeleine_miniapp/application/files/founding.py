"""An app made of a CSV file: its spec is read off the columns, its rows become the records."""

from __future__ import annotations

import asyncio

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine_common.auth import Principal
from madeleine_miniapp.application.files.importing import Imported, Importing, known_of
from madeleine_miniapp.application.making import Making
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain.files.inferring import infer
from madeleine_miniapp.domain.files.rows import read_rows


class Founding:
    """Makes apps of files."""

    def __init__(self, making: Making, importing: Importing) -> None:
        self._making = making
        self._importing = importing

    async def found(self, caller: Principal, request: m.CreateAppFromCsvRequest) -> tuple[m.App, Imported]:
        """The app, and what became of the rows; a repeat gives the same app and adds nothing more."""
        chinese = caller.language.startswith("zh")
        title = request.title.strip() or ("我的表格" if chinese else "My table")
        with told():
            sheet = await asyncio.to_thread(read_rows, request.csv)
            spec = await asyncio.to_thread(infer, sheet, title, chinese, known_of(caller, sheet, {}))
        app = await self._making.make(caller, spec, request.conversation_id, request.idempotency_key, request)
        columns = {header: field.name for header, field in zip(sheet.header, spec.entities[0].fields, strict=True)}
        rows = m.ImportRecordsRequest(
            app_id=app.app_id,
            entity=spec.entities[0].name,
            csv=request.csv,
            columns=columns,
            idempotency_key=f"{request.idempotency_key}:rows",
        )
        return app, await self._importing.import_records(caller, rows)
