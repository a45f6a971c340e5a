"""Questions over what a household keeps: bills to be paid, meters, plants, and tests of what all use."""

from __future__ import annotations

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s

from .test_questions_unprepared import ask, relation_of, subject_of

BILLS = subject_of(
    "Bill",
    ("paid_by",),
    ("billed_on", s.FIELD_TYPE_DATE, []),
    ("kind", s.FIELD_TYPE_CHOICE, ["electricity", "water", "internet"]),
    ("provider", s.FIELD_TYPE_TEXT, []),
    ("amount", s.FIELD_TYPE_MONEY, []),
    ("due_on", s.FIELD_TYPE_DATE, []),
    ("paid_on", s.FIELD_TYPE_DATE, []),
    ("paid_by", s.FIELD_TYPE_PERSON, []),
    ("method", s.FIELD_TYPE_CHOICE, ["direct debit", "card"]),
)
LOANS = subject_of(
    "Loan",
    (),
    ("lent_on", s.FIELD_TYPE_DATE, []),
    ("item", s.FIELD_TYPE_TEXT, []),
    ("borrower", s.FIELD_TYPE_TEXT, []),
    ("due_on", s.FIELD_TYPE_DATE, []),
    ("returned_on", s.FIELD_TYPE_DATE, []),
)
TESTS = subject_of(
    "Speed test",
    ("who",),
    ("tested_at", s.FIELD_TYPE_DATETIME, []),
    ("who", s.FIELD_TYPE_PERSON, []),
    ("room", s.FIELD_TYPE_CHOICE, ["office", "kitchen"]),
    ("connection", s.FIELD_TYPE_CHOICE, ["wifi", "cable"]),
    ("download", s.FIELD_TYPE_NUMBER, []),
    ("down_for", s.FIELD_TYPE_DURATION, []),
)
next(f for f in TESTS.entity.fields if f.name == "download").unit = "Mbit/s"
HARVESTS = subject_of(
    "Harvest",
    ("who",),
    ("date", s.FIELD_TYPE_DATE, []),
    ("crop", s.FIELD_TYPE_TEXT, []),
    ("who", s.FIELD_TYPE_PERSON, []),
    ("weight", s.FIELD_TYPE_INTEGER, []),
    ("quality", s.FIELD_TYPE_RATING, []),
)
WEIGHINGS = subject_of("Weigh-in", (), ("date", s.FIELD_TYPE_DATE, []), ("weight", s.FIELD_TYPE_NUMBER, []))
for weighed in (HARVESTS, WEIGHINGS):
    next(f for f in weighed.entity.fields if f.name == "weight").unit = "g"


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how much do we still have to pay in total, all open bills", "FUNCTION_IS_MISSING"),
        ("how many bills are not paid yet", "FUNCTION_IS_MISSING"),
        ("which unpaid bills are over 50 euros", "FUNCTION_IS_MISSING"),
        ("of the bills already paid, what % went by direct debit", "MEASURE_FUNCTION_COUNT"),
        ("is the latest water bill paid already", 'name: "passes"'),
        ("how many bills did we pay after the due date?", "FUNCTION_GREATER"),
        ("what has electricity cost us since january", 'column: "billed_on"'),
    ],
)
def test_a_day_of_payment_tells_what_is_paid_and_what_is_open(question: str, held: str) -> None:
    assert held in relation_of(question, BILLS)


@pytest.mark.parametrize(
    ("question", "missing"),
    [("which items are not returned yet", True), ("how many loans were returned after the deadline", False)],
)
def test_so_does_a_day_of_return(question: str, missing: bool) -> None:
    assert ("FUNCTION_GREATER" not in relation_of(question, LOANS)) is missing


def test_the_more_there_is_in_a_time_the_faster_it_is() -> None:
    assert "descending: true" in relation_of("fastest download, when and in which room?", TESTS)
    assert "descending: true" not in relation_of("slowest download, when and in which room?", TESTS)


@pytest.mark.parametrize("question", ["minutes down since january, total", "mean download in the office"])
def test_what_all_use_is_no_doing_of_the_asker(question: str) -> None:
    assert '"p1"' not in relation_of(question, TESTS)


def test_what_was_harvested_adds_up_and_no_body_does() -> None:
    assert "MEASURE_FUNCTION_SUM" in relation_of("grams harvested month by month", HARVESTS)
    assert "descending: true" in relation_of("our biggest single harvest ever", HARVESTS)
    assert not ask("grams in total since january", WEIGHINGS).computable
