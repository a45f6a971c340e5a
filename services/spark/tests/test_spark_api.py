"""Cards over gRPC, PostgreSQL, NATS and Temporal: made, read, judged, scheduled, erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import grpc
import pytest
from temporalio.service import RPCError
from temporalio.worker import Replayer

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_SUCCEEDED, Operation
from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.spark.v1 import spark_pb2 as pb
from madeleine.spark.v1.spark_pb2_grpc import SparkServiceStub
from madeleine_common.commands import utc_now
from madeleine_common.events import Metadata, NewEvent
from madeleine_common.ids import new_id
from madeleine_common.settings import Settings
from madeleine_common.testing import Rig, Servers, TestPerson, eventually, refused
from madeleine_common.testing.temporal_history import opened_history
from madeleine_spark.workflows.make_spark import MakeSpark

BEES = ("my neighbour brought a hive, no bees yet", "how do bees find a home", "would sunflowers help bees")
GOOD = json.dumps({"title": "About those bees", "body": "You wondered how bees find a home.", "tone": "curious"})
LIE = json.dumps({"title": "12 hives", "body": "You own 12 hives full of bees.", "tone": "curious"})


def beekeeper(servers: Servers, neighbours: Any, **more: Any) -> TestPerson:
    ana = neighbours.welcome(servers.person("Ana"), **more)
    for days_ago, text in enumerate(BEES, start=1):
        neighbours.remember(ana, text, days_ago=days_ago)
    return ana


async def make(spark: SparkServiceStub, person: TestPerson, day: str = "") -> Operation:
    """Makes a card and watches until its operation ends; returns the last word on it."""
    request = pb.MakeSparkRequest(day=day, idempotency_key=new_id())
    operation = (await spark.MakeSpark(request, metadata=person.call)).operation
    watched = spark.WatchSparkOperation(
        pb.WatchSparkOperationRequest(operation_id=operation.operation_id), metadata=person.call
    )
    return [reply.operation async for reply in watched][-1]


async def card_of(spark: SparkServiceStub, person: TestPerson, spark_id: str) -> pb.SparkCard:
    return (await spark.GetSpark(pb.GetSparkRequest(spark_id=spark_id), metadata=person.call)).card


async def types_of(rig: Rig[Settings], person: TestPerson) -> list[str]:
    events = rig.house.store.read_stream(f"sparks-{person.person_id}")
    return [event.type.rsplit(".", 1)[-1] async for event in events]


async def test_a_card_with_its_reasons(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    neighbours.answers = [GOOD]
    done = await make(spark, ana)
    assert done.state == OPERATION_STATE_SUCCEEDED
    card = await card_of(spark, ana, done.result_id)
    assert (card.title, card.tone, card.revision) == ("About those bees", pb.TONE_CURIOUS, "base")
    assert card.day == datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date().isoformat()
    held = {m.memory_id: m.text for m in neighbours.memories[ana.person_id]}
    assert {r.memory_id: r.text for r in card.reasons} == held
    listed = await spark.ListSparks(pb.ListSparksRequest(), metadata=ana.call)
    assert list(listed.cards) == [card]
    asked = neighbours.prompts[-1]
    assert asked.feature == "spark"
    assert all(text in asked.chat.messages[-1].content for text in BEES)

    again = await make(spark, ana)
    assert again == done
    assert await types_of(rig, ana) == ["SparkMade"]


async def test_what_was_said_never_enters_the_workflows_history(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    neighbours.answers = [GOOD]
    done = await make(spark, ana)
    history = await rig.house.temporal.get_workflow_handle(done.operation_id).fetch_history()
    kept = await opened_history(rig.house.temporal, done.operation_id)
    assert ana.person_id.encode() in kept
    assert b"bees" not in kept
    # The history replays, so that a changed workflow that would break running ones is noticed.
    converter = rig.house.temporal.data_converter
    await Replayer(workflows=[MakeSpark], data_converter=converter).replay_workflow(history)


async def test_a_model_that_invents_numbers_is_asked_once_more_and_then_not_used(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana, ben = beekeeper(servers, neighbours), beekeeper(servers, neighbours)
    neighbours.answers = [LIE, GOOD]
    assert (await card_of(spark, ana, (await make(spark, ana)).result_id)).title == "About those bees"
    neighbours.answers = [LIE, "{cut short"]
    card = await card_of(spark, ben, (await make(spark, ben)).result_id)
    assert card.revision == "extractive"
    assert "12" not in card.title + card.body
    assert "sunflowers" in card.body
    assert neighbours.answers == []


async def test_a_chinese_card_without_a_model_that_writes_chinese(
    spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    fang = neighbours.welcome(servers.person("王芳", time_zone="Asia/Shanghai", language="zh-Hans"))
    for days_ago in range(3):
        neighbours.remember(fang, f"练字: 王芳 recorded 练字: 第{days_ago}页", days_ago=days_ago, 页=days_ago)
    neighbours.answers = [GOOD, GOOD]
    card = await card_of(spark, fang, (await make(spark, fang)).result_id)
    assert card.title == "练字：你坚持下来了"


async def test_nothing_to_say_gives_no_card(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = neighbours.welcome(servers.person())
    neighbours.remember(ana, "how do I fold a fitted sheet")
    neighbours.answers = []
    done = await make(spark, ana)
    assert (done.state, done.result_id) == (OPERATION_STATE_SUCCEEDED, "")
    assert "nothing of substance" in done.step
    assert await types_of(rig, ana) == ["SparkSkipped"]
    assert (await spark.ListSparks(pb.ListSparksRequest(), metadata=ana.call)).cards == []


async def test_no_card_without_consent(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours, spark=False)
    key = {"idempotency_key": new_id()}
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="CONSENT_REQUIRED"):
        await spark.MakeSpark(pb.MakeSparkRequest(**key), metadata=ana.call)
    async with refused(grpc.StatusCode.FAILED_PRECONDITION, reason="CONSENT_REQUIRED"):
        wish = pb.SetSparkScheduleRequest(enabled=True, time_of_day="07:30", **key)
        await spark.SetSparkSchedule(wish, metadata=ana.call)
    assert await types_of(rig, ana) == []


async def test_bad_requests_name_their_fields_and_append_nothing(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    key, later = new_id(), (utc_now() + timedelta(days=3)).date().isoformat()
    cases: list[tuple[Any, Any, str]] = [
        (spark.MakeSpark, pb.MakeSparkRequest(day="tomorrow", idempotency_key=key), "day"),
        (spark.MakeSpark, pb.MakeSparkRequest(day=later, idempotency_key=key), "day"),
        (spark.MakeSpark, pb.MakeSparkRequest(idempotency_key="x"), "idempotency_key"),
        (spark.GetSpark, pb.GetSparkRequest(spark_id="x"), "spark_id"),
        (spark.ListSparks, pb.ListSparksRequest(page_size=201), "page_size"),
        (spark.ListSparks, pb.ListSparksRequest(page_token="x"), "page_token"),
        (spark.RateSpark, pb.RateSparkRequest(spark_id=new_id(), idempotency_key=key), "rating"),
        (spark.RateSpark, pb.RateSparkRequest(spark_id=new_id(), comment="x" * 1001), "comment"),
        (spark.RateSpark, pb.RateSparkRequest(spark_id=new_id(), comment="x" * 70_000), "comment"),
        (spark.SetSparkSchedule, pb.SetSparkScheduleRequest(enabled=True, time_of_day="7:30"), "time_of_day"),
        (spark.SetSparkSchedule, pb.SetSparkScheduleRequest(enabled=True, time_of_day="24:00"), "time_of_day"),
    ]
    for call, request, field in cases:
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
            await call(request, metadata=ana.call)
        async with refused(grpc.StatusCode.UNAUTHENTICATED):
            await call(request)
    assert await types_of(rig, ana) == []


async def test_cards_and_operations_are_their_persons_alone(
    spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana, eve = beekeeper(servers, neighbours), neighbours.welcome(servers.person("Eve"))
    neighbours.answers = [GOOD]
    done = await make(spark, ana)
    async with refused(grpc.StatusCode.NOT_FOUND):
        await card_of(spark, eve, done.result_id)
    rating = pb.RateSparkRequest(spark_id=done.result_id, rating=pb.SPARK_RATING_KEPT, idempotency_key=new_id())
    async with refused(grpc.StatusCode.NOT_FOUND, reason="SPARK_NOT_FOUND"):
        await spark.RateSpark(rating, metadata=eve.call)
    for operation_id in (done.operation_id, f"spark-{eve.person_id}-2026-01-01"):
        async with refused(grpc.StatusCode.NOT_FOUND):
            request = pb.WatchSparkOperationRequest(operation_id=operation_id)
            async for _ in spark.WatchSparkOperation(request, metadata=eve.call):
                pass


async def test_judged_once_however_often_told_and_a_dismissed_topic_stays_away(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    neighbours.answers = [GOOD]
    done = await make(spark, ana)
    request = pb.RateSparkRequest(
        spark_id=done.result_id, rating=pb.SPARK_RATING_DISMISSED, comment="no bees please", idempotency_key=new_id()
    )
    for _ in range(2):
        card = (await spark.RateSpark(request, metadata=ana.call)).card
        assert card.rating == pb.SPARK_RATING_DISMISSED
    assert await types_of(rig, ana) == ["SparkMade", "SparkRated"]
    listed = await spark.ListSparks(pb.ListSparksRequest(), metadata=ana.call)
    assert listed.cards[0].rating == pb.SPARK_RATING_DISMISSED
    tomorrow = (datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)).isoformat()
    assert (await make(spark, ana, tomorrow)).result_id == ""


async def test_cards_are_listed_latest_first_by_pages(
    spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    present = datetime.now(ZoneInfo("Europe/Paris")).date()
    neighbours.answers = [GOOD] * 3
    days = [(present + timedelta(days=n)).isoformat() for n in (0, 1)]
    for day in days:
        await make(spark, ana, day)
    first = await spark.ListSparks(pb.ListSparksRequest(page_size=1), metadata=ana.call)
    token = first.next_page_token
    second = await spark.ListSparks(pb.ListSparksRequest(page_size=1, page_token=token), metadata=ana.call)
    assert [c.day for c in (*first.cards, *second.cards)] == days[::-1]
    assert second.next_page_token == ""


async def test_a_schedule_fires_until_it_is_taken_back(
    rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    neighbours.answers = [GOOD]
    wish = pb.SetSparkScheduleRequest(enabled=True, time_of_day="07:30", idempotency_key=new_id())
    await spark.SetSparkSchedule(wish, metadata=ana.call)
    handle = rig.house.temporal.get_schedule_handle(f"spark-schedule-{ana.person_id}")

    async def scheduled() -> bool:
        try:
            return (await handle.describe()).schedule.spec.time_zone_name == "Europe/Paris"
        except RPCError:
            return False

    async def cards() -> list[pb.SparkCard]:
        return list((await spark.ListSparks(pb.ListSparksRequest(), metadata=ana.call)).cards)

    await eventually(scheduled)
    await handle.trigger()
    assert (await eventually(cards))[0].title == "About those bees"
    stop = pb.SetSparkScheduleRequest(enabled=False, idempotency_key=new_id())
    await spark.SetSparkSchedule(stop, metadata=ana.call)

    async def gone() -> bool:
        return not await scheduled()

    await eventually(gone)
    assert await types_of(rig, ana) == ["SparkScheduleChanged", "SparkMade", "SparkScheduleChanged"]


@pytest.mark.timeout(60)
async def test_nothing_is_left_of_an_erased_person(
    rig: Rig[Settings], identity_rig: Rig[Settings], spark: SparkServiceStub, servers: Servers, neighbours: Any
) -> None:
    ana = beekeeper(servers, neighbours)
    neighbours.answers = [GOOD]
    await make(spark, ana)
    wish = pb.SetSparkScheduleRequest(enabled=True, time_of_day="07:30", idempotency_key=new_id())
    await spark.SetSparkSchedule(wish, metadata=ana.call)
    handle = rig.house.temporal.get_schedule_handle(f"spark-schedule-{ana.person_id}")

    async def scheduled() -> bool:
        try:
            await handle.describe()
        except RPCError:
            return False
        return True

    await eventually(scheduled)
    servers.data_keys.destroy(f"person:{ana.person_id}")
    await identity_rig.house.store.append(
        f"person-{ana.person_id}",
        0,
        [NewEvent(PersonErased(person_id=ana.person_id))],
        Metadata(f"person:{ana.person_id}", utc_now(), new_id()),
    )

    async def gone() -> bool:
        rows = await rig.house.pool.fetchval("SELECT count(*) FROM sparks WHERE person_id = $1", ana.person_id)
        return rows == 0 and not await scheduled()

    await eventually(gone)
    events = [e async for e in rig.house.store.read_stream(f"sparks-{ana.person_id}")]
    assert all(event.erased for event in events)
