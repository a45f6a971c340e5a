"""What stands before vLLM, and needs none: whose turn it is, its arguments, and which adapters it may see."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from madeleine_common.errors import Exhausted, Unavailable
from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.adapters.turns import Turns
from madeleine_inference.adapters.vllm_adapters import check_modules
from madeleine_inference.adapters.vllm_options import VllmOptions, engine_arguments
from madeleine_inference.application.ports import AdapterRefused
from madeleine_inference.models import PreparedModel


async def test_those_who_wait_come_in_order_and_one_who_gives_up_makes_room() -> None:
    turns = Turns(EngineLimits(slots=1, queue=2, queue_seconds=10))
    order: list[str] = []

    async def come(name: str) -> None:
        async with turns.turn():
            order.append(name)

    async with asyncio.TaskGroup() as tasks, turns.turn():
        first, _second = (tasks.create_task(come(name)) for name in ("first", "second"))
        await asyncio.sleep(0)  # both stand in the queue now
        with pytest.raises(Exhausted, match="1 completions are running and 2 wait") as full:
            await come("third")
        assert full.value.reason == "QUEUE_FULL"
        first.cancel()
        await asyncio.wait([first])
        tasks.create_task(come("fourth"))
        await asyncio.sleep(0)
        assert order == []
    assert order == ["second", "fourth"]


async def test_nobody_waits_longer_than_the_deadline() -> None:
    turns = Turns(EngineLimits(slots=1, queue=1, queue_seconds=0.01))
    async with turns.turn():
        with pytest.raises(Exhausted, match=r"waited 0\.01 s") as late:
            async with turns.turn():
                pass
    assert late.value.reason == "QUEUE_TIMEOUT"
    # Whoever gave up took no slot along.
    async with turns.turn():
        pass


async def test_a_closing_engine_takes_nobody() -> None:
    turns = Turns(EngineLimits(slots=1, queue=1))
    turns.close()
    with pytest.raises(Unavailable):
        async with turns.turn():
            pass


def test_the_smallest_rank_that_vllm_has_is_asked_for(tmp_path: Path) -> None:
    prepared = PreparedModel("model", tmp_path, "0" * 64, "nowhere")

    def arguments(cpu: bool, **options: Any) -> dict[str, Any]:
        return engine_arguments(prepared, EngineLimits(slots=4), VllmOptions(**options), 100, cpu)

    assert arguments(True, max_rank=9, adapters=3)["max_lora_rank"] == 16
    assert arguments(True, adapters=3)["max_loras"] == 4  # the spare slot
    assert arguments(False, adapters=3)["max_loras"] == 3
    assert arguments(False, more={"max_num_seqs": 64})["max_num_seqs"] == 64
    assert "kv_cache_memory_bytes" not in arguments(False)
    assert VllmOptions().exact
    assert not VllmOptions(dtype="bfloat16").exact
    assert not VllmOptions(more={"quantization": "fp8"}).exact


def adapter(folder: Path, *modules: str) -> Path:
    factors = {f"base_model.model.model.layers.0.{name}.lora_{side}.weight" for name in modules for side in "AB"}
    save_file({name: np.ones((2, 2), np.float32) for name in factors}, folder / "adapter_model.safetensors")
    return folder


def test_an_adapter_may_change_only_what_vllm_was_started_for(tmp_path: Path) -> None:
    check_modules(adapter(tmp_path, "self_attn.q_proj", "mlp.up_proj"), VllmOptions().modules)
    with pytest.raises(AdapterRefused, match="it changes lm_head; vLLM was started for q_proj, "):
        check_modules(adapter(tmp_path, "self_attn.q_proj", "lm_head"), VllmOptions().modules)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    path = adapter(tmp_path, "self_attn.q_proj") / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(AdapterRefused, match=r"adapter_model\.safetensors"):
        check_modules(tmp_path, VllmOptions().modules)
