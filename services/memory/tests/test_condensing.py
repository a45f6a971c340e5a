"""What a byte budget keeps of texts: the telling words, within the bytes, and enough to be found by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from madeleine_memory.domain.condensing import Rarity, condense, still_answers, words_of

_TALK = {
    "group": "I went to the LGBTQ support group yesterday and it was so powerful.",
    "thanks": "wow thanks, that sounds really great!",
    "allergy": "I can't eat peanuts, not even a bit of peanut butter, since 2019.",
    "lake": "We will meet at the lake at 8:30 on Sunday with the kids and the dog",
}
_TEXTS = st.dictionaries(st.text(min_size=1, max_size=4), st.text(min_size=1, max_size=80), min_size=1, max_size=8)


@given(_TEXTS, st.integers(0, 400), st.data())
def test_no_more_bytes_are_kept_than_the_budget_has(texts: dict[str, str], budget: int, data: st.DataObject) -> None:
    values = {key: data.draw(st.floats(0.001, 10)) for key in texts}
    kept = condense(texts, values, budget)
    assert sum(len(text.encode()) for text in kept.values()) <= budget
    assert set(kept) <= set(texts)
    for key, text in kept.items():
        assert text == texts[key] or len(text.encode()) < len(texts[key].encode())


def test_what_every_sentence_has_goes_first_and_a_no_stays() -> None:
    kept = condense(_TALK, {"group": 1.0, "thanks": 0.1, "allergy": 1.0, "lake": 1.0}, 130)
    assert kept["group"] == "went LGBTQ support group yesterday powerful"
    assert {"can't", "not", "peanuts"} <= set(kept["allergy"].split())
    assert "thanks" not in kept, "it tells nothing, and comes last"


def test_what_is_worth_more_keeps_more() -> None:
    low = condense(_TALK, {"group": 0.1, "thanks": 0.1, "allergy": 5.0, "lake": 0.1}, 60)
    high = condense(_TALK, {"group": 0.1, "thanks": 0.1, "allergy": 0.1, "lake": 5.0}, 60)
    assert "allergy" in low
    assert "lake" in high
    assert "8:30" in high["lake"]


def test_a_record_is_kept_as_it_is_or_not_at_all() -> None:
    record = {"meal": "Meal log: Ana recorded Meal: rice, 500 kcal, 2026-03-10", **_TALK}
    values = dict.fromkeys(record, 1.0)
    for budget in range(0, 320, 20):
        kept = condense(record, values, budget, {"meal"})
        assert kept.get("meal", record["meal"]) == record["meal"]


def test_chinese_is_kept_in_the_pieces_between_its_joints() -> None:
    assert [word.text for word in words_of("我在国贸上班，做审计，天天加班")] == ["国贸上班", "做审计", "天天加班"]


def test_a_probe_by_the_most_telling_words_is_still_answered_or_not() -> None:
    rarity = Rarity([words_of(text) for text in _TALK.values()])
    assert still_answers(_TALK["group"], "went LGBTQ support group yesterday powerful", rarity)
    assert not still_answers(_TALK["group"], "yesterday", rarity)
