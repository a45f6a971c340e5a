"""The graph against transformers, on small random models of every kind that it can express; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config, Qwen3Config

from madeleine_common.errors import Unsupported
from madeleine_inference.adapters.batching.runner import Feed
from madeleine_inference.adapters.openvino.architecture import Architecture
from madeleine_inference.adapters.openvino.blocks import BlockPool
from madeleine_inference.adapters.openvino.runner import OpenVinoOptions, OpenVinoRunner
from madeleine_inference.adapters.openvino.weights import BadTensors, TensorFile
from madeleine_inference.application.ports import BASE

SIZES: dict[str, Any] = {
    "vocab_size": 300,
    "hidden_size": 128,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "max_position_embeddings": 512,
    "initializer_range": 0.2,
}
KINDS = {
    "llama": LlamaConfig(**SIZES, tie_word_embeddings=False),
    "llama-tied": LlamaConfig(
        **SIZES, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 50000.0}
    ),
    "qwen2": Qwen2Config(**SIZES),
    "qwen3": Qwen3Config(**SIZES),
}
IDS = [int(token) for token in np.random.default_rng(5).integers(0, 300, 90)]


def saved(folder: Path, config: Any, **options: Any) -> Any:
    torch.manual_seed(3)
    model: Any = AutoModelForCausalLM.from_config(config)
    for name, parameter in model.named_parameters():
        # A new model's biases are zero and its norms one: neither would show that it is read.
        if "bias" in name or "norm" in name:
            parameter.data += torch.randn_like(parameter) * 0.2
    model.save_pretrained(folder, **options)
    return model.eval()


@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    # In several files, as large models come.
    model = saved(tmp_path, KINDS[kind], max_shard_size="200KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    runner = OpenVinoRunner(tmp_path, OpenVinoOptions(cache_tokens=256))
    with torch.inference_mode():
        expected = model(torch.tensor([IDS])).logits[0].numpy()
    context = runner.open(BASE, IDS, 0, len(IDS))
    assert context is not None
    got: list[Any] = []
    # A prompt in two chunks that end within a block, then tokens one by one.
    for start, end in ((0, 40), (40, 85), *((at, at + 1) for at in range(85, 90))):
        (rows,) = runner.forward([Feed(context, IDS[start:end], end - start)])
        got.append(rows.copy())
        context.length += end - start
    assert np.abs(np.concatenate(got) - expected).max() < 2e-3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"architectures": ["GPT2LMHeadModel"]}, "GPT2LMHeadModel"),
        ({"hidden_act": "gelu"}, "activation gelu"),
        ({"attention_bias": True}, "biases"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4}}, "rope type yarn"),
    ],
)
def test_what_it_cannot_express_is_refused_by_name(changes: dict[str, Any], reason: str, tmp_path: Path) -> None:
    config = KINDS["llama"].to_dict() | {"architectures": ["LlamaForCausalLM"]} | changes
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(Unsupported, match=reason):
        Architecture.read(tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:4], "too short"),
        (lambda data: data[:40], "ends within its header"),
        (lambda data: data[:-8], "truncated"),
        (lambda data: data[:8] + b"[" + data[9:], "no readable header"),
        (lambda data: data.replace(b"F32", b"I32"), "I32"),
    ],
)
def test_damaged_tensors_are_named(damage: Any, reason: str, tmp_path: Path) -> None:
    saved(tmp_path, KINDS["llama"])
    path = tmp_path / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadTensors, match=reason):
        TensorFile(path).read("model.norm.weight")


def test_blocks_are_shared_within_a_revision_and_taken_back_when_room_is_needed() -> None:
    pool = BlockPool(8, 4)
    first = pool.open("a@1", IDS[:10], 9, 12)
    assert first is not None
    pool.written(first, IDS[:10])
    second = pool.open("a@1", IDS[:10], 9, 12)
    other = pool.open("b@1", IDS[:10], 9, 4)
    assert second is not None
    assert other is not None
    assert (second.known, second.blocks[:2]) == (8, first.blocks[:2])
    assert (other.known, set(other.blocks) & set(first.blocks)) == (0, set())
    # 3 + 1 + 1 blocks are taken.
    assert pool.free_blocks == 3
    assert pool.open("a@1", IDS[20:40], 19, 16) is None
    for table in (first, second, other):
        pool.close(table)
    assert pool.free_blocks == 8
    again = pool.open("a@1", IDS[:10], 9, 12)
    assert again is not None
    assert again.known == 8
    pool.close(again)
    # Everything is needed now: what was kept goes.
    whole = pool.open("c@1", IDS[40:50], 9, 32)
    assert whole is not None
    pool.close(whole)
    cold = pool.open("a@1", IDS[:10], 9, 12)
    assert cold is not None
    assert cold.known == 0
