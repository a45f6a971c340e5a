"""What people do to records, judged: by the domain alone, and in a document whose clients write as they like."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.struct_pb2 import Struct
from pycrdt import Doc, Map, UndoManager

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.ids import new_id
from madeleine_miniapp.adapters.live.ydoc import YDocument
from madeleine_miniapp.application.live.actions import Add, Amend, Remove, carry_out
from madeleine_miniapp.application.live.lib0 import Malformed
from madeleine_miniapp.application.live.ports import Gap, Spoilt
from madeleine_miniapp.application.live.sheet import Sheet, Taken
from madeleine_miniapp.domain.errors import Bad, Missing, NotAllowed
from madeleine_miniapp.domain.recording import Author, Facts, Kept
from madeleine_miniapp.domain.records import Surroundings

SPEC = s.AppSpec(
    title="Meal log",
    entities=[
        s.Entity(
            name="meal",
            label="Meal",
            fields=[
                s.Field(name="dish", type=s.FIELD_TYPE_TEXT, required=True),
                s.Field(name="kcal", type=s.FIELD_TYPE_NUMBER, min=0, max=10000),
                s.Field(name="kind", type=s.FIELD_TYPE_CHOICE, choices=["lunch", "dinner"]),
                s.Field(name="hot", type=s.FIELD_TYPE_BOOLEAN),
                s.Field(name="at", type=s.FIELD_TYPE_DATETIME),
                s.Field(name="tags", type=s.FIELD_TYPE_MULTI_CHOICE, choices=["sweet", "vegan"]),
            ],
        ),
        s.Entity(
            name="guest",
            label="Guest",
            fields=[s.Field(name="meal", type=s.FIELD_TYPE_RELATION, relates_to="meal", required=True)],
        ),
    ],
)
FACTS = Facts("a", SPEC, 3, "conversation:c")
AROUND = Surroundings(ZoneInfo("Europe/Berlin"), {"p1": "p1", "ana": "p1"})
ANA, BEN, EVE = Author("p1", "owner"), Author("p2", "editor"), Author("p3", "viewer")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def struct(**values: Any) -> Struct:
    made = Struct()
    made.update(values)
    return made


class Client:
    """Any Yjs client: a document of its own, and what it has written since it last sent."""

    def __init__(self, sheet: Sheet) -> None:
        self.doc: Doc[Any] = Doc()
        self.records: Map[Any] = self.doc.get("records", type=Map)
        self.doc.apply_update(sheet.document.whole())
        self._sheet = sheet
        # Whose browser it is; tests let others act through it.
        self._person = new_id()

    def edit(self, work: Callable[[Map[Any]], None]) -> bytes:
        before = self.doc.get_state()
        with self.doc.transaction():
            work(self.records)
        return self.doc.get_update(before)

    def sent(self, author: Author, work: Callable[[Map[Any]], None] = lambda r: None) -> bytes:
        """The same for whatever the server does not have yet; what the others get."""
        with self.doc.transaction():
            work(self.records)
        made = self._sheet.apply(self.doc.get_update(self._sheet.document.state()), self._person)
        taken = self._sheet.judge(made, author, NOW, AROUND)
        if taken.undone:
            self.doc.apply_update(taken.undone)
        return taken.update

    def send(self, author: Author, work: Callable[[Map[Any]], None]) -> Taken:
        """Edits, sends it, and takes what comes back to a sender."""
        made = self._sheet.apply(self.edit(work), self._person)
        taken = self._sheet.judge(made, author, NOW, AROUND)
        if taken.undone:
            self.doc.apply_update(taken.undone)
        assert self.records.to_py() == self._sheet.document._records.to_py()  # type: ignore[attr-defined]
        return taken


def record(entity: str = "meal", **values: Any) -> Map[Any]:
    return Map({"entity": entity, "values": Map(values), "by": "x", "at": "y"})


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(YDocument(), FACTS)


@pytest.fixture
def client(sheet: Sheet) -> Client:
    return Client(sheet)


def test_a_record_carries_what_memory_needs_and_the_server_says_who_and_when(sheet: Sheet, client: Client) -> None:
    record_id = new_id()
    taken = client.send(BEN, lambda r: r.__setitem__(record_id, record(dish="soup", at="2026-03-10T12:00")))
    at = "2026-03-10T12:00:00+01:00"
    added = events.RecordAdded(
        app_id="a",
        record_id=record_id,
        entity="meal",
        values=struct(dish="soup", at=at),
        entered_by="p2",
        app_title="Meal log",
        memory_space="conversation:c",
        entity_label="Meal",
        spec_version=3,
    )
    assert [(e.message, e.subject) for e in taken.events] == [(added, "person:p2")]
    assert client.records[record_id].to_py() == {
        "entity": "meal", "values": {"dish": "soup", "at": at}, "by": "p2", "at": NOW.isoformat()
    }  # fmt: skip
    assert taken.refusals == []


def test_a_bad_value_is_undone_at_its_sender_and_the_others_stand(sheet: Sheet, client: Client) -> None:
    record_id = new_id()
    client.send(ANA, lambda r: r.__setitem__(record_id, record(dish="soup", kcal=1.0)))

    def change(records: Map[Any]) -> None:
        values = records[record_id]["values"]
        values["kcal"], values["kind"], values["nonsense"] = "many", "lunch", 1.0
        del values["dish"]
        records[record_id]["by"] = "p9"

    taken = client.send(BEN, change)
    refused = {(r.field, r.reason) for r in taken.refusals}
    assert ("values.kcal", "must be a number") in refused
    assert ("values.nonsense", "is not a field of meal") in refused
    assert ("values.dish", "is required") in refused
    assert any(not field for field, _ in refused)
    assert client.records[record_id].to_py() == {
        "entity": "meal", "values": {"dish": "soup", "kcal": 1.0, "kind": "lunch"}, "by": "p1", "at": NOW.isoformat()
    }  # fmt: skip
    (event,) = taken.events
    assert isinstance(event.message, events.RecordChanged)
    assert dict(event.message.values) == {"dish": "soup", "kcal": 1, "kind": "lunch"}
    assert event.message.changed_by == "p2"


@pytest.mark.parametrize(
    "work",
    [
        lambda r, i: r.__setitem__(new_id(), record(dish="cake")),
        lambda r, i: r[i]["values"].__setitem__("dish", "cake"),
        lambda r, i: r.pop(i),
        lambda r, i: r.__setitem__(i, record(dish="cake")),
        lambda r, i: r[i].__setitem__("values", Map({"dish": "cake"})),
        lambda r, i: r[i].__setitem__("values", 7.0),
        lambda r, i: r.__setitem__(i, 7.0),
        lambda r, i: r[i].__setitem__("entity", "guest"),
        lambda r, i: r[i].__setitem__("more", "x"),
        lambda r, i: r[i].clear(),
        lambda r, i: r[i]["values"].clear(),
        lambda r, i: r.clear(),
    ],
)
def test_whatever_a_viewer_writes_is_undone(sheet: Sheet, client: Client, work: Any) -> None:
    record_id = new_id()
    client.send(ANA, lambda r: r.__setitem__(record_id, record(dish="soup", kcal=1.0)))
    before = client.records.to_py()
    taken = client.send(EVE, lambda r: work(r, record_id))
    assert taken.events == []
    assert taken.refusals
    assert client.records.to_py() == before
    assert sheet.kept(record_id) == Kept("meal", {"dish": "soup", "kcal": 1}, "p1", NOW.isoformat())


@pytest.mark.parametrize(
    ("record_id", "made"),
    [
        ("not-a-uuid", record(dish="x")),
        (new_id(), record("snack", dish="x")),
        (new_id(), record(kcal=1.0)),
        (new_id(), record(dish={"a": 1.0})),
        (new_id(), record(dish=Map({"a": 1.0}))),
        (new_id(), record(dish="x", hot=1.0)),
        (new_id(), record(dish="x" * 10_001)),
        (new_id(), Map({"entity": "meal"})),
        (new_id(), Map()),
        (new_id(), "text"),
        (new_id(), record("guest", meal=new_id())),
    ],
)
def test_a_record_that_is_none_is_taken_away(sheet: Sheet, client: Client, record_id: str, made: Any) -> None:
    taken = client.send(ANA, lambda r: r.__setitem__(record_id, made))
    assert taken.events == []
    assert {r.record_id for r in taken.refusals} == {record_id}
    assert client.records.to_py() == {}
    assert len(sheet) == 0


def test_one_and_true_are_not_the_same(sheet: Sheet, client: Client) -> None:
    record_id = new_id()
    client.send(ANA, lambda r: r.__setitem__(record_id, record(dish="soup", kcal=1.0, hot=True)))
    taken = client.send(ANA, lambda r: r[record_id]["values"].update({"kcal": True, "hot": 1.0}))
    assert {r.field for r in taken.refusals} == {"values.kcal", "values.hot"}
    values = client.records[record_id]["values"].to_py()
    assert values["kcal"] is not True
    assert values["hot"] is True


def test_records_that_refer_to_each_other_come_in_any_order(sheet: Sheet, client: Client) -> None:
    for order in (1, -1):
        ids = sorted([new_id(), new_id()])[::order]

        def both(records: Map[Any], ids: list[str] = ids) -> None:
            records[ids[0]] = record("guest", meal=ids[1])
            records[ids[1]] = record(dish="soup")

        taken = client.send(ANA, both)
        assert taken.refusals == []
        assert len(taken.events) == 2


def test_a_removal_is_sealed_with_what_it_removes(sheet: Sheet, client: Client) -> None:
    record_id = new_id()
    client.send(ANA, lambda r: r.__setitem__(record_id, record(dish="soup")))
    (event,) = client.send(BEN, lambda r: r.pop(record_id)).events
    assert isinstance(event.message, events.RecordRemoved)
    assert (event.message.removed_by, event.subject) == ("p2", "person:p1")


def test_an_id_of_another_apps_record_is_refused(sheet: Sheet, client: Client) -> None:
    record_id = new_id()
    made = sheet.apply(client.edit(lambda r: r.__setitem__(record_id, record(dish="soup"))), "p1")
    taken = sheet.judge(made, ANA, NOW, AROUND, {record_id})
    assert [r.reason for r in taken.refusals] == ["its id must be a new UUID"]
    assert sheet.document.read(record_id) is None


def test_what_is_no_update_or_builds_on_the_unknown_changes_nothing(sheet: Sheet, client: Client) -> None:
    client.send(ANA, lambda r: r.__setitem__(new_id(), record(dish="soup")))
    before = sheet.document.whole()
    foreign: Doc[Any] = Doc()
    foreign.get("other", type=Map)["x"] = 1.0
    for bad in (b"", b"garbage", b"\xff" * 40, before[:-1], before + b"\x00", foreign.get_update()):
        with pytest.raises(Malformed):
            sheet.apply(bad, "p1")
    client.edit(lambda r: r.__setitem__(new_id(), record(dish="lost")))
    with pytest.raises(Gap):
        sheet.apply(client.edit(lambda r: r.__setitem__(new_id(), record(dish="late"))), "p1")
    assert sheet.document.whole() == before


def test_callers_of_the_api_write_into_the_same_document(sheet: Sheet, client: Client) -> None:
    record_id, other = new_id(), new_id()
    done = carry_out(sheet, [Add(record_id, "meal", struct(dish="soup"))], ANA, NOW, AROUND, partly=False)
    client.doc.apply_update(done.update)
    assert client.records[record_id]["values"].to_py() == {"dish": "soup"}
    done = carry_out(sheet, [Amend(record_id, struct(kcal=3, dish="soup"))], BEN, NOW, AROUND, partly=False)
    assert isinstance(done.events[0].message, events.RecordChanged)
    assert carry_out(sheet, [Amend(record_id, struct(kcal=3))], BEN, NOW, AROUND, partly=False).events == []
    before = sheet.document.whole()
    for actions, error in (
        ([Remove(other)], Missing),
        ([Remove(record_id), Amend(record_id, struct(kcal=1))], Missing),
        ([Add(other, "meal", struct(dish="x")), Add(new_id(), "meal", struct(kcal=1))], Bad),
    ):
        with pytest.raises(error):
            carry_out(sheet, actions, ANA, NOW, AROUND, partly=False)
    with pytest.raises(NotAllowed):
        carry_out(sheet, [Remove(record_id)], EVE, NOW, AROUND, partly=False)
    assert (sheet.document.whole(), sheet.ids()) == (before, [record_id])
    done = carry_out(
        sheet,
        [Add(other, "meal", struct(dish="x")), Add(new_id(), "meal", struct(kcal=1))],
        ANA,
        NOW,
        AROUND,
        partly=True,
    )
    assert isinstance(done.outcomes[0], Kept)
    assert not isinstance(done.outcomes[1], Kept)
    assert len(done.events) == 1


def test_permissions_of_the_spec_hold_for_every_way_of_writing() -> None:
    spec = s.AppSpec()
    spec.CopyFrom(SPEC)
    spec.permissions.add(role="editor", entity="meal", add=True, change_own=True, locked_fields=["kcal"])
    sheet = Sheet(YDocument(), Facts("a", spec, 3, "conversation:c"))
    client = Client(sheet)
    theirs, anas = new_id(), new_id()
    client.send(BEN, lambda r: r.__setitem__(theirs, record(dish="soup")))
    client.send(ANA, lambda r: r.__setitem__(anas, record(dish="stew", kcal=1.0)))
    assert client.send(BEN, lambda r: r[theirs]["values"].__setitem__("dish", "cake")).refusals == []
    for work, field in (
        (lambda r: r[theirs]["values"].__setitem__("kcal", 5.0), "values.kcal"),
        (lambda r: r[anas]["values"].__setitem__("dish", "cake"), ""),
        (lambda r: r.pop(theirs), ""),
        (lambda r: r.__setitem__(new_id(), record(dish="x", kcal=1.0)), "values.kcal"),
    ):
        taken = client.send(BEN, work)
        assert (taken.events, [r.field for r in taken.refusals]) == ([], [field])
    with pytest.raises(NotAllowed):
        carry_out(sheet, [Amend(anas, struct(dish="cake"))], BEN, NOW, AROUND, partly=False)
    with pytest.raises(Bad):
        carry_out(sheet, [Amend(theirs, struct(kcal=1))], BEN, NOW, AROUND, partly=False)
    assert client.send(ANA, lambda r: r.pop(theirs)).refusals == []


def test_a_person_undoes_their_own_alone_and_what_they_undo_is_judged(sheet: Sheet) -> None:
    ana, ben = Client(sheet), Client(sheet)
    record_id = new_id()
    ben.doc.apply_update(ana.sent(ANA, lambda r: r.__setitem__(record_id, record(dish="soup", kcal=1.0))))
    # Undo goes by the origin of a change, as Yjs's own manager does.
    undo = UndoManager(scopes=[ana.records], capture_timeout_millis=0)
    undo.include_origin("mine")
    with ana.doc.transaction(origin="mine"):
        ana.records[record_id]["values"]["dish"] = "stew"
    ben.doc.apply_update(ana.sent(ANA))
    ana.doc.apply_update(ben.sent(BEN, lambda r: r[record_id]["values"].__setitem__("kcal", 2.0)))
    assert undo.undo()
    ben.doc.apply_update(ana.sent(ANA))
    for client in (ana, ben):
        assert client.records[record_id]["values"].to_py() == {"dish": "soup", "kcal": 2.0}
    assert not undo.undo()
    # A viewer's undo is an edit like any other.
    assert undo.redo()
    assert ana.sent(EVE)
    assert ana.records[record_id]["values"].to_py() == {"dish": "soup", "kcal": 2.0}
    kept = sheet.kept(record_id)
    assert kept
    assert kept.values == {"dish": "soup", "kcal": 2}


def test_nobody_writes_under_the_number_of_anothers_client(sheet: Sheet, client: Client) -> None:
    client.send(ANA, lambda r: r.__setitem__(new_id(), record(dish="soup")))
    for number in (client.doc.client_id, sheet.document.client_id):
        forged: Doc[Any] = Doc(client_id=number)
        forged.apply_update(sheet.document.whole())
        forged.get("records", type=Map)[new_id()] = record(dish="forged")
        with pytest.raises(Malformed):
            sheet.apply(forged.get_update(sheet.document.state()), "mallory")
    assert client.send(ANA, lambda r: r.__setitem__(new_id(), record(dish="stew"))).refusals == []


def test_whatever_bytes_come_they_are_taken_or_refused() -> None:
    rng = random.Random(7)
    server = Sheet(YDocument(), FACTS)
    good = Client(server).edit(lambda r: r.__setitem__(new_id(), record(dish="soup", kcal=3.0, tags=["sweet"])))
    refused = 0
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        try:
            made = server.apply(bytes(bad[: rng.randint(1, len(bad))] if rng.random() < 0.2 else bad), "p1")
            server.judge(made, ANA, NOW, AROUND)
        except (Malformed, Gap):
            refused += 1
        except Spoilt:
            server = Sheet(YDocument(), FACTS)
    assert refused > 2000
    for record_id in server.ids():
        assert server.document.read(record_id)
