"""The sampler's distribution: what a penalty does to it, and that the logprob told is that of the draw."""

from __future__ import annotations

import math

import pytest
import torch

from madeleine_inference.adapters.sampler import Sampler
from madeleine_inference.application.ports import Sampling

LOGITS = torch.tensor([2.0, 1.0, 0.0])


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
