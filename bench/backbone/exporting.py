"""Export to Parquet: decrypt, parse, one column for each field; and the least that anything in Python must do for it.

Runs as a process of its own, so that its memory and CPU time are its alone: exporting.py URL FOLDER open|sealed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from backbone.rig import codec
from madeleine_common.collecting import collecting_by_hand
from madeleine_common.events.reading import EventReader

# The first part is warm-up: buffers and arenas grow to what they need.
_WARM = 0.2


def measured(url: str, folder: Path, mode: str) -> dict[str, float]:
    """One export in a process of its own: events, wall_s, cpu_s, rss_warm and rss_peak (bytes), limit_per_s if open."""
    command = [sys.executable, __file__, url, str(folder), mode]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


async def _export(url: str, folder: Path, mode: str) -> dict[str, float]:
    from madeleine_cli.export import FORMATS, Export, Progress, opened_manifest

    process, seen = psutil.Process(), dict[str, float]()
    connection = await asyncpg.connect(url, statement_cache_size=0)

    def tell(told: Progress) -> None:
        if told.read >= _WARM * told.total:
            rss = process.memory_info().rss
            seen.setdefault("rss_warm", rss)
            seen["rss_peak"] = max(rss, seen.get("rss_peak", 0.0))

    wall, cpu = time.perf_counter(), time.process_time()
    with opened_manifest(folder, {"format": "parquet", "open": mode == "open"}) as manifest:
        export = Export(
            {"chat": EventReader(connection)}, codec()[1], manifest, FORMATS["parquet"](), open_sealed=mode == "open"
        )
        (done,) = await export.run(tell)
    seen |= {
        "events": done.written,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
    }
    if mode == "open":
        seen["limit_per_s"] = done.written / (await _reading(connection) + _writing(folder))
    await connection.close()
    return seen


async def _reading(connection: asyncpg.Connection[asyncpg.Record]) -> float:
    """Seconds to read, decrypt and parse the same events, and keep none."""
    opener = codec()[1]
    began = time.perf_counter()
    with collecting_by_hand():
        async for page in EventReader(connection).pages():
            await opener.open_each(page.events)
            gc.collect(0)
    return time.perf_counter() - began


def _writing(folder: Path) -> float:
    """Seconds to write the same columns, ready made, with the same settings."""
    import pyarrow.parquet as pq

    seconds = 0.0
    for part in folder.rglob("*.parquet"):
        table = pq.ParquetFile(part).read()
        began = time.perf_counter()
        pq.write_table(table, folder / "again", compression="zstd", compression_level=1, row_group_size=65536)
        seconds += time.perf_counter() - began
    return seconds


if __name__ == "__main__":
    gc.freeze()
    print(json.dumps(asyncio.run(_export(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))))
