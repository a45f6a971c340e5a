"""The public API over real gRPC, PostgreSQL, NATS and Temporal; no model."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.struct_pb2 import Value
from grpc import StatusCode

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.bus.streams import subject_of, to_headers
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, RecordedEvent
from madeleine_common.ids import new_id
from madeleine_common.testing import Servers, eventually, refused

from .conftest import ChatPeer, Door, struct

PARIS = ZoneInfo("Europe/Paris")


def today(hour: int = 12) -> str:
    return datetime.now(PARIS).replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


async def test_records_are_added_read_changed_and_removed(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    record = await door.add(ana, app_id, dish="soup", eaten_at="2026-03-10T12:00", calories=300)
    assert record.values["eaten_at"] == "2026-03-10T12:00:00+01:00"
    request = m.ChangeRecordRequest(
        app_id=app_id, record_id=record.record_id, values=struct(calories=350), idempotency_key=new_id()
    )
    changed = (await door.stub.ChangeRecord(request, metadata=ana.call)).record
    assert (changed.values["calories"], changed.values["dish"]) == (350, "soup")
    assert changed.entered_at == record.entered_at
    listed = await door.stub.ListRecords(m.ListRecordsRequest(app_id=app_id), metadata=ana.call)
    assert list(listed.records) == [changed]
    removal = m.RemoveRecordRequest(app_id=app_id, record_id=record.record_id, idempotency_key=new_id())
    await door.stub.RemoveRecord(removal, metadata=ana.call)
    await door.stub.RemoveRecord(removal, metadata=ana.call)
    assert not (await door.stub.ListRecords(m.ListRecordsRequest(app_id=app_id), metadata=ana.call)).records


async def test_a_repeat_adds_nothing(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    request = m.AddRecordRequest(
        app_id=app_id, values=struct(dish="soup", eaten_at=today()), idempotency_key="the-same-key"
    )
    first = await door.stub.AddRecord(request, metadata=ana.call)
    second = await door.stub.AddRecord(request, metadata=ana.call)
    assert first == second
    request.values.fields["dish"].string_value = "stew"
    async with refused(StatusCode.ALREADY_EXISTS, reason="IDEMPOTENCY_KEY_REUSED"):
        await door.stub.AddRecord(request, metadata=ana.call)


async def test_only_members_may_see_a_shared_app_and_only_its_owner_a_private_one(
    door: Door, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben, eve = servers.person("Ana"), servers.person("Ben"), servers.person("Eve")
    group, app_id = chat.group(ana, ben), await door.app(ana)
    get = m.GetAppRequest(app_id=app_id)
    async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
        await door.stub.GetApp(get, metadata=ben.call)
    share = m.ShareAppRequest(app_id=app_id, conversation_id=group, idempotency_key=new_id())
    assert (await door.stub.ShareApp(share, metadata=ana.call)).app.conversation_id == group
    assert (await door.stub.GetApp(get, metadata=ben.call)).app.spec.title == "Meal log"
    calls: list[tuple[Any, Any]] = [
        (door.stub.GetApp, get),
        (door.stub.ListApps, m.ListAppsRequest(conversation_id=group)),
        (door.stub.ListRecords, m.ListRecordsRequest(app_id=app_id)),
        (door.stub.RunQuery, m.RunQueryRequest(app_id=app_id, query=m.Query(function=s.AGGREGATE_FUNCTION_COUNT))),
        (door.stub.Ask, m.AskRequest(question="calories today?", app_id=app_id)),
        (door.stub.Ask, m.AskRequest(question="calories today?", conversation_id=group)),
        (
            door.stub.AddRecord,
            m.AddRecordRequest(app_id=app_id, values=struct(dish="x"), idempotency_key=new_id()),
        ),
        (door.stub.JudgeApp, m.JudgeAppRequest(app_id=app_id, verdict=m.VERDICT_KEPT, idempotency_key=new_id())),
        (door.stub.CreateApp, m.CreateAppRequest(prompt="a log", conversation_id=group, idempotency_key=new_id())),
    ]
    head = await door.rig.house.store.head(f"app-{app_id}")
    for call, request in calls:
        async with refused(StatusCode.PERMISSION_DENIED, reason="NOT_A_MEMBER"):
            await call(request, metadata=eve.call)
    assert await door.rig.house.store.head(f"app-{app_id}") == head
    async with refused(StatusCode.UNAUTHENTICATED):
        await door.stub.GetApp(get)


async def test_bad_requests_name_their_fields_and_append_nothing(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    head = await door.rig.house.store.head(f"app-{app_id}")
    add = m.AddRecordRequest(app_id=app_id, idempotency_key=new_id())
    cases: list[tuple[Any, Any, str]] = [
        (door.stub.CreateApp, m.CreateAppRequest(prompt=" ", idempotency_key=new_id()), "prompt"),
        (door.stub.CreateApp, m.CreateAppRequest(prompt="x" * 2001, idempotency_key=new_id()), "prompt"),
        (door.stub.CreateApp, m.CreateAppRequest(prompt="x", idempotency_key="short"), "idempotency_key"),
        (door.stub.GetApp, m.GetAppRequest(app_id="1"), "app_id"),
        (door.stub.ListApps, m.ListAppsRequest(page_size=201), "page_size"),
        (door.stub.ListApps, m.ListAppsRequest(page_token="!"), "page_token"),
        (door.stub.JudgeApp, m.JudgeAppRequest(app_id=app_id, idempotency_key=new_id()), "verdict"),
        (door.stub.Ask, m.AskRequest(), "question"),
        (door.stub.Ask, m.AskRequest(question="x", app_id=app_id, conversation_id=new_id()), "conversation_id"),
        (door.stub.RunQuery, m.RunQueryRequest(app_id=app_id), "query"),
        (door.stub.RunQuery, m.RunQueryRequest(app_id=app_id, query=m.Query()), "query.function"),
        (door.stub.ListRecords, m.ListRecordsRequest(app_id=app_id, entity="x"), "entity"),
        (door.stub.ChangeRecord, m.ChangeRecordRequest(app_id=app_id, record_id=new_id()), "values"),
        (door.stub.AddRecord, add, "values.dish"),
    ]
    for call, request, path in cases:
        async with refused(StatusCode.INVALID_ARGUMENT, field=path):
            await call(request, metadata=ana.call)
    async with refused(StatusCode.INVALID_ARGUMENT, field="values.calories") as refusal:
        await door.add(ana, app_id, dish="soup", eaten_at=today(), calories="many")
    assert refusal.fields == {"values.calories": "must be a number"}
    async with refused(StatusCode.INVALID_ARGUMENT, field="values"):
        await door.add(ana, app_id, dish="x" * 70_000)
    async with refused(StatusCode.NOT_FOUND):
        await door.stub.GetApp(m.GetAppRequest(app_id=new_id()), metadata=ana.call)
    async with refused(StatusCode.NOT_FOUND):
        async for _ in door.stub.WatchAppOperation(
            m.WatchAppOperationRequest(operation_id="create-app-x"), metadata=ana.call
        ):
            pass
    assert await door.rig.house.store.head(f"app-{app_id}") == head


async def test_apps_are_listed_by_page_latest_first(door: Door, servers: Servers) -> None:
    ana = servers.person()
    made = [await door.app(ana) for _ in range(3)]
    await door.stub.GetApp(m.GetAppRequest(app_id=made[-1]), metadata=ana.call)
    await door.stub.GetApp(m.GetAppRequest(app_id=made[0]), metadata=ana.call)
    first = await door.stub.ListApps(m.ListAppsRequest(page_size=2), metadata=ana.call)
    rest = await door.stub.ListApps(m.ListAppsRequest(page_size=2, page_token=first.next_page_token), metadata=ana.call)
    assert [a.app_id for a in (*first.apps, *rest.apps)] == made[::-1]
    assert not rest.next_page_token


async def run(door: Door, who: Any, app_id: str, **query: Any) -> m.QueryResult:
    start = query.pop("from_", None)
    made = m.Query(**query)
    if start:
        getattr(made, "from").FromDatetime(start)
    return (await door.stub.RunQuery(m.RunQueryRequest(app_id=app_id, query=made), metadata=who.call)).result


async def test_typed_queries_are_exact(door: Door, servers: Servers) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    start = datetime(2026, 3, 9, tzinfo=PARIS)
    rows = [(0.1, "breakfast"), (0.2, "lunch"), (0.3, "lunch"), (None, "dinner"), (1000.7, None)]
    ids: list[str] = []
    for index, (calories, kind) in enumerate(rows):
        values = {"dish": f"Dish {index}", "eaten_at": (start + timedelta(days=index)).isoformat()}
        values |= {"calories": calories} if calories is not None else {}
        values |= {"meal_type": kind} if kind else {}
        ids.append((await door.add(ana, app_id, **values)).record_id)
    total = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_SUM, field="calories")
    assert (total.rows[0].value, total.unit) == (1001.3, "kcal")
    assert set(total.record_ids) == {ids[0], ids[1], ids[2], ids[4]}
    expected = {
        s.AGGREGATE_FUNCTION_MEAN: 250.325,
        s.AGGREGATE_FUNCTION_MIN: 0.1,
        s.AGGREGATE_FUNCTION_MAX: 1000.7,
        s.AGGREGATE_FUNCTION_MEDIAN: 0.25,
        s.AGGREGATE_FUNCTION_COUNT: 4,
    }
    for function, value in expected.items():
        assert (await run(door, ana, app_id, function=function, field="calories")).rows[0].value == value
    lunch = m.Filter(field="meal_type", comparison=m.COMPARISON_EQUAL, value=Value(string_value="lunch"))
    filtered = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_SUM, field="calories", filters=[lunch])
    assert filtered.rows[0].value == 0.5
    grouped = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_COUNT, group_by="meal_type")
    assert {r.group: r.value for r in grouped.rows} == {"": 1, "breakfast": 1, "dinner": 1, "lunch": 2}
    by_day = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_COUNT, group_by="eaten_at")
    assert [r.group for r in by_day.rows] == [f"2026-03-{day:02}" for day in range(9, 14)]
    late = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_COUNT, from_=start + timedelta(days=3))
    assert set(late.record_ids) == set(ids[3:])
    hostile = m.Filter(
        field="dish", comparison=m.COMPARISON_CONTAINS, value=Value(string_value="'; DROP TABLE records; --")
    )
    nothing = await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_SUM, field="calories", filters=[hostile])
    assert not nothing.rows[0].HasField("value")
    assert not nothing.record_ids
    at = m.Filter(field="eaten_at", comparison=m.COMPARISON_LESS, value=Value(string_value="2026-03-10T00:00:00+01:00"))
    assert (await run(door, ana, app_id, function=s.AGGREGATE_FUNCTION_COUNT, filters=[at])).rows[0].value == 1


async def test_a_question_is_answered_with_the_records_it_rests_on(
    door: Door, servers: Servers, chat: ChatPeer
) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    await door.app(ana, "expenses", group)
    app_id = await door.app(ana, "meals", group)
    mine = await door.add(ana, app_id, dish="mapo tofu", eaten_at=today(), calories=612.5)
    await door.add(ben, app_id, dish="burger", eaten_at=today(), calories=800)
    answer = await door.ask(ana, "How many calories did I eat today?", conversation_id=group)
    assert answer.answered, answer.reason
    assert answer.text.startswith("612.5 kcal (sum of calories, Ana,")
    assert [r.record_id for r in answer.records] == [mine.record_id]
    assert answer.app.app_id == app_id
    everyone = await door.ask(ben, "今天我们一共吃了多少大卡？", conversation_id=group)
    assert everyone.result.rows[0].value == 1412.5
    assert "1,412.5 kcal" in everyone.text
    dish = await door.ask(ana, "how often did we have mapo tofu this week?", conversation_id=group)
    assert dish.result.rows[0].value == 1
    assert "dish ~ mapo tofu" in dish.reading
    empty = await door.ask(ana, "how many calories did I eat last month?", conversation_id=group)
    assert not empty.answered
    assert "there is no data for that time: the records begin on" in empty.text
    assert not empty.result.rows


@pytest.mark.parametrize(
    "question",
    [
        "good morning everyone!",
        "how many people live in Berlin?",
        "fibre yesterday, in grams?",
        "昨天我喝了多少水？",
        "lol",
    ],
)
async def test_what_the_records_cannot_answer_is_not_answered(door: Door, servers: Servers, question: str) -> None:
    ana = servers.person()
    app_id = await door.app(ana)
    await door.add(ana, app_id, dish="soup", eaten_at=today(), calories=300)
    answer = await door.ask(ana, question)
    assert not answer.answered
    assert answer.reason
    assert not answer.text


async def test_events_are_sealed_and_erasure_takes_the_rows_along(door: Door, servers: Servers, chat: ChatPeer) -> None:
    ana, ben = servers.person("Ana"), servers.person("Ben")
    group = chat.group(ana, ben)
    app_id = await door.app(ana, "meals", group)
    kept = await door.add(ana, app_id, dish="soup", eaten_at=today())
    await door.add(ben, app_id, dish="secret stew", eaten_at=today())
    house = door.rig.house
    payloads = await house.pool.fetch("SELECT payload FROM events WHERE stream_id = $1", f"app-{app_id}")
    assert not any(b"secret" in row["payload"] for row in payloads)
    servers.data_keys.destroy(f"person:{ben.person_id}")
    erased = PersonErased(person_id=ben.person_id)
    event = RecordedEvent(
        new_id(),
        erased.DESCRIPTOR.full_name,
        1,
        f"person-{ben.person_id}",
        9,
        "",
        Metadata("service:identity", utc_now(), new_id()),
        "",
        erased,
    )
    subject = subject_of("identity", event.type, event.stream_id)
    await house.js.publish(subject, erased.SerializeToString(), headers=to_headers(event))

    async def only_anas() -> bool:
        listed = await door.stub.ListRecords(m.ListRecordsRequest(app_id=app_id), metadata=ana.call)
        print(
            [r.record_id for r in listed.records],
            kept.record_id,
            await house.pool.fetch("select * from processed"),
            await house.pool.fetch("select * from dead_letters"),
        )
        return [r.record_id for r in listed.records] == [kept.record_id]

    await eventually(only_anas)
