"""Relations over the public API: whose apps they may read, and what callers are told."""

from __future__ import annotations

from datetime import UTC, datetime

from grpc import StatusCode

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, TestPerson, refused
from madeleine_miniapp.domain import terms as t

from .conftest import ChatPeer, Door


async def table(door: Door, who: TestPerson, app_id: str, relation: q.Relation) -> q.Table:
    request = m.RunQueryRequest(app_id=app_id, relation=relation)
    return (await door.stub.RunQuery(request, metadata=who.call)).table


def day(name: str) -> q.Expression:
    return t.call(q.FUNCTION_DAY, t.column(name))


def log(**fields: s.FieldType.ValueType) -> s.AppSpec:
    held = [s.Field(name=name, label=name, type=kind, unit=UNITS.get(name, "")) for name, kind in fields.items()]
    return s.AppSpec(title="Log", entities=[s.Entity(name="entry", label="Entry", fields=held)])


UNITS = {"calories": "kcal"}
MEALS = log(eaten_at=s.FIELD_TYPE_DATETIME, dish=s.FIELD_TYPE_TEXT, calories=s.FIELD_TYPE_NUMBER)
MOOD = log(at=s.FIELD_TYPE_DATETIME, mood=s.FIELD_TYPE_RATING)
DAYS = log(date=s.FIELD_TYPE_DATE)


async def test_a_relation_joins_two_apps_of_the_caller(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    meals, mood = await door.app_of(ana, MEALS, group), await door.app_of(ana, MOOD)
    eaten = [
        await door.add(ana, meals, dish="soup", eaten_at="2026-03-10T12:00", calories=300),
        await door.add(ana, meals, dish="stew", eaten_at="2026-03-10T23:30", calories=500),
    ]
    await door.add(ana, meals, dish="cake", eaten_at="2026-03-11T00:30", calories=900)
    for at, felt in (("2026-03-10T21:00", 5), ("2026-03-11T21:00", 3)):
        await door.add(ana, mood, at=at, mood=felt)
    good = t.filtered(t.records(mood), t.call(q.FUNCTION_GREATER, t.column("mood"), t.value(4)))
    on_good_days = t.joined(t.records(meals), good, q.JOIN_KIND_SEMI, (day("eaten_at"), day("at")))
    of_a_day = t.grouped(
        on_good_days, t.named(day=day("eaten_at")), [t.measure("kcal", q.MEASURE_FUNCTION_SUM, t.column("calories"))]
    )
    computed = await table(door, ana, meals, of_a_day)
    assert [(c.name, c.type, c.unit) for c in computed.columns] == [("day", "date", ""), ("kcal", "number", "kcal")]
    (row,) = computed.rows
    assert (row.values[0].string_value, row.values[1].number_value) == ("2026-03-10", 800)
    assert set(computed.record_ids) == {record.record_id for record in eaten}
    assert computed.record_count == 2
    # Ben may read the one that is shared, and learns nothing of the other through a join.
    assert len((await table(door, ben, meals, t.records(meals))).rows) == 3
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await table(door, ben, meals, of_a_day)


async def test_a_bad_relation_is_refused_with_its_path(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app_of(ana, DAYS)
    deep = t.records(app_id)
    for _ in range(30):
        deep = t.filtered(deep, t.value(True))
    cases = {
        "relation.records.app_id": t.records("1"),
        "relation.records.entity": t.records(app_id, "nothing"),
        "relation.filter.condition": t.filtered(t.records(app_id), t.column("nothing")),
        "relation.union.inputs[1].records.app_id": t.united(t.records(app_id), t.records("x\0")),
        "relation": deep,
    }
    for path, relation in cases.items():
        async with refused(StatusCode.INVALID_ARGUMENT, field=path):
            await table(door, ana, app_id, relation)
    async with refused(StatusCode.NOT_FOUND):
        await table(door, ana, app_id, t.records(new_id()))
    both = m.RunQueryRequest(
        app_id=app_id, relation=t.records(app_id), query=m.Query(function=s.AGGREGATE_FUNCTION_COUNT)
    )
    async with refused(StatusCode.INVALID_ARGUMENT, field="query"):
        await door.stub.RunQuery(both, metadata=ana.call)


async def test_a_query_and_its_relation_are_the_same(door: Door, servers: Servers) -> None:
    ana = servers.person(time_zone="Asia/Shanghai")
    app_id = await door.app_of(ana, DAYS)
    for n in (9, 10, 11):
        await door.add(ana, app_id, date=f"2026-03-{n:02}")
    # From midnight of the 10th in Shanghai: a date stands for its midnight there.
    query = m.Query(function=s.AGGREGATE_FUNCTION_COUNT)
    getattr(query, "from").FromDatetime(datetime(2026, 3, 9, 16, tzinfo=UTC))
    query.to.FromDatetime(datetime(2026, 3, 10, 16, 0, 1, tzinfo=UTC))
    result = (await door.stub.RunQuery(m.RunQueryRequest(app_id=app_id, query=query), metadata=ana.call)).result
    assert result.rows[0].value == 2
