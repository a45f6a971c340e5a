"""Whatever four editors do, and whoever is away meanwhile: all come to agree, and the read model with them."""

from __future__ import annotations

import pytest

from .live_histories import play


@pytest.mark.parametrize("part", range(4))
def test_a_thousand_random_histories_converge(part: int) -> None:
    played = [play(seed) for seed in range(part * 250, (part + 1) * 250)]
    # They hold what they are about.
    assert sum(server.refused for server in played) > 1000
    assert sum(len(server.rows) for server in played) > 250
