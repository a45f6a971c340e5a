"""Options of `madeleine events`: what they mean, and what is said of those that cannot be taken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from madeleine_cli.events.filters import BadOption, Filter
from madeleine_cli.events.replay import Replayed, Speed, parse_token, subjects_meet
from madeleine_cli.main import app
from madeleine_common.bus.streams import CONTEXTS
from madeleine_common.events.reading import Cursor, Selection

from .event_house import ANA, NOON

COMMANDS = {"tail": (), "export": ("--out", "nowhere"), "replay": ("--to", "replay")}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--stream", "CHATT", "no stream CHATT; there are IDENTITY, CHAT,"),
        ("--type", "MesageSent", "did you mean MessageSent"),
        ("--type", "*", "there is no event type '*'"),
        ("--person", "ana", "'ana' is not a person's id"),
        ("--stream-id", "conversation 1", "is no id"),
        ("--stream-id", "conversation-*", "is no id"),
        ("--correlation", ">" * 300, "is no id"),
        ("--since", "yesterday", "neither an age (90s, 10m, 2h, 7d) nor a time"),
        ("--until", "999999d", "date value out of range"),
    ],
)
def test_a_bad_option_is_named_with_the_reason(
    tmp_path: Path, command: str, option: str, value: str, reason: str
) -> None:
    arguments = ["--data-dir", str(tmp_path), "events", command, *COMMANDS[command], option, value]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "400"})
    assert result.exit_code == 2, result.output
    assert f"Invalid value for {option}" in result.output
    assert reason in result.output
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("arguments", "option", "reason"),
    [
        (("export", "--out", "x", "--format", "csv"), "--format", "neither parquet nor jsonl"),
        (("export", "--out", __file__), "--out", "is no folder"),
        (("replay", "--to", "a b"), "--to", "is no subject"),
        (("replay", "--to", "a.>"), "--to", "is no subject"),
        (("replay", "--to", "r", "--speed", "fast"), "--speed", "none of 1x, 10x"),
        (("replay", "--to", "r", "--speed", "0/s"), "--speed", "none of 1x, 10x"),
        (("replay", "--to", "r", "--after", "abc"), "--after", "no token"),
        (("tail", "--since", "1h", "--until", "2h"), "--until", "nothing lies between"),
        (("tail", "--stream", "CHAT", "--type", "PersonErased"), "--type", "is in stream IDENTITY, not in CHAT"),
        (("stats", "--json", "--watch"), "--watch", "not with --json"),
    ],
)
def test_what_does_not_go_together_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], option: str, reason: str
) -> None:
    monkeypatch.setenv("MADELEINE_NATS_URL", "nats://127.0.0.1:1")
    result = CliRunner().invoke(app, ["--data-dir", str(tmp_path), "events", *arguments], env={"COLUMNS": "400"})
    assert result.exit_code == 2, result.output
    assert f"Invalid value for {option}" in result.output
    assert reason in result.output


@pytest.mark.parametrize("command", [*COMMANDS, "stats"])
def test_help_shows_examples_and_exit_statuses(command: str) -> None:
    result = CliRunner().invoke(app, ["events", command, "--help"], env={"COLUMNS": "120"})
    assert f"madeleine events {command}" in result.output.split("Usage", 1)[1].split("\n", 2)[2]
    assert "Exit status: 0 done" in result.output


@pytest.mark.parametrize("command", [*COMMANDS, "stats"])
def test_without_a_stack_the_status_is_3(tmp_path: Path, command: str) -> None:
    arguments = ["--data-dir", str(tmp_path), "events", command, *COMMANDS.get(command, ())]
    if command == "export":
        arguments[-1] = str(tmp_path / "out")
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "400"})
    assert result.exit_code == 3, result.output
    assert "nothing was ever started" in result.output


def test_what_options_mean() -> None:
    wanted = Filter.parse(
        types=["MessageSent"], person=f"person:{ANA}", since="2h", until="2026-11-24T12:00:00+00:00", now=NOON
    )
    assert wanted.contexts() == ("chat",)
    assert wanted.selection() == Selection(("MessageSent",), "", ANA, "", NOON - timedelta(hours=2), NOON)
    assert wanted.subjects("chat") == ["madeleine.chat.evt.MessageSent.>"]
    assert Filter.parse().contexts() == CONTEXTS
    assert Filter.parse(streams=["chat", "SPARK"]).contexts() == ("chat", "spark")
    assert Filter.parse(stream_id="conversation-1").subjects("chat") == ["madeleine.chat.evt.*.conversation-1"]
    newer = Filter.parse(types=["madeleine.chat.v9.FromTomorrow"])
    assert newer.contexts() == ("chat",)


def test_speeds_and_tokens() -> None:
    assert Speed.parse("max") == Speed()
    assert Speed.parse("0.5x") == Speed(factor=0.5)
    assert Speed.parse("500/s") == Speed(rate=500)
    cursors = {"chat": Cursor(12, 3), "memory": Cursor()}
    assert parse_token(Replayed("run", cursors=cursors).token) == cursors
    for bad in ("", "e30x", "WyJhIl0", "eyJuYnMiOlsxLDJdfQ", "eyJjaGF0IjpbLTEsMF19", "eyJjaGF0IjpbMV19"):
        with pytest.raises(BadOption, match="token"):
            parse_token(bad)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("madeleine.chat.evt.>", "replay.>", False),
        ("madeleine.chat.evt.>", "madeleine.>", True),
        ("madeleine.chat.evt.>", "madeleine.chat.evt.>", True),
        (">", "replay.>", True),
        ("*.chat.>", "replay.>", True),
        ("replay", "replay.>", False),
        ("replay.*", "replay.>", True),
        ("replayed.>", "replay.>", False),
    ],
)
def test_whether_patterns_have_a_subject_in_common(one: str, other: str, meet: bool) -> None:
    assert subjects_meet(one, other) is meet
    assert subjects_meet(other, one) is meet
