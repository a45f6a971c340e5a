"""The sampler's distribution: what a penalty does to it, and that the logprob told is that of the draw."""

from __future__ import annotations

import math

import numpy as np
import pytest

from madeleine_inference.adapters.batching.sampler import Sampler
from madeleine_inference.application.ports import Sampling

LOGITS = np.array([2.0, 1.0, 0.0], np.float32)


def test_a_penalty_makes_way_for_what_was_not_said_yet() -> None:
    greedy = Sampler(Sampling(frequency_penalty=0.7))
    # 2, then 1.3 - still first -, then 0.6 against 1.0.
    assert [greedy.draw(LOGITS, None)[0] for _ in range(3)] == [0, 0, 1]
    assert [Sampler(Sampling()).draw(LOGITS, None)[0] for _ in range(3)] == [0, 0, 0]


def test_the_logprob_is_that_of_the_penalised_distribution() -> None:
    greedy = Sampler(Sampling(frequency_penalty=0.5))
    greedy.draw(LOGITS, None)
    token, logprob = greedy.draw(LOGITS, None)
    expected = 1.5 - math.log(math.exp(1.5) + math.exp(1.0) + math.exp(0.0))
    assert (token, logprob) == (0, pytest.approx(expected))


def test_the_logits_given_are_left_as_they_were() -> None:
    sampler = Sampler(Sampling(temperature=0.5, frequency_penalty=2.0, seed=1))
    for _ in range(5):
        sampler.draw(LOGITS, None)
    assert LOGITS.tolist() == [2.0, 1.0, 0.0]


def test_draws_follow_the_distribution_and_the_nucleus_cuts_its_tail() -> None:
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum()
    sampler = Sampler(Sampling(temperature=1.0, seed=3))
    drawn = [sampler.draw(LOGITS, None) for _ in range(20000)]
    for token in range(3):
        share = sum(one == token for one, _ in drawn) / len(drawn)
        # Five standard errors.
        assert share == pytest.approx(probabilities[token], abs=5 * (0.25 / len(drawn)) ** 0.5)
        assert all(lp == pytest.approx(math.log(probabilities[token])) for one, lp in drawn if one == token)
    nucleus = Sampler(Sampling(temperature=1.0, top_p=0.9, seed=3))
    kept = probabilities[:2] / probabilities[:2].sum()
    cut = [nucleus.draw(LOGITS, None) for _ in range(200)]
    assert {token for token, _ in cut} == {0, 1}
    assert all(lp == pytest.approx(math.log(kept[token])) for token, lp in cut)


def test_equals_at_the_edge_of_the_nucleus_are_no_more_than_are_needed() -> None:
    flat = np.zeros(8, np.float32)
    sampler = Sampler(Sampling(temperature=1.0, top_p=0.5, seed=1))
    assert all(sampler.draw(flat, None)[1] == pytest.approx(math.log(1 / 4)) for _ in range(100))
