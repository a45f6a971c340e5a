"""The folder format that trainer and inference share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from madeleine_common.adapters import AdapterInvalid, AdapterOrigin, read_adapter, write_adapter

ORIGIN = AdapterOrigin("house", "ab" * 32, 4, ("q_proj", "v_proj"), "", "run-1")


def _write(folder: Path) -> None:
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text("{}")


def test_what_is_written_is_read_and_named_by_its_content(tmp_path: Path) -> None:
    written = write_adapter(tmp_path, ORIGIN, _write)
    assert read_adapter(written.folder) == written
    assert written.folder.name == written.revision
    assert write_adapter(tmp_path, ORIGIN, _write) == written
    other = write_adapter(tmp_path, AdapterOrigin("house", "ab" * 32, 8, ("q_proj",), "", "run-2"), _write)
    assert other.revision != written.revision
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([written.revision, other.revision])


def test_a_crash_while_writing_leaves_no_revision(tmp_path: Path) -> None:
    def crash(folder: Path) -> None:
        _write(folder)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_adapter(tmp_path, ORIGIN, crash)
    assert list(tmp_path.iterdir()) == []


def _manifest(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        (lambda f: (f / "adapter_config.json").write_text("{ }"), "files.adapter_config.json"),
        (lambda f: (f / "adapter_config.json").unlink(), "files"),
        (lambda f: (f / "extra.bin").write_bytes(b""), "files"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json"),
        (lambda f: (f / "manifest.json").write_text("["), "manifest.json"),
        (_manifest(rank="four"), "manifest.json"),
        (_manifest(files=None), "manifest.json"),
        (_manifest(name="../up"), "name"),
    ],
)
def test_damage_is_told(tmp_path: Path, damage: Callable[[Path], object], field: str) -> None:
    written = write_adapter(tmp_path, ORIGIN, _write)
    damage(written.folder)
    with pytest.raises(AdapterInvalid) as caught:
        read_adapter(written.folder)
    assert caught.value.field == field


def test_a_bad_name_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(AdapterInvalid, match="name"):
        write_adapter(tmp_path, AdapterOrigin("a/b", "", 1, (), "", ""), _write)
    assert list(tmp_path.iterdir()) == []
