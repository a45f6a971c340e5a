"""An app's records as a file, in pieces: never more than a page of records is held."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from google.protobuf.json_format import MessageToDict

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1.spec_pb2 import Entity
from madeleine_common.auth import Principal
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.files.ports import Row, Rows, Tables
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain.app import entity_of
from madeleine_miniapp.domain.files.writing import BOM, cells_of, csv_text, header_of, title_field, unique

# Of the JSON file's shape.
_JSON_VERSION = 1
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MOST_NAME = 80
_KINDS = {
    m.FILE_FORMAT_CSV: ("csv", "text/csv; charset=utf-8"),
    m.FILE_FORMAT_JSON: ("json", "application/json"),
    m.FILE_FORMAT_PARQUET: ("parquet", "application/vnd.apache.parquet"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a file; the first one says what the file is called and what it is."""

    data: bytes
    file_name: str = ""
    media_type: str = ""


class Exporting:
    """Makes files of records for those who may read them."""

    def __init__(self, access: Access, rows: Rows, tables: Tables) -> None:
        self._access = access
        self._rows = rows
        self._tables = tables

    async def export(self, caller: Principal, request: m.ExportAppRequest) -> AsyncIterator[Piece]:
        """The file in pieces; raises NotFound, Denied, or Invalid("entity")."""
        viewed = await self._access.app(caller, request.app_id)
        spec = viewed.app.spec
        ending, media_type = _KINDS[request.format]
        with told():
            entity = Entity() if request.format == m.FILE_FORMAT_JSON else entity_of(spec, request.entity)
        called = spec.title if len(spec.entities) == 1 or not entity.name else f"{spec.title} {entity.label}"
        yield Piece(b"", f"{_file_name(called)}.{ending}", media_type)
        match request.format:
            case m.FILE_FORMAT_CSV:
                pieces = self._csv(viewed, entity)
            case m.FILE_FORMAT_JSON:
                pieces = self._json(viewed)
            case _:
                pieces = self._parquet(viewed, entity)
        async for data in pieces:
            if data:
                yield Piece(data)

    async def _csv(self, viewed: Viewed, entity: Entity) -> AsyncIterator[bytes]:
        names, titles = unique(viewed.names), await titles_of(self._rows, viewed.app, entity)
        yield (BOM + csv_text([header_of(entity)])).encode()
        async for page in self._rows.pages(viewed.app.app_id, entity.name):
            yield csv_text(cells_of(entity, row.values, names, titles) for row in page).encode()

    async def _json(self, viewed: Viewed) -> AsyncIterator[bytes]:
        app = viewed.app
        head = {
            "madeleine_app": _JSON_VERSION,
            "app_id": app.app_id,
            "version": app.version,
            "spec": MessageToDict(app.spec, preserving_proto_field_name=True),
            "people": dict(viewed.names),
        }
        yield (_json(head)[:-1] + ',"records":[').encode()
        between = ""
        async for page in self._rows.pages(app.app_id, ""):
            text = between + ",\n".join(_json(_as_json(row)) for row in page)
            between = ",\n"
            yield text.encode()
        yield b"]}\n"

    async def _parquet(self, viewed: Viewed, entity: Entity) -> AsyncIterator[bytes]:
        writer = self._tables.writer(entity, viewed.app.spec.currency)
        async for page in self._rows.pages(viewed.app.app_id, entity.name):
            yield await writer.add(page)
        yield await writer.end()


async def titles_of(rows: Rows, app: m.App, entity: Entity) -> dict[str, Mapping[str, str]]:
    """By related entity the titles of its records by id, of those that are called by one that no other has."""
    titles: dict[str, Mapping[str, str]] = {}
    for name in {field.relates_to for field in entity.fields if field.relates_to}:
        related = next((e for e in app.spec.entities if e.name == name), Entity())
        found = await rows.titles(app.app_id, name, title_field(related))
        titles[name] = unique(found)
    return titles


def _as_json(row: Row) -> dict[str, object]:
    return {
        "record_id": row.record_id,
        "entity": row.entity,
        "values": dict(row.values),
        "entered_by": row.entered_by,
        "entered_at": row.entered_at.astimezone(UTC).isoformat(),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _file_name(title: str) -> str:
    return _NOT_IN_NAMES.sub("-", title).strip(" .-")[:_MOST_NAME] or "records"
