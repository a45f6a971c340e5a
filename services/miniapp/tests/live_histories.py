"""Random histories of four editors on one document, with offline phases: run against what the server decides by."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pycrdt import Doc, Map, TransactionEvent

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.adapters.live.ydoc import YDocument
from madeleine_miniapp.application.live.sheet import Sheet
from madeleine_miniapp.domain.app import plain
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.recording import Author, Facts
from madeleine_miniapp.domain.records import Surroundings

SPEC = s.AppSpec(
    title="Meal log",
    entities=[
        s.Entity(
            name="meal",
            fields=[
                s.Field(name="dish", type=s.FIELD_TYPE_TEXT, required=True),
                s.Field(name="kcal", type=s.FIELD_TYPE_NUMBER, min=0, max=1000),
                s.Field(name="done", type=s.FIELD_TYPE_BOOLEAN),
                s.Field(name="kind", type=s.FIELD_TYPE_CHOICE, choices=["lunch", "dinner"]),
            ],
        )
    ],
)
FACTS = Facts("a", SPEC, 1, "conversation:c")
AROUND = Surroundings(ZoneInfo("UTC"))
BEGIN = datetime(2026, 3, 10, tzinfo=UTC)
# Good and bad, since what is refused has to converge as well.
VALUES: dict[str, list[Any]] = {
    "dish": ["soup", "stew", "cake", "", 7.0],
    "kcal": [0.0, 250.0, 999.5, 1001.0, "many", True],
    "done": [True, False, 1.0],
    "kind": ["lunch", "dinner", "brunch"],
    "nonsense": [1.0],
}
ROLES = ("owner", "editor", "editor", "viewer")


@dataclass
class Server:
    """A document with its stored updates, and a read model made from its events alone."""

    sheet: Sheet = field(default_factory=lambda: Sheet(YDocument(), FACTS))
    stored: list[bytes] = field(default_factory=list[bytes])
    rows: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])
    refused: int = 0
    taken: int = 0

    def take(self, update: bytes, author: Author) -> tuple[bytes, bytes]:
        """What the others get, and what the sender gets."""
        made = self.sheet.apply(update, author.person_id)
        if not made.update:
            return b"", b""
        self.taken += 1
        taken = self.sheet.judge(made, author, BEGIN + timedelta(seconds=self.taken), AROUND)
        self.refused += len(taken.refusals)
        self.stored.append(taken.update)
        for event in taken.events:
            match event.message:
                case events.RecordAdded() as added:
                    assert added.record_id not in self.rows
                    self.rows[added.record_id] = plain(added.values)
                case events.RecordChanged() as changed:
                    self.rows[changed.record_id] = plain(changed.values)
                case events.RecordRemoved() as removed:
                    del self.rows[removed.record_id]
                case _:
                    raise AssertionError
        return taken.update, taken.undone


class Editor:
    """A Yjs client that may be away; what reaches it in between waits."""

    def __init__(self, number: int, server: Server, rng: random.Random) -> None:
        self.author = Author(f"p{number}", ROLES[number])
        self.online = True
        self.doc: Doc[Any] = Doc()
        self.records: Map[Any] = self.doc.get("records", type=Map)
        self.inbox: list[bytes] = []
        self.outbox: list[bytes] = []
        self._server = server
        self._rng = rng
        self._applying = False
        self.doc.observe(self._changed)

    def edit(self, ids: list[str]) -> None:
        """One random edit."""
        rng, records = self._rng, self.records
        record_id = rng.choice(ids)
        with self.doc.transaction():
            if record_id not in records:
                held = {n: rng.choice(v) for n, v in VALUES.items() if n == "dish" or rng.random() < 0.3}
                records[record_id] = Map({"entity": "meal", "values": Map(held), "by": "?", "at": "?"})
            elif rng.random() < 0.15:
                del records[record_id]
            else:
                values = records[record_id]["values"]
                for name in rng.sample(sorted(VALUES), rng.randint(1, 2)):
                    if rng.random() < 0.2:
                        values.pop(name, None)
                    else:
                        values[name] = rng.choice(VALUES[name])

    def hear(self, update: bytes) -> None:
        """Applies what others did."""
        self._applying = True
        self.doc.apply_update(update)
        self._applying = False

    def sync(self) -> None:
        """Comes back: y-protocols' two steps in both directions."""
        self.inbox.clear()
        self.outbox.clear()
        self.online = True
        self.hear(self._server.sheet.document.since(self.doc.get_state()))
        self.outbox.append(self.doc.get_update(self._server.sheet.document.state()))

    def _changed(self, event: TransactionEvent) -> None:
        if not self._applying and self.online:
            self.outbox.append(event.update)


def play(seed: int, steps: int = 30) -> Server:
    """One history to its end, when everybody is back; raises AssertionError unless all agree."""
    rng = random.Random(seed)
    server = Server()
    editors = [Editor(number, server, rng) for number in range(4)]
    ids = [f"00000000-0000-7000-8000-{number:012x}" for number in range(5)]
    for _ in range(steps):
        editor = rng.choice(editors)
        if rng.random() < 0.12:
            editor.online = not editor.online
            if editor.online:
                editor.sync()
        elif rng.random() < 0.6:
            editor.edit(ids)
        else:
            _deliver(editor, editors, server)
    for editor in editors:
        if not editor.online:
            editor.sync()
    while any(editor.outbox or editor.inbox for editor in editors):
        for editor in editors:
            _deliver(editor, editors, server)
    _agree(server, editors)
    return server


def _deliver(editor: Editor, editors: list[Editor], server: Server) -> None:
    """Carries over the network what waits on either side."""
    if not editor.online:
        return
    for update in editor.outbox[:]:
        told, undone = server.take(update, editor.author)
        if undone:
            editor.inbox.append(undone)
        for other in editors:
            if told and other is not editor and other.online:
                other.inbox.append(told)
    editor.outbox.clear()
    for update in editor.inbox[:]:
        editor.hear(update)
    editor.inbox.clear()


def _agree(server: Server, editors: list[Editor]) -> None:
    document = server.sheet.document
    accepted = {
        record_id: dict(kept.values) for record_id in server.sheet.ids() if (kept := server.sheet.kept(record_id))
    }
    assert accepted == server.rows
    replica: Doc[Any] = Doc()
    records: Map[Any] = replica.get("records", type=Map)
    for update in server.stored:
        replica.apply_update(update)
    views: list[Callable[[], Any]] = [records.to_py, *(editor.records.to_py for editor in editors)]
    for view in views:
        seen = view() or {}
        assert {record_id: record["values"] for record_id, record in seen.items()} == accepted
        assert all(record["by"].startswith("p") for record in seen.values())
    assert {record_id: document.read(record_id)["values"] for record_id in accepted} == accepted  # type: ignore[index]
