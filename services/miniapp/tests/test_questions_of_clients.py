# ruff: noqa: E501 - questions with their readings, one line each.
"""Questions over logs of work, invoices and what is done for somebody else, which no blueprint knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 15, 20, 0, tzinfo=ZoneInfo("Europe/London"))
PEOPLE = {"Ada": "p1", "Cem": "p2"}


def subject_of(title: str, name: str, people: tuple[str, ...], *fields: s.Field) -> Subject:
    """The one kind of record of an app."""
    spec = s.AppSpec(title=title, currency="GBP")
    entity = spec.entities.add(name=name, label=name)
    entity.fields.extend(fields)
    return Subject(spec, entity, bool(people), people, "app", {}, date(2025, 11, 1), NOW.date())


def field(name: str, kind: s.FieldType.ValueType, *choices: str, unit: str = "") -> s.Field:
    """A field that is called by its name."""
    return s.Field(name=name, label=name.replace("_", " "), type=kind, choices=choices, unit=unit)


INVOICES = subject_of(
    "Invoices",
    "Invoice",
    (),
    field("number", s.FIELD_TYPE_TEXT),
    field("client", s.FIELD_TYPE_CHOICE, "Harbour Books", "Oakley Dental"),
    field("amount", s.FIELD_TYPE_MONEY, unit="GBP"),
    field("issued", s.FIELD_TYPE_DATE),
    field("due", s.FIELD_TYPE_DATE),
    field("status", s.FIELD_TYPE_CHOICE, "draft", "sent", "paid"),
    field("paid_on", s.FIELD_TYPE_DATE),
    field("reminders", s.FIELD_TYPE_INTEGER),
)
HOURS = subject_of(
    "Hours",
    "Time Entry",
    (),
    field("date", s.FIELD_TYPE_DATE),
    field("client", s.FIELD_TYPE_CHOICE, "Harbour Books", "Oakley Dental"),
    field("project", s.FIELD_TYPE_TEXT),
    field("task", s.FIELD_TYPE_CHOICE, "design", "meeting", "revisions"),
    field("hours", s.FIELD_TYPE_NUMBER, unit="h"),
    field("billable", s.FIELD_TYPE_BOOLEAN),
)
BABY = subject_of(
    "Emil's log",
    "Entry",
    ("who",),
    field("at", s.FIELD_TYPE_DATETIME),
    field("kind", s.FIELD_TYPE_CHOICE, "feed", "nappy", "nap"),
    field("who", s.FIELD_TYPE_PERSON),
    field("feed_type", s.FIELD_TYPE_CHOICE, "breast", "bottle"),
    field("amount", s.FIELD_TYPE_INTEGER, unit="ml"),
    field("nap_length", s.FIELD_TYPE_DURATION, unit="min"),
)
ADAS = replace(BABY, spec=s.AppSpec(title="Ada's log", entities=BABY.spec.entities))


def ask(question: str, subject: Subject) -> Reading:
    """The reading of a question that Ada asks."""
    return read(question, subject, Asker("p1", NOW, PEOPLE, {v: k for k, v in PEOPLE.items()}), LEXICON)


def told(question: str, subject: Subject) -> str:
    """What is computed, and by what it is filtered; empty: it is refused."""
    reading = ask(question, subject)
    plan, facts = reading.plan, reading.facts
    if not reading.computable or plan is None or facts is None:
        return ""
    held = [c.told for c in facts.conditions] + [limit.told for limit in facts.limits]
    return "; ".join([plan.told, *held])


@pytest.mark.parametrize(
    ("subject", "question", "reading"),
    [
        (INVOICES, "which invoices are past their due date?", "records that match; paid on –; status ≠ paid; due < 2026-03-15"),
        (INVOICES, "how much is overdue in total", "sum of amount; paid on –; status ≠ paid; due < 2026-03-15"),
        (INVOICES, "median invoice", "median of amount"),
        (INVOICES, "how many invoices did i have to send a reminder for", "number of records; reminder ≥ 1"),
        (INVOICES, "how many invoices needed a reminder", "number of records; reminder ≥ 1"),
        (INVOICES, "how long does harbour books take to pay on average", "mean days issued → paid on; client = Harbour Books"),
        (INVOICES, "on average how long did it take oakley to pay (days after i issue)", "mean days issued → paid on; client = Oakley Dental"),
        (INVOICES, "smallest invoice that got paid - who and how much", "record with the lowest amount; status = paid"),
        (INVOICES, "next unpaid invoice to fall due, when and for how much?", "next such record; status ≠ paid"),
        (HOURS, "how many non-billable hours in february", "sum of hours; billable ✗"),
        (HOURS, "what share of my hours was non-billable", "share of billable ✗ in sum of hours; billable ✗"),
        (HOURS, "top three projects by hours", "sum of hours by project, highest first"),
        (HOURS, "my longest working day", "day with the highest sum of hours"),
        (HOURS, "average hours per working day in march", "sum of hours per day, averaged over days that have one"),
        (HOURS, "most days i ever worked in a row", "longest run of consecutive days"),
        (HOURS, "count of saturdays and sundays i worked this year", "number of days with a record"),
        (HOURS, "number of mondays i worked in february", "number of days with a record"),
        (HOURS, "for each hour of design how many hours of revisions did i do", "revisions / design in sum of hours; task = design; task = revisions"),
        (HOURS, "days I logged over 5 hours, ever", "over 5 hours (sum of hours/day); over 5 hours"),
        (BABY, "naps of more than an hour, how many did we get", "number of records; kind = nap; more than 1 hour"),
        (BABY, "average nap by month", "mean of nap length by month; kind = nap"),
        (BABY, "feeds this month by type", "number of records by feed type; kind = feed"),
        (BABY, "bottles per breastfeed, as a ratio", "bottle / breast; feed type = bottle; feed type = breast"),
    ],
)  # fmt: skip
def test_readings(subject: Subject, question: str, reading: str) -> None:
    held = told(question, subject)
    assert held == reading, held


def test_a_log_that_is_called_by_somebody_else_tells_of_him() -> None:
    for subject, people in ((BABY, []), (ADAS, ["p1"])):
        facts = ask("average length of a nap in february please", subject).facts
        assert facts is not None
        assert facts.people == people


@pytest.mark.parametrize("question", ["i want to stay under 5 hours a day, on how many days did i make it"])
def test_a_limit_that_is_said_is_no_least(question: str) -> None:
    assert "at least" not in told(question, HOURS)
