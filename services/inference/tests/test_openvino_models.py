"""The graph against transformers, on small random models of every kind that it can express; and what it refuses."""

from __future__ import annotations

import json
import threading
import time
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
from madeleine_inference.adapters.openvino.graph import Held
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


def saved(folder: Path, config: Any, dtype: Any = torch.float32, **options: Any) -> Any:
    """Writes a random model with numbers of this type; it is returned computing with them in float32."""
    torch.manual_seed(3)
    model: Any = AutoModelForCausalLM.from_config(config)
    for name, parameter in model.named_parameters():
        # A new model's biases are zero and its norms one: neither would show that it is read.
        if "bias" in name or "norm" in name:
            parameter.data += torch.randn_like(parameter) * 0.2
    model.to(dtype).save_pretrained(folder, **options)
    # Read again: turning a model's numbers back would leave its rotary frequencies rounded.
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.mark.parametrize("weights", ["stored", "fp32"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_transformers(kind: str, dtype: Any, weights: Held, tmp_path: Path) -> None:
    # In several files, as large models come.
    model = saved(tmp_path, KINDS[kind], dtype, max_shard_size="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    runner = OpenVinoRunner(tmp_path, OpenVinoOptions(weights=weights, cache_tokens=256))
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


def test_a_crowd_changes_lanes_and_no_number_changes_with_it(tmp_path: Path) -> None:
    model = saved(tmp_path, KINDS["llama"], torch.float16)
    runner = OpenVinoRunner(tmp_path, OpenVinoOptions(cache_tokens=1024))
    contexts = [context for at in range(6) if (context := runner.open(BASE, IDS[at:], 0, 60))]
    got: dict[int, list[Any]] = {at: [] for at in range(6)}

    def step(count: int) -> None:
        feeds = [Feed(contexts[at], [IDS[at + contexts[at].length]], 1) for at in range(count)]
        for at, (row,) in enumerate(runner.forward(feeds)):
            got[at].append(row.copy())
            contexts[at].length += 1

    for _ in range(20):
        step(6)
    deadline = time.monotonic() + 60
    while not runner.widened:
        assert time.monotonic() < deadline, "the second graph was not made"
        time.sleep(0.01)
    # The wide graph goes on where the other was, and the other where the wide one was.
    for count in (6, 2, 6, 1, 6):
        step(count)
    with torch.inference_mode():
        for at, rows in got.items():
            expected = model(torch.tensor([IDS[at : at + len(rows)]])).logits[0].numpy()
            assert np.abs(np.stack(rows) - expected).max() < 2e-3


@pytest.mark.parametrize(("weights", "dtype"), [("stored", torch.float16), ("adaptive", torch.float32)])
def test_one_graph_stays_one_where_a_second_would_gain_nothing(weights: Held, dtype: Any, tmp_path: Path) -> None:
    saved(tmp_path, KINDS["llama"], dtype)
    runner = OpenVinoRunner(tmp_path, OpenVinoOptions(weights=weights, cache_tokens=1024))
    contexts = [context for _ in range(6) if (context := runner.open(BASE, IDS, 0, 60))]
    before = threading.active_count()
    for _ in range(40):
        runner.forward([Feed(context, [1], 1) for context in contexts])
    assert (runner.widened, threading.active_count()) == (False, before)
