"""The Yjs document of an app's records, by pycrdt: root map "records", record id -> {entity, values, by, at}."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pycrdt import Doc, Map, TransactionEvent, merge_updates

from madeleine_miniapp.adapters.live.updates import ROOT, check_known, look_through, read_clocks
from madeleine_miniapp.application.live.lib0 import Malformed
from madeleine_miniapp.application.live.ports import NOTHING, Made, Raw, Spoilt
from madeleine_miniapp.domain.formulas import Json
from madeleine_miniapp.domain.recording import Kept

# Records that are written as one update.
_TOGETHER = 1000


class YDocument:
    """One document; after any error but Malformed and Gap it must be thrown away."""

    def __init__(self, doc: Doc[Any] | None = None) -> None:
        """Goes on from what a document of the library holds."""
        self._doc: Doc[Any] = Doc() if doc is None else doc
        self._records: Map[Any] = self._doc.get(ROOT, type=Map)
        self._touched: set[str] = set()
        self._made: list[bytes] = []
        self._records.observe_deep(self._on_change)
        self._doc.observe(self._on_commit)
        self._clocks = read_clocks(self._doc.get_state())
        # Whose client writes under a number, as far as it was seen; our own is nobody's.
        self._writers = {self._doc.client_id: ""}

    @classmethod
    async def opened(cls, updates: Iterable[bytes]) -> YDocument:
        """From stored updates, in order; lets others run between two of them."""
        # Nobody looks at it yet: what it tells of each change would take as long as the changes.
        doc: Doc[Any] = Doc()
        for update in updates:
            doc.apply_update(update)
            await asyncio.sleep(0)
        return cls(doc)

    @property
    def client_id(self) -> int:
        """The number under which it writes itself."""
        return self._doc.client_id

    def everything(self) -> Iterator[tuple[str, Raw]]:
        """All records, of a document in which nothing waits to be judged; nothing is to be written meanwhile."""
        for record_id in self._records.keys():  # noqa: SIM118 (a Map is not iterable)
            yield record_id, json.loads(str(self._records[record_id]))

    def read(self, record_id: str) -> Raw | None:
        """A record as it stands, of whatever shape; None when there is none."""
        if record_id not in self._records:
            return None
        found = self._records[record_id]
        if not isinstance(found, Map):
            return {}
        # Text, since this is the fast way out of the document.
        raw: Raw = json.loads(str(found))
        if not isinstance(found.get("values"), Map):
            raw.pop("values", None)
        return raw

    def apply(self, update: bytes, writer: str) -> Made:
        """Applies the update of a person's client; raises Malformed or Gap, and then nothing is applied, or Spoilt."""
        found = look_through(update)
        check_known(found, self._clocks)
        for client, (_, end) in found.written.items():
            # Who wrote on under another's number would have that one's next edit taken for known, and dropped.
            if end > self._clocks.get(client, 0) and self._writers.setdefault(client, writer) != writer:
                raise Malformed("it is written under the number of somebody else's client")
        try:
            self._doc.apply_update(update)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            # A panic of the library is no Exception.
            raise Spoilt from error
        return self._take()

    def catch_up(self, update: bytes) -> Made:
        """Applies a stored update."""
        self._doc.apply_update(update)
        return self._take()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What is written inside is one change; take it with `made`."""
        with self._doc.transaction():
            yield

    def made(self) -> Made:
        """What was written since the last call."""
        return self._take()

    def put(self, record_id: str, kept: Kept) -> None:
        """Writes a whole record."""
        self._records[record_id] = _record(kept)

    def mend(self, record_id: str, head: Mapping[str, str], values: Mapping[str, Json | None]) -> None:
        """Writes some of a record's keys and values; None takes a value away. The record and its values must stand."""
        record = self._records[record_id]
        for name, text in head.items():
            record[name] = text
        for name, value in values.items():
            if value is None:
                record["values"].pop(name, None)
            else:
                record["values"][name] = _stored(value)

    def trim(self, record_id: str, keys: Iterable[str]) -> None:
        """Takes keys of a record away that do not belong there."""
        for key in keys:
            self._records[record_id].pop(key, None)

    def remove(self, record_id: str) -> None:
        """Takes a record away, if it is there."""
        self._records.pop(record_id, None)

    def state(self) -> bytes:
        """The state vector."""
        return self._doc.get_state()

    def since(self, state: bytes) -> bytes:
        """What one who has this state vector lacks; raises ValueError for one that is none."""
        return self._doc.get_update(state)

    def whole(self) -> bytes:
        """All of it, as one update."""
        return self._doc.get_update()

    def merged(self, *updates: bytes) -> bytes:
        """Updates as one."""
        return merged(updates)

    def _on_change(self, changes: list[Any]) -> None:
        for change in changes:
            if path := change.path:
                self._touched.add(str(path[0]))
            else:
                self._touched.update(change.keys)

    def _on_commit(self, event: TransactionEvent) -> None:
        self._made.append(event.update)

    def _take(self) -> Made:
        touched, self._touched = self._touched, set()
        made, self._made = self._made, []
        for update in made:
            for client, (_, end) in look_through(update).written.items():
                self._clocks[client] = max(end, self._clocks.get(client, 0))
        return Made(frozenset(touched), merged(made))


def merged(updates: Sequence[bytes]) -> bytes:
    """Updates as one; none are nothing."""
    return merge_updates(*updates) if len(updates) > 1 else b"".join(updates)


def written(records: Sequence[tuple[str, Kept]]) -> Iterator[bytes]:
    """A new document of these records, as updates in order; there is at least one."""
    doc: Doc[Any] = Doc()
    root: Map[Any] = doc.get(ROOT, type=Map)
    if not records:
        yield NOTHING
    for begin in range(0, len(records), _TOGETHER):
        before = doc.get_state()
        with doc.transaction():
            for record_id, kept in records[begin : begin + _TOGETHER]:
                root[record_id] = _record(kept)
        yield doc.get_update(before)


def _record(kept: Kept) -> Map[Any]:
    values = Map[Any]({name: _stored(value) for name, value in kept.values.items()})
    return Map({"entity": kept.entity, "values": values, "by": kept.by, "at": kept.at})


def _stored(value: Json) -> Any:
    # A whole number of Python would reach JavaScript as a BigInt.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
