"""Libraries that read times against the table of `madeleine_common.times` (docs/adr/0015-time-expressions.md).

They are no dependencies of ours: run it in an environment that has some of them,

    python -m venv /tmp/parsers
    /tmp/parsers/bin/pip install dateparser parsedatetime recurrent ctparse timefhuman jionlp
    TZ=UTC /tmp/parsers/bin/python bench/time_parsers.py

A day without a time is 9:00 in the table; a library's midnight, or the time it was asked at, counts for that. Prints a
line for each library that is there, and last one line of JSON: right, wrong and nothing read, by language.
"""

from __future__ import annotations

import importlib
import json
import logging
import time
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

NOW = datetime(2026, 3, 11, 10)  # noqa: DTZ001 (libraries are asked in local times)
_TABLE = Path(__file__).parents[1] / "libs/common/tests/future_times.tsv"
# (text, whether it is Chinese) -> a local time, if one is read.
Reader = Callable[[str, bool], Any]


def _dateparser() -> Reader:
    parse = importlib.import_module("dateparser").parse
    settings = {"RELATIVE_BASE": NOW, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
    return lambda text, chinese: parse(text, languages=["zh" if chinese else "en"], settings=settings)


def _parsedatetime() -> Reader:
    calendar = importlib.import_module("parsedatetime").Calendar()

    def read(text: str, _: bool) -> Any:
        found, kind = calendar.parseDT(text, NOW)
        return found if kind else None

    return read


def _recurrent() -> Reader:
    event = importlib.import_module("recurrent.event_parser").RecurringEvent
    return lambda text, _: event(now_date=NOW).parse(text)


def _ctparse() -> Reader:
    parse = importlib.import_module("ctparse").ctparse

    def read(text: str, _: bool) -> Any:
        found = parse(text, ts=NOW, timeout=5).resolution
        first = getattr(found, "t_from", None) or found
        return datetime(first.year, first.month, first.day, first.hour or 0, first.minute or 0)  # noqa: DTZ001

    return read


def _timefhuman() -> Reader:
    module = importlib.import_module("timefhuman")

    def read(text: str, _: bool) -> Any:
        found = module.timefhuman(text, config=module.tfhConfig(now=NOW))
        while isinstance(found, (list, tuple)):
            found = found[0]
        if isinstance(found, datetime):
            return found
        return datetime(found.year, found.month, found.day) if hasattr(found, "year") else NOW + found  # noqa: DTZ001

    return read


def _jionlp() -> Reader:
    parse = importlib.import_module("jionlp").parse_time
    return lambda text, _: datetime.fromisoformat(parse(text, time_base=NOW.timestamp())["time"][0])


LIBRARIES = {
    "dateparser": _dateparser,
    "parsedatetime": _parsedatetime,
    "recurrent": _recurrent,
    "ctparse": _ctparse,
    "timefhuman": _timefhuman,
    "jionlp": _jionlp,
}


def measure(read: Reader) -> Counter[str]:
    """How many are right, wrong and not read, by language."""
    counts: Counter[str] = Counter()
    for line in _TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, meant = line.split("\t")
        chinese = any("\u4e00" <= c <= "\u9fff" for c in text)
        try:
            found = read(text, chinese)
        except Exception:
            found = None
        told = [f"{found:%Y-%m-%d %H:%M}"] if isinstance(found, datetime) else [""]
        if isinstance(found, datetime) and (found.hour, found.minute) in ((0, 0), (NOW.hour, NOW.minute)):
            told.append(f"{found:%Y-%m-%d} 09:00")
        outcome = "right" if meant in told else "nothing" if told == [""] else "wrong"
        counts[f"{'zh' if chinese else 'en'}_{outcome}"] += 1
    return counts


def main() -> None:
    """Measures every library that can be imported."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    figures: dict[str, dict[str, float]] = {}
    for name, make in LIBRARIES.items():
        try:
            read = make()
        except ImportError as error:
            print(f"{name:14} is not there: {error}")
            continue
        began = time.perf_counter()
        counts = measure(read)
        figures[name] = {**counts, "ms_each": round(1000 * (time.perf_counter() - began) / counts.total(), 2)}
        print(f"{name:14} {figures[name]}", flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
