"""Every event that was ever written stays readable: what the check of golden bytes lets pass, and what it does not."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool

from madeleine.chat.v1.events_pb2 import MessageEdited
from madeleine_common.events.types import EVENT_TYPES, EventTypes
from madeleine_common.events.upcasters import Upcaster
from madeleine_common.testing.event_shapes import contracts, event_names
from madeleine_common.testing.golden import GoldenEvents

GOLDEN = Path(__file__).resolve().parents[3] / "proto" / "golden"
EDITED = "madeleine.chat.v1.MessageEdited"
CREATED = "madeleine.chat.v1.ConversationCreated"
Edit = Callable[[FileDescriptorSet], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the golden files; of MessageEdited the first alone, as `golden` has its contract."""
    copied = shutil.copytree(GOLDEN, tmp_path / "golden")
    for later in copied.glob(f"{EDITED}@1.[!1]*.json"):
        later.unlink()
    return copied


def golden(
    folder: Path, edit: Edit = lambda _: None, upcasters: Mapping[tuple[str, int], Upcaster] | None = None
) -> GoldenEvents:
    """The golden files held against edited contracts and these upcasters."""
    files = contracts()
    # Without the fields that it was given since: the tests give it others.
    fields = message(files, EDITED).field
    first = [field for field in fields if field.number < 50]
    del fields[:]
    fields.extend(first)
    edit(files)
    pool = DescriptorPool()
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())
    return GoldenEvents(folder, files, EventTypes(upcasters, pool))


def message(files: FileDescriptorSet, full_name: str) -> DescriptorProto:
    package, _, name = full_name.rpartition(".")
    return next(m for f in files.file if f.package == package for m in f.message_type if m.name == name)


def enum(files: FileDescriptorSet, name: str) -> EnumDescriptorProto:
    return next(e for f in files.file for e in f.enum_type if e.name == name)


def add_field(files: FileDescriptorSet, to: str = EDITED) -> None:
    message(files, to).field.add(
        name="language", number=50, type=FieldDescriptorProto.TYPE_STRING, label=FieldDescriptorProto.LABEL_OPTIONAL
    )


def set_text(text: str) -> Upcaster:
    def upcast(data: bytes) -> tuple[str, bytes]:
        older = MessageEdited.FromString(data)
        older.text = text
        return EDITED, older.SerializeToString()

    return upcast


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rewrite(path: Path, **changed: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_every_event_of_the_house_has_its_golden_bytes() -> None:
    assert GoldenEvents(GOLDEN, contracts(), EVENT_TYPES).problems() == []


def test_events_are_the_messages_of_events_proto_that_no_other_uses() -> None:
    files = contracts()
    declared = {
        f"{file.package}.{m.name}"
        for file in files.file
        if file.name.endswith("/events.proto")
        for m in file.message_type
    }
    # Whoever adds a helper names it here, so that no event becomes one unseen.
    assert declared - set(event_names(files)) == {
        "madeleine.chat.v1.SamplerTrace",
        "madeleine.chat.v1.ToolCall",
        "madeleine.memory.v1.CooledMemory",
        "madeleine.memory.v1.FactConsolidated",
        "madeleine.miniapp.v1.Migration",
    }


def test_nothing_is_added_where_nothing_is_missing(folder: Path) -> None:
    before = contents(folder)
    assert golden(folder).add() == []
    assert contents(folder) == before


def test_a_new_event_needs_a_golden(folder: Path) -> None:
    path = folder / f"{EDITED}@1.1.json"
    written = path.read_bytes()
    path.unlink()
    assert golden(folder).problems() == [
        f"{EDITED}: version 1 has no golden: run `make golden` and commit what it adds"
    ]
    assert golden(folder).add() == [path]
    assert path.read_bytes() == written, "samples are the same every time"


def test_an_added_field_needs_another_golden_and_the_older_one_stays(folder: Path) -> None:
    before = contents(folder)
    assert golden(folder, add_field).problems() == [
        f"{EDITED}: MessageEdited has a new language (50): run `make golden` and commit what it adds"
    ]
    assert [path.name for path in golden(folder, add_field).add()] == [f"{EDITED}@1.2.json"]
    assert golden(folder, add_field).problems() == []
    after = contents(folder)
    assert json.loads(after.pop(f"{EDITED}@1.2.json"))["message"]["language"] == "language é"
    assert after == before


def test_a_change_in_a_message_or_enum_far_below_is_the_events_change(folder: Path) -> None:
    def edit(files: FileDescriptorSet) -> None:
        enum(files, "FieldType").value.add(name="FIELD_TYPE_COLOUR", number=99)

    assert golden(folder, edit).problems() == [
        f"madeleine.miniapp.v1.{event}: FieldType has a new FIELD_TYPE_COLOUR (99): "
        "run `make golden` and commit what it adds"
        for event in ("AppCreated", "AppEditProposed", "AppSpecChanged", "AppTemplateMade")
    ]


def removed(files: FileDescriptorSet) -> None:
    fields = message(files, EDITED).field
    fields.remove(next(f for f in fields if f.name == "text"))


def renamed(files: FileDescriptorSet) -> None:
    next(f for f in message(files, EDITED).field if f.name == "text").name = "body"


def retyped(files: FileDescriptorSet) -> None:
    next(f for f in message(files, EDITED).field if f.name == "text").type = FieldDescriptorProto.TYPE_BYTES


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (removed, "MessageEdited lost text (4)"),
        (renamed, 'MessageEdited 4 was "text: string" and is "body: string"'),
        (retyped, 'MessageEdited 4 was "text: string" and is "text: bytes"'),
    ],
)
def test_a_changed_field_asks_for_a_version_and_make_golden_does_not_paper_over_it(
    folder: Path, edit: Edit, what: str
) -> None:
    problem = f"{EDITED}: {what}: that takes a new schema_version with an upcaster"
    assert [p[: len(problem)] for p in golden(folder, edit).problems()] == [problem]
    assert golden(folder, edit).add() == []


def test_an_enum_value_renamed_asks_for_a_version(folder: Path) -> None:
    def edit(files: FileDescriptorSet) -> None:
        enum(files, "ConversationKind").value[1].name = "CONVERSATION_KIND_TWO"

    problem = next(p for p in golden(folder, edit).problems() if p.startswith(CREATED))
    assert 'ConversationKind 1 was "CONVERSATION_KIND_DIRECT" and is "CONVERSATION_KIND_TWO"' in problem


def test_an_edited_golden_fails(folder: Path) -> None:
    path = folder / f"{EDITED}@1.1.json"
    rewrite(path, bytes=base64.b64encode(MessageEdited(text="other").SerializeToString()).decode())
    assert golden(folder).problems() == [f"{EDITED}@1.1: does not read as it must: conversation_id is not there"]
    rewrite(path, bytes=base64.b64encode(b"\xff\xff").decode())
    assert golden(folder).problems() == [f"{EDITED}@1.1: payload is not a {EDITED}"]
    rewrite(path, shape={EDITED: {}})
    assert f"{path.name}: was edited: its shape has another fingerprint" in golden(folder).problems()
    path.write_text("{")
    assert any(p.startswith(f"{path.name}: is no golden file") for p in golden(folder).problems())


def test_a_golden_under_another_name_fails(folder: Path) -> None:
    shutil.copy(folder / f"{CREATED}@1.1.json", folder / f"{EDITED}@1.1.json")
    assert f"{EDITED}@1.1.json: is no golden file: ValueError it holds {CREATED}@1.1" in golden(folder).problems()


def test_a_new_version_needs_its_golden_and_what_the_older_one_reads_as(folder: Path) -> None:
    upcasters = {(EDITED, 1): set_text("upcast")}
    assert golden(folder, upcasters=upcasters).problems() == [
        f"{EDITED}: version 2 has no golden: run `make golden` and commit what it adds",
        f"{EDITED}@1.1: {EDITED}@1.1.upcast.json does not say what it reads as in version 2 of {EDITED}: "
        "run `make golden` and commit what it adds",
    ]
    added = golden(folder, upcasters=upcasters).add()
    assert [path.name for path in added] == [f"{EDITED}@2.1.json", f"{EDITED}@1.1.upcast.json"]
    assert json.loads(added[1].read_text())["message"]["text"] == "upcast"
    assert golden(folder, upcasters=upcasters).problems() == []


def test_upcasters_go_on_from_version_to_version(folder: Path) -> None:
    golden(folder, upcasters={(EDITED, 1): set_text("second")}).add()
    upcasters = {(EDITED, 1): set_text("second"), (EDITED, 2): set_text("third")}
    added = golden(folder, upcasters=upcasters).add()
    assert [p.name for p in added] == [f"{EDITED}@{n}.json" for n in ("3.1", "1.1.upcast", "2.1.upcast")]
    assert [json.loads(p.read_text())["message"]["text"] for p in added[1:]] == ["third", "third"]
    assert golden(folder, upcasters=upcasters).problems() == []


def test_a_missing_or_other_upcaster_fails(folder: Path) -> None:
    both = {(EDITED, 1): set_text("second"), (EDITED, 2): set_text("third")}
    golden(folder, upcasters={(EDITED, 1): both[EDITED, 1]}).add()
    golden(folder, upcasters=both).add()
    assert any(
        p.startswith(f"{EDITED}@3.1: {EDITED} version 3 is newer than 1: register the upcaster")
        for p in golden(folder).problems()
    )
    assert golden(folder, upcasters={(EDITED, 2): both[EDITED, 2]}).problems() == [
        f"{EDITED}@1.1: {EDITED} version 1 has no upcaster: register the upcaster, it may have been taken out"
    ]
    other = both | {(EDITED, 2): set_text("other")}
    assert golden(folder, upcasters=other).problems() == [
        f'{EDITED}@{n}: does not read as it must: text is "other", not "third"' for n in ("1.1", "2.1")
    ]
    (folder / f"{EDITED}@2.1.json").unlink()
    assert golden(folder, upcasters=both).problems() == [
        f"{EDITED}: version 2 has no golden: bring back the one that was written then"
    ]


def test_a_type_that_is_gone_needs_a_registered_rename(folder: Path) -> None:
    def edit(files: FileDescriptorSet) -> None:
        message(files, EDITED).name = "MessageRevised"

    revised = "madeleine.chat.v1.MessageRevised"
    golden(folder, edit).add()
    assert golden(folder, edit).problems() == [
        f"{EDITED}@1.1: {EDITED} is gone: register an upcaster to its new name, or bring it back"
    ]
    rename: dict[tuple[str, int], Upcaster] = {(EDITED, 1): lambda data: (revised, data)}
    assert [p.name for p in golden(folder, edit, rename).add()] == [f"{EDITED}@1.1.upcast.json"]
    assert golden(folder, edit, rename).problems() == []
    (folder / f"{EDITED}@1.1.json").unlink()
    assert golden(folder, edit, rename).problems() == [
        f"{EDITED}: version 1 has no golden: bring back the one that was written then"
    ]


def test_every_member_of_a_oneof_has_a_golden(folder: Path) -> None:
    def edit(files: FileDescriptorSet) -> None:
        add_field(files)
        edited = message(files, EDITED)
        edited.oneof_decl.add(name="why")
        for number, name in ((60, "typo"), (61, "regret")):
            edited.field.add(
                name=name,
                number=number,
                type=FieldDescriptorProto.TYPE_STRING,
                label=FieldDescriptorProto.LABEL_OPTIONAL,
                oneof_index=0,
            )

    added = golden(folder, edit).add()
    assert [path.name for path in added] == [f"{EDITED}@1.2.json", f"{EDITED}@1.3.json"]
    members = [{"typo", "regret"} & json.loads(path.read_text())["message"].keys() for path in added]
    assert members == [{"typo"}, {"regret"}]
    added[0].unlink()
    assert golden(folder, edit).problems() == [
        f"{EDITED}: not every member of every oneof has a golden: run `make golden` and commit what it adds"
    ]
