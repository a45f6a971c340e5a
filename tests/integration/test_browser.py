"""What people see: the web client, in a real browser, against the running stack."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from madeleine_cli.datadir import DataDir
from madeleine_cli.state import StackState

_E2E = Path(__file__).parents[2] / "clients/web/e2e"
_S = 240


@pytest.mark.timeout(_S + 60)
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
@pytest.mark.parametrize(
    ("script", "out", "pictures"),
    [
        ("first_page.py", "client.png", ["client.png"]),
        ("group.py", "group", ["group/people.png", "group/card.png", "group/found.png"]),
        (
            "apps.py",
            "apps",
            [f"apps/{name}.png" for name in ("made", "app", "refused", "offline", "change", "by_hand", "asked")],
        ),
    ],
)
def test_people_talk_in_browsers(stack: DataDir, tmp_path: Path, script: str, out: str, pictures: list[str]) -> None:
    """The scripts raise for whatever somebody does not see in time, and for errors in a page."""
    state = StackState.read(stack.state)
    assert state is not None
    command = [sys.executable, str(_E2E / script), state.gateway_url, "--out", str(tmp_path / out)]
    # Its own process: Playwright's own event loop is none that pytest's may share.
    done = subprocess.run(command, capture_output=True, text=True, timeout=_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for picture in pictures:
        assert (tmp_path / picture).stat().st_size > 10_000, f"{picture} shows nothing"
