"""Which English words of a question may be passed over, and which never: verbs, adverbs, adjectives, slips, people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.drafting import whole
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.spelling import is_slip, written_out
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LIBRARY = PackagedLibrary()
LEXICON = Lexicon(LIBRARY.all())
ASKER = Asker("p1", datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin")), {"ana": "p1", "jonas": "p2"})


def subject(blueprint_id: str, *, shared: bool = False, people: tuple[str, ...] = ()) -> Subject:
    spec = whole(LIBRARY.get(blueprint_id), "en", LIBRARY.known_fields())
    return Subject(spec, spec.entities[0], shared, people, "app", {}, date(2025, 11, 1), date(2026, 3, 11))


def ask(question: str, about: Subject) -> Reading:
    return read(question, about, ASKER, LEXICON)


@pytest.mark.parametrize(
    ("question", "app", "told"),
    [
        ("how often did I frankly bother with breakfast this month", "meals", "number of records"),
        ("how many swims have I squeezed in since january", "workouts", "number of records"),
        ("how often did I hunker down for dinner last week", "meals", "number of records"),
        ("how lazy was I? total distance this month", "workouts", "sum of distance"),
        ("strangely, how much have we given to groceries this month", "expenses", "sum of amount"),
        ("avrage protein in febuary, ngl", "meals", "mean of protein"),
    ],
)
def test_words_that_restrict_nothing_are_passed_over(question: str, app: str, told: str) -> None:
    reading = ask(question, subject(app))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()


@pytest.mark.parametrize(
    ("question", "app", "told"),
    [
        ("my two most common snacks + tallies", "meals", "dish by number of records"),
        ("how many swims took place on a weekend this month", "workouts", "number of records"),
        ("4 lunches with the fewest calories", "meals", "lowest calories"),
        ("the two longest swims of the year", "workouts", "highest distance"),
        ("everything over 30 euros this month, latest first", "expenses", "records that match"),
        ("is my average mood any better at weekends?", "mood", "mean of mood"),
        ("the 2 most expensive breakfasts and when", "meals", "highest cost"),
        ("all of my swims this month", "workouts", "records that match"),
        ("protein yesterday vs the day before", "meals", "sum of protein"),
        ("the most calories in one day, and which day", "meals", "day with the highest sum"),
    ],
)
def test_short_forms_say_the_same_as_long_ones(question: str, app: str, told: str) -> None:
    reading = ask(question, subject(app))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()


@pytest.mark.parametrize(
    ("question", "app"),
    [
        ("how many breakfasts did I forgo this month", "meals"),
        ("how many swims did I call off this month", "workouts"),
        ("how many calories did I melt this week", "meals"),
        ("how often did I floss before a swim this month", "workouts"),
        ("what do we smell most often at breakfast", "meals"),
        ("how many swims can I offer this month", "workouts"),
        ("how much do we still yearn for on groceries", "expenses"),
        ("how many meals did I photograph this week", "meals"),
        ("cheap meals this week, how many", "meals"),
    ],
)
def test_words_that_may_restrict_are_not_passed_over(question: str, app: str) -> None:
    assert not ask(question, subject(app)).computable


@pytest.mark.parametrize(
    ("form", "word"), [("gave", "give"), ("opened", "open"), ("hungrier", "hungry"), ("tried", "try")]
)
def test_forms_are_of_their_word(form: str, word: str) -> None:
    assert english.lemma(form) == word


@pytest.mark.parametrize("text", ["skipped", "gave up", "cancelled", "called off", "neglects", "hardly", "left out"])
def test_words_of_not_doing_are_known(text: str) -> None:
    assert english.denies(text)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("whats the total w/o rent", "what's the total without rent"),
        ("who n when", "who and when"),
        ("on wendesday thru fri", "on wednesday through fri"),
        ("the median of medians", "the median of medians"),
        ("an extensive minuet", "an extensive minuet"),
    ],
)
def test_short_spellings_and_slips_are_written_out(said: str, meant: str) -> None:
    assert written_out(said) == meant


def test_whoever_does_it_is_a_person() -> None:
    shared = subject("workouts", shared=True, people=("who",))

    told = ask("which runner has the most distance this month", shared)

    assert told.computable, (told.problem, told.unplaced)
    assert told.plan is not None
    assert told.plan.key == "who"
    each = ask("distance per athlete or teammate", shared)
    assert not each.computable
    assert ask("total distance per teammate this month", shared).computable


def test_a_particle_belongs_to_its_verb() -> None:
    assert english.is_particle("put", "down")
    assert not english.is_particle("felt", "down")
    reading = ask("longest sleep I put down", subject("mood"))
    assert reading.facts is not None
    assert not reading.facts.conditions


def test_a_question_that_only_leads_in_is_passed_over() -> None:
    about = subject("workouts")

    led_in = ask("am I a couch potato? average distance of my runs this month", about)
    restricted = ask("did I cheat on my runs? average distance without those", about)

    assert led_in.computable, (led_in.problem, led_in.unplaced)
    assert led_in.facts is not None
    assert [c.value for c in led_in.facts.conditions] == ["run"]
    assert not restricted.computable


def test_what_happens_to_something_named_is_its_records() -> None:
    about = replace(subject("expenses"), texts={"what": ["Aldi", "dentist"]})

    assert ask("mean amount of the Aldi hauls", about).computable
    assert not ask("mean amount of the hauls", about).computable


def test_what_stands_before_not_included_is_left_out() -> None:
    reading = ask("total amount in january, groceries and transport not included", subject("expenses"))

    assert reading.facts is not None
    assert sorted(c.told.partition(" ")[2] for c in reading.facts.conditions) == ["≠ groceries", "≠ transport"]


def test_few_words_before_a_dash_name_what_is_asked_about() -> None:
    assert not ask("Zanzibar - how many kilometres this month", subject("workouts")).computable


def test_the_most_in_a_month_is_no_part_of_it() -> None:
    reading = ask("who spent the most in january", subject("expenses", shared=True, people=("paid_by",)))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert [span.first for span in reading.plan.spans] == [date(2026, 1, 1)]


def test_the_last_of_each_is_told_for_each() -> None:
    reading = ask("when did each of us last swim", subject("workouts", shared=True, people=("who",)))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert [c.name for c in reading.plan.shown] == ["who", "day"]


@pytest.mark.parametrize(
    ("question", "app", "told"),
    [
        ("how much did we spend on grocreies in january", "expenses", "sum of amount"),
        ("how many swiming sessions in january", "workouts", "number of records"),
        ("which category ate most of our money in december?", "expenses", "sum of amount by category"),
        (
            "groceries in february: how many times and how much altogether?",
            "expenses",
            "number of records, sum of amount",
        ),
        ("swims plus runs in february: how many sessions?", "workouts", "number of records"),
        ("一月份谁垫得最多，垫了多少？", "expenses", "总和"),
    ],
)
def test_slips_and_figures_of_speech_are_read(question: str, app: str, told: str) -> None:
    reading = ask(question, subject(app, shared=app == "expenses", people=("paid_by",) if app == "expenses" else ()))

    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    assert told in reading.plan.told.casefold()


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("electricty", "electricity", True),
        ("swiming", "swimming", True),
        ("parrots", "carrots", False),
        ("smiling", "sailing", False),
        ("diner", "dinner", False),
    ],
)
def test_a_slip_is_a_letter_left_out_put_in_or_exchanged(typed: str, meant: str, slip: bool) -> None:
    assert is_slip(typed, meant) is slip
