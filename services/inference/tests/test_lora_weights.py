"""Adapters whose weights are damaged or do not fit, told from the headers alone."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from madeleine_common.adapters import AdapterFolder, AdapterOrigin
from madeleine_common.errors import FailedPrecondition, Invalid
from madeleine_inference.application.lora_weights import check_lora_weights, linears_of

ORIGIN = AdapterOrigin("house", "ab" * 32, 2, ("q_proj",), "", "run-1")
Q0, Q1 = (f"model.layers.{layer}.self_attn.q_proj" for layer in range(2))
LINEARS = {Q0: (6, 4), Q1: (6, 4), "model.layers.0.self_attn.v_proj": (3, 4)}
Tensors = dict[str, np.ndarray[Any, Any]]


def name(module: str, factor: str) -> str:
    return f"base_model.model.{module}.lora_{factor}.weight"


def sound() -> Tensors:
    factors: Tensors = {}
    for module in (Q0, Q1):
        factors[name(module, "A")] = np.ones((2, 4), np.float32)
        factors[name(module, "B")] = np.ones((6, 2), np.float16)
    return factors


def adapter(folder: Path, tensors: Tensors) -> AdapterFolder:
    save_file(tensors, folder / "adapter_model.safetensors")
    return AdapterFolder("house@0123456789ab", folder, ORIGIN, {})


def test_a_sound_adapter_is_taken(tmp_path: Path) -> None:
    check_lora_weights(adapter(tmp_path, sound()), LINEARS)
    check_lora_weights(adapter(tmp_path, sound()), {})


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({name(Q0, "A"): np.ones((3, 4), np.float32)}, name(Q0, "A"), "must be [2, 4]"),
        ({name(Q0, "B"): np.ones((5, 2), np.float32)}, name(Q0, "B"), "must be [6, 2]"),
        ({name(Q0, "A"): np.ones((2, 4, 1), np.float32)}, name(Q0, "A"), "3 dimensions"),
        ({name(Q0, "A"): np.ones((2, 4), np.float64)}, name(Q0, "A"), "dtype F64"),
        ({name(Q0, "A"): None}, name(Q0, "A"), "is missing"),
        ({name(Q1, "A"): None, name(Q1, "B"): None}, Q1, "has no factors"),
        ({"base_model.model.lm_head.weight": np.ones((2, 2), np.float32)}, "base_model.model.lm_head.weight", "plain"),
        ({f"base_model.model.{Q0}.lora_magnitude_vector": np.ones(6, np.float32)}, "", "plain LoRA"),
        (
            {name("model.layers.0.self_attn.v_proj", "A"): np.ones((2, 4), np.float32)},
            "model.layers.0.self_attn.v_proj",
            "not among",
        ),
        ({name("model.layers.9.self_attn.q_proj", "A"): np.ones((2, 4), np.float32)}, "", "no linear module"),
    ],
)
def test_each_tensor_that_does_not_fit_is_named(tmp_path: Path, change: dict[str, Any], field: str, why: str) -> None:
    tensors = {key: value for key, value in (sound() | change).items() if value is not None}
    with pytest.raises(Invalid) as caught:
        check_lora_weights(adapter(tmp_path, tensors), LINEARS)
    assert any(field in v.field and why in v.reason for v in caught.value.violations), caught.value.violations


def _header(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def _overlap(header: dict[str, Any]) -> None:
    header[name(Q0, "A")]["data_offsets"] = header[name(Q1, "A")]["data_offsets"]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: b"", "of a file of 0"),
        (lambda data: data[:5], "of a file of 5"),
        (lambda data: data[:40], "claims"),
        (lambda data: data[:-1], "end at byte"),
        (lambda data: data + b"x", "end at byte"),
        (lambda data: struct.pack("<Q", 2**62) + data[8:], "claims"),
        (lambda data: data[:8] + b"[" + data[9:], "is none"),
        (lambda data: _header(data, _overlap), "begins at byte"),
        (lambda data: _header(data, lambda h: h[name(Q0, "A")].update(shape=[2, 5])), "bytes for F32"),
        (lambda data: _header(data, lambda h: h[name(Q0, "A")].pop("dtype")), "is none"),
        (lambda data: _header(data, lambda h: h.update(extra=3)), "is none"),
    ],
)
def test_a_damaged_file_is_told(tmp_path: Path, damage: Callable[[bytes], bytes], why: str) -> None:
    broken = adapter(tmp_path, sound())
    path = tmp_path / "adapter_model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FailedPrecondition, match=why) as caught:
        check_lora_weights(broken, LINEARS)
    assert caught.value.reason == "ADAPTER_UNLOADABLE"


@pytest.mark.model
def test_the_modules_of_the_real_base(language_model: Any) -> None:
    linears = linears_of(language_model.folder)
    assert linears["model.layers.0.self_attn.k_proj"] == (192, 576)
    assert linears["model.layers.29.mlp.down_proj"] == (576, 1536)
