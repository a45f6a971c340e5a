# ruff: noqa: E501 - one field list a line.
"""What would look like an answer and is of other records, of all records, or lacks a part: beside each a near one that is read."""

from __future__ import annotations

from datetime import date

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.joint import read_jointly
from madeleine_miniapp.domain.questions.nothing_found import of_nothing
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Subject

from .test_questions_strict import ASKER, LEXICON, NOW, entity

SHED = s.AppSpec(
    title="Tools and shed",
    currency="EUR",
    entities=[
        entity("Tool", "name text", "bought_on date", "owner person", "price money EUR", "kind choice saw|drill|ladder", "broken boolean"),
        entity("Loan", "taken_on date", "tool text", "borrower person", "days integer", "deposit money EUR", "shop text"),
        entity("Sale", "date date", "item text", "buyer text", "seller person", "status choice new|sent", "pieces integer"),
    ],
)  # fmt: skip
_TEXTS = {
    "Tool": {"name": ["hedge trimmer", "step ladder"]},
    "Loan": {"tool": ["hedge trimmer", "step ladder"], "shop": ["Obi"]},
    "Sale": {"item": ["bird box"], "buyer": ["Aunt Sue"]},
}
_PERSON = {"Tool": "owner", "Loan": "borrower", "Sale": "seller"}


def about(name: str) -> Subject:
    held = next(e for e in SHED.entities if e.name == name)
    beside = tuple(e for e in SHED.entities if e is not held)
    counts = {"name": 2, "tool": 40, "shop": 9, "item": 30, "buyer": 30}
    return Subject(
        SHED, held, True, (_PERSON[name],), "00000000-0000-4000-8000-000000000001", _TEXTS[name], date(2025, 11, 1),
        NOW.date(), counts, beside,
    )  # fmt: skip


SUBJECTS = [about(e.name) for e in SHED.entities]


def ask(question: str, name: str) -> Reading:
    return read(question, about(name), ASKER, LEXICON)


@pytest.mark.parametrize(
    ("refused", "answered", "name"),
    [
        ("which tools are overdue", "which tools are there", "Tool"),
        ("did we make more from sales in february than in january", "did we have more sales in february than in january", "Sale"),
        ("all the money we lent in february", "how much deposit did we have in february", "Loan"),
        ("which buyers came back", "which buyers are there", "Sale"),
        ("highest deposit in february for each", "highest deposit in february", "Loan"),
        ("most expensive tool per saw", "most expensive tool", "Tool"),
        ("deposit per status", "deposit per borrower", "Loan"),
    ],
)  # fmt: skip
def test_what_lacks_a_part_is_refused(refused: str, answered: str, name: str) -> None:
    reading, near = ask(refused, name), ask(answered, name)

    assert not reading.computable, reading.plan and reading.plan.told
    assert near.computable, (near.problem, near.unplaced)


def test_who_and_what_are_two_columns() -> None:
    reading = ask("which sales are new? who and what", "Sale")

    assert reading.plan is not None
    assert {"item", "seller"} <= {c.name for c in reading.plan.shown} or not reading.computable


@pytest.mark.parametrize(
    ("question", "of_the_list"),
    [
        ("how many times did we have the hedge trimmer", True),
        ("when did Ana last have the hedge trimmer", True),
        ("how many tools are called hedge trimmer", False),
        ("price of the hedge trimmer", False),
    ],
)
def test_what_happened_to_a_thing_is_told_by_no_list_of_things(question: str, of_the_list: bool) -> None:
    reading = ask(question, "Tool")

    assert reading.computable != of_the_list, reading.plan and reading.plan.told


@pytest.mark.parametrize(
    ("question", "name", "other"),
    [
        ("how often did we saw in march", "Tool", False),
        ("how many tools in march", "Tool", False),
        ("how many did we have in march", "Sale", True),
    ],
)
def test_no_records_of_what_is_not_named_may_be_another_kind_s(question: str, name: str, other: bool) -> None:
    assert of_nothing(ask(question, name)) == other


def test_an_amount_beside_a_number_is_no_number() -> None:
    subjects = [(one, ASKER) for one in SUBJECTS]
    found = read_jointly("february: how much did I sell, and how many times did I borrow a tool?", subjects, LEXICON)

    assert found is None or (found.plan is not None and "number of records (Sale)" not in found.plan.told)


def test_when_and_how_long_are_two_columns() -> None:
    subjects = [(one, ASKER) for one in SUBJECTS]
    asked = "when was the last day with a loan and a sale"

    assert read_jointly(asked, subjects, LEXICON) is not None
    assert read_jointly(f"{asked}, and how long did it take", subjects, LEXICON) is None
