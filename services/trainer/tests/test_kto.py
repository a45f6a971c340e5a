"""The loss against the paper's formula, and the estimators against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from madeleine_trainer.training.kto import effective_sample_size, k3, kto_loss, reference_point


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize("logratio", [-3.0, 0.0, 2.5])
def test_the_loss_is_equation_8(logratio: float) -> None:
    ratio = torch.tensor(logratio)
    good, reward = kto_loss(ratio, desirable=True, z0=0.4, beta=0.1, weight=0.7)
    bad, _ = kto_loss(ratio, desirable=False, z0=0.4, beta=0.1, weight=1.0)
    assert good.item() == pytest.approx(0.7 * (1 - sigmoid(0.1 * (logratio - 0.4))))
    assert bad.item() == pytest.approx(1 - sigmoid(0.1 * (0.4 - logratio)))
    assert reward == pytest.approx(0.1 * logratio)


def test_gradients_raise_what_was_liked_and_lower_what_was_not() -> None:
    for desirable, sign in ((True, -1), (False, 1)):
        ratio = torch.tensor(0.0, requires_grad=True)
        kto_loss(ratio, desirable=desirable, z0=0.0, beta=0.1, weight=1.0)[0].backward()
        assert ratio.grad is not None
        assert math.copysign(1, ratio.grad.item()) == sign


def test_the_reference_point_is_never_negative() -> None:
    assert reference_point([]) == 0.0
    assert reference_point([-2.0, 1.0]) == 0.0
    assert reference_point([2.0, 1.0]) == 1.5


def test_effective_sample_size_is_one_for_equal_weights_and_a_share_for_one_dominant() -> None:
    assert effective_sample_size(torch.full((10,), -300.0)) == pytest.approx(1.0)
    assert effective_sample_size(torch.tensor([50.0, 0.0, 0.0, 0.0])) == pytest.approx(0.25)


def test_k3_estimates_the_divergence_of_two_categoricals() -> None:
    torch.manual_seed(0)
    pi, ref = torch.tensor([0.7, 0.2, 0.1]).log(), torch.tensor([0.5, 0.3, 0.2]).log()
    drawn = torch.multinomial(pi.exp(), 200_000, replacement=True)
    exact = float((pi.exp() * (pi - ref)).sum())
    assert k3((pi - ref)[drawn]) == pytest.approx(exact, rel=0.03)
