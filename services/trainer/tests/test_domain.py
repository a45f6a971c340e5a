"""Signals, the choice of them, and a run's life."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madeleine.chat.v1.chat_pb2 import RATING_DOWN, RATING_NONE, RATING_UP
from madeleine.chat.v1.events_pb2 import AnswerRated, SamplerTrace
from madeleine.trainer.v1 import trainer_pb2 as pb
from madeleine.trainer.v1.events_pb2 import RevisionPromoted, RevisionTrained, RunEnded, RunStarted
from madeleine_common.testing import Scenario
from madeleine_trainer.domain import run
from madeleine_trainer.domain.signals import Waiting, choose, kto_weights, signal_from

TRACE = SamplerTrace(revision="base", prompt_token_ids=[1, 2], completion_token_ids=[3], logprobs=[-0.5])
STARTED = RunStarted(run_id="r", signal_ids=["a", "b"], desirable=1, undesirable=1, parent_revision="m@0123456789ab")
TRAINED = RevisionTrained(run_id="r", uri="/store/m@1")
SERVED = RevisionPromoted(run_id="r", revision="m@1", alias="default")
GATES = run.Gates(kl_cap=0.5, ess_floor=0.2)


def scenario() -> Scenario[run.RunStatus]:
    return Scenario(run.RunStatus(), run.evolve)


@pytest.mark.parametrize(
    ("rating", "kind"),
    [
        (RATING_UP, pb.SIGNAL_KIND_DESIRABLE),
        (RATING_DOWN, pb.SIGNAL_KIND_UNDESIRABLE),
        (RATING_NONE, pb.SIGNAL_KIND_UNSPECIFIED),
    ],
)
def test_a_thumb_keeps_the_tokens_as_they_were_sampled(rating: int, kind: int) -> None:
    rated = AnswerRated(message_id="m", rated_by="ana", rating=rating, trace=TRACE)  # pyright: ignore[reportArgumentType]
    signal = signal_from("event-1", rated)
    assert signal is not None
    assert (signal.kind, signal.source_event_id, signal.message_id) == (kind, "event-1", "m")
    assert list(signal.completion_token_ids) == [3]


def test_an_answer_that_was_computed_teaches_nothing() -> None:
    assert signal_from("event-1", AnswerRated(message_id="m", rated_by="ana", rating=RATING_UP)) is None


signals = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()).map(lambda t: Waiting("", t[0], t[1])), max_size=40)


@given(signals, st.integers(1, 30), st.floats(0.1, 1.0))
def test_nobody_has_more_than_their_share_and_the_oldest_go_first(
    waiting: list[Waiting], most: int, share: float
) -> None:
    waiting = [Waiting(str(n), w.person_id, w.desirable) for n, w in enumerate(waiting)]
    taken = choose(waiting, most, share)
    assert len(taken) <= most
    assert [int(t.signal_id) for t in taken] == sorted(int(t.signal_id) for t in taken)
    people = {w.person_id for w in waiting}
    allowance = max(1, int(min(most, len(waiting)) * share)) if len(people) > 1 else most
    assert all(sum(t.person_id == p for t in taken) <= allowance for p in people)
    assert bool(taken) == bool(waiting)


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_weights_bring_the_sides_into_the_papers_balance(desirable: int, undesirable: int) -> None:
    weight_d, weight_u = kto_weights(desirable, undesirable)
    assert 1 - 1e-9 <= weight_d * desirable / (weight_u * undesirable) <= 4 / 3 + 1e-9
    assert max(weight_d, weight_u) == 1


def test_a_run_goes_from_start_to_serving_and_each_step_may_repeat() -> None:
    scenario().when(lambda s: run.start(s, "r", ["a", "b"], 1, 1, "m@0123456789ab")).then(STARTED)
    scenario().given(STARTED).when(lambda s: run.start(s, "r", ["a"], 1, 0, "")).then()
    scenario().given(STARTED).when(lambda s: run.trained(s, "r", "/store/m@1", [])).then(TRAINED)
    scenario().given(STARTED, TRAINED).when(lambda s: run.trained(s, "r", "/store/m@2", [])).then()
    scenario().given(STARTED, TRAINED).when(lambda s: run.promoted(s, "r", "m@1", "default", [])).then(SERVED)
    scenario().given(STARTED, TRAINED, SERVED).when(lambda s: run.promoted(s, "r", "m@1", "default", [])).then()


def test_a_run_that_serves_cannot_fail_afterwards_and_one_that_ended_stays_ended() -> None:
    def fail(status: run.RunStatus) -> list:
        return run.end(status, "r", pb.RUN_STATE_FAILED, "out of memory")

    ended = RunEnded(run_id="r", state=pb.RUN_STATE_FAILED, reason="out of memory")
    scenario().given(STARTED).when(fail).then(ended)
    scenario().given(STARTED, ended).when(fail).then()
    scenario().given(STARTED, TRAINED, SERVED).when(fail).then()


@pytest.mark.parametrize(
    ("metrics", "why"),
    [
        ([], "no step"),
        ([pb.StepMetrics(loss=float("nan"), ess=1)], "not a number"),
        ([pb.StepMetrics(kl=0.6, ess=1)], "0.600 nats"),
        ([pb.StepMetrics(kl=0.1, ess=0.1), pb.StepMetrics(kl=0.1, ess=1)], "effective sample size"),
        ([pb.StepMetrics(kl=0.1, ess=0.9)], ""),
    ],
)
def test_gates_say_why_a_revision_is_refused(metrics: list[pb.StepMetrics], why: str) -> None:
    refusal = run.refusal(GATES, metrics)
    assert why in refusal
    assert bool(refusal) == bool(why)
