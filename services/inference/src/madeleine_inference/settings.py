"""Settings of inference."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr

from madeleine_common.adapter_store import StoreUrl
from madeleine_common.settings import Settings
from madeleine_inference.models import default_model_dir


class InferenceSettings(Settings):
    """Shared settings and inference's own (MADELEINE_INFERENCE_...)."""

    model_dir: Path = Field(default_factory=default_model_dir, description="cache of prepared models")
    inference_adapter_store: StoreUrl = Field(
        default="adapters", description="folder of published adapters, or a URL: s3://bucket/prefix"
    )
    inference_replica: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="this replica's name; empty: a new one at each start"
    )
    inference_engine: Literal["openvino", "transformers", "vllm", "openai"] = Field(
        default="openvino", description="what runs the model"
    )
    inference_model: Path | None = Field(
        default=None, description="folder of the base model (config, tokenizer, safetensors); unset: SmolLM2-135M"
    )
    inference_weights: Literal["adaptive", "stored", "fp32", "int8"] = Field(
        default="adaptive",
        description="openvino: stored, weights as their file has them, faster for up to 4 at once; fp32, faster beyond;"
        " adaptive, both while there is a crowd; int8, fastest of all, but logprobs are off by about 0.1 nats",
    )
    inference_vllm_dtype: str = Field(default="float32", description="vllm: torch dtype; bfloat16 on a GPU")
    inference_vllm_more: dict[str, Any] = Field(
        default_factory=dict, description="vllm: JSON of further engine arguments (tensor_parallel_size, ...)"
    )
    inference_device: str = Field(default="cpu", description="transformers: torch device")
    inference_threads: int = Field(
        default_factory=lambda: min(2, os.cpu_count() or 1), ge=1, description="CPU threads of the model"
    )
    inference_slots: int = Field(default=8, ge=1, le=64, description="completions at once")
    inference_queue: int = Field(default=32, ge=0, le=10000, description="completions that may wait")
    inference_queue_seconds: float = Field(default=30.0, gt=0, description="longest wait for a free slot")
    inference_cache_tokens: int = Field(
        default=16384, ge=512, description="openvino: tokens whose keys and values are kept, for all sequences together"
    )
    inference_context_tokens: int = Field(default=4096, ge=64, description="prompt and completion together")
    inference_max_adapters: int = Field(default=8, ge=1, le=256, description="adapters in memory")
    inference_openai_listen: str = Field(default="", description="host:port of the OpenAI-compatible API; empty: none")
    inference_upstream_url: str = Field(
        default="", description="openai: base URL of an OpenAI-compatible server (http://127.0.0.1:11434/v1)"
    )
    inference_upstream_model: str = Field(default="", description="openai: the model's name there")
    inference_upstream_key: SecretStr = Field(default=SecretStr(""), description="openai: its API key; empty: none")
    inference_max_rank: int = Field(default=64, ge=1, le=512, description="largest LoRA rank taken")
