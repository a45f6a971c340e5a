"""How much of what requests for a change ask for is made, and whether all else is kept: over the service's own API.

`edit_done`: of the expected changes of all requests the share that was made; `edit_all_done`: of the requests those
with every change made; `edit_kept`: of the requests those after which nothing else is lost: the fields to keep with
their types and options, and the views that nobody spoke of. The same with `_words` behind it: with no model and no
embedder in reach. `edit_own_*`: our own requests (`own_edits.jsonl`), by words alone. Each set of them was written
before anything read it, measured, and then worked on; at first sight of the changes were made: 0.86 of the first 48
requests, 0.64 of the next 36, 0.63 of 30, 0.67 of 24, 0.74 of 18, and of six later batches 0.66 of 28, 0.52, 0.54,
0.68 and 0.53 of 24 each, 0.87 of 20, and, by somebody who had not seen the reader, 0.72 of 30, 0.81 of 40, 0.75
and 0.77 of 40 each, 0.81 of 40 and 0.77 of 60.
`edit_own_held_*`: `own_edits_held.jsonl`, 120 by two such writers. The first 60 (`tc`) were not looked at: 0.79 with
the reader as it was before the last four sets were told, 0.83 after. Of the other 60 (`tf`), 0.73 before the last two
and 0.76 after, the four that lost something were looked at, and mended: 0.78, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatting.house import house_servers, percentile
from chatting.processes import processes
from rich.console import Console
from rich.table import Table

from madeleine.common.v1.operation_pb2 import OPERATION_STATE_SUCCEEDED
from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_common.commands import utc_now
from madeleine_common.events.model import Metadata, NewEvent
from madeleine_common.events.repository import Repository
from madeleine_common.ids import new_id
from madeleine_common.testing import Rig, running_service
from madeleine_common.testing.rig import Servers, TestPerson
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.bootstrap import bootstrap
from madeleine_miniapp.domain.app import App, create, evolve
from madeleine_miniapp.domain.editing.reading import read
from madeleine_miniapp.domain.operations import apply
from madeleine_miniapp.settings import MiniappSettings
from miniapping.edits_data import Verdict, base_of, judge, load

_HERE = Path(__file__).parent
_NOWHERE = "127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one request."""

    verdict: Verdict
    seconds: float
    by_model: bool


async def measure(data: Path, console: Console) -> dict[str, Any]:
    """The figures, without and with the model; none when the folder has no such requests."""
    figures = _own(console)
    path = data / "miniapp_edits.jsonl"
    if not path.exists():
        return figures
    requests = load(path)
    with tempfile.TemporaryDirectory(prefix="madeleine-bench-") as name:
        house = _house(Path(name))
        # It waits with a loop of its own.
        servers, inference = await asyncio.to_thread(house.__enter__)
        try:
            words = await _edited(servers, _NOWHERE, requests, console)
            model = await _edited(servers, inference, requests, console)
        finally:
            await asyncio.to_thread(house.__exit__, None, None, None)
    figures |= {f"{k}_words": v for k, v in _figures([one.verdict for one in words]).items()}
    figures |= _figures([one.verdict for one in model])
    seconds = [one.seconds for one in model]
    figures |= {"edit_p50_s": round(percentile(seconds, 0.5), 2), "edit_by_model": sum(one.by_model for one in model)}
    return figures


@contextmanager
def _house(folder: Path) -> Iterator[tuple[Servers, str]]:
    with house_servers(folder) as servers, processes(servers, folder, ("inference",), {}) as up:
        yield servers, up.addresses["inference"]


async def _edited(
    servers: Servers, inference: str, requests: Sequence[dict[str, Any]], console: Console
) -> list[Measured]:
    async with running_service(
        servers, "miniapp", MiniappSettings, bootstrap, chat_address=_NOWHERE, inference_address=inference
    ) as rig:
        person = servers.person("Ana")
        measured = [await _one(rig, person, request) for request in requests]
    table = Table(title="Changes by a sentence" + (", no model in reach" if inference == _NOWHERE else ""))
    for column in ("request", "made", "missing", "lost", "s"):
        table.add_column(column)
    for request, one in zip(requests, measured, strict=True):
        made = f"{one.verdict.met}/{one.verdict.expected}" + (" (model)" if one.by_model else "")
        told = [", ".join(part) for part in (one.verdict.missing, one.verdict.lost)]
        table.add_row(request["id"], made, *told, f"{one.seconds:.1f}")
    console.print(table)
    return measured


async def _one(rig: Rig[MiniappSettings], person: TestPerson, request: dict[str, Any]) -> Measured:
    base = base_of(request["base"])
    app_id, stub = new_id(), MiniappServiceStub(rig.channel)
    created = events.AppCreated(app_id=app_id, owner_id=person.person_id, spec=base)
    await Repository[App](rig.house.store, App, evolve).execute(
        f"app-{app_id}",
        lambda state: [NewEvent(event, f"person:{person.person_id}") for event in create(state, created)],
        Metadata(f"person:{person.person_id}", utc_now(), new_id()),
    )
    began = time.perf_counter()
    asked = m.EditAppRequest(app_id=app_id, request=request["request"], idempotency_key=new_id())
    operation = (await stub.EditApp(asked, metadata=person.call)).operation
    watched = m.WatchAppOperationRequest(operation_id=operation.operation_id)
    async for answer in stub.WatchAppOperation(watched, metadata=person.call):
        operation = answer.operation
    seconds = time.perf_counter() - began
    after, by_model = base, False
    if operation.state == OPERATION_STATE_SUCCEEDED:
        edit_id = operation.result_id
        read_edit = m.GetAppEditRequest(app_id=app_id, edit_id=edit_id)
        by_model = bool((await stub.GetAppEdit(read_edit, metadata=person.call)).edit.revision)
        made = m.ApplyAppEditRequest(app_id=app_id, edit_id=edit_id, idempotency_key=new_id())
        after = (await stub.ApplyAppEdit(made, metadata=person.call)).app.spec
    return Measured(judge(request, base, after), seconds, by_model)


def _own(console: Console) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, key in (("own_edits", "edit_own"), ("own_edits_held", "edit_own_held")):
        verdicts: list[Verdict] = []
        for request in load(_HERE / f"{name}.jsonl"):
            base = base_of(request["base"])
            verdicts.append(judge(request, base, _by_words(request["request"], base)))
        figures |= {k.replace("edit", key, 1): v for k, v in _figures(verdicts).items()}
        console.print(f"{name}: {figures[f'{key}_done']} of the changes made")
    return figures


def _by_words(request: str, base: s.AppSpec) -> s.AppSpec:
    return apply(base, read(request, base, PackagedLibrary().known_fields()).operations).spec


def _figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    expected = sum(v.expected for v in verdicts)
    return {
        "edit_done": round(sum(v.met for v in verdicts) / expected, 3) if expected else None,
        "edit_all_done": round(sum(v.met == v.expected for v in verdicts) / len(verdicts), 3),
        "edit_kept": round(sum(not v.lost for v in verdicts) / len(verdicts), 3),
    }
