"""Questions over apps that no blueprint knows: what holds for any words."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

LEXICON = Lexicon(PackagedLibrary().all())
NOW = datetime(2026, 3, 11, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()
PEOPLE = {"Ada": "p1", "Cem": "p2"}


def subject_of(
    name: str,
    people: tuple[str, ...],
    *fields: tuple[str, s.FieldType.ValueType, list[str]],
    last: date = TODAY,
) -> Subject:
    """A kind of record whose last one is of the day `last`."""
    spec = s.AppSpec(title="Our log", currency="EUR")
    entity = spec.entities.add(name=name, label=name)
    for field, kind, choices in fields:
        entity.fields.add(name=field, label=field.replace("_", " "), type=kind, choices=choices)
    return Subject(spec, entity, bool(people), people, "app", {}, date(2025, 11, 1), last)


DIVES = subject_of(
    "Dive",
    ("diver", "buddy"),
    ("date", s.FIELD_TYPE_DATE, []),
    ("diver", s.FIELD_TYPE_PERSON, []),
    ("buddy", s.FIELD_TYPE_PERSON, []),
    ("level", s.FIELD_TYPE_CHOICE, ["B", "B+", "C"]),
    ("stress", s.FIELD_TYPE_RATING, []),
    ("safe", s.FIELD_TYPE_BOOLEAN, []),
)
PURSE = subject_of(
    "Purse",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("way", s.FIELD_TYPE_CHOICE, ["income", "spent"]),
    ("amount", s.FIELD_TYPE_MONEY, []),
)


def ask(question: str, subject: Subject) -> Reading:
    return read(question, subject, Asker("p1", NOW, PEOPLE), LEXICON)


def relation_of(question: str, subject: Subject) -> str:
    reading = ask(question, subject)
    assert reading.computable, (question, reading.problem, reading.unplaced)
    assert reading.plan is not None
    return str(reading.plan.relation)


def test_records_are_of_who_did_it_not_of_company() -> None:
    assert 'column: "diver"' in relation_of("how many dives did I do in february?", DIVES)
    assert not ask("how many dives did I do with Cem in february?", DIVES).computable


@pytest.mark.parametrize(("word", "descending"), [("worst", True), ("best", False)])
def test_a_burden_is_worse_the_more_there_is(word: str, descending: bool) -> None:
    told = relation_of(f"my {word} dive for stress", DIVES)
    assert ("descending: true" in told) is descending


@pytest.mark.parametrize(("said", "other"), [("b", '"B+"'), ("b+", '"B"')])
def test_a_sign_tells_choices_apart(said: str, other: str) -> None:
    told = relation_of(f"how many {said} dives this year", DIVES)
    assert f'"{said.upper()}"' in told
    assert other not in told


def test_a_share_of_what_is_known_leaves_out_the_rest() -> None:
    question = "what percentage of Cem's dives were safe?"
    told = relation_of(f"{question} skip the ones where nobody noted it", DIVES)
    assert told != relation_of(question, DIVES)


def test_what_was_spent_is_what_went_out() -> None:
    assert '"spent"' in relation_of("how much did I spend in february?", PURSE)
    assert '"spent"' not in relation_of("what was the highest amount in february?", PURSE)


AUDITIONS = subject_of(
    "Audition",
    (),
    ("applied_on", s.FIELD_TYPE_DATE, []),
    ("theatre", s.FIELD_TYPE_TEXT, []),
    ("auditioner", s.FIELD_TYPE_TEXT, []),
    ("status", s.FIELD_TYPE_CHOICE, ["applied", "invited", "rejected", "withdrawn"]),
    ("confidence", s.FIELD_TYPE_RATING, []),
    ("fee", s.FIELD_TYPE_MONEY, []),
)
TRIALS = subject_of(
    "Application",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("status", s.FIELD_TYPE_CHOICE, ["applied", "rejected"]),
    ("doctor", s.FIELD_TYPE_TEXT, []),
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how many rejections this year", '"rejected"'),
        ("how many auditions have they turned down", '"rejected"'),
        ("how many did i withdraw in february", '"withdrawn"'),
        ("how confident was i this year, on average", 'column: "confidence"'),
        ("any audition over 2k?", "number_value: 2000"),
    ],
)
def test_words_made_of_a_name_mean_it(question: str, held: str) -> None:
    assert held in relation_of(question, AUDITIONS)


@pytest.mark.parametrize(
    "question",
    ["average fee of the ones that turned me down", "average fee of those where i wasn't up for it, as it dragged on"],
)
def test_a_verb_with_its_particle_is_not_passed_over(question: str) -> None:
    assert not ask(question, AUDITIONS).computable


def test_what_all_records_are_is_no_state_where_somebody_does_it() -> None:
    assert '"applied"' not in relation_of("how many have i applied for since new year", TRIALS)
    assert '"applied"' in relation_of("how many are still applied", TRIALS)


def test_who_is_the_one_that_a_text_names() -> None:
    assert 'column: "doctor"' in relation_of("who did i see most", TRIALS)


def test_a_mean_of_nothing_that_is_named_is_no_count() -> None:
    assert not ask("rejected vs withdrawn on average", TRIALS).computable


PARCELS = subject_of(
    "Parcel",
    ("winner",),
    ("ordered", s.FIELD_TYPE_DATE, []),
    ("delivered", s.FIELD_TYPE_DATE, []),
    ("item", s.FIELD_TYPE_TEXT, []),
    ("status", s.FIELD_TYPE_CHOICE, ["ordered", "shipped", "delivered"]),
    ("urgency", s.FIELD_TYPE_CHOICE, ["low", "high"]),
    ("hours", s.FIELD_TYPE_NUMBER, []),
    ("winner", s.FIELD_TYPE_PERSON, []),
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("average time from ordering to delivering", "FUNCTION_DAYS_BETWEEN"),
        ("median days between being ordered and being delivered", "MEASURE_FUNCTION_MEDIAN"),
        ("how many urgent parcels are there", '"high"'),
        ("who won the most", 'column: "winner"'),
        ("what's Cem's win rate", '"p2"'),
        ("who gets more parcels, me or Cem", "MEASURE_FUNCTION_COUNT"),
    ],
)
def test_doers_stretches_and_degrees(question: str, held: str) -> None:
    assert held in relation_of(question, PARCELS)


def test_a_first_state_in_the_past_is_of_all_records() -> None:
    assert 'string_value: "ordered"' not in relation_of("how many were ordered in february", PARCELS)
    assert 'string_value: "ordered"' in relation_of("how many are still ordered", PARCELS)


STALL = subject_of(
    "Delivery",
    ("driver", "handled by"),
    ("date", s.FIELD_TYPE_DATE, []),
    ("driver", s.FIELD_TYPE_PERSON, []),
    ("way", s.FIELD_TYPE_CHOICE, ["income", "spending"]),
    ("method", s.FIELD_TYPE_CHOICE, ["cash", "standing order"]),
    ("people_served", s.FIELD_TYPE_INTEGER, []),
    ("receipt", s.FIELD_TYPE_BOOLEAN, []),
    ("amount", s.FIELD_TYPE_MONEY, []),
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("how many people did we serve in january", 'column: "people_served"'),
        ("which deliveries still need a receipt", "bool_value: false"),
        ("how much did Cem pay by standing order", '"standing order"'),
        ("number of weekend deliveries for Ada vs Cem", '"p2"'),
        ("most expensive delivery so far", 'column: "amount"'),
    ],
)
def test_counted_people_means_and_what_is_still_needed(question: str, held: str) -> None:
    assert held in relation_of(question, STALL)


@pytest.mark.parametrize("question", ["how much money is left", "how much have we got left over"])
def test_what_is_left_is_no_sum(question: str) -> None:
    assert not ask(question, STALL).computable


ROUNDS = subject_of(
    "Round",
    ("host", "winner", "loser"),
    ("date", s.FIELD_TYPE_DATE, []),
    ("game", s.FIELD_TYPE_CHOICE, ["Azul", "Catan"]),
    ("host", s.FIELD_TYPE_PERSON, []),
    ("winner", s.FIELD_TYPE_PERSON, []),
    ("loser", s.FIELD_TYPE_PERSON, []),
    ("winning_score", s.FIELD_TYPE_INTEGER, []),
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("who won most often so far", 'column: "winner"'),
        ("how many times have i won catan", 'column: "winner"'),
        ("how often did Cem lose in january", 'column: "loser"'),
        ("ranking of wins per person since january", 'column: "winner"'),
        ("what's the highest score anyone got in azul, and who was it", 'column: "winner"'),
        ("what game do we usually play", 'column: "game"'),
    ],
)
def test_deeds_are_of_who_did_them(question: str, held: str) -> None:
    assert held in relation_of(question, ROUNDS)


def test_a_winning_streak_is_no_run_of_days() -> None:
    assert not ask("what's my longest winning streak", ROUNDS).computable


def test_a_score_of_any_name_does_not_add_up() -> None:
    assert "MEASURE_FUNCTION_SUM" not in str(ask("who has the highest score in azul", ROUNDS).plan)


GOODS = subject_of(
    "采购",
    ("购买人",),
    ("购买日期", s.FIELD_TYPE_DATE, []),
    ("分类", s.FIELD_TYPE_CHOICE, ["水果", "肉类"]),
    ("单价", s.FIELD_TYPE_MONEY, []),
    ("总价", s.FIELD_TYPE_MONEY, []),
    ("购买人", s.FIELD_TYPE_PERSON, []),
    ("保质期", s.FIELD_TYPE_DATE, []),
)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("水果和肉类上个月各花了多少", 'column: "总价"'),
        ("买水果平均每次花多少", 'column: "总价"'),
        ("下周有什么要过期", 'column: "保质期"'),
        ("一般谁买水果", 'column: "购买人"'),
    ],
)
def test_what_is_spent_is_no_unit_price(question: str, held: str) -> None:
    assert held in relation_of(question, GOODS)


def test_what_is_about_to_happen_has_no_day() -> None:
    assert not ask("上周买的东西哪些要过期了", GOODS).computable


SALES = subject_of(
    "Sale",
    ("sold_by",),
    ("date", s.FIELD_TYPE_DATE, []),
    ("product", s.FIELD_TYPE_TEXT, []),
    ("category", s.FIELD_TYPE_CHOICE, ["candles", "soap"]),
    ("quantity", s.FIELD_TYPE_INTEGER, []),
    ("unit_price", s.FIELD_TYPE_MONEY, []),
    ("total", s.FIELD_TYPE_MONEY, []),
    ("customer", s.FIELD_TYPE_TEXT, []),
    ("channel", s.FIELD_TYPE_CHOICE, ["Etsy", "market"]),
    ("sold_by", s.FIELD_TYPE_PERSON, []),
)
DEPOSITS = subject_of(
    "存款",
    ("存款人",),
    ("日期", s.FIELD_TYPE_DATE, []),
    ("目标", s.FIELD_TYPE_CHOICE, ["旅行", "买车"]),
    ("类型", s.FIELD_TYPE_CHOICE, ["存入", "取出"]),
    ("金额", s.FIELD_TYPE_MONEY, []),
    ("存款人", s.FIELD_TYPE_PERSON, []),
)
METERS = subject_of(
    "Reading",
    (),
    ("date", s.FIELD_TYPE_DATE, []),
    ("meter", s.FIELD_TYPE_CHOICE, ["gas", "water"]),
    ("reading", s.FIELD_TYPE_NUMBER, []),
)


@pytest.mark.parametrize(
    ("subject", "question", "held"),
    [
        (SALES, "how many candles did we sell this month", 'column: "quantity"'),
        (SALES, "revenue per channel since january", 'column: "total"'),
        (SALES, "average sale on etsy", 'column: "total"'),
        (SALES, "what's our best customer", 'column: "customer"'),
        (DEPOSITS, "旅行一共存了多少", 'string_value: "存入"'),
        (DEPOSITS, "旅行一共存了多少", "MEASURE_FUNCTION_SUM"),
        (DEPOSITS, "二月取了多少钱出来", 'string_value: "取出"'),
        (METERS, "when did i last read the water meter", '"water"'),
    ],
)
def test_words_of_trade_and_of_ways(subject: Subject, question: str, held: str) -> None:
    assert held in relation_of(question, subject)


def test_what_sells_best_may_be_told_in_several_ways() -> None:
    assert not ask("best selling product", SALES).computable


READINGS = subject_of(
    "TyrePressure",
    ("who",),
    ("measured_at", s.FIELD_TYPE_DATETIME, []),
    ("front", s.FIELD_TYPE_NUMBER, []),
    ("rear", s.FIELD_TYPE_NUMBER, []),
    ("when", s.FIELD_TYPE_CHOICE, ["morning", "evening"]),
    ("checked", s.FIELD_TYPE_BOOLEAN, []),
    ("who", s.FIELD_TYPE_PERSON, []),
)
CHECKS = subject_of(
    "HabitCheck",
    ("who",),
    ("date", s.FIELD_TYPE_DATE, []),
    ("began", s.FIELD_TYPE_DATETIME, []),
    ("habit", s.FIELD_TYPE_CHOICE, ["piano practice", "morning walk", "bed by nine"]),
    ("done", s.FIELD_TYPE_BOOLEAN, []),
    ("points_spent", s.FIELD_TYPE_INTEGER, []),
    ("coffee_after_3", s.FIELD_TYPE_BOOLEAN, []),
    ("who", s.FIELD_TYPE_PERSON, []),
)


@pytest.mark.parametrize("noun", ["readings", "measurements"])
def test_records_are_called_by_what_was_done_on_their_date(noun: str) -> None:
    assert ask(f"how many {noun} this year", READINGS).computable


def test_part_of_a_day_is_a_choice_where_records_say_it_themselves() -> None:
    assert 'column: "when"' in relation_of("average front in the morning", READINGS)


def test_what_waits_to_be_done_is_not_done() -> None:
    assert "bool_value: false" in relation_of("how many readings are still waiting to be checked", READINGS)


@pytest.mark.parametrize("said", ["piano", "practise the piano", "do piano practice"])
def test_choice_of_two_words_is_called_by_its_thing_and_its_deed(said: str) -> None:
    assert "piano practice" in relation_of(f"how often did we {said} in february", CHECKS)


def test_what_was_done_is_not_what_was_skipped() -> None:
    assert "bool_value: true" in relation_of("how often did we do piano practice in february", CHECKS)
    assert "bool_value: false" in relation_of("which habit do we skip the most and how often", CHECKS)


def test_number_in_a_name_is_said_in_words() -> None:
    assert 'column: "coffee_after_3"' in relation_of("how many habit checks had coffee after three", CHECKS)


def test_one_number_for_every_one_of_another_person() -> None:
    reading = ask("for every check Cem does, how many do I do?", CHECKS)
    assert reading.computable
    assert reading.plan is not None
    assert reading.plan.figure == "ratio"


def test_records_with_a_day_of_their_own_happen_on_it() -> None:
    assert ask("how many days in a row have we logged a check now", CHECKS).computable


def test_second_sentence_that_asks_whether_wants_a_verdict() -> None:
    reading = ask("average front: last 14 days against the 14 days before. did it come down?", READINGS)
    assert reading.computable
    assert reading.plan is not None
    assert reading.plan.verdict == "less"


def test_most_expensive_in_points_goes_by_points() -> None:
    assert 'column: "points_spent"' in relation_of("the most expensive check in points, who was it?", CHECKS)
