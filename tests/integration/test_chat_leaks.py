"""People and groups at once on the real services: nothing shows a mark to somebody who may not see it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from chatting import crowd
from chatting.whole_house import whole_house

pytestmark = [pytest.mark.model]


@pytest.mark.timeout(300)
async def test_nobody_is_shown_what_is_not_for_them(servers, inference_address) -> None:
    async with whole_house(servers, inference_address, chat_max_tokens=4) as house:
        found = await crowd.run(house, people=20, groups=8, seconds=25, at_once=10, seed=3)
    print(found)
    assert found["leaks"] == []
    assert found["failed"] == []
    # Enough of everything for the above to say something.
    assert found["answers"] >= 20
    assert found["checks"] >= 500
    assert found["memories"] >= 50
    assert sum(found["refused"].values()) >= 20
