"""The shorter form of `make chaos`: every kind of fault once, while eight clients race."""

from __future__ import annotations

import random

import pytest

from madeleine_common.testing.chaos import ChaosPlan, TooSlow, run_chaos
from madeleine_common.testing.chaos.strikes import Fault, plan_strikes


@pytest.mark.timeout(180)
async def test_what_was_acknowledged_takes_effect_once_though_everything_is_killed() -> None:
    report = await run_chaos(ChaosPlan(commands=400, seed=3, times=1, within_s=150, drain_s=60))
    assert report.wrong == []
    figures = report.figures()
    expected = {"commands": 400, "lost": 0, "duplicated": 0, "out_of_order": 0, "verify": True, "repeats_wrong": 0}
    assert {name: figures[name] for name in expected} == expected
    assert all(len(seconds) == 1 for seconds in report.record.seconds.values())
    assert 0 < report.record.takeovers[0] < 10
    # Some answers were lost, and their repeats were told so.
    assert report.tally.repeated > 0


async def test_a_run_that_takes_too_long_says_where_it_stood() -> None:
    with pytest.raises(TooSlow, match=r"0 of 10 commands, at: servers start \(seed 1\)"):
        await run_chaos(ChaosPlan(commands=10, seed=1, times=1, within_s=0.5))


def test_a_plan_has_every_fault_as_often_and_a_stopped_relay_alone() -> None:
    for seed in range(50):
        strikes = plan_strikes(random.Random(seed), 4)
        assert sorted(fault for strike in strikes for fault in strike) == sorted(f for f in Fault for _ in range(4))
        assert all(len(set(strike)) == len(strike) for strike in strikes)
        assert all(len(strike) == 1 for strike in strikes if Fault.RELAY_STILL in strike)
    assert plan_strikes(random.Random(7), 4) == plan_strikes(random.Random(7), 4)
