"""Files over real gRPC and PostgreSQL: out, in, and apps made of them."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from grpc import StatusCode

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused

from .conftest import ChatPeer, Door

SHOPPING = """Bought on,Item,Price,Kind,Done
15/03/2026,Milk,$2.50,food,yes
16/03/2026,"Soap, ""soft""
and hard",$3.00,home,no
17/03/2026,=Bread,$2.10,food,yes
18/03/2026,Rice,$8.10,Food,no
"""


async def export(door: Door, who: TestPerson, app_id: str, kind: m.FileFormat.ValueType) -> tuple[bytes, str]:
    """A file and its name."""
    call = door.stub.ExportApp(m.ExportAppRequest(app_id=app_id, format=kind), metadata=who.call)
    pieces = [piece async for piece in call]
    assert [bool(piece.file_name) for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    return b"".join(piece.data for piece in pieces), pieces[0].file_name


async def found(door: Door, who: TestPerson, csv: str, **more: Any) -> m.CreateAppFromCsvResponse:
    """An app made of CSV text."""
    request = m.CreateAppFromCsvRequest(csv=csv, idempotency_key=more.pop("key", new_id()), **more)
    return await door.stub.CreateAppFromCsv(request, metadata=who.call)


async def records(door: Door, who: TestPerson, app_id: str) -> list[dict[str, Any]]:
    """The values of an app's records, latest entry first."""
    listed = await door.stub.ListRecords(m.ListRecordsRequest(app_id=app_id, page_size=200), metadata=who.call)
    return [dict(record.values) for record in listed.records]


async def test_an_app_is_made_of_a_file_and_a_repeat_is_the_same_app(door: Door, servers: Servers) -> None:
    ana = servers.person()
    made = await found(door, ana, SHOPPING, title="Shopping", key="one-and-the-same")
    assert (made.added, made.broken_count, made.app.spec.title, made.app.spec.currency) == (4, 0, "Shopping", "USD")
    kinds = {f.name: s.FieldType.Name(f.type).removeprefix("FIELD_TYPE_") for f in made.app.spec.entities[0].fields}
    assert kinds == {"bought_on": "DATE", "item": "TEXT", "price": "MONEY", "kind": "CHOICE", "done": "BOOLEAN"}
    again = await found(door, ana, SHOPPING, title="Shopping", key="one-and-the-same")
    assert (again.app.app_id, again.added) == (made.app.app_id, 4)
    held = await records(door, ana, made.app.app_id)
    assert len(held) == 4
    assert {
        "bought_on": "2026-03-16", "item": 'Soap, "soft"\nand hard', "price": 3.0, "kind": "home", "done": False,
    } in held  # fmt: skip
    async with refused(StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await found(door, ana, SHOPPING, title="Other", key="one-and-the-same")


async def test_what_is_exported_as_csv_is_imported_as_it_was(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = (await found(door, ana, SHOPPING, title="A/B: shopping")).app.app_id
    data, name = await export(door, ana, app_id, m.FILE_FORMAT_CSV)
    assert name == "A-B- shopping.csv"
    text = data.decode()
    assert text.startswith("\ufeffBought on,Item,Price,Kind,Done\r\n")
    # No spreadsheet takes it for a formula.
    assert ",'=Bread," in text
    before = await records(door, ana, app_id)
    request = m.ImportRecordsRequest(app_id=app_id, csv=text, idempotency_key=new_id(), dry_run=True)
    tried = await door.stub.ImportRecords(request, metadata=ana.call)
    assert (tried.added, tried.broken_count) == (4, 0)
    assert dict(tried.columns)["Bought on"] == "bought_on"
    assert len(await records(door, ana, app_id)) == 4
    request.dry_run = False
    assert (await door.stub.ImportRecords(request, metadata=ana.call)).added == 4
    assert (await door.stub.ImportRecords(request, metadata=ana.call)).added == 4
    after = await records(door, ana, app_id)
    key = repr
    assert sorted(after, key=key) == sorted(before * 2, key=key)


async def test_broken_rows_are_told_and_the_others_added(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = (await found(door, ana, SHOPPING)).app.app_id
    text = (
        "item,price,kind,done,Bought on,shop\n"
        "Tea,4,food,yes,2026-03-19,corner\n"
        "Jam,dear,food,no,2026-03-19,corner\n"
        "Ham,5,meat,no,2026-02-30,corner\n"
        '"Oil,5,food,no,2026-03-19\n'
        "Fig,1,food,no,2026-03-19,corner\n"
    )
    request = m.ImportRecordsRequest(app_id=app_id, csv=text, idempotency_key=new_id())
    done = await door.stub.ImportRecords(request, metadata=ana.call)
    assert (done.added, done.broken_count) == (2, 3)
    assert [(b.row, b.field) for b in done.broken] == [(2, "price"), (3, "kind"), (3, "bought_on"), (4, "")]
    assert dict(done.columns)["shop"] == ""
    assert [(n.column, n.note) for n in done.notes] == [("kind", "not among its choices: 'meat' (1)")]
    assert {r["item"] for r in await records(door, ana, app_id)} >= {"Tea", "Fig"}


async def test_people_and_defaults_are_as_the_file_says(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben, eve = servers.person("Ana"), servers.person("Ben"), servers.person("Eve")
    group = chat.group(ana, ben)
    app_id = await door.app(ana, "expenses", group)
    app = (await door.stub.GetApp(m.GetAppRequest(app_id=app_id), metadata=ana.call)).app
    entity = app.spec.entities[0]
    person = next(f for f in entity.fields if f.type == s.FIELD_TYPE_PERSON)
    fitting = {s.FIELD_TYPE_TEXT: "Pizza", s.FIELD_TYPE_MONEY: "9.50", s.FIELD_TYPE_DATE: "2026-03-15"}
    needed = {f.name: fitting.get(f.type, "") for f in entity.fields if f.required and f.name != person.name}
    header = ",".join([*needed, person.label])
    rows = [",".join([*needed.values(), who]) for who in ("BEN", ben.person_id, "Eve")]
    request = m.ImportRecordsRequest(
        app_id=app_id, csv="\n".join([header, *rows]), entity=entity.name, idempotency_key=new_id()
    )
    done = await door.stub.ImportRecords(request, metadata=ana.call)
    assert (done.added, [(b.row, b.field) for b in done.broken]) == (2, [(3, person.name)])
    assert {r[person.name] for r in await records(door, ana, app_id)} == {ben.person_id}
    data, _ = await export(door, ben, app_id, m.FILE_FORMAT_CSV)
    assert data.decode().count("Ben") == 2
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await door.stub.ImportRecords(request, metadata=eve.call)
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await found(door, eve, "a\n1", conversation_id=group)
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await export(door, eve, app_id, m.FILE_FORMAT_JSON)


async def test_a_viewer_takes_records_along_but_brings_none(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    app_id = await door.app(ana, "meals", chat.group(ana, ben))
    role = m.SetAppRoleRequest(app_id=app_id, person_id=ben.person_id, role="viewer", idempotency_key=new_id())
    await door.stub.SetAppRole(role, metadata=ana.call)
    for dry_run in (True, False):
        request = m.ImportRecordsRequest(
            app_id=app_id, csv="dish,eaten at\nsoup,2026-03-15 12:00\n", idempotency_key=new_id(), dry_run=dry_run
        )
        async with refused(StatusCode.PERMISSION_DENIED):
            await door.stub.ImportRecords(request, metadata=ben.call)
    template = m.CreateTemplateRequest(app_id=app_id, idempotency_key=new_id())
    async with refused(StatusCode.PERMISSION_DENIED, reason="ROLE_REQUIRED"):
        await door.stub.CreateTemplate(template, metadata=ben.call)
    assert (await export(door, ben, app_id, m.FILE_FORMAT_CSV))[0]


async def test_json_holds_the_whole_app_and_parquet_typed_columns(door: Door, servers: Servers) -> None:
    ana = servers.person("Ana")
    app_id = (await found(door, ana, SHOPPING, title="Shopping")).app.app_id
    data, name = await export(door, ana, app_id, m.FILE_FORMAT_JSON)
    whole = json.loads(data)
    assert name == "Shopping.json"
    assert (whole["spec"]["title"], whole["people"]) == ("Shopping", {ana.person_id: "Ana"})
    assert [r["values"]["item"] for r in whole["records"]][:1] == ["Milk"] or len(whole["records"]) == 4
    data, name = await export(door, ana, app_id, m.FILE_FORMAT_PARQUET)
    table = pq.read_table(io.BytesIO(data))
    assert name == "Shopping.parquet"
    assert {c: str(table.schema.field(c).type) for c in ("bought_on", "price", "done", "item")} == {
        "bought_on": "date32[day]", "price": "decimal128(28, 6)", "done": "bool", "item": "string",
    }  # fmt: skip
    prices = dict(zip(table["item"].to_pylist(), table["price"].to_pylist(), strict=True))
    assert str(prices["Rice"]) == "8.100000"
    told = json.loads((table.schema.metadata or {})[b"madeleine"])
    assert (told["currency"], told["fields"][0]["label"]) == ("USD", "Bought on")


async def test_an_empty_app_is_exported_too(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    assert len((await export(door, ana, app_id, m.FILE_FORMAT_CSV))[0].splitlines()) == 1
    assert json.loads((await export(door, ana, app_id, m.FILE_FORMAT_JSON))[0])["records"] == []
    assert pq.read_table(io.BytesIO((await export(door, ana, app_id, m.FILE_FORMAT_PARQUET))[0])).num_rows == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"app_id": "1"}, "app_id"),
        ({"csv": " "}, "csv"),
        ({"csv": "x" * 800_000}, "csv"),
        ({"csv": "nothing of it\n1\n"}, "csv"),
        ({"idempotency_key": "short"}, "idempotency_key"),
        ({"entity": "x"}, "entity"),
        ({"columns": {"nowhere": "dish"}}, "columns.nowhere"),
        ({"columns": {"dish": "nothing"}}, "columns.dish"),
    ],
)
async def test_bad_imports_name_their_field(door: Door, servers: Servers, change: dict[str, Any], field: str) -> None:
    ana = servers.person()
    good: dict[str, Any] = {"app_id": await door.app(ana), "csv": "dish\nsoup\n", "idempotency_key": new_id()}
    async with refused(StatusCode.INVALID_ARGUMENT, field=field):
        await door.stub.ImportRecords(m.ImportRecordsRequest(**{**good, **change}), metadata=ana.call)


async def test_a_file_of_many_rows_comes_and_goes_in_pieces(door: Door, servers: Servers) -> None:
    ana = servers.person()
    rows = [f"2026-03-{1 + i % 28:02},Item {i} {'x' * 60},{i % 97}.5,food,yes" for i in range(1_500)]
    text = "\n".join(["Bought on,Item,Price,Kind,Done", *rows])
    made = await found(door, ana, text)
    assert (made.added, made.broken_count) == (1_500, 0)
    data, _ = await export(door, ana, made.app.app_id, m.FILE_FORMAT_CSV)
    assert len(data.splitlines()) == 1_501


async def test_bad_exports_and_files_are_refused(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    async with refused(StatusCode.INVALID_ARGUMENT, field="format"):
        await export(door, ana, app_id, m.FILE_FORMAT_UNSPECIFIED)
    wide = ",".join(f"c{i}" for i in range(31)) + "\n" + ",".join("1" for _ in range(31))
    for csv in ("", "a,b\n", wide):
        async with refused(StatusCode.INVALID_ARGUMENT, field="csv"):
            await found(door, ana, csv)
    async with refused(StatusCode.NOT_FOUND):
        await export(door, ana, new_id(), m.FILE_FORMAT_CSV)
