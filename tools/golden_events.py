"""Keeps golden bytes of every version of every event in proto/golden, and fails when an event changes without them.

Run by `make golden`, which adds what is missing; CI runs it with --check. Both fail when a golden of the last release
was edited or removed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from madeleine_common.events.types import EVENT_TYPES
from madeleine_common.testing.event_shapes import contracts
from madeleine_common.testing.golden import UPCAST, GoldenEvents

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "proto" / "golden"


def rewritten() -> tuple[str, list[str]]:
    """With what the files were compared, and every golden of then that was edited or removed since, one line each."""
    against = subprocess.run([ROOT / "tools" / "compare_with.sh"], check=True, capture_output=True, text=True)
    earlier = against.stdout.strip()
    if not earlier:
        return against.stderr.strip(), []
    # What upcasters make of old bytes is ours to set right; the bytes are not.
    diff = subprocess.run(
        ["git", "diff", "--name-status", "--no-renames", "--diff-filter=a", earlier, "--", GOLDEN, f":!*{UPCAST}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    said: list[str] = []
    for line in diff.stdout.splitlines():
        status, _, path = line.partition("\t")
        happened = "removed" if status == "D" else "edited"
        said.append(f"{path}: was {happened} since {earlier}: bring it back, what was written once is read for ever")
    return f"against {earlier}", said


def main() -> int:
    """Adds what is missing, or with --check only looks; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="add nothing")
    check: bool = parser.parse_args().check
    golden = GoldenEvents(GOLDEN, contracts(), EVENT_TYPES)
    if not check:
        for path in golden.add():
            print(f"added: {path.relative_to(ROOT)}")
    compared, problems = rewritten()
    problems += golden.problems()
    print(f"golden events: {compared}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
