"""The meal log: made from a sentence, filled by two people, and asked a question whose answer must be exact."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock

from google.protobuf import struct_pb2

from madeleine.common.v1 import operation_pb2 as operations
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.miniapp.v1 import spec_pb2 as spec
from madeleine_cli.demo.following import followed
from madeleine_cli.demo.people import Person, chance, new_key
from madeleine_cli.demo.screen import Screen
from madeleine_cli.demo.talk import Answered
from madeleine_cli.demo.waiting import DemoFailed

PROMPT = "a meal log for the two of us: what we ate, when, and how many calories it had"
QUESTION = "how many calories this week?"
_DISHES = (
    "rice and beans", "tomato soup", "mushroom omelette", "noodles with tofu", "lentil salad", "baked aubergine",
    "porridge with apple", "vegetable curry", "spinach dumplings", "ratatouille", "miso soup", "goat cheese tart",
)  # fmt: skip
_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class MealLog:
    """The app as the house made it, and which of its fields the day is about."""

    app: miniapp.App
    entity: spec.Entity
    calories: spec.Field
    eaten_at: spec.Field
    seconds: float


@dataclass(frozen=True, slots=True)
class Exactness:
    """What was asked for, computed here from the records as listed, and as answered by the API and in the chat."""

    computed: float
    by_api: float
    in_chat: tuple[float, ...]
    records: frozenset[str]
    records_by_api: frozenset[str]
    records_in_chat: frozenset[str]
    left_out: int
    reading: str

    @property
    def exact(self) -> bool:
        """True when figure and rows are the same in all three."""
        return (
            self.computed == self.by_api
            and self.computed in self.in_chat
            and self.records == self.records_by_api == self.records_in_chat
        )


async def make_log(screen: Screen, person: Person, conversation_id: str) -> MealLog:
    """Asks for the app, watches it being made, and finds its fields; raises DemoFailed."""
    began = time.monotonic()
    request = miniapp.CreateAppRequest(prompt=PROMPT, conversation_id=conversation_id, idempotency_key=new_key())
    operation = (await person.api.call(request, miniapp.CreateAppResponse)).operation
    watch = miniapp.WatchAppOperationRequest(operation_id=operation.operation_id)
    updates = person.api.stream(watch, miniapp.WatchAppOperationResponse)
    operation = await followed(screen, "the meal log is made", updates, operation)
    if operation.state != operations.OPERATION_STATE_SUCCEEDED:
        raise DemoFailed(f"the meal log was not made: {operation.error or operation.step}")
    app = (await person.api.call(miniapp.GetAppRequest(app_id=operation.result_id), miniapp.GetAppResponse)).app
    for entity in app.spec.entities:
        numbers = [f for f in entity.fields if "calor" in f.name.lower() or f.unit.lower() == "kcal"]
        times = [f for f in entity.fields if f.type in (spec.FIELD_TYPE_DATETIME, spec.FIELD_TYPE_DATE)]
        if numbers and times:
            return MealLog(app, entity, numbers[0], times[0], time.monotonic() - began)
    raise DemoFailed(f"the app {app.spec.title!r} has no entity with calories and a time")


async def record_meals(log: MealLog, ana: Person, mei: Person) -> list[miniapp.Record]:
    """Each of the two records a meal of this week and two of last week, and Ana one more of this week."""
    this_week = _this_week(ana)
    meals = [
        (ana, _between(*this_week)),
        (mei, _between(*this_week)),
        (ana, _between(*this_week)),
        *((person, _last_week(this_week[0])) for person in (ana, ana, mei, mei)),
    ]
    chance.shuffle(meals)
    dishes = chance.sample(_DISHES, len(meals))
    records: list[miniapp.Record] = []
    for (person, moment), dish in zip(meals, dishes, strict=True):
        given = struct_pb2.Struct()
        given.update(_values(log, dish, moment.astimezone(person.zone)))
        request = miniapp.AddRecordRequest(
            app_id=log.app.app_id, entity=log.entity.name, values=given, idempotency_key=new_key()
        )
        records.append((await person.api.call(request, miniapp.AddRecordResponse)).record)
    return records


def meal_of(log: MealLog, person: Person) -> dict[str, str | int | bool]:
    """The values of one more meal of this week."""
    return _values(log, chance.choice(_DISHES), _between(*_this_week(person)))


async def list_records(person: Person, log: MealLog) -> list[miniapp.Record]:
    """All records of the app, page by page."""
    records: list[miniapp.Record] = []
    token = ""
    while True:
        request = miniapp.ListRecordsRequest(app_id=log.app.app_id, entity=log.entity.name, page_token=token)
        page = await person.api.call(request, miniapp.ListRecordsResponse)
        records += page.records
        token = page.next_page_token
        if not token:
            return records


async def compare(person: Person, log: MealLog, conversation_id: str, in_chat: Answered) -> Exactness:
    """Holds the answers against the sum of the records as they are listed; the week is that of who asked."""
    request = miniapp.AskRequest(question=QUESTION, conversation_id=conversation_id)
    asked = await person.api.call(request, miniapp.AskResponse)
    if not asked.answered:
        raise DemoFailed(f"{QUESTION!r} was not answered from the records: {asked.reason}")
    records = await list_records(person, log)
    begin, _ = _this_week(person)
    end = datetime.combine(person.now().date() + timedelta(days=1), clock(), person.zone)
    counted = {r.record_id: r for r in records if begin <= _moment(log, r, person) < end}
    return Exactness(
        computed=sum(r.values.fields[log.calories.name].number_value for r in counted.values()),
        by_api=sum(row.value for row in asked.result.rows),
        in_chat=tuple(float(n.replace(",", "")) for n in _NUMBERS.findall(in_chat.message.text)),
        records=frozenset(counted),
        records_by_api=frozenset(asked.result.record_ids),
        records_in_chat=frozenset(c.id for c in in_chat.message.answer.citations if c.kind == "record"),
        left_out=len(records) - len(counted),
        reading=asked.reading,
    )


def _values(log: MealLog, dish: str, moment: datetime) -> dict[str, str | int | bool]:
    asked = [*(f for f in log.entity.fields if f.required), log.calories, log.eaten_at]
    return {f.name: _value(log, f, dish, moment) for f in asked if not f.formula}


def _this_week(person: Person) -> tuple[datetime, datetime]:
    """From Monday, 0:00, until now, in the person's time zone."""
    now = person.now()
    return datetime.combine(now.date() - timedelta(days=now.weekday()), clock(), person.zone), now


def _last_week(monday: datetime) -> datetime:
    # Whole days of last week in the middle of the day: a meal at the edge would be another week's elsewhere.
    day: date = monday.date() - timedelta(days=chance.randint(2, 6))
    return datetime.combine(day, clock(chance.randint(8, 20), chance.randint(0, 59)), monday.tzinfo)


def _between(begin: datetime, end: datetime) -> datetime:
    # To the minute: what a person types.
    minutes = int((end - begin).total_seconds() // 60)
    return begin + timedelta(minutes=chance.randint(0, minutes))


def _value(log: MealLog, field: spec.Field, dish: str, moment: datetime) -> str | int | bool:
    if field.name == log.calories.name:
        return chance.randint(90, 990)
    match field.type:
        case spec.FIELD_TYPE_DATETIME:
            return moment.isoformat(timespec="minutes")
        case spec.FIELD_TYPE_DATE:
            return moment.date().isoformat()
        case spec.FIELD_TYPE_CHOICE:
            return chance.choice(list(field.choices))
        case spec.FIELD_TYPE_TEXT:
            return dish
        case spec.FIELD_TYPE_BOOLEAN:
            return chance.choice((True, False))
        case spec.FIELD_TYPE_NUMBER | spec.FIELD_TYPE_INTEGER | spec.FIELD_TYPE_RATING | spec.FIELD_TYPE_MONEY:
            return chance.randint(1, 5)
        case _:
            raise DemoFailed(f"nobody knows what to enter in {field.name} of {log.app.spec.title!r}")


def _moment(log: MealLog, record: miniapp.Record, person: Person) -> datetime:
    moment = datetime.fromisoformat(record.values.fields[log.eaten_at.name].string_value)
    # A date alone is a day on the wall of whoever asks.
    return moment if moment.tzinfo else moment.replace(tzinfo=person.zone)
