"""What must hold once all is quiet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from madeleine_common.crypto.keyring import Keyring
from madeleine_common.events.codec import EventCodec
from madeleine_common.projections.rebuild import Rebuilder
from madeleine_common.testing.chaos.clients import Acknowledged
from madeleine_common.testing.chaos.cluster import Cluster
from madeleine_common.testing.chaos.effects import CONTEXT, EACH, MANY, ROWS, FileKeys, projections
from madeleine_common.testing.chaos.strikes import session


@dataclass(slots=True)
class Findings:
    """Figures over all subscriptions, and in words what is wrong."""

    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    repeated_reactions: int = 0
    verify: bool = True
    wrong: list[str] = field(default_factory=list[str])


async def check(cluster: Cluster, acknowledged: Sequence[Acknowledged]) -> Findings:
    """Compares what clients were told with what stands in the tables, and live projections with rebuilt ones."""
    findings = Findings()
    async with session(cluster.database_url) as connection:
        await _effects(connection, acknowledged, findings)
        await _order(connection, findings)
        for table in ("outbox", "dead_letters"):
            if count := await connection.fetchval(f"SELECT count(*) FROM {table}"):  # noqa: S608
                findings.wrong.append(f"{count} rows in {table}")
        # Its rows have a key: repeats are its own to bear, and are counted apart.
        repeated = await connection.fetchval("SELECT sum(times) - count(*) FROM chaos_reaction")
        findings.repeated_reactions = repeated or 0
        for row in await connection.fetch("SELECT consumer, state, reason, version FROM dead_letters LIMIT 5"):
            findings.wrong.append(f"letter of {row['consumer']}: {row['state']}, {row['reason']}")
    codec = EventCodec(Keyring(FileKeys(cluster.key_file)))
    for projection in projections():
        url = cluster.database_url
        verified = await Rebuilder(projection, url, {CONTEXT: url}, codec).verify(lambda done, total: None)
        if not verified.equal or any(live.rows == 0 for live in verified.live):
            findings.verify = False
            findings.wrong.append(f"{projection.name}: live {verified.live}, rebuilt {verified.rebuilt}")
    return findings


async def _effects(
    connection: asyncpg.Connection[asyncpg.Record], acknowledged: Sequence[Acknowledged], findings: Findings
) -> None:
    told = Counter(
        (command.stream_id, command.first_version + number, text)
        for command in acknowledged
        for number, text in enumerate(command.texts)
    )
    if twice := [place for place, times in told.items() if times > 1]:
        findings.wrong.append(f"clients were told the same place twice: {twice[:3]}")
    stored = await connection.fetchval("SELECT count(*) FROM events")
    if stored != len(told):
        findings.wrong.append(f"{stored} events are stored, and {len(told)} were acknowledged")
    for name, table in ROWS.items():
        rows = await connection.fetch(f"SELECT stream_id, version, text FROM {table}")  # noqa: S608
        found = Counter((row["stream_id"], row["version"], row["text"]) for row in rows)
        lost, more = told - found, found - told
        if lost or more:
            findings.wrong.append(f"{name}: lost {list(lost)[:3]}, more than once or never said {list(more)[:3]}")
        findings.lost += lost.total()
        findings.duplicated += more.total()


async def _order(connection: asyncpg.Connection[asyncpg.Record], findings: Findings) -> None:
    for name in (EACH, MANY):
        count = await connection.fetchval(f"SELECT coalesce(sum(out_of_order), 0) FROM {ROWS[name]}_heads")  # noqa: S608
        findings.out_of_order += count
        if count:
            findings.wrong.append(f"{name}: {count} events out of order")
