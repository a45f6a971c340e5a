"""What is asked again within seconds is not computed again; passages, and what is older, are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.application.recent import RecentQueries


class Counting:
    """Vectors that tell a text's length, and what was computed."""

    model_id = "counting"

    def __init__(self) -> None:
        self.computed: list[str] = []

    def embed(self, texts: Sequence[str], kind: EmbedKind) -> npt.NDArray[np.float32]:
        self.computed += texts
        return np.array([[len(text), 1.0] for text in texts], np.float32).reshape(len(texts), 2)

    def count_tokens(self, texts: Sequence[str], kind: EmbedKind) -> int:
        return len(texts)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recent(counting: Counting, clock: Clock) -> RecentQueries:
    return RecentQueries(counting, clock)


def test_a_query_is_computed_once_and_stands_where_it_was_asked_for(recent: RecentQueries, counting: Counting) -> None:
    first = recent.embed(["one", "three", "one"], EmbedKind.QUERY)
    again = recent.embed(["three", "fourth", "one"], EmbedKind.QUERY)
    assert first[:, 0].tolist() == [3, 5, 3]
    assert again[:, 0].tolist() == [5, 6, 3]
    assert counting.computed == ["one", "three", "fourth"]


def test_passages_and_what_is_older_are_computed_again(recent: RecentQueries, counting: Counting, clock: Clock) -> None:
    for _ in range(2):
        recent.embed(["one"], EmbedKind.PASSAGE)
    recent.embed(["one"], EmbedKind.QUERY)
    clock.now = 31.0
    recent.embed(["one"], EmbedKind.QUERY)
    assert counting.computed == ["one"] * 4


def test_it_keeps_no_more_than_so_many(recent: RecentQueries, counting: Counting) -> None:
    recent.embed([f"query {i}" for i in range(600)], EmbedKind.QUERY)
    counting.computed.clear()
    recent.embed(["query 0", "query 599"], EmbedKind.QUERY)
    assert counting.computed == ["query 0"]


def test_nothing_asked_is_nothing_told(recent: RecentQueries) -> None:
    assert recent.embed([], EmbedKind.QUERY).shape == (0, 2)
