"""The pure parts: fusion, lexemes, sentences, names, and what may happen to a space."""

from __future__ import annotations

import math
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.memory.v1 import events_pb2 as ev
from madeleine_common.testing import Scenario
from madeleine_memory.domain.fusion import Candidate, fuse, near_the_best, z_scores
from madeleine_memory.domain.ids import is_space, memory_id_of
from madeleine_memory.domain.lexemes import as_unit, searchable
from madeleine_memory.domain.records import record_sentence
from madeleine_memory.domain.space import Space, evolve, forget, pin

_SCORES = st.floats(0, 50)
_CANDIDATES = st.lists(
    st.tuples(_SCORES, st.none() | st.floats(-1, 1)).map(lambda p: Candidate(str(uuid.uuid4()), *p)), max_size=40
)


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50))
def test_z_scores_have_mean_zero_and_at_most_unit_deviation(values: list[float | None]) -> None:
    scores = z_scores(values)
    present = [z for z, value in zip(scores, values, strict=True) if value is not None]
    assert len(scores) == len(values)
    assert all(math.isfinite(z) for z in scores)
    assert abs(sum(present)) < 1e-6 * max(1, len(present))
    assert all(z == 0 for z, value in zip(scores, values, strict=True) if value is None)


@given(_CANDIDATES, st.integers(0, 50))
def test_fusion_is_sorted_bounded_and_invents_nothing(candidates: list[Candidate], limit: int) -> None:
    ranked = fuse(candidates, limit)
    found = {c.memory_id for c in candidates if c.text > 0 or c.meaning is not None}
    assert len(ranked) == min(limit, len(found))
    assert {r.memory_id for r in ranked} <= found
    assert [r.score for r in ranked] == sorted((r.score for r in ranked), reverse=True)
    assert {r.memory_id for r in near_the_best(ranked)} <= {r.memory_id for r in ranked}


@given(_CANDIDATES, st.integers(1, 8))
def test_fusion_does_not_depend_on_the_unit_of_a_score(candidates: list[Candidate], power: int) -> None:
    scaled = [Candidate(c.memory_id, c.text * 2.0**power, c.meaning) for c in candidates]
    scores = {r.memory_id: r.score for r in fuse(candidates, 50)}
    for r in fuse(scaled, 50):
        assert r.score == pytest.approx(scores[r.memory_id], abs=1e-6)


def test_a_clear_hit_in_both_beats_a_hit_in_one_and_why_says_the_parts() -> None:
    ranked = fuse([Candidate("words", 9, 0.1), Candidate("both", 8, 0.9), Candidate("neither", 0, 0.1)], 3)
    assert [r.memory_id for r in ranked] == ["both", "words", "neither"]
    assert ranked[0].why == f"text {ranked[0].text_z:.2f}, meaning {ranked[0].meaning_z:.2f}"


def test_without_vectors_the_words_decide_and_what_shares_none_is_left_out() -> None:
    assert [r.memory_id for r in fuse([Candidate("a", 1, None), Candidate("b", 0, None)], 5)] == ["a"]


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
    for wrong in ("", "person:", "person:x", f"app:{uuid.uuid4()}", f"person:{uuid.uuid4()},*", "*"):
        assert not is_space(wrong)


def test_pinning_and_forgetting_happen_once() -> None:
    pinned, gone = ev.MemoryPinnedChanged(memory_id="m", pinned=True), ev.MemoryForgotten(memory_id="m", space="s")
    Scenario(Space(), evolve).when(lambda s: pin(s, "m", True)).then(pinned)
    Scenario(Space(), evolve).given(pinned).when(lambda s: pin(s, "m", True)).then()
    Scenario(Space(), evolve).given(ev.StatementRemembered(memory_id="m")).when(lambda s: pin(s, "m", True)).then()
    Scenario(Space(), evolve).given(gone).when(lambda s: forget(s, "s", ["m", "n"])).then(
        ev.MemoryForgotten(memory_id="n", space="s", reason="asked")
    )
