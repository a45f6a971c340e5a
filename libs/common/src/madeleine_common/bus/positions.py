"""How far projections have come in each stream: version n + 1 is taken only after n, and each only once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from madeleine_common.db import Connection
from madeleine_common.events.model import RecordedEvent

# Streams whose next version is the run's first one move on; the others stay, and are not among what comes back.
_TAKE = """
WITH run AS (
    SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::uuid[], $6::bytea[])
        AS r (stream_id, first, last, event_id, digest) ORDER BY stream_id
), moved AS (
    UPDATE stream_positions p SET version = r.last, event_id = r.event_id, digest = r.digest FROM run r
    WHERE p.projection = $1 AND p.stream_id = r.stream_id AND p.version = r.first - 1 RETURNING p.stream_id
), begun AS (
    INSERT INTO stream_positions (projection, stream_id, version, event_id, digest)
    SELECT $1, stream_id, last, event_id, digest FROM run WHERE first = 1
    ON CONFLICT DO NOTHING RETURNING stream_id
)
SELECT stream_id FROM moved UNION ALL SELECT stream_id FROM begun
"""


def digest_of(type_name: str, payload: bytes) -> bytes:
    """16 bytes that tell a repeat of an event from another one under its id."""
    return hashlib.blake2b(payload, digest_size=16, person=type_name.encode(errors="replace")[-16:]).digest()


@dataclass(slots=True)
class Run:
    """Consecutive versions of one stream, and the last one's identity."""

    stream_id: str
    first: int
    last: int
    event_id: str
    digest: bytes


def runs_of(events: Iterable[tuple[RecordedEvent, bytes]]) -> list[Run] | None:
    """One run for each stream, from events with their digests; None if any stream's versions have a gap or a repeat."""
    runs: dict[str, Run] = {}
    for event, digest in events:
        run = runs.get(event.stream_id)
        if run is None:
            runs[event.stream_id] = Run(event.stream_id, event.version, event.version, event.event_id, digest)
        elif event.version != run.last + 1:
            return None
        else:
            run.last, run.event_id, run.digest = event.version, event.event_id, digest
    return list(runs.values())


async def take_positions(connection: Connection, projection: str, runs: Sequence[Run]) -> bool:
    """Moves a projection on by one run for each stream; False if any of them is not what comes next there.

    Then others have moved already, and the caller's transaction must not commit.
    """
    rows = await connection.fetch(
        _TAKE,
        projection,
        [run.stream_id for run in runs],
        [run.first for run in runs],
        [run.last for run in runs],
        [run.event_id for run in runs],
        [run.digest for run in runs],
    )
    return len(rows) == len(runs)
