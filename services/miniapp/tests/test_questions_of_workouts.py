"""Questions over a log of workouts: where they were, of each sport, the days between two, over all of them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
ASKER = Asker("p1", NOW, {"ana": "p1", "omar": "p2", "kim": "p3"})
KINDS = ("run", "yoga", "bouldering", "swim", "cycling", "strength")
PLACES = ["Lido East", "Lido West", "Block Hall", "gym", "Studio Nord", "canal"]
WORKOUT = s.Entity(
    name="Workout",
    fields=[
        s.Field(name="started_at", type=s.FIELD_TYPE_DATETIME),
        s.Field(name="who", type=s.FIELD_TYPE_PERSON),
        s.Field(name="kind", type=s.FIELD_TYPE_CHOICE, choices=KINDS),
        s.Field(name="duration", type=s.FIELD_TYPE_DURATION, unit="min"),
        s.Field(name="distance", type=s.FIELD_TYPE_NUMBER, unit="km"),
        s.Field(name="avg_hr", type=s.FIELD_TYPE_INTEGER, unit="bpm"),
        s.Field(name="place", type=s.FIELD_TYPE_TEXT),
        s.Field(name="note", type=s.FIELD_TYPE_TEXT),
    ],
)
ABOUT = Subject(
    s.AppSpec(title="Workout tracker", entities=[WORKOUT]),
    WORKOUT,
    True,
    ("who",),
    "00000000-0000-4000-8000-000000000001",
    {"place": PLACES},
    date(2025, 11, 1),
    NOW.date(),
)


def ask(question: str) -> Reading:
    return read(question, ABOUT, ASKER, LEXICON)


def planned(question: str) -> Plan:
    reading = ask(question)
    assert reading.computable, (reading.problem, reading.unplaced)
    assert reading.plan is not None
    return reading.plan


@pytest.mark.parametrize(
    ("question", "columns", "conditions"),
    [
        ("which pool do I swim at most often?", ["place", "count"], ["kind = swim"]),
        ("what pool do we go to most", ["place", "value"], ["kind = swim"]),
        ("which swimming pool did I use most in january, how many visits?", ["place", "count"], ["kind = swim"]),
        ("which climbing gyms have I been to", ["place"], ["kind = bouldering"]),
        ("swims per pool this year", ["place", "value"], ["kind = swim"]),
        ("how many times did I swim at each pool", ["place", "value"], ["kind = swim"]),
        ("我最常去哪个泳池？", ["place", "count"], ["kind = swim"]),
        ("where have I been bouldering? just the places", ["place"], ["kind = bouldering"]),
        ("where do I swim", ["place"], ["kind = swim"]),
        ("the places where I've been running this year", ["place"], ["kind = run"]),
        ("我都在哪些地方抱石过", ["place"], ["kind = bouldering"]),
        ("how many gym sessions did I do in february", ["count"], ["place ~ gym"]),
        ("how often did I go to the pool in february", ["count"], ["kind = swim"]),
    ],
)
def test_places_are_told(question: str, columns: list[str], conditions: list[str]) -> None:
    plan = planned(question)
    reading = ask(question)
    assert [c.name for c in plan.shown] == columns
    assert reading.facts is not None
    assert [c.told for c in reading.facts.conditions] == conditions


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("minutes per sport in feb, all three of us", "sum of duration by kind"),
        ("my trainig minutes in feb by sport", "sum of duration by kind"),
        ("how many sessions of each sport this year, all three together", "number of records by kind"),
        ("minutes per workout in feb", "mean of duration"),
        ("each sport: sessions and minutes this year", "number of records, sum of duration by kind"),
        ("which sport did we do most this year", "number of records by kind, highest first"),
        ("mean heart rate over all my february sessions?", "mean of avg hr"),
        ("average heart rate over my runs this year", "mean of avg hr"),
        ("is my average heart rate over 140", "mean of avg hr"),
        ("runs over 10 km", "number of records"),
        ("did I train longer last week than the week before that? minutes for each", "sum of duration"),
        ("did we run more in january or february? km for each", "sum of distance"),
        ("longest break between two workouts, in full days without any?", "longest run of days without a record"),
        ("longest break I took between workouts? count the days without any", "longest run of days without a record"),
        ("longest time without a run, count only the days without", "longest run of days without a record"),
        ("两次跑步之间最长隔了几天", "两次记录之间最长的间隔天数"),
        ("how far have I swum in total, in metres?", "sum of distance"),
        ("count sessions per person and sport this year", "number of records by kind and who"),
        ("share of bouldering in my training time this year", "share of kind = bouldering in sum of duration"),
        ("what time of day do I usually train", "mean time of day"),
        ("my average pace in january, min per km", "duration / distance"),
        ("各项运动今年各练了几次", "按kind：条数"),
        ("我们三个今年各运动了多少小时", "按who：总和"),
        ("我们仨今年各跑了多少公里", "按who：总和"),
        ("上次练瑜伽是几天前", "距最近一次的天数"),
    ],
)
def test_what_is_measured_is_told(question: str, told: str) -> None:
    assert planned(question).told.startswith(told)


def test_a_side_is_called_by_the_text_that_holds_its_word() -> None:
    sides = [(word, Meaning(Kind.VALUE, "place", word, field=WORKOUT.fields[6])) for word in ("east", "west")]
    reading = read("which pool do we go to more, East or West? with counts", ABOUT, ASKER, LEXICON, sides)
    assert reading.computable
    assert reading.plan is not None
    assert "Lido East" in str(reading.plan.relation)
    assert "Lido West" in str(reading.plan.relation)


@pytest.mark.parametrize(
    "question",
    [
        "runs with a heart rate over my average",
        "my average pace over 10 runs",
        "how many laps did I swim",
        "what weight do I lift",
    ],
)
def test_what_would_be_read_falsely_is_refused(question: str) -> None:
    assert not ask(question).computable


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("my yoga sessions, how long are they on average?", "mean of duration"),
        ("my runs: how far have they been altogether", "sum of distance"),
        ("my number one sport this year", "kind by number of records"),
        ("our no. 1 sport by minutes", "sum of duration by kind, highest first"),
        ("longest session for each of us: minutes and sport", "highest duration by who"),
        ("last workout of each of us", "latest record of each"),
        ("who swam the furthest this year, all swims added up?", "sum of distance by who, highest first"),
        ("my minutes this month, all together", "sum of duration"),
        ("how many weeks without a run did I have", "weeks without such a record"),
        ("which months did I not swim", "months without such a record"),
        (
            "biggest gap between two of my swims? days from one date to the next",
            "most days from one record to the next",
        ),
        ("longest gap between two of my swims", "longest run of days without a record between two with one"),
        ("the coach wants to know how many runs I did this month", "number of records"),
        ("how many 10k+ runs do I have", "number of records"),
        ("did I run more than 20 km in february", "sum of distance"),
        ("have I trained for more than 5 hours this month", "sum of duration"),
        ("did I do a run of more than 10 km in february", "records that match"),
        ("我一月份有几天跑步", "有记录的天数"),
    ],
)
def test_what_is_asked_for_beside_it_is_told(question: str, told: str) -> None:
    assert planned(question).told == told


def test_who_came_along_stands_in_a_remark() -> None:
    assert not ask("when did omar join me for a run").computable
    assert ask("when did omar run").computable


def test_lengths_of_a_pool_are_no_time() -> None:
    assert not ask("how many lengths did I swim").computable


@pytest.mark.parametrize(
    ("question", "whose"),
    [
        ("yoga in january, how many minutes altogether", ["p1"]),
        ("running distance this month in km?", ["p1"]),
        ("minutes of swimming last week", ["p1"]),
        ("average heart rate on the bike", ["p1"]),
        ("how long is a run on average?", []),
        ("minutes of swimming last week, all of us", []),
        ("yoga in january, how many minutes did omar do", ["p2"]),
    ],
)
def test_a_figure_without_a_verb_is_that_of_who_asks(question: str, whose: list[str]) -> None:
    facts = ask(question).facts
    assert facts is not None
    assert facts.people == whose


def test_a_topic_before_a_colon_is_never_passed_over() -> None:
    for question in ("my zorbing: total minutes?", "our zorbing habit: how many minutes?", "the zorbing: how many?"):
        assert not ask(question).computable, question
    assert planned("my swim habit: total minutes this year?").told == planned("my swims: total minutes this year?").told
