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
        ("二月有几次turtle？按seen算", "条数", ["count"]),
    ],
)
def test_everyday_turns_are_read(question: str, told: str, columns: list[str]) -> None:
    plan = planned(question)
    assert plan.told == told
    assert [c.name for c in plan.shown] == columns


@pytest.mark.parametrize(
    "question",
    ["did the reef get more expensive", "did reef dives go up?", "has the reef become dearer since january"],
)
def test_what_changed_in_time_is_not_with_and_without(question: str) -> None:
    assert not ask(question).computable
