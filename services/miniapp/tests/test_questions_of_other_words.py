"""Questions that say what a record holds in other words: sessions, what was sent, failed, skipped, due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.subjects import Subject

from .test_questions_unprepared import ask, relation_of, subject_of

LAST = date(2026, 4, 1)
JOBS = subject_of(
    "Application",
    (),
    ("company", s.FIELD_TYPE_TEXT, []),
    ("status", s.FIELD_TYPE_CHOICE, ["draft", "applied", "rejected"]),
    ("applied_on", s.FIELD_TYPE_DATE, []),
    ("work_mode", s.FIELD_TYPE_CHOICE, ["remote", "hybrid", "on-site"]),
    ("excitement", s.FIELD_TYPE_RATING, []),
    ("next_step", s.FIELD_TYPE_TEXT, []),
    ("next_step_date", s.FIELD_TYPE_DATE, []),
    last=LAST,
)
STUDY = subject_of(
    "Study",
    ("learner",),
    ("started_at", s.FIELD_TYPE_DATETIME, []),
    ("learner", s.FIELD_TYPE_PERSON, []),
    ("skill", s.FIELD_TYPE_CHOICE, ["listening", "grammar"]),
    ("minutes", s.FIELD_TYPE_DURATION, []),
    ("cost", s.FIELD_TYPE_MONEY, []),
    ("difficulty", s.FIELD_TYPE_RATING, []),
)
TESTS = subject_of(
    "Test",
    ("learner",),
    ("date", s.FIELD_TYPE_DATE, []),
    ("learner", s.FIELD_TYPE_PERSON, []),
    ("score", s.FIELD_TYPE_INTEGER, []),
    ("passed", s.FIELD_TYPE_BOOLEAN, []),
)
PARTIES = subject_of(
    "Party",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("host", s.FIELD_TYPE_TEXT, []),
    ("thank_you_sent", s.FIELD_TYPE_BOOLEAN, []),
    ("deposit_paid", s.FIELD_TYPE_BOOLEAN, []),
)
LOANS = subject_of(
    "Loan",
    (),
    ("item", s.FIELD_TYPE_TEXT, []),
    ("lent_on", s.FIELD_TYPE_DATE, []),
    ("due_on", s.FIELD_TYPE_DATE, []),
    ("returned_on", s.FIELD_TYPE_DATE, []),
    last=LAST,
)


@pytest.mark.parametrize(
    ("subject", "question", "held"),
    [
        (STUDY, "how many sessions did i do in february", "MEASURE_FUNCTION_COUNT"),
        (STUDY, "what percentage of my study sessions is listening", '"listening"'),
        (STUDY, "二月我一共花了多少分钟", 'column: "minutes"'),
        (STUDY, "how many times did i start before 9 am", "FUNCTION_LESS"),
        (STUDY, "how hard does listening feel on average, for everyone together", 'column: "difficulty"'),
        (STUDY, "who keeps forgetting to enter the minutes, how many sessions each", "FUNCTION_IS_MISSING"),
        (JOBS, "how many applications did i send out in february", 'column: "applied_on"'),
        (JOBS, "how many applications have i sent", "FUNCTION_IS_MISSING"),
        (JOBS, "record number of weeks in a row with 2+ applications sent", 'column: "applied_on"'),
        (JOBS, "number of next steps that fall in next week", 'column: "next_step_date"'),
        (JOBS, "which applications are overdue", 'column: "next_step_date"'),
        (JOBS, "rank remote, hybrid and on-site by average excitement", "descending: true"),
        (LOANS, "which loans are overdue", 'column: "returned_on"'),
        (TESTS, "which tests did one of us fail", "bool_value: false"),
        (TESTS, "share of tests that we failed", "bool_value: false"),
        (TESTS, "which tests did i not fail", "bool_value: true"),
        (PARTIES, "thank-yous i skipped in february, how many", "bool_value: false"),
        (PARTIES, "deposits that we skipped in february, how many", "bool_value: false"),
        (PARTIES, "how many deposits have we paid", "bool_value: true"),
    ],
)
def test_what_records_hold_is_said_in_other_words(subject: Subject, question: str, held: str) -> None:
    assert held in relation_of(question, subject)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("did i pass my last test", "bool_value: true"),
        ("has cem failed his latest test", "bool_value: false"),
        ("was my last test passed", "bool_value: true"),
    ],
)
def test_what_is_ticked_is_asked_of_the_last_record(question: str, held: str) -> None:
    reading = ask(question, TESTS)
    assert reading.plan is not None
    assert reading.plan.verdict == "passes"
    assert held in relation_of(question, TESTS)


def test_a_verb_that_says_it_again_filters_once() -> None:
    reading = ask("share of parties where i didn't send a thank you", PARTIES)
    assert reading.plan is not None
    assert reading.plan.told.endswith("✗")
    assert reading.facts is not None
    assert len(reading.facts.conditions) == 1


def test_a_part_that_takes_time_makes_no_session() -> None:
    naps = subject_of("Entry", (), ("at", s.FIELD_TYPE_DATETIME, []), ("nap_length", s.FIELD_TYPE_DURATION, []))
    assert not ask("how many sessions this week", naps).computable


def test_another_kind_of_record_keeps_its_name() -> None:
    spec = s.AppSpec(title="Log")
    jobs, talks = (spec.entities.add(name=name, label=name) for name in ("Application", "Interview"))
    jobs.fields.extend(JOBS.entity.fields)
    talks.fields.add(name="date", label="date", type=s.FIELD_TYPE_DATE)
    assert not ask("这个月我面试了几次", replace(JOBS, spec=spec, entity=jobs)).computable
    assert ask("这个月我面试了几次", replace(JOBS, spec=spec, entity=talks)).computable


def test_a_pause_is_not_told_of_one_day() -> None:
    assert not ask("current streak without today's", STUDY).computable


def test_what_was_not_noted_was_not_failed() -> None:
    assert "FUNCTION_COALESCE" not in relation_of("which tests did i fail", TESTS)
    assert "FUNCTION_COALESCE" in relation_of("which tests did i not pass", TESTS)
