"""What golden files and contracts are compared with, in a repository of its own: releases, branches, shallow clones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUF = Path(sys.executable).parent / "buf"
EDITED = "proto/golden/madeleine.chat.v1.MessageEdited@1.1.json"
# Of nobody's settings, and in no hook's repository.
ENVIRONMENT = (
    {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CEILING_DIRECTORIES": "/",
    }
    | {f"GIT_{who}_{what}": f"ana@{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
)


def run(where: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=where, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def git(where: Path, *arguments: str) -> str:
    done = run(where, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(where: Path, *tags: str) -> str:
    """Commits all there is and tags it; returns the short hash."""
    git(where, "add", "--all")
    git(where, "commit", "--allow-empty", "--message", "more")
    for tag in tags:
        git(where, "tag", tag)
    return git(where, "rev-parse", "--short", "HEAD")


def compared(where: Path) -> tuple[str, str]:
    """What tools/compare_with.sh prints, and what it says of having nothing."""
    done = run(where, where / "tools" / "compare_with.sh")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.strip()


def check(where: Path) -> subprocess.CompletedProcess[str]:
    return run(where, sys.executable, where / "tools" / "golden_events.py", "--check")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A new repository with our contracts and tools, nothing committed."""
    there = tmp_path / "house"
    shutil.copytree(ROOT / "proto", there / "proto")
    (there / "tools").mkdir()
    for name in ("compare_with.sh", "buf_breaking.sh", "golden_events.py"):
        shutil.copy(ROOT / "tools" / name, there / "tools")
    git(there, "init", "--quiet", "--initial-branch", "main")
    return there


def test_a_change_is_compared_with_the_last_release_and_a_release_with_the_one_before(house: Path) -> None:
    assert compared(house) == ("", "nothing to compare with: no commit yet")
    commit(house, "v1")
    assert compared(house) == ("", "nothing to compare with: no release and no earlier commit")
    commit(house)
    assert compared(house) == ("v1", "")
    commit(house, "v2", "latest")
    assert compared(house) == ("v1", "")
    commit(house)
    assert compared(house)[0] in {"v2", "latest"}


def test_without_a_release_a_change_is_compared_with_main(house: Path) -> None:
    first = commit(house)
    second = commit(house)
    assert compared(house) == (first, "")
    git(house, "switch", "--quiet", "--create", "work")
    commit(house)
    commit(house)
    assert compared(house) == (second, "")


def test_commits_that_were_not_pushed_are_compared_with_what_was(house: Path, tmp_path: Path) -> None:
    pushed = commit(house)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", f"file://{house}", str(clone))
    commit(clone)
    commit(clone)
    assert compared(clone) == (pushed, "")


@pytest.mark.parametrize("tags", [(), ("v2",)])
def test_a_shallow_clone_says_that_it_compares_with_nothing(house: Path, tmp_path: Path, tags: tuple[str, ...]) -> None:
    commit(house, "v1")
    commit(house, *tags)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{house}", str(clone))
    why = "nothing to compare with: a shallow clone without the last release (git fetch --unshallow --tags)"
    assert compared(clone) == ("", why)
    assert (check(clone).stdout, check(clone).returncode) == (f"golden events: {why}\n", 0)
    breaking = run(clone, clone / "tools" / "buf_breaking.sh", BUF)
    assert (breaking.stdout, breaking.returncode) == ("buf breaking: compared with nothing\n", 0)


def test_outside_a_repository_it_says_so(house: Path) -> None:
    shutil.rmtree(house / ".git")
    assert compared(house)[1].startswith("nothing to compare with: no git checkout (")


def test_a_golden_of_the_last_release_is_never_edited_nor_removed(house: Path) -> None:
    commit(house, "v1")
    # What is written consistently can only be told by history: here the sample of one event passes for another's.
    path = house / EDITED
    said = json.loads(path.read_text())
    other = {"message_id": "other"}
    path.write_text(json.dumps(said | {"message": other, "bytes": "EgVvdGhlcg=="}))
    commit(house)
    commit(house)
    done = check(house)
    assert (done.returncode, done.stdout) == (1, "golden events: against v1\n")
    assert done.stderr == f"{EDITED}: was edited since v1: bring it back, what was written once is read for ever\n"
    path.unlink()
    assert f"{EDITED}: was removed since v1" in check(house).stderr
    git(house, "checkout", "--quiet", "v1", "--", EDITED)
    assert check(house).returncode == 0


def test_what_upcasters_make_of_old_bytes_may_be_set_right(house: Path) -> None:
    upcast = house / EDITED.replace(".json", ".upcast.json")
    upcast.write_text("{}")
    commit(house, "v1")
    upcast.write_text('{"type": ""}')
    commit(house)
    assert (check(house).stderr, check(house).returncode) == ("", 0)


def test_contracts_that_break_the_last_release_fail(house: Path) -> None:
    commit(house, "v1")
    events = house / "proto" / "madeleine" / "chat" / "v1" / "events.proto"
    written = events.read_text()
    events.write_text(written.replace("  string edited_by = 3;\n", "", 1))
    commit(house, "v2")
    done = run(house, house / "tools" / "buf_breaking.sh", BUF)
    assert done.stdout.startswith("buf breaking: against v1 of ")
    assert done.returncode != 0
    assert '"edited_by"' in done.stdout
    events.write_text(written)
    commit(house)
    git(house, "tag", "--delete", "v2")
    done = run(house, house / "tools" / "buf_breaking.sh", BUF)
    assert done.returncode == 0, done.stdout
