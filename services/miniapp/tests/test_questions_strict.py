# ruff: noqa: E501 - one field list a line.
"""What is not wholly understood is refused: no part of a question is dropped, no field taken for another."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions import wording
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()
PEOPLE = {"ana": "Ana", "ben": "Ben", "cleo": "Cleo"}
ASKER = Asker("Ana", NOW, PEOPLE, {name: name for name in PEOPLE.values()})

_T = {
    "date": s.FIELD_TYPE_DATE, "text": s.FIELD_TYPE_TEXT, "choice": s.FIELD_TYPE_CHOICE, "many": s.FIELD_TYPE_MULTI_CHOICE,
    "money": s.FIELD_TYPE_MONEY, "integer": s.FIELD_TYPE_INTEGER, "number": s.FIELD_TYPE_NUMBER, "rating": s.FIELD_TYPE_RATING,
    "person": s.FIELD_TYPE_PERSON, "boolean": s.FIELD_TYPE_BOOLEAN, "duration": s.FIELD_TYPE_DURATION,
}  # fmt: skip


def entity(name: str, *fields: str) -> s.Entity:
    """An entity of fields written "name type unit" or "name type a|b|c"."""
    made = s.Entity(name=name, label=name)
    for written in fields:
        field_name, kind, *more = written.split(" ", 2)
        field = made.fields.add(name=field_name, label=field_name.replace("_", " "), type=_T[kind])
        if more and "|" in more[0]:
            field.choices.extend(more[0].split("|"))
        elif more:
            field.unit = more[0]
    return made


BOAT = s.AppSpec(
    title="The boat",
    currency="EUR",
    entities=[
        entity(
            "Trip", "sailed_at date", "harbour text", "weather choice sun|rain|storm", "aboard many Ana|Ben|Cleo",
            "skipper person", "miles integer mi", "sails_full boolean", "mooring_fee money EUR",
        ),
        entity("Repair", "date date", "what text", "kind choice paint|engine|repair", "cost money EUR", "paid_by person"),
        entity("Catch", "date date", "fish choice perch|pike|eel", "water choice lake|river", "weight integer g", "who person"),
    ],
)  # fmt: skip


def about(name: str, *, last: date = TODAY) -> Subject:
    held = next(e for e in BOAT.entities if e.name == name)
    people = tuple(f.name for f in held.fields if f.type == s.FIELD_TYPE_PERSON)
    return Subject(BOAT, held, True, people, "00000000-0000-4000-8000-000000000001", {}, date(2025, 11, 1), last)


def ask(question: str, name: str, *, last: date = TODAY) -> Reading:
    return read(question, about(name, last=last), ASKER, LEXICON)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        # The second group, the second clause.
        ("how much did the repairs of kind engine cost and which harbour was it?", "Repair"),
        ("how much did we pay and who paid most?", "Repair"),
        ("which repair cost the most and which the least?", "Repair"),
        # Another kind of record of the same app.
        ("cost of engine and catch this month", "Repair"),
        # A relation between records that no filter says.
        ("cost of engine after a storm", "Repair"),
        ("miles on trips before rain", "Trip"),
        # Somebody, where records name people in several ways.
        ("how many trips each?", "Trip"),
        ("how many trips did Ben make in february", "Trip"),
        # What several have in common, and what nobody has.
        ("which fish have we all caught?", "Catch"),
        ("which fish was never caught in the lake?", "Catch"),
        # A figure that an adjective is not about.
        ("who caught the longest eel and how much did it weigh", "Catch"),
        # Grams may add up.
        ("weight by fish this month", "Catch"),
        ("weight by month", "Catch"),
        # Not every trip has the date that it goes by left out.
        ("how many trips didn't we sail", "Trip"),
        # Who is with whom, and two kinds of which a record has one.
        ("who caught eel with whom?", "Catch"),
        ("how much did paint of the engine cost this year", "Repair"),
        # All of them, not some of them.
        ("did we paint every engine?", "Repair"),
        # A choice that is spelt like the kind of record.
        ("how much for repair in february", "Repair"),
    ],
)
def test_what_is_half_understood_is_refused(question: str, name: str) -> None:
    reading = ask(question, name)

    assert not reading.computable, reading.plan and reading.plan.told
    assert reading.problem or reading.unplaced


@pytest.mark.parametrize(
    ("question", "name", "told"),
    [
        ("cost by kind since january", "Repair", "sum of cost by kind"),
        ("how much did engine cost this year", "Repair", "sum of cost"),
        ("who paid most this year", "Repair", "sum of cost by paid by, highest first"),
        ("average weight by fish", "Catch", "mean of weight by fish"),
        ("how many trips did Ben skipper in february", "Trip", "number of records"),
        ("which fish did we catch in the lake?", "Catch", "different fish of records"),
        ("total cost per kind in the repair log since 1 december", "Repair", "sum of cost by kind"),
    ],
)
def test_what_is_whole_is_still_answered(question: str, name: str, told: str) -> None:
    reading = ask(question, name)

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert reading.plan.told == told


def test_a_log_is_all_its_records_also_where_a_choice_has_its_name() -> None:
    reading = ask("total cost per kind in the repair log since 1 december", "Repair")

    assert reading.facts is not None
    assert not reading.facts.conditions


def test_a_person_goes_to_the_field_that_the_verb_names() -> None:
    reading = ask("how many trips did Ben skipper in february", "Trip")

    assert reading.plan is not None
    assert _equals(reading.plan.relation, "skipper", "Ben")


def test_so_far_ends_today_where_records_lie_ahead() -> None:
    ahead = date(2026, 4, 18)
    so_far = ask("how much did engine cost so far this year", "Repair", last=ahead)
    all_year = ask("how much did engine cost this year", "Repair", last=ahead)

    assert so_far.plan is not None
    assert all_year.plan is not None
    assert "2026-12-31" in str(all_year.plan.relation)
    assert "2026-12-31" not in str(so_far.plan.relation)


def test_the_last_is_the_last_that_has_been() -> None:
    reading = ask("when did we last do a repair of kind engine, and how much was it?", "Repair", last=date(2026, 4, 18))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert TODAY.isoformat() in str(reading.plan.relation)
    assert "cost" in [shown.name for shown in reading.plan.shown]


def test_a_limit_that_a_frame_takes_is_told() -> None:
    reading = ask("how much did engine cost where the cost was over 100 euros", "Repair")

    assert reading.computable, (reading.problem, reading.unplaced)
    assert "100" in wording.describe(reading, TODAY, "en", {})


def test_the_kind_of_record_is_told_where_an_app_has_several() -> None:
    assert "The boat: Repair" in wording.describe(ask("cost by kind", "Repair"), TODAY, "en", {})


@pytest.mark.parametrize(
    ("days", "language", "names"),
    [
        (["2025-12-01", "2026-01-01"], "en", ["December", "January"]),
        (["2025-01-01", "2026-01-01"], "en", ["January 2025", "January 2026"]),
        (["2025-12-01", "2026-01-01"], "zh", ["12月", "1月"]),
        (["2025-01-01", "2026-01-01"], "zh", ["2025年1月", "2026年1月"]),
    ],
)
def test_months_have_their_names(days: list[str], language: str, names: list[str]) -> None:
    table = q.Table(columns=[q.Column(name="month", type="date"), q.Column(name="value", type="number")])
    for day in days:
        row = table.rows.add()
        row.values.add(string_value=day)
        row.values.add(number_value=1)
    plan = Plan(q.Relation(), (Shown("month"), Shown("value")), "", key="month")

    named = wording.units(plan, table, language)

    assert [row.values[0].string_value for row in named.rows] == names
    assert named.columns[0].type == "text"


def _equals(relation: q.Relation, column: str, value: str) -> bool:
    text = str(relation)
    return f'column: "{column}"' in text and f'"{value}"' in text
