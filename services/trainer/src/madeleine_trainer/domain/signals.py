"""What feedback teaches, and which signals one run takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.chat.v1.chat_pb2 import RATING_DOWN, RATING_UP
from madeleine.chat.v1.events_pb2 import AnswerRated
from madeleine.trainer.v1.events_pb2 import SignalRecorded
from madeleine.trainer.v1.trainer_pb2 import (
    SIGNAL_KIND_DESIRABLE,
    SIGNAL_KIND_UNDESIRABLE,
    SIGNAL_KIND_UNSPECIFIED,
)

_KINDS = {RATING_UP: SIGNAL_KIND_DESIRABLE, RATING_DOWN: SIGNAL_KIND_UNDESIRABLE}


def signal_from(event_id: str, rated: AnswerRated) -> SignalRecorded | None:
    """The signal in a thumb; None when the answer was not sampled (it was computed, so there is nothing to learn)."""
    trace = rated.trace
    if not trace.completion_token_ids:
        return None
    return SignalRecorded(
        signal_id=event_id,
        source_event_id=event_id,
        kind=_KINDS.get(rated.rating, SIGNAL_KIND_UNSPECIFIED),
        person_id=rated.rated_by,
        message_id=rated.message_id,
        prompt_token_ids=trace.prompt_token_ids,
        completion_token_ids=trace.completion_token_ids,
        logprobs=trace.logprobs,
        revision=trace.revision,
        words_of=rated.words_of,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signal that no run has used."""

    signal_id: str
    person_id: str
    desirable: bool


def choose(waiting: Sequence[Waiting], most: int, person_share: float) -> list[Waiting]:
    """The signals of the next run, oldest first: at most `most`, and no person has more than their share of them.

    The share is of what may be taken; whoever is alone on the machine is not held back by it.
    """
    people = Counter(signal.person_id for signal in waiting)
    taken_most = min(most, len(waiting))
    allowance = taken_most if len(people) == 1 else max(1, int(taken_most * person_share))
    taken: list[Waiting] = []
    by_person: Counter[str] = Counter()
    for signal in waiting:
        if len(taken) == taken_most:
            break
        if by_person[signal.person_id] < allowance:
            taken.append(signal)
            by_person[signal.person_id] += 1
    return taken


def kto_weights(desirable: int, undesirable: int) -> tuple[float, float]:
    """(lambda_D, lambda_U) with lambda_D n_D / (lambda_U n_U) brought into [1, 4/3], the larger weight being 1.

    KTO, arXiv 2402.01306, section 4.2. One-sided feedback keeps both at 1.
    """
    if desirable == 0 or undesirable == 0:
        return 1.0, 1.0
    ratio = desirable / undesirable
    if ratio < 1:
        return 1.0, ratio
    if ratio > 4 / 3:
        return 4 / 3 / ratio, 1.0
    return 1.0, 1.0
