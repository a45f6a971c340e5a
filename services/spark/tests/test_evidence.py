"""What a card rests on: themes by importance, and nothing where there is nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madeleine.spark.v1.spark_pb2 import TONE_CELEBRATING, TONE_COMFORTING, TONE_CURIOUS, TONE_PRACTICAL
from madeleine_spark.domain.dates import named_day
from madeleine_spark.domain.evidence import Evidence, Item, choose
from madeleine_spark.domain.terms import terms

TODAY = date(2026, 3, 18)  # a Wednesday


def said(text: str, days_ago: int, **values: Any) -> Item:
    return Item(f"{text}|{days_ago}", text, TODAY - timedelta(days_ago), values or None)


def chosen(*items: Item, unwelcome: tuple[str, ...] = ()) -> Evidence:
    evidence = choose(items, TODAY, unwelcome)
    assert evidence is not None
    return evidence


BEES = (
    said("my neighbour brought a log hive, no bees yet", 5),
    said("how do bees find a new home", 4),
    said("would sunflowers help bees", 1),
)
MEALS = tuple(said(f"Meal log: Ana recorded Meal: pasta, {600 + n} kcal", n, kcal=600 + n) for n in range(4))
NOISE = (said("how do I fold a fitted sheet", 6), said("what is 15% of 2,340", 2), said("plural of octopus", 1))


def test_low_mood_comes_before_all_and_takes_along_what_was_said_of_it() -> None:
    vet = said("Moods: Ana recorded Mood: vet says Biscuit is ill, 2 mood", 4, mood=2.0, note="vet")
    floor = said("Moods: Ana recorded Mood: slept next to Biscuit, 1 mood", 1, mood=1.0, note="floor")
    question = said("how do people let Biscuit go", 3)
    evidence = chosen(vet, floor, question, *BEES, *MEALS)
    assert (evidence.theme, evidence.tone) == ("low_mood", TONE_COMFORTING)
    assert evidence.items == (vet, question, floor)


def test_one_middling_mood_is_no_low_mood() -> None:
    assert choose([said("Moods: Ana recorded Mood: meh, 2 mood", 1, mood=2.0)], TODAY) is None


def test_what_is_coming_up() -> None:
    plan = said("Ugne finishes school on the 20th and wants me to speak", 9)
    draft = said("draft of the school speech is three lines", 2)
    evidence = chosen(plan, draft, *BEES)
    assert (evidence.theme, evidence.tone) == ("approaching", TONE_PRACTICAL)
    assert evidence.items == (plan, draft)


def test_a_matter_of_several_days() -> None:
    evidence = chosen(*BEES, *MEALS, *NOISE)
    assert (evidence.theme, evidence.tone, evidence.topic) == ("topic", TONE_CURIOUS, "bee")
    assert evidence.items == BEES


def test_a_well_kept_record() -> None:
    evidence = chosen(*MEALS, *NOISE)
    assert (evidence.theme, evidence.tone, evidence.topic) == ("series", TONE_CELEBRATING, "Meal log")
    assert evidence.items == MEALS[::-1]


@pytest.mark.parametrize(
    "items",
    [
        (),
        NOISE,
        MEALS[:2],
        tuple(said(item.text, 3) for item in BEES),
        tuple(Item(i.memory_id, i.text, i.day - timedelta(30)) for i in BEES),
        tuple(Item(i.memory_id, i.text, i.day + timedelta(30)) for i in BEES),
    ],
    ids=["nothing", "noise", "two records", "one day only", "long ago", "later"],
)
def test_nothing_to_say(items: tuple[Item, ...]) -> None:
    assert choose(items, TODAY) is None


def test_what_was_dismissed_or_dropped_does_not_come_back() -> None:
    assert choose(BEES, TODAY, unwelcome=("All about bees no more insects please",)) is None
    assert choose([*BEES, said("I'm done with bees, don't bring it up", 0)], TODAY) is None


def test_the_order_of_memories_does_not_matter() -> None:
    assert choose([*MEALS, *BEES, *NOISE], TODAY) == choose([*NOISE, *BEES[::-1], *MEALS], TODAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dentist tomorrow", date(2026, 3, 19)),
        ("后天考试", date(2026, 3, 20)),
        ("we meet on Friday", date(2026, 3, 20)),
        ("next wednesday then", date(2026, 3, 25)),
        ("the ceremony is 5 June", date(2026, 6, 5)),
        ("June 5th it is", date(2026, 6, 5)),
        ("our 25th is on the 5th", date(2026, 4, 5)),
        ("婚礼在4月2日", date(2026, 4, 2)),
        ("20号交稿", date(2026, 3, 20)),
        ("31 June", None),
        ("what did 25 years smell like", None),
    ],
)
def test_days_named_in_passing(text: str, expected: date | None) -> None:
    assert named_day(text, TODAY) == expected


def test_terms_in_two_scripts() -> None:
    assert terms("The bees, and a Hive!") == {"bee", "hive"}
    assert terms("今天练字") == {"天练", "练字"}
