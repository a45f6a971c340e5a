"""One data directory: one `up` at a time, the same ports again, secrets for their owner only."""

from __future__ import annotations

import base64
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from madeleine_cli.datadir import DataDir, Held, Ports
from madeleine_cli.keys import master_key, services_jwks
from madeleine_cli.main import app
from madeleine_cli.state import Phase, StackState
from madeleine_common.auth import ServiceTokens, TokenVerifier
from madeleine_common.embedded.process import secret_file

HOLD = """
import sys
from pathlib import Path
from madeleine_cli.datadir import DataDir
with DataDir(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_up_says_that_it_is_running_and_where(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    with data.lock():
        StackState(os.getpid(), "http://127.0.0.1:8080", Phase.UP).write(data.state)
        for arguments in (["up"], ["up", "--detach"]):
            result = CliRunner().invoke(app, ["--data-dir", str(data.root), *arguments], env={"COLUMNS": "300"})
            assert result.exit_code == 0
            assert "is running already at http://127.0.0.1:8080" in result.output
            assert f"process {os.getpid()}" in result.output


def test_the_lock_is_free_again_when_its_holder_was_killed(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert data.holder() == process.pid
        with pytest.raises(Held) as held, data.lock():
            pytest.fail("two hold it")
        assert held.value.pid == process.pid
        process.kill()
    assert data.holder() is None
    with data.lock():
        assert data.holder() == os.getpid()


def test_status_and_down_of_a_stack_that_does_not_run(tmp_path: Path) -> None:
    runner, data = CliRunner(), ["--data-dir", str(tmp_path)]
    assert runner.invoke(app, [*data, "status"]).exit_code == 3
    assert json.loads(runner.invoke(app, [*data, "status", "--json"]).output)["phase"] == "stopped"
    down = runner.invoke(app, [*data, "down"])
    assert down.exit_code == 0
    assert "not running" in down.output
    events = runner.invoke(app, [*data, "events", "stats"])
    assert events.exit_code == 3
    assert "not running" in events.output


def test_a_wrong_service_is_refused_by_name(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--data-dir", str(tmp_path), "up", "--skip", "chatt"], env={"COLUMNS": "300"})
    assert result.exit_code == 2
    assert "no service chatt" in result.output


def test_ports_are_remembered_unless_somebody_took_them(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    chat, memory = ports.take("chat"), ports.take("memory")
    assert chat != memory
    ports.save()
    assert Ports(tmp_path / "ports.json").take("chat") == chat
    with socket.create_server(("127.0.0.1", chat)):
        assert Ports(tmp_path / "ports.json").take("chat") != chat


def test_a_preferred_port_is_taken_when_it_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        busy = server.getsockname()[1]
        assert Ports(tmp_path / "a.json").take("gateway", busy) != busy
    assert Ports(tmp_path / "b.json").take("gateway", busy) == busy


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    password = secret_file(tmp_path / "password")
    assert secret_file(tmp_path / "password") == password
    assert len(bytes.fromhex(password)) == 16
    key = master_key(tmp_path).read_bytes()
    assert master_key(tmp_path).read_bytes() == key
    assert len(base64.b64decode(key)) == 32
    services_jwks(tmp_path, ["chat", "memory"])
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


async def test_each_service_signs_for_itself_with_a_key_that_all_know(tmp_path: Path) -> None:
    async def nobody(kid: str) -> object:
        raise KeyError(kid)

    jwks = services_jwks(tmp_path, ["chat", "memory"])
    verifier = TokenVerifier(jwks, nobody)
    for service in ("chat", "memory"):
        token = ServiceTokens(service, tmp_path / f"{service}.pem").token()
        assert (await verifier.verify(token)).subject == f"service:{service}"
