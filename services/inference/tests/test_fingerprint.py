"""Which numbers prove an adapter, with no engine: exact ones and those of 8 bits."""

from __future__ import annotations

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine_common.errors import Exhausted, FailedPrecondition, Invalid
from madeleine_common.rpc.checks import Checks
from madeleine_inference.api.mapping import to_probes
from madeleine_inference.application.fingerprint import Fingerprint, Probe, Prover
from madeleine_inference.application.ports import BASE, Engine

TOKENS = 100
# As measured for 8-bit weights and activations, nats.
NOISE = 0.14


class Numbers:
    """The part of an engine that gives logprobs: a base, and an adapter on top of it, each off by its own rounding."""

    def __init__(self, exact: bool, effect: Sequence[float], noise: float, strength: float = 1.0) -> None:
        self.exact = exact
        self.asked: list[str] = []
        self.busy = 0
        generator = random.Random(1)
        self._base = [-1.0 + generator.gauss(0, noise) for _ in effect]
        self._served = [-1.0 + strength * e + generator.gauss(0, noise) for e in effect]
        if strength == 0.0:
            # The same computation gives the same rounding.
            self._served = self._base

    async def score(self, revision: str, prompt_ids: Sequence[int], completion_ids: Sequence[int]) -> list[float]:
        self.asked.append(revision)
        if self.busy:
            self.busy -= 1
            raise Exhausted("full")
        return self._base if revision == BASE else self._served


def effect(size: float) -> list[float]:
    generator = random.Random(2)
    return [generator.gauss(0, size) for _ in range(TOKENS)]


def probe(changes: Sequence[float]) -> Probe:
    trained = tuple(-1.0 + change for change in changes)
    return Probe((1,), tuple(range(TOKENS)), trained, base=(-1.0,) * TOKENS)


async def judged(numbers: Numbers, changes: Sequence[float]) -> str:
    """Empty, or why the adapter is refused."""
    try:
        await Prover(cast("Engine", numbers)).prove("house@0123456789ab", [probe(changes)])
    except FailedPrecondition as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("exact", "size", "noise", "strength", "reason"),
    [
        (True, 0.03, 1e-6, 1.0, ""),
        (True, 0.03, 1e-6, 0.0, "ADAPTER_NOT_DELIVERED"),
        (True, 0.03, 1e-6, 0.5, "FINGERPRINT_MISMATCH"),
        (True, 0.03, 1e-6, 2.0, "FINGERPRINT_MISMATCH"),
        # A strong adapter shows its direction and size through the noise of 8 bits.
        (False, 1.0, NOISE, 1.0, ""),
        (False, 1.0, NOISE, 0.0, "ADAPTER_NOT_DELIVERED"),
        (False, 1.0, NOISE, 0.3, "FINGERPRINT_MISMATCH"),
        (False, 1.0, NOISE, 2.0, "FINGERPRINT_MISMATCH"),
        (False, 1.0, NOISE, -1.0, "FINGERPRINT_MISMATCH"),
        # A weak one only that it has arrived, and that nothing else did which is strong.
        (False, 0.03, NOISE, 1.0, ""),
        (False, 0.03, NOISE, 0.0, "ADAPTER_NOT_DELIVERED"),
        (False, 0.03, NOISE, 20.0, "FINGERPRINT_MISMATCH"),
        # Not this base at all.
        (False, 1.0, 2.0, 1.0, "FINGERPRINT_MISMATCH"),
    ],
)
async def test_what_is_taken(exact: bool, size: float, noise: float, strength: float, reason: str) -> None:
    changes = effect(size)
    assert await judged(Numbers(exact, changes, noise, strength), changes) == reason


@pytest.mark.parametrize("exact", [True, False])
async def test_what_is_no_number_proves_nothing(exact: bool) -> None:
    numbers: Any = Numbers(exact, effect(1.0), 0.0)
    numbers._served = [float("nan")] * TOKENS
    assert await judged(numbers, effect(1.0)) == "ADAPTER_NOT_DELIVERED"


async def test_the_base_is_scored_once_and_a_full_queue_is_waited_for() -> None:
    changes = effect(1.0)
    numbers = Numbers(True, changes, 0.0)
    numbers.busy = 2
    prover = Prover(cast("Engine", numbers))
    for _ in range(2):
        await prover.prove("house@0123456789ab", [probe(changes)])
    assert numbers.asked == [BASE, BASE, BASE, "house@0123456789ab", "house@0123456789ab"]


def messages(count: int, **changes: Any) -> list[pb.Probe]:
    fields = {
        "prompt_token_ids": [1],
        "completion_token_ids": [2] * 8,
        "trained_logprobs": [-1.0] * 8,
        "base_logprobs": [-1.5] * 8,
    }
    return [pb.Probe(**(fields | changes)) for _ in range(count)]


@pytest.mark.parametrize(
    ("exact", "given", "field"),
    [
        (True, messages(1), ""),
        (True, messages(1, base_logprobs=[]), ""),
        (True, messages(1, base_logprobs=[-1.0]), "probes[0].base_logprobs"),
        (True, messages(1, trained_logprobs=[float("inf")] * 8), "probes[0].trained_logprobs"),
        (True, messages(1, prompt_token_ids=[-1]), "probes[0].prompt_token_ids"),
        (True, messages(1, completion_token_ids=[50] * 8), "probes[0].completion_token_ids"),
        (True, messages(1, prompt_token_ids=[1] * 505), "probes[0]"),
        (True, messages(32, prompt_token_ids=[1] * 505), "probes"),
        (True, messages(33), "probes"),
        (True, [], "probes"),
        (False, messages(8), ""),
        (False, messages(8, base_logprobs=[]), "probes[7].base_logprobs"),
        (False, messages(5), "probes"),
    ],
)
def test_probes_that_prove_nothing_are_refused_by_field(exact: bool, given: list[pb.Probe], field: str) -> None:
    engine: Any = SimpleNamespace(exact=exact, vocabulary_size=50, context_tokens=512)
    checks = Checks()
    probes = to_probes(given, engine, checks)
    if not field:
        checks.done()
        assert [probe.trained_part() for probe in probes] == given
        return
    with pytest.raises(Invalid) as caught:
        checks.done()
    assert field in {violation.field for violation in caught.value.violations}


def test_slope_and_cosine_of_an_effect() -> None:
    one = Probe((1,), (1, 2), (-1.0, -3.0), base=(-2.0, -2.0), served=(-1.0, -4.0), served_base=(-3.0, -2.0))
    # trained effect (1, -1), served effect (2, -2)
    fingerprint = Fingerprint.of([one])
    assert (fingerprint.slope, fingerprint.cosine) == (pytest.approx(2.0), pytest.approx(1.0))
    assert fingerprint.noise == pytest.approx(0.5**0.5)
    assert (fingerprint.max_trained_delta, fingerprint.max_base_delta) == (0.5, 2.0)
