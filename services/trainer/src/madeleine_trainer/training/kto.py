"""Kahneman-Tversky optimisation (arXiv 2402.01306): learning from single thumbs, without pairs.

Shapes: T completion tokens of one answer, P of its prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from peft import PeftModel


@dataclass(frozen=True, slots=True)
class Example:
    """One judged answer, in the token ids that were sampled."""

    prompt: list[int]
    completion: list[int]
    desirable: bool


def completion_logprobs(model: PeftModel, prompt: list[int], completion: list[int]) -> torch.Tensor:
    """log p of each completion token at temperature 1, shape [T], float32.

    Only the completion's positions pass through the output head: over a vocabulary of 49,152 that is most of the
    memory of a step.
    """
    tokens_1l = torch.tensor([prompt + completion])
    wanted = len(completion)
    logits_tv = model(input_ids=tokens_1l, use_cache=False, logits_to_keep=wanted + 1).logits[0, :-1].float()
    targets_t1 = tokens_1l[0, -wanted:].unsqueeze(-1)
    return functional.log_softmax(logits_tv, dim=-1).gather(-1, targets_t1).squeeze(-1)


def kto_loss(
    logratio: torch.Tensor, *, desirable: bool, z0: float, beta: float, weight: float
) -> tuple[torch.Tensor, float]:
    """(loss, reward) of one answer; `logratio` is log pi - log pi_ref summed over its tokens, a scalar.

    lambda_D [1 - sigma(beta (logratio - z0))] for a desirable answer, lambda_U [1 - sigma(beta (z0 - logratio))] for
    an undesirable one (equation 8); the reward is beta * logratio.
    """
    sign = 1.0 if desirable else -1.0
    loss = weight * (1 - torch.sigmoid(sign * beta * (logratio - z0)))
    return loss, beta * logratio.item()


def reference_point(kl_sums: list[float]) -> float:
    """z0 = max(0, KL(pi || pi_ref)) in nats an answer, from log ratios of answers that the policy itself sampled.

    The paper draws it from mismatched pairs, a second forward pass each; our answers were sampled by the policy (or a
    near ancestor), so the mean of their own log ratios estimates the same divergence at no cost.
    """
    return max(0.0, sum(kl_sums) / len(kl_sums)) if kl_sums else 0.0


def effective_sample_size(logratios_n: torch.Tensor) -> float:
    """(sum w)^2 / (N sum w^2) of the tokens' importance weights w = exp(logratio), in (0, 1]."""
    weights = torch.exp((logratios_n - logratios_n.max()).double())
    return float(weights.sum() ** 2 / (len(weights) * (weights**2).sum()))


def k3(logratio_t: torch.Tensor) -> float:
    """Mean k3 estimate of KL(pi || ref) a token: r - 1 - log r with r = ref/pi (Schulman, 2020); always >= 0."""
    inverse = -logratio_t.detach()
    return float((torch.exp(inverse) - 1 - inverse).mean())
