"""Questions of what was done, by whom and how: approvals, habits that are ticked, tablets, reminders."""

from __future__ import annotations

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s

from .test_questions_unprepared import ask, relation_of, subject_of

EXAMS = subject_of(
    "Exam",
    ("learner", "checked_by"),
    ("date", s.FIELD_TYPE_DATE, []),
    ("learner", s.FIELD_TYPE_PERSON, []),
    ("checked", s.FIELD_TYPE_BOOLEAN, []),
    ("checked_by", s.FIELD_TYPE_PERSON, []),
)
HABITS = subject_of(
    "Habit check",
    ("who",),
    ("date", s.FIELD_TYPE_DATE, []),
    ("who", s.FIELD_TYPE_PERSON, []),
    ("habit", s.FIELD_TYPE_CHOICE, ["piano", "reading"]),
    ("done", s.FIELD_TYPE_BOOLEAN, []),
    ("minutes", s.FIELD_TYPE_DURATION, []),
)
NIGHTS = subject_of(
    "Night",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("slept", s.FIELD_TYPE_DURATION, []),
    ("medicine", s.FIELD_TYPE_CHOICE, ["ibuprofen", "melatonin"]),
)
RESTS = subject_of(
    "Rest",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("sleep", s.FIELD_TYPE_DURATION, []),
    ("quality", s.FIELD_TYPE_RATING, []),
)
READINGS = subject_of("Reading", (), ("date", s.FIELD_TYPE_DATE, []), ("tablet_taken", s.FIELD_TYPE_BOOLEAN, []))
INVOICES = subject_of(
    "Invoice",
    (),
    ("issued", s.FIELD_TYPE_DATE, []),
    ("status", s.FIELD_TYPE_CHOICE, ["draft", "sent", "paid"]),
    ("reminders", s.FIELD_TYPE_INTEGER, []),
)


@pytest.mark.parametrize("question", ["who checked my last exam", "who checked the last exam of Cem"])
def test_who_did_it_is_told_of_ones_own_records(question: str) -> None:
    both = relation_of(question, EXAMS)
    assert 'column: "checked_by"' in both
    assert 'column: "learner"' in both


def test_whether_it_was_done_is_not_by_whom() -> None:
    assert 'column: "learner"' in relation_of("how many of my exams are unchecked", EXAMS)


@pytest.mark.parametrize(
    ("question", "only_done"),
    [
        ("how many habit checks of piano are there", False),
        ("how often did i read", True),
    ],
)
def test_checks_called_so_are_all_of_them(question: str, only_done: bool) -> None:
    assert ('column: "done"' in relation_of(question, HABITS)) is only_done


@pytest.mark.parametrize("question", ["which of my exams did Cem check", "how many of cem's exams did i check"])
def test_who_is_named_beside_another_is_not_passed_over(question: str) -> None:
    reading = ask(question, EXAMS)
    both = relation_of(question, EXAMS) if reading.computable else '"p1" "p2"'
    assert '"p1"' in both
    assert '"p2"' in both


def test_how_well_asks_for_what_it_was_given() -> None:
    assert not ask("how well did i sleep on average", RESTS).computable


@pytest.mark.parametrize("manner", ["badly", "poorly", "soundly"])
def test_how_it_was_done_restricts(manner: str) -> None:
    assert not ask(f"how many nights did i sleep {manner}", NIGHTS).computable


def test_a_medicine_is_known_in_both_languages() -> None:
    assert '"melatonin"' in relation_of("褪黑素吃了几次", NIGHTS)


def test_what_was_not_done_is_not_what_was() -> None:
    assert "bool_value: false" in relation_of("when was the tablet last not taken", READINGS)
    assert not ask("when was the melatonin last not taken", NIGHTS).computable


@pytest.mark.parametrize("question", ["how many reminders did i send in total", "how many reminders have we sent"])
def test_what_was_done_with_a_figure_is_no_state_of_its_record(question: str) -> None:
    assert not ask(question, INVOICES).computable


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how many invoices did i send", '"sent"'),
        ("how many reminders were there for sent invoices", '"sent"'),
        ("how many reminders in total", "MEASURE_FUNCTION_SUM"),
        ("which invoices needed reminders", "FUNCTION_GREATER_OR_EQUAL"),
        ("how many invoices had any reminders", "FUNCTION_GREATER_OR_EQUAL"),
    ],
)
def test_a_state_still_says_which_records(question: str, held: str) -> None:
    assert held in relation_of(question, INVOICES)


def test_hours_are_no_number_of_records() -> None:
    assert not ask("how many hours did i invoice", INVOICES).computable


@pytest.mark.parametrize(
    "question", ["break our reminders down by status", "can you break all the reminders down per status"]
)
def test_a_figure_is_broken_down(question: str) -> None:
    reading = ask(question, INVOICES)
    assert reading.plan is not None
    assert reading.plan.key == "status"
