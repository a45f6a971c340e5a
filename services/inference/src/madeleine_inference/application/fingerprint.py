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
# For the others, root mean squares in nats. Weights and activations of 8 bits put a served base about 0.14 from the
# trainer's, which is more than a few steps of training change (0.03): no correlation can show those. So the bound is
# what the base itself is off, here and now, and a part of what the adapter changes: a strong adapter is held to its
# direction and size, a weak one to having arrived and to being hardly worse off than the base.
MAX_BASE_NOISE = 0.5
NOISE_SHARE, EFFECT_SHARE = 1.5, 0.3
# With fewer, chance alone may triple what one of two equal noises seems to be.
LEAST_NOISY_TOKENS = 48

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
    """Probes as served, and the largest mean differences from training and from the base, nats.

    The rest is over all tokens, and 0 without the trainer's base. `noise` (served base - base), `effect` (trained -
    base) and `error` (served - trained) are root mean squares in nats; `slope` and `cosine` compare served - served
    base with trained - base.
    """

    probes: tuple[Probe, ...]
    max_trained_delta: float
    max_base_delta: float
    noise: float = 0.0
    effect: float = 0.0
    error: float = 0.0
    slope: float = 0.0
    cosine: float = 0.0

    @staticmethod
    def of(probes: Sequence[Probe]) -> Fingerprint:
        """From probes that were scored."""
        plain = Fingerprint(
            tuple(probes),
            max(_mean_delta(probe.served, probe.trained) for probe in probes),
            max(_mean_delta(probe.served, probe.served_base) for probe in probes),
        )
        if not all(probe.base for probe in probes):
            return plain
        trained = _differences((probe.trained, probe.base) for probe in probes)
        served = _differences((probe.served, probe.served_base) for probe in probes)
        effect, served_effect = _rms(trained), _rms(served)
        product = math.fsum(a * b for a, b in zip(served, trained, strict=True)) / len(trained)
        return replace(
            plain,
            noise=_rms(_differences((probe.served_base, probe.base) for probe in probes)),
            effect=effect,
            error=_rms(_differences((probe.served, probe.trained) for probe in probes)),
            slope=product / effect**2 if effect else 0.0,
            cosine=product / (effect * served_effect) if effect and served_effect else 0.0,
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
        return
    if not fingerprint.noise <= MAX_BASE_NOISE:
        raise FailedPrecondition(
            f"probes: the base model as served differs from the trainer's by {fingerprint.noise:.4g} nats;"
            f" at most {MAX_BASE_NOISE:g} is taken",
            reason="FINGERPRINT_MISMATCH",
        )
    most = NOISE_SHARE * fingerprint.noise + EFFECT_SHARE * fingerprint.effect
    if not fingerprint.error <= most:
        raise FailedPrecondition(
            f"probes: {revision} as served differs from training by {fingerprint.error:.4g} nats; at most {most:.4g} is"
            f" taken, with a base that differs by {fingerprint.noise:.4g} and an effect of {fingerprint.effect:.4g}",
            reason="FINGERPRINT_MISMATCH",
        )


def _differences(pairs: Iterable[tuple[Sequence[float], Sequence[float]]]) -> list[float]:
    return [a - b for left, right in pairs for a, b in zip(left, right, strict=True)]


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(math.fsum(value * value for value in values) / len(values))


def _mean_delta(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(left, right, strict=True)) / len(left)
