"""The pure parts: fusion, lexemes, sentences, names, and what may happen to a space."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.memory.v1 import events_pb2 as ev
from madeleine_common.testing import Scenario
from madeleine_memory.domain.ids import is_space, memory_id_of
from madeleine_memory.domain.lexemes import as_unit, as_words, searchable
from madeleine_memory.domain.ranking import Ranked, learned, near_the_best, without_doubtful
from madeleine_memory.domain.records import record_sentence
from madeleine_memory.domain.salience import asks_when, features
from madeleine_memory.domain.space import Space, evolve, forget, set_budget, supersede


@given(st.text())
def test_features_are_bounded_and_named_as_the_weights_name_them(text: str) -> None:
    found = features(text)
    assert set(found) == set(learned().salience)
    assert all(0 <= value <= 1.2 for value in found.values())


def test_what_tells_something_is_worth_more_than_a_pleasantry_in_both_languages() -> None:
    worth = learned().salience_of
    assert worth("I moved to Berlin in March 2023 with my sister Lena") > worth("Wow, that sounds great!")
    assert worth("我去年3月和妹妹一起搬到了柏林") > worth("哈哈，好的！")


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("When did Lena move?", True),
        ("which year was it", True),
        ("How long has she been there?", True),
        ("莱娜什么时候搬家的？", True),
        ("Where did Lena go when it rained?", False),
        ("她喜欢什么？", False),
    ],
)
def test_a_question_for_a_time_is_known_as_one(query: str, asks: bool) -> None:
    assert asks_when(query) == asks


def test_a_plan_takes_what_shares_words_or_stands_out() -> None:
    def ranked(name: str, text: float, cosine: float) -> Ranked:
        return Ranked(name, 0.0, text, cosine, False, {})

    others = [ranked(f"other {i}", 0, 0.80 + 0.001 * (i % 3)) for i in range(20)]
    found = [ranked("best", 9, 0.84), ranked("near", 3, 0.80), ranked("far", 1, 0.80), ranked("like", 0, 0.90), *others]
    assert [r.memory_id for r in near_the_best(found)] == ["best", "near", "like"]


def test_what_is_doubtful_stays_where_the_newer_one_is_no_better_answer() -> None:
    def one(name: str, cosine: float | None) -> Ranked:
        return Ranked(name, 0.0, 1.0, cosine, False, {})

    def left(*ranked: Ranked, others: tuple[Ranked, ...] = (), probability: float = 0.003) -> list[str]:
        return [r.memory_id for r in without_doubtful(ranked, {"old": {"new": probability}}, others)]

    assert left(one("old", 0.8), one("new", 0.81)) == ["new"]
    assert left(one("new", 0.8), one("old", 0.81)) == ["new", "old"]
    assert left(one("old", 0.81), one("new", 0.8), probability=0.5) == ["new"]
    # Behind what is shown it still answers; what was not found at all does not.
    assert left(one("old", 0.8), others=(one("new", 0.9),)) == []
    assert left(one("old", 0.8)) == ["old"]
    # Without vectors, whichever comes first.
    assert left(one("new", None), one("old", None)) == ["new"]
    assert left(one("old", None), one("new", 0.9)) == ["old", "new"]


@given(st.text())
def test_every_unspaced_character_is_searchable_and_no_nul_is_left(text: str) -> None:
    found = searchable(text)
    assert "\x00" not in found.words
    assert all(1 <= len(gram) <= 2 for gram in found.grams)
    assert len(set(found.grams)) == len(found.grams)
    assert {c for c in text if "\u4e00" <= c <= "\u9fff"} <= set("".join(found.grams))


def test_chinese_becomes_bigrams_and_the_rest_stays_words() -> None:
    found = searchable("我喜欢 pasta 面")
    assert found.grams == ("我喜", "喜欢", "面")
    assert found.words.split() == ["pasta"]


def test_a_query_is_words_between_spaces_and_possessives_are_names() -> None:
    assert as_words("What does 'Ana's' cat, Jean-Luc, eat?\x00") == " what does ana cat jean-luc eat "
    assert " ana " not in as_words("Who likes bananas?")


def test_a_unit_tells_date_and_speaker() -> None:
    assert as_unit("Ana", "hello", datetime(2026, 3, 1, tzinfo=UTC)) == "[1 March 2026] Ana: hello"


def test_a_record_is_told_text_first_then_numbers_flags_and_dates() -> None:
    values = {"date": "2026-03-10", "kcal": 640.0, "name": "pasta", "vegan": True, "note": "", "_x": None}
    assert record_sentence("Meal log", "Ana", "Meal", values) == (
        "Meal log: Ana recorded Meal: pasta, 640 kcal, vegan, 2026-03-10"
    )
    assert record_sentence("Log", "Ana", "Entry", {}) == "Log: Ana recorded Entry: nothing"


def test_names_are_stable_and_spaces_are_strict() -> None:
    assert memory_id_of("e1") == memory_id_of("e1") != memory_id_of("e2")
    assert is_space(f"person:{uuid.uuid4()}")
    assert is_space(f"app:{uuid.uuid4()}")
    for wrong in ("", "person:", "person:x", f"group:{uuid.uuid4()}", f"person:{uuid.uuid4()},*", "*"):
        assert not is_space(wrong)


def test_decisions_about_a_space_happen_once() -> None:
    gone = ev.MemoryForgotten(memory_id="m", space="s")
    Scenario(Space(), evolve).given(gone).when(lambda s: forget(s, "s", ["m", "n"])).then(
        ev.MemoryForgotten(memory_id="n", space="s", reason="asked")
    )
    closed = ev.MemorySuperseded(memory_id="m", space="s", superseded_by="n")
    Scenario(Space(), evolve).when(lambda s: supersede(s, closed)).then(closed)
    Scenario(Space(), evolve).given(closed).when(lambda s: supersede(s, closed)).then()
    Scenario(Space(), evolve).given(gone).when(lambda s: supersede(s, closed)).then()
    budget = ev.BudgetChanged(space="s", bytes=5, items=0)
    Scenario(Space(), evolve).when(lambda s: set_budget(s, "s", 5, 0)).then(budget)
    Scenario(Space(), evolve).given(budget).when(lambda s: set_budget(s, "s", 5, 0)).then()
