"""Fifty people and twenty groups at once: nothing comes back to somebody who may not see it."""

from __future__ import annotations

import pytest


@pytest.mark.timeout(300)
async def test_ten_thousand_operations_at_once_leak_nothing_and_leave_the_house_in_order(world, leaking) -> None:
    """Whatever people, groups and services do at the same time, to whomever: see bench/remembering/leaks.py."""
    found = await leaking.leaks(world, world.chat.conversations, people=50, groups=20, operations=10_000)
    print(found)
    assert (found["leaks"], found["ghosts"]) == (0, 0), found["leaked"]
    assert found["broken"] == []
    assert found["failed"] == []
    assert found["texts"] > 10_000, "much was shown"
    assert found["refused"] > 1000, "and much was refused"
