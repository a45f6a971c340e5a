"""Exports: every event exactly once whatever kills them, sealed so that erasure reaches them, in flat memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from madeleine.chat.v1.events_pb2 import AnswerRated, MessageSent
from madeleine_cli.events.filters import Filter
from madeleine_cli.export import ExportRefused, Progress, opened, opened_manifest, read_manifest
from madeleine_cli.export.manifest import NAME
from madeleine_common.events.reading import Cursor

from .event_house import ANA, BEN, NOON, House, days, event_house, in_thread


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with event_house(postgres_url) as opened_house:
        yield opened_house


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """All rows of a Parquet export, as whoever reads the folder finds them."""
    return [
        row for path in sorted(folder.glob("stream=*/**/*.parquet")) for row in pq.ParquetFile(path).read().to_pylist()
    ]


def lines_of(folder: Path) -> list[dict[str, Any]]:
    """All lines of a JSONL export."""
    texts = [path.read_text() for path in folder.glob("stream=*/**/*.jsonl")]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def ids_of(folder: Path) -> list[str]:
    return sorted(row["event_id"] for row in rows_of(folder))


async def test_a_sealed_export_forgets_whoever_is_erased_and_an_open_one_does_not(house: House, tmp_path: Path) -> None:
    await house.said("Ana's secret", at=NOON)
    await house.said("Ben's word", person=BEN, at=NOON)
    await house.said("in the clear", at=NOON, sealed=False)
    done = await house.export(tmp_path / "sealed")
    assert (done.written, dict(done.closed)) == (3, {"sealed": 2})
    folder = tmp_path / "sealed" / "stream=CHAT" / "type=MessageSent" / "day=2026-11-24"
    assert b"secret" not in b"".join(path.read_bytes() for path in folder.iterdir())
    rows = {row["version"]: row for row in rows_of(tmp_path / "sealed")}
    assert [rows[v]["text"] for v in (1, 2, 3)] == [None, None, "in the clear"]
    stored = await house.pool.fetchval("SELECT payload FROM events WHERE version = 1")
    assert rows[1]["sealed"] == stored
    assert rows[3]["sealed"] is None
    assert [rows[v]["erased"] for v in (1, 2, 3)] == [None, None, False]
    await house.export(tmp_path / "open", open_sealed=True)
    assert sorted(row["text"] for row in rows_of(tmp_path / "open")) == ["Ana's secret", "Ben's word", "in the clear"]

    shown = opened(tmp_path / "sealed", house.codec).read_all().to_pylist()
    assert sorted(row["text"] for row in shown) == ["Ana's secret", "Ben's word", "in the clear"]
    house.keys.destroy(f"person:{ANA}")
    after = {row["version"]: row for row in opened(tmp_path / "sealed", house.codec).read_all().to_pylist()}
    assert [after[v]["text"] for v in (1, 2, 3)] == [None, "Ben's word", "in the clear"]
    assert [after[v]["erased"] for v in (1, 2, 3)] == [True, False, False]
    assert after[2]["sealed"] is None
    # An export made from now on has nothing of hers either; the one that was opened has: that is what it warns of.
    done = await house.export(tmp_path / "late", open_sealed=True)
    assert dict(done.closed) == {"erased": 1}
    assert any(row["text"] == "Ana's secret" for row in rows_of(tmp_path / "open"))


async def test_opened_takes_a_filter_a_type_and_a_dataset(house: House, tmp_path: Path) -> None:
    for number, day in enumerate(days(3)):
        await house.said(f"day {number}", at=day)
    await house.happened("conversation-1", AnswerRated(rated_by=ANA, reason="good"))
    await house.export(tmp_path / "e")
    with pytest.raises(ExportRefused, match="say which of AnswerRated, MessageSent"):
        opened(tmp_path / "e", house.codec)
    with pytest.raises(ExportRefused, match="holds no Nothing"):
        opened(tmp_path / "e", house.codec, type="Nothing")
    one = opened(tmp_path / "e", house.codec, type="MessageSent", filter=pc.field("day") == "2026-11-25", batch_rows=1)
    assert [row["text"] for row in one.read_all().to_pylist()] == ["day 1"]
    dataset = ds.dataset(tmp_path / "e", partitioning="hive", exclude_invalid_files=True)
    from_dataset = opened(dataset, house.codec, type="AnswerRated").read_all().to_pylist()
    assert [(row["reason"], row["stream"], row["type"]) for row in from_dataset] == [("good", "CHAT", "AnswerRated")]
    with pytest.raises(ExportRefused, match="holds no export"):
        opened(tmp_path, house.codec)


async def test_a_later_run_appends_what_is_new_and_other_filters_are_refused(house: House, tmp_path: Path) -> None:
    await house.said("one", "two")
    assert (await house.export(tmp_path / "e")).written == 2
    assert (await house.export(tmp_path / "e")).written == 0
    await house.said("three")
    assert (await house.export(tmp_path / "e")).written == 1
    assert ids_of(tmp_path / "e") == await house.ids()
    assert sum(file["rows"] for file in read_manifest(tmp_path / "e").files) == 3
    refused: list[tuple[dict[str, Any], str]] = [
        ({"wanted": Filter.parse(person=ANA)}, f"with person .all., not {ANA}"),
        ({"form": "jsonl"}, "with format parquet, not jsonl"),
        ({"open_sealed": True}, "with open False, not True"),
    ]
    for more, said in refused:
        with pytest.raises(ExportRefused, match=said):
            await house.export(tmp_path / "e", **more)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(ExportRefused, match="not empty and holds no export"):
        await house.export(tmp_path / "other")
    with opened_manifest(tmp_path / "held", {}), pytest.raises(ExportRefused, match="another export is writing"):
        await house.export(tmp_path / "held")


async def test_an_export_that_never_wrote_anything_binds_nobody(house: House, tmp_path: Path) -> None:
    with opened_manifest(tmp_path / "e", {"format": "jsonl"}):
        pass
    await house.said("one")
    assert (await house.export(tmp_path / "e")).written == 1
    (tmp_path / "e" / read_manifest(tmp_path / "e").files[0]["path"]).unlink()
    with pytest.raises(ExportRefused, match="not as it was written"):
        await house.export(tmp_path / "e")


async def test_an_age_counts_from_the_first_run() -> None:
    first = Filter.parse(since="7d", now=NOON)
    later = Filter.parse(since="7d", now=NOON + timedelta(days=1))
    meant = later.as_first_meant(json.loads(json.dumps(first.described())))
    assert meant == first
    assert meant.from_ == NOON - timedelta(days=7)


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_killed_anywhere_it_goes_on_and_has_every_event_once(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies at each step of each of its files in turn: before and after the rename, and in the middle of the journal."""
    for number, day in enumerate(days(4)):
        await house.said(*(f"{number}.{n} " + "x" * 500 for n in range(20)), at=day)
        await house.happened("conversation-2", AnswerRated(reason=str(number)), at=day)
    from madeleine_cli.export import engine

    steps = [(engine, "sync"), (os, "fsync"), (Path, "replace")]
    counts: Counter[str] = Counter()
    for target, name in steps:
        for nth in range(1, 40):
            folder = tmp_path / f"{name}-{nth}"
            real = getattr(target, name)
            left = nth

            def dying(*arguments: Any, real: Any = real) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    raise Killed
                return real(*arguments)

            with monkeypatch.context() as patch:
                patch.setattr(target, name, dying)
                try:
                    await house.export(folder, budget=30_000)
                except Killed:
                    counts[name] += 1
                else:
                    break
            await house.export(folder, budget=30_000)
            assert ids_of(folder) == await house.ids()
            # A torn line, as of a process that died while it wrote it.
            with (folder / NAME).open("ab") as journal:
                journal.write(b'{"context": "chat", "cur')
            await house.export(folder, budget=30_000)
            assert ids_of(folder) == await house.ids()
            assert not list(folder.glob("**/.part-*"))
    assert min(counts[name] for _, name in steps) > 5, counts


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_a_process_that_is_stopped_goes_on(house: House, tmp_path: Path, number: signal.Signals) -> None:
    for batch in range(40):
        await house.said(
            *(f"{batch}.{n} " + "x" * 3000 for n in range(250)), stream=f"c-{batch}", at=days(5)[batch % 5]
        )
    folder = tmp_path / "e"
    program = [sys.executable, "-m", "madeleine_cli.main", "events", "export", "--out", str(folder), "--stream", "CHAT"]
    environment = {**os.environ, "MADELEINE_EVENTS_DATABASE_URL": house.url}
    environment["MADELEINE_DATA_DIR"] = str(tmp_path / "none")

    def stop_once_it_writes() -> tuple[int, str]:
        with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as process:
            while process.poll() is None and not list(folder.glob("stream=*/**/part-*")):
                pass
            process.send_signal(number)
            said, _ = process.communicate()
            return process.returncode, said

    status, said = await in_thread(stop_once_it_writes)
    if number == signal.SIGINT:
        assert status == 130
        assert "Stopped; the same command goes on from there" in said
    found = len(ids_of(folder))
    assert 0 < found < 10_000, "it was to be killed in the middle"
    result = await in_thread(subprocess.run, program, env=environment, capture_output=True, text=True, check=True)
    assert "events in" in result.stdout
    assert ids_of(folder) == await house.ids()


async def test_corrupt_and_unknown_events_are_told_and_stop_nothing(house: House, tmp_path: Path) -> None:
    await house.said("good", "corrupt", "newer", "unknown type", "evil type", "good too")
    await house.pool.execute("UPDATE events SET payload = '\\x00' WHERE version = 2")
    await house.pool.execute("UPDATE events SET schema_version = 99 WHERE version = 3")
    await house.pool.execute("UPDATE events SET type = 'madeleine.chat.v1.FromTomorrow', key_id = '' WHERE version = 4")
    await house.pool.execute("UPDATE events SET type = 'x.../../../../evil', key_id = '' WHERE version = 5")
    done = await house.export(tmp_path / "e", open_sealed=True)
    assert (done.written, dict(done.closed)) == (6, {"unreadable": 4})
    assert ids_of(tmp_path / "e") == await house.ids()
    rows = {row["version"]: row for row in rows_of(tmp_path / "e")}
    assert [rows[v].get("text") for v in range(1, 7)] == ["good", None, None, None, None, "good too"]
    assert [bool(rows[v]["error"]) for v in range(1, 7)] == [False, True, True, True, True, False]
    assert rows[2]["sealed"] == b"\x00"
    assert all(file["path"].startswith("stream=CHAT/type=") for file in read_manifest(tmp_path / "e").files)
    await house.export(tmp_path / "lines", form="jsonl", open_sealed=True)
    by_version = {int(line["streamversion"]): line for line in lines_of(tmp_path / "lines")}
    assert by_version[1]["data"] == {"text": "good"}
    assert by_version[1]["type"] == MessageSent.DESCRIPTOR.full_name
    assert "data" not in by_version[2]
    assert by_version[2]["data_base64"] == "AA=="
    assert by_version[3]["error"]


async def test_two_types_of_one_name_share_a_folder_and_lose_nothing(house: House, tmp_path: Path) -> None:
    await house.said(*(f"{n} " + "x" * 300 for n in range(60)))
    await house.pool.execute("UPDATE events SET type = 'madeleine.chat.v2.MessageSent' WHERE version % 2 = 0")
    await house.export(tmp_path / "e", budget=20_000)
    assert ids_of(tmp_path / "e") == await house.ids()
    assert Counter(row["event_type"].split(".")[2] for row in rows_of(tmp_path / "e")) == {"v1": 30, "v2": 30}


async def test_memory_stays_flat_over_many_events_and_partitions(house: House, tmp_path: Path) -> None:
    await house.said(*("x" * 700 for _ in range(500)))
    # A hundred copies, each of another day; they do not open, which costs no less memory.
    await house.pool.execute(
        "INSERT INTO events (event_id, type, schema_version, stream_id, version, subject, actor, occurred_at,"
        " correlation_id, causation_id, traceparent, key_id, payload)"
        " SELECT gen_random_uuid(), type, schema_version, 'copy-' || n, version, subject, actor,"
        " occurred_at + n * interval '8 hours', correlation_id, causation_id, traceparent, key_id, payload"
        " FROM events, generate_series(1, 100) n ORDER BY n, version"
    )
    process, seen = psutil.Process(), list[tuple[int, int]]()
    with opened_manifest(tmp_path / "e", {"format": "parquet"}) as manifest:
        from madeleine_cli.export import Export, Parquet

        export = Export({"chat": house.reader}, house.codec, manifest, Parquet(), budget=8 * 1024 * 1024)

        def note(told: Progress) -> None:
            seen.append((told.read, process.memory_info().rss))

        (done,) = await export.run(note)
    assert done.written == 50_500
    warm = max(rss for read, rss in seen if read <= 20_000)
    assert max(rss for read, rss in seen) < warm + 16 * 1024 * 1024, [(read, rss >> 20) for read, rss in seen][::3]


def test_a_journal_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    wanted: Mapping[str, Any] = {"format": "parquet"}
    with opened_manifest(tmp_path / "e", wanted) as manifest:
        manifest.record("chat", Cursor(5, 7), {"p": Cursor(6, 1)})
    with opened_manifest(tmp_path / "e", wanted) as manifest:
        assert manifest.done("chat").cursor == (5, 7)
        assert manifest.done("chat").partitions == {"p": (6, 1)}
    journal = tmp_path / "e" / NAME
    journal.write_text(journal.read_text() + "{}\n")
    with pytest.raises(ExportRefused, match="damaged in line 3"), opened_manifest(tmp_path / "e", wanted):
        pytest.fail("it was taken")
    journal.write_text("[]\n")
    with pytest.raises(ExportRefused, match="not the manifest"), opened_manifest(tmp_path / "e", wanted):
        pytest.fail("it was taken")
