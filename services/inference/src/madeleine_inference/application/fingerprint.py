"""Is an adapter served as it was trained? Fixed texts, scored by the engine, compared with the trainer's numbers."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine_common.errors import Exhausted, FailedPrecondition
from madeleine_inference.application.ports import BASE, Engine

# Mean nats a token, for engines whose logprobs are those of the fp32 model.
MAX_TRAINED_DELTA = 1e-2
MIN_BASE_DELTA = 1e-4
# For the others: what the adapter changes as served, against what it changed in training.
MIN_EFFECT_SLOPE, MAX_EFFECT_SLOPE = 0.6, 1.4
MIN_EFFECT_COSINE = 0.8

# Some together share the engine's passes, and leave places in the queue to people.
_AT_ONCE = 4
_BASES_KEPT = 64
# A full queue is no fault of the adapter's.
_QUEUE_PATIENCE_S, _QUEUE_EVERY_S = 30.0, 0.1


@dataclass(frozen=True, slots=True)
class Probe:
    """A fixed text with logprobs (nats, one for each completion token), the trainer's and as served."""

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    trained: tuple[float, ...]
    # The trainer's, with the adapter off; empty: not told.
    base: tuple[float, ...] = ()
    served: tuple[float, ...] = ()
    served_base: tuple[float, ...] = ()

    @staticmethod
    def of(message: pb.Probe) -> Probe:
        """The trainer's part of a message."""
        return Probe(
            tuple(message.prompt_token_ids),
            tuple(message.completion_token_ids),
            tuple(message.trained_logprobs),
            tuple(message.base_logprobs),
        )

    def trained_part(self) -> pb.Probe:
        """What the trainer told, as the contract has it."""
        return pb.Probe(
            prompt_token_ids=self.prompt_ids,
            completion_token_ids=self.completion_ids,
            trained_logprobs=self.trained,
            base_logprobs=self.base,
        )

    def message(self) -> pb.Probe:
        """The same with what was served."""
        message = self.trained_part()
        message.served_logprobs.extend(self.served)
        message.served_base_logprobs.extend(self.served_base)
        return message


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Probes as served, the largest mean differences from training and from the base (nats), and the effect.

    `slope` and `cosine` compare served - served base with trained - base over all tokens; 0 without the trainer's base.
    """

    probes: tuple[Probe, ...]
    max_trained_delta: float
    max_base_delta: float
    slope: float
    cosine: float

    @staticmethod
    def of(probes: Sequence[Probe]) -> Fingerprint:
        """From probes that were scored."""
        slope = cosine = 0.0
        if all(probe.base for probe in probes):
            trained = [t - b for probe in probes for t, b in zip(probe.trained, probe.base, strict=True)]
            served = [s - b for probe in probes for s, b in zip(probe.served, probe.served_base, strict=True)]
            product, trained_square = _dot(served, trained), _dot(trained, trained)
            if trained_square:
                slope = product / trained_square
                cosine = product / math.sqrt(trained_square * (_dot(served, served) or math.inf))
        return Fingerprint(
            tuple(probes),
            max(_mean_delta(probe.served, probe.trained) for probe in probes),
            max(_mean_delta(probe.served, probe.served_base) for probe in probes),
            slope,
            cosine,
        )


class Prover:
    """Takes fingerprints of revisions in the engine's memory and judges them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # The base never changes, and the trainer's probes are the same for every revision.
        self._bases: OrderedDict[tuple[tuple[int, ...], tuple[int, ...]], tuple[float, ...]] = OrderedDict()

    async def prove(self, revision: str, probes: Sequence[Probe]) -> Fingerprint:
        """A resident revision's fingerprint; raises FailedPrecondition unless it is served as it was trained."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(probe: Probe) -> Probe:
            async with places:
                base = await self._base(probe)
                served = await self._score(revision, probe)
                return replace(probe, served=served, served_base=base)

        tasks = [asyncio.create_task(one(probe)) for probe in probes]
        try:
            fingerprint = Fingerprint.of([await task for task in tasks])
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        _judge(revision, fingerprint, exact=self._engine.exact)
        return fingerprint

    async def _base(self, probe: Probe) -> tuple[float, ...]:
        key = (probe.prompt_ids, probe.completion_ids)
        if key not in self._bases:
            self._bases[key] = await self._score(BASE, probe)
            while len(self._bases) > _BASES_KEPT:
                self._bases.popitem(last=False)
        return self._bases[key]

    async def _score(self, revision: str, probe: Probe) -> tuple[float, ...]:
        end = time.monotonic() + _QUEUE_PATIENCE_S
        while True:
            try:
                return tuple(await self._engine.score(revision, probe.prompt_ids, probe.completion_ids))
            except Exhausted:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(_QUEUE_EVERY_S)


def _judge(revision: str, fingerprint: Fingerprint, *, exact: bool) -> None:
    # A NaN must not pass, so all conditions say what is wanted.
    if not fingerprint.max_base_delta > MIN_BASE_DELTA:
        raise FailedPrecondition(
            f"probes: {revision} gives the base model's logprobs (difference {fingerprint.max_base_delta:.4g} nats):"
            " the adapter never arrived",
            reason="ADAPTER_NOT_DELIVERED",
        )
    if exact:
        if not fingerprint.max_trained_delta <= MAX_TRAINED_DELTA:
            raise FailedPrecondition(
                f"probes: {revision} as served differs from training by {fingerprint.max_trained_delta:.4g} nats a"
                f" token; at most {MAX_TRAINED_DELTA:g} is taken",
                reason="FINGERPRINT_MISMATCH",
            )
    elif not (MIN_EFFECT_SLOPE <= fingerprint.slope <= MAX_EFFECT_SLOPE and fingerprint.cosine >= MIN_EFFECT_COSINE):
        raise FailedPrecondition(
            f"probes: what {revision} changes as served is {fingerprint.slope:.4g} times what it changed in training,"
            f" with cosine {fingerprint.cosine:.4g}; {MIN_EFFECT_SLOPE:g} to {MAX_EFFECT_SLOPE:g} times with cosine"
            f" {MIN_EFFECT_COSINE:g} or more is taken",
            reason="FINGERPRINT_MISMATCH",
        )


def _dot(left: Iterable[float], right: Iterable[float]) -> float:
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def _mean_delta(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(left, right, strict=True)) / len(left)
