"""The web client's own checks: its types, and its unit tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_CLIENT = _ROOT / "clients/web"
# Where tools/build_web.sh puts a Node of its own if the machine has none.
_PATH = f"{_ROOT / '.venv-node/bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.timeout(180)
@pytest.mark.skipif(shutil.which("npm", path=_PATH) is None, reason="no Node here")
@pytest.mark.skipif(not (_CLIENT / "node_modules").is_dir(), reason="the web client was not built here")
@pytest.mark.parametrize("check", ["lint", "test"])
def test_client(check: str) -> None:
    """As the README of the client names them."""
    command = ["npm", "run", "--silent", check]
    done = subprocess.run(
        command, cwd=_CLIENT, env={**os.environ, "PATH": _PATH}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
