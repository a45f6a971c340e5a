"""Questions over what is due and done: on time, late, overdue, still to do, the next one."""

from __future__ import annotations

from datetime import date

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s

from .test_questions_unprepared import ask, relation_of, subject_of

# What is due lies ahead of today.
LAST = date(2026, 4, 1)

CHORES = subject_of(
    "Chore",
    ("who",),
    ("task", s.FIELD_TYPE_CHOICE, ["dishes", "watering plants"]),
    ("who", s.FIELD_TYPE_PERSON, []),
    ("due", s.FIELD_TYPE_DATE, []),
    ("done", s.FIELD_TYPE_BOOLEAN, []),
    ("done_on", s.FIELD_TYPE_DATE, []),
    ("room", s.FIELD_TYPE_CHOICE, ["kitchen", "hall"]),
    ("points", s.FIELD_TYPE_INTEGER, []),
    last=LAST,
)
JOBS = subject_of(
    "Application",
    (),
    ("company", s.FIELD_TYPE_TEXT, []),
    ("applied_on", s.FIELD_TYPE_DATE, []),
    ("status", s.FIELD_TYPE_CHOICE, ["draft", "applied", "interview", "rejected"]),
    ("interview_date", s.FIELD_TYPE_DATE, []),
    last=LAST,
)


@pytest.mark.parametrize(
    ("question", "held", "not_held"),
    [
        ("who did the dishes the most this month", 'column: "done_on"', 'column: "due"'),
        ("how often did Cem water the plants in january", '"watering plants"', 'column: "due"'),
        ("which chores weren't done last week", 'column: "due"', 'column: "done_on"'),
        ("how many chores did Cem not do in february", "FUNCTION_COALESCE", 'column: "done_on"'),
        ("what do i still have to do", 'column: "done"', 'column: "done_on"'),
        ("what's left to do in the kitchen", '"kitchen"', "FUNCTION_NOT_EQUAL"),
        ("how many chores are overdue", "FUNCTION_LESS", 'column: "done_on"'),
        ("percentage of my chores done on time", "FUNCTION_LESS_OR_EQUAL", "MEASURE_FUNCTION_SUM"),
        ("when's my next chore due", '"p1"', 'column: "done_on"'),
    ],
)
def test_what_was_done_goes_by_its_day_and_what_is_to_do_by_when_it_is_due(
    question: str, held: str, not_held: str
) -> None:
    relation = relation_of(question, CHORES)
    assert held in relation
    assert not_held not in relation


def test_whether_everything_was_so_is_held_against_what_was_not() -> None:
    reading = ask("did i do everything on time last week", CHORES)
    assert reading.plan is not None
    assert reading.plan.verdict == "none"


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how many jobs have i applied to so far", 'column: "applied_on"'),
        ("how many applications per week since january", 'column: "applied_on"'),
        ("how many interviews did i have last month", 'column: "interview_date"'),
        ("when is my next interview", 'column: "interview_date"'),
        ("how many are still at applied", '"applied"'),
    ],
)
def test_a_state_that_has_its_day_is_told_by_it(question: str, held: str) -> None:
    assert held in relation_of(question, JOBS)


LOANS = subject_of(
    "Loan",
    ("lent_by",),
    ("item", s.FIELD_TYPE_TEXT, []),
    ("lent_to", s.FIELD_TYPE_TEXT, []),
    ("lent_by", s.FIELD_TYPE_PERSON, []),
    ("lent_on", s.FIELD_TYPE_DATE, []),
    ("due_back", s.FIELD_TYPE_DATE, []),
    ("returned_on", s.FIELD_TYPE_DATE, []),
    ("returned", s.FIELD_TYPE_BOOLEAN, []),
    ("deposit", s.FIELD_TYPE_MONEY, []),
    last=LAST,
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how many things are lent out at the moment", 'column: "returned"'),
        ("what hasn't come back yet", 'column: "returned"'),
        ("percentage of loans returned on time", "FUNCTION_LESS_OR_EQUAL"),
        ("who lends the most", 'column: "lent_by"'),
    ],
)
def test_what_is_out_has_not_come_back(question: str, held: str) -> None:
    assert held in relation_of(question, LOANS)


@pytest.mark.parametrize("question", ["how long are things gone on average", "how much gas did we use in january"])
def test_what_lasts_or_is_used_up_is_no_amount_of_money(question: str) -> None:
    assert not ask(question, LOANS).computable


def test_who_has_something_is_not_who_lent_it() -> None:
    assert 'name: "lent_by"' not in str(ask("who returns things late most often", LOANS).plan)
