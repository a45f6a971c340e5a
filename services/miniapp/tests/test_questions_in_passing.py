"""Questions in everyday turns of phrase: lists with a slash, so many of them, percentages of all, what is popular."""

from __future__ import annotations

import pytest

from .test_question_tables import ask, planned


@pytest.mark.parametrize(
    ("question", "told", "columns"),
    [
        ("mean rating for lake / reef / quarry dives", "mean of rating", ["water", "value"]),
        ("average duration at the lake/reef", "mean of duration", ["water", "value"]),
        ("who paid how much this month? each of the three please", "sum of fee by diver", ["diver", "value"]),
        ("reef as a percentage of all we spent in february", "share of water = reef in sum of fee", ["share"]),
        ("lake in percent of all dives this year", "share of water = lake", ["share"]),
        ("our most popular site", "site by number of records", ["site", "count"]),
        ("least popular site, and how many dives was that", "site by number of records", ["site", "count"]),
        ("how many days in january did i skip the log", "days without such a record", ["days"]),
        ("average minutes of a lake, a reef, a quarry dive?", "mean of duration", ["water", "value"]),
        ("lake dives per month, as a little table", "number of records by month", ["month", "value"]),
        ("blue hole: how many did each of us pay for", "number of records by diver", ["diver", "value"]),
        ("dives by diver, leaving out what was at the reef", "number of records by diver", ["diver", "value"]),
        ("how long is our average drift? in km", "mean of drift", ["drift"]),
        ("二月有几次turtle？按seen算", "条数", ["count"]),
    ],
)
def test_everyday_turns_are_read(question: str, told: str, columns: list[str]) -> None:
    plan = planned(question)
    assert plan.told == told
    assert [c.name for c in plan.shown] == columns


def test_an_order_that_the_extremes_have_anyway_is_read() -> None:
    assert planned("three most expensive dives, dearest first").told == "record with the highest fee"
    assert not ask("three most expensive dives, cheapest first").computable


@pytest.mark.parametrize(
    "question",
    [
        "did the reef get more expensive",
        "did reef dives go up?",
        "has the reef become dearer since january",
        "feels like ages since the last quarry one... how many days is it?",
        "Blue Hole or North Wall - who gets most of our money?",
    ],
)
def test_what_would_be_read_falsely_is_refused(question: str) -> None:
    assert not ask(question).computable
