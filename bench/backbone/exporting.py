"""Export to Parquet: decrypt, parse, one column for each field; and the least that anything in Python must do for it.

That least is plain asyncpg reading the same rows (a page ahead), decrypting with ready ciphers and parsing, and pyarrow
writing the columns that the export made, ready in memory, with the export's settings: nothing builds columns, groups by
type and day, keeps a manifest, or waits for the disk. Measured right after the export, in the same process.

Runs as a process of its own, so that its memory and CPU time are its alone: exporting.py URL FOLDER open|sealed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from backbone.rig import PEOPLE, DerivedKeys, codec, person
from madeleine.chat.v1.events_pb2 import MessageSent
from madeleine_common.collecting import collecting_by_hand
from madeleine_common.crypto.seal import unseal
from madeleine_common.events.codec import associated_data
from madeleine_common.events.reading import EventReader

# The first part is warm-up: buffers and arenas grow to what they need.
_WARM = 0.2
_PAGE = (
    "SELECT tx_id::text AS tx, * FROM events WHERE (tx_id, position) > ($1::text::xid8, $2)"
    " ORDER BY tx_id, position LIMIT 2000"
)


@dataclass
class Took:
    """Seconds by the clock, and of this process's CPU time."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def _taking() -> Generator[Took, None, None]:
    took, wall, cpu = Took(), time.perf_counter(), time.process_time()
    yield took
    took.wall_s, took.cpu_s = time.perf_counter() - wall, time.process_time() - cpu


def measured(url: str, folder: Path, mode: str) -> dict[str, float]:
    """One export in a process of its own: events, wall_s, cpu_s, and its memory in bytes.

    rss_warm_peak: the most during the warm-up; rss_warm: right after it; rss_peak, rss_end: the most, and the last,
    from then on.
    If open, limit_wall_s and limit_cpu_s as well: what the least takes for the same events.
    """
    command = [sys.executable, __file__, url, str(folder), mode]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


async def _export(url: str, folder: Path, mode: str) -> dict[str, float]:
    from madeleine_cli.export import FORMATS, Export, Progress, opened_manifest

    process, seen = psutil.Process(), dict[str, float]()
    connection = await asyncpg.connect(url, statement_cache_size=0)

    def tell(told: Progress) -> None:
        rss = process.memory_info().rss
        if told.read < _WARM * told.total:
            seen["rss_warm_peak"] = max(rss, seen.get("rss_warm_peak", 0.0))
        else:
            seen.setdefault("rss_warm", rss)
            seen["rss_end"] = rss
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
        reading, writing = await _reading(url), _writing(folder)
        seen |= {"limit_wall_s": reading.wall_s + writing.wall_s, "limit_cpu_s": reading.cpu_s + writing.cpu_s}
    await connection.close()
    return seen


async def _reading(url: str) -> Took:
    """What it takes to read, decrypt and parse the same events, and keep none."""
    ciphers = {person(n): DerivedKeys.key(person(n)).cipher for n in range(PEOPLE)}
    connection = await asyncpg.connect(url)
    with _taking() as took, collecting_by_hand():
        ahead = asyncio.ensure_future(connection.fetch(_PAGE, "0", 0))
        while rows := await ahead:
            ahead = asyncio.ensure_future(connection.fetch(_PAGE, rows[-1]["tx"], rows[-1]["position"]))
            await asyncio.sleep(0)
            for row in rows:
                bound = associated_data(str(row["event_id"]), row["type"], row["stream_id"], row["version"])
                MessageSent.FromString(unseal(ciphers[row["key_id"]], row["payload"], bound))
    await connection.close()
    return took


def _writing(folder: Path) -> Took:
    """What it takes to write the same columns, ready made, with the same settings."""
    import pyarrow.parquet as pq

    # Copied, they would stop being the same one day.
    from madeleine_cli.export.files import _REPEATING, _ROW_GROUP

    whole = Took()
    for part in folder.rglob("*.parquet"):
        table = pq.ParquetFile(part).read().combine_chunks()
        with _taking() as took:
            pq.write_table(
                table,
                folder / "again",
                compression="zstd",
                compression_level=1,
                use_dictionary=_REPEATING,  # pyright: ignore[reportArgumentType] (the stubs know bool only)
                row_group_size=_ROW_GROUP,
                data_page_size=256 * 1024,
            )
        whole.wall_s += took.wall_s
        whole.cpu_s += took.cpu_s
    return whole


if __name__ == "__main__":
    gc.freeze()
    print(json.dumps(asyncio.run(_export(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))))
