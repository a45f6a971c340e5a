"""What vLLM is started with: the same settings on a CPU and on GPUs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from madeleine_inference.adapters.batching.limits import EngineLimits
from madeleine_inference.models import PreparedModel

# The ranks that vLLM has kernels for.
_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
_CPU_KV_CACHE_GIB = 1.0
# On a CPU a long prompt must not hold up everybody's next token, nor (T, V) logits of a scoring fill the memory.
_CPU_STEP_TOKENS = 512
_CPU_BLOCK_TOKENS = 32


@dataclass(frozen=True, slots=True)
class VllmOptions:
    """Adapters in memory and their largest rank; `kv_cache_gib` 0 is what the GPU has left, or 1 GiB on a CPU."""

    dtype: str = "float32"
    adapters: int = 8
    max_rank: int = 64
    # The modules that adapters may change; those of the Llama family and its likes (Qwen, Mistral, SmolLM, ...).
    modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    kv_cache_gib: float = 0.0
    # None: CUDA graphs on a GPU, none on a CPU, where compiling takes longer than it saves.
    eager: bool | None = None
    # Further arguments of vLLM's AsyncEngineArgs: tensor_parallel_size, gpu_memory_utilization, quantization, ...
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """True when the weights are computed with as they are, in fp32."""
        return self.dtype == "float32" and not self.more.get("quantization")


def prepare_environment(threads: int) -> None:
    """Sets what vLLM reads from the environment, before it is imported; what an operator has set stays."""
    defaults = {
        # A forked child would inherit gRPC's threads in an unknown state.
        "VLLM_WORKER_MULTIPROCESSING_METHOD": "spawn",
        "VLLM_LOGGING_LEVEL": "WARNING",
        "VLLM_NO_USAGE_STATS": "1",
        # Left to itself it keeps one core of two for its scheduler, and binds the rest to cores others may use.
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": str(threads),
        # Threads that spin between steps take other processes' cores.
        "OMP_WAIT_POLICY": "PASSIVE",
        "HF_HUB_OFFLINE": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def engine_arguments(
    prepared: PreparedModel, limits: EngineLimits, options: VllmOptions, context_tokens: int, cpu: bool
) -> dict[str, Any]:
    """The arguments of AsyncEngineArgs."""
    arguments: dict[str, Any] = {
        "model": str(prepared.folder),
        "dtype": options.dtype,
        # Scoring fills the context with a given text, and vLLM wants room for one token after it.
        "max_model_len": context_tokens + 1,
        "max_num_seqs": limits.slots,
        "enable_prefix_caching": True,
        "enable_lora": True,
        # vLLM before 0.33 gives rows without an adapter the weights of the last slot on a CPU. Adapters take the first
        # free slot and never more than `adapters` are loaded, so one slot more stays last, and zero.
        "max_loras": options.adapters + (1 if cpu else 0),
        "max_lora_rank": next((rank for rank in _RANKS if rank >= options.max_rank), _RANKS[-1]),
        # Never the head: where that is wrapped, a prompt scored beside other requests ends vLLM's process, and every
        # row of every step pays for it.
        "lora_target_modules": list(options.modules),
        # Of the distribution that a token was drawn from, not of the model's bare logits.
        "logprobs_mode": "processed_logprobs",
        # Free whitespace lets a small model fill its whole budget with line breaks.
        "structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True},
        "enforce_eager": cpu if options.eager is None else options.eager,
        "disable_log_stats": True,
        # Requests without a seed of their own must not draw the same tokens after every start.
        "seed": secrets.randbits(31),
    }
    arguments["max_cpu_loras"] = arguments["max_loras"]
    gib = options.kv_cache_gib or (_CPU_KV_CACHE_GIB if cpu else 0.0)
    if gib:
        arguments["kv_cache_memory_bytes"] = int(gib * 2**30)
    if cpu:
        arguments["max_num_batched_tokens"] = max(_CPU_STEP_TOKENS, limits.slots)
        # Prefixes are shared in whole blocks, and its 128 are more than most system prompts have.
        arguments["block_size"] = _CPU_BLOCK_TOKENS
    return arguments | dict(options.more)
