"""Golden bytes: how every version of every event was written once, kept for ever, and what those bytes must read as.

`<type>@<version>.<n>.json` holds the bytes of one sample, the message that they spelled, and the event's shape then.
It is never written again: a field more adds the next <n>, a changed meaning the next version. What the bytes of an
older version, or of a renamed type, read as today stands beside it in `<type>@<version>.<n>.upcast.json`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

from madeleine_common.events.types import EventTypes, UnknownEvent, UnreadableEvent
from madeleine_common.testing.event_samples import samples
from madeleine_common.testing.event_shapes import Shape, additions, changes, event_names, fingerprint, shape_of

ADD = "run `make golden` and commit what it adds"
CHANGED = "that takes a new schema_version with an upcaster (madeleine_common.events.upcasters), or a new message"
UPCAST = ".upcast.json"


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden file: what was written, by whom it is read, and what it says; `message` is proto JSON."""

    path: Path
    type: str
    version: int
    number: int
    fingerprint: str
    shape: Shape
    data: bytes
    message: dict[str, Any]

    @property
    def name(self) -> str:
        """`<type>@<version>.<n>`, also the name of its file."""
        return f"{self.type}@{self.version}.{self.number}"

    @property
    def upcast(self) -> Path:
        """Where it says what the bytes read as today, if not as they were written."""
        return self.path.with_name(self.name + UPCAST)


def as_json(message: Message) -> dict[str, Any]:
    """A message as proto JSON, fields by the names that the contract gives them."""
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


class GoldenEvents:
    """The golden files of one folder, held against the contracts in `files` and what `types` can read."""

    def __init__(self, folder: Path, files: FileDescriptorSet, types: EventTypes) -> None:
        self._folder = folder
        self._types = types
        self._events = event_names(files)

    def add(self) -> list[Path]:
        """Writes what is missing and can be written; returns the new files. The rest is told by `problems`."""
        golden, _ = self._read()
        written: list[Path] = []
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in self._events:
            version = self._types.version(name)
            present = _of(golden, name, version)
            if self._evolution(name, present) in (None, CHANGED):
                continue
            after = max((g.number for g in present), default=0)
            shape = self._shape(name)
            for number, message in enumerate(samples(self._class(name)), after + 1):
                path = self._folder / f"{name}@{version}.{number}.json"
                data = message.SerializeToString(deterministic=True)
                content = {
                    "type": name,
                    "version": version,
                    "fingerprint": fingerprint(shape),
                    "bytes": base64.b64encode(data).decode(),
                    "message": as_json(message),
                    "shape": shape,
                }
                written.append(_write(path, content))
        return written + self._add_upcast(golden)

    def _add_upcast(self, golden: list[Golden]) -> list[Path]:
        """Writes what older bytes read as, where that is not known yet or another version has come since."""
        written: list[Path] = []
        for one in golden:
            try:
                message, target = self._parse(one)
            except UnreadableEvent:
                continue
            content = {"type": target[0], "version": target[1], "message": as_json(message)}
            if target != (one.type, one.version) and _upcast(one, target) is None:
                written.append(_write(one.upcast, content))
        return written

    def problems(self) -> list[str]:
        """Everything that is wrong, one line each: what, and what to do about it."""
        golden, said = self._read()
        changed: set[tuple[str, int]] = set()
        for name in self._events:
            version = self._types.version(name)
            present = _of(golden, name, version)
            what_to_do = self._evolution(name, present)
            if what_to_do == CHANGED:
                changed.add((name, version))
            if what_to_do:
                said.append(f"{name}: {self._difference(name, version, present)}: {what_to_do}")
        older = {(name, v) for name in self._events for v in range(1, self._types.version(name))}
        for name, version in sorted(older | self._types.upcasters.keys()):
            if not _of(golden, name, version):
                said.append(f"{name}: version {version} has no golden: bring back the one that was written then")
        for one in golden:
            if (one.type, one.version) not in changed:
                said += [f"{one.name}: {problem}" for problem in self._reading_problems(one)]
        return said

    def _evolution(self, name: str, present: list[Golden]) -> str | None:
        """What is to be done about the event as it now is; None: nothing, its newest golden shows it."""
        if not present:
            return ADD
        shape = self._shape(name)
        if changes(present[-1].shape, shape):
            return CHANGED
        alike = [g for g in present if g.shape == shape]
        return None if len(alike) >= len(samples(self._class(name))) else ADD

    def _difference(self, name: str, version: int, present: list[Golden]) -> str:
        if not present:
            return f"version {version} has no golden"
        shape = self._shape(name)
        different = changes(present[-1].shape, shape) or additions(present[-1].shape, shape)
        return ", ".join(different) or "not every member of every oneof has a golden"

    def _reading_problems(self, one: Golden) -> list[str]:
        try:
            message, target = self._parse(one)
        except UnknownEvent as error:
            if self._types.message_class(one.type) is None:
                return [f"{one.type} is gone: register an upcaster to its new name, or bring it back"]
            return [f"{error}: register the upcaster, it may have been taken out"]
        except UnreadableEvent as error:
            return [str(error)]
        expected = one.message
        if target != (one.type, one.version):
            expected = _upcast(one, target)
            if expected is None:
                return [f"{one.upcast.name} does not say what it reads as in version {target[1]} of {target[0]}: {ADD}"]
        different = _first_difference(expected, as_json(message))
        return [f"does not read as it must: {different}"] if different else []

    def _parse(self, one: Golden) -> tuple[Message, tuple[str, int]]:
        """What the bytes read as today, with its type and version; raises UnknownEvent, UnreadableEvent."""
        message = self._types.parse(one.type, one.version, one.data)
        name = message.DESCRIPTOR.full_name
        return message, (name, self._types.version(name))

    def _class(self, name: str) -> type[Message]:
        found = self._types.message_class(name)
        if found is None:
            raise LookupError(f"{name} is in the contracts but not in the generated code: run `make protos`")
        return found

    def _shape(self, name: str) -> Shape:
        return shape_of(self._class(name))

    def _read(self) -> tuple[list[Golden], list[str]]:
        """All golden files in order, and what is wrong with them as files."""
        golden: list[Golden] = []
        said: list[str] = []
        for path in sorted(self._folder.glob("*.json")):
            if path.name.endswith(UPCAST):
                continue
            try:
                one = _golden(path)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                said.append(f"{path.name}: is no golden file: {type(error).__name__} {error}")
                continue
            if one.fingerprint != fingerprint(one.shape):
                said.append(f"{path.name}: was edited: its shape has another fingerprint")
            golden.append(one)
        return sorted(golden, key=lambda g: (g.type, g.version, g.number)), said


def _of(golden: list[Golden], name: str, version: int) -> list[Golden]:
    return [g for g in golden if (g.type, g.version) == (name, version)]


def _golden(path: Path) -> Golden:
    said = _json(path)
    number = int(path.name.removesuffix(".json").rpartition(".")[2])
    data = base64.b64decode(said["bytes"], validate=True)
    one = Golden(path, said["type"], said["version"], number, said["fingerprint"], said["shape"], data, said["message"])
    if path.name != f"{one.name}.json":
        raise ValueError(f"it holds {one.name}")
    return one


def _upcast(one: Golden, target: tuple[str, int]) -> dict[str, Any] | None:
    """What is written of how `one` reads in that type and version; None: nothing, or of another version."""
    try:
        said = _json(one.upcast)
        return said["message"] if (said["type"], said["version"]) == target else None
    except (FileNotFoundError, KeyError, ValueError):
        return None


def _json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _first_difference(said: Any, read: Any, where: str = "") -> str:
    """Where `read` first differs from what was said, and how; empty: nowhere."""
    if isinstance(said, list) and isinstance(read, list):
        mine, theirs = dict(enumerate(cast("list[Any]", said))), dict(enumerate(cast("list[Any]", read)))
    elif isinstance(said, dict) and isinstance(read, dict):
        mine, theirs = cast("dict[Any, Any]", said), cast("dict[Any, Any]", read)
    else:
        return "" if said == read else f"{where or 'the message'} is {json.dumps(read)}, not {json.dumps(said)}"
    for key in sorted(mine.keys() | theirs.keys()):
        at = f"{where}.{key}".removeprefix(".")
        if key not in theirs or key not in mine:
            return f"{at} is {'not there' if key in mine else 'there, and should not'}"
        if found := _first_difference(mine[key], theirs[key], at):
            return found
    return ""
