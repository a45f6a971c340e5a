"""Which models the graph can express: decoders of the Llama family, read from their config.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from madeleine_common.errors import Unsupported

Group = tuple[str, ...]
_FAMILY = {
    "LlamaForCausalLM": (False, False),
    "MistralForCausalLM": (False, False),
    "Qwen2ForCausalLM": (True, False),
    "Qwen3ForCausalLM": (False, True),
}


@dataclass(frozen=True)
class Architecture:
    """Sizes and kinds of one model; linear layers as (inputs, outputs) by module name."""

    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    epsilon: float
    theta: float
    qkv_bias: bool
    head_norms: bool
    tied: bool

    @staticmethod
    def read(folder: Path) -> Architecture:
        """From config.json; raises Unsupported, naming what cannot be expressed."""
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        name = next(iter(config.get("architectures") or [""]))
        if name not in _FAMILY:
            raise Unsupported(
                f"engine openvino runs {', '.join(_FAMILY)}; {folder.name} is {name or 'unnamed'}:"
                " choose another engine"
            )
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        kind = rope.get("rope_type", "default")
        window = config.get("sliding_window") if config.get("use_sliding_window", True) else None
        for what, wrong in (
            (f"rope type {kind}", kind != "default"),
            (f"activation {config.get('hidden_act')}", config.get("hidden_act") != "silu"),
            (f"a sliding window of {window}", window is not None),
            ("biases in attention or feed-forward", config.get("attention_bias") or config.get("mlp_bias")),
        ):
            if wrong:
                raise Unsupported(f"engine openvino cannot express {what} ({folder.name}): choose another engine")
        bias, norms = _FAMILY[name]
        heads = config["num_attention_heads"]
        return Architecture(
            layers=config["num_hidden_layers"],
            hidden=config["hidden_size"],
            inner=config["intermediate_size"],
            heads=heads,
            kv_heads=config.get("num_key_value_heads") or heads,
            head=config.get("head_dim") or config["hidden_size"] // heads,
            vocabulary=config["vocab_size"],
            epsilon=config["rms_norm_eps"],
            theta=rope.get("rope_theta") or config.get("rope_theta") or 10000.0,
            qkv_bias=bias,
            head_norms=norms,
            tied=bool(config.get("tie_word_embeddings")),
        )

    @cached_property
    def linears(self) -> dict[str, tuple[int, int]]:
        """Inputs and outputs of every layer that an adapter may change, by module name."""
        q, kv = self.heads * self.head, self.kv_heads * self.head
        sizes = {
            "self_attn.q_proj": (self.hidden, q),
            "self_attn.k_proj": (self.hidden, kv),
            "self_attn.v_proj": (self.hidden, kv),
            "self_attn.o_proj": (q, self.hidden),
            "mlp.gate_proj": (self.hidden, self.inner),
            "mlp.up_proj": (self.hidden, self.inner),
            "mlp.down_proj": (self.inner, self.hidden),
        }
        return {f"model.layers.{layer}.{name}": size for layer in range(self.layers) for name, size in sizes.items()}

    @cached_property
    def groups(self) -> list[Group]:
        """Modules with a common input: they are computed as one."""
        parts = (
            ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            ("self_attn.o_proj",),
            ("mlp.gate_proj", "mlp.up_proj"),
            ("mlp.down_proj",),
        )
        return [tuple(f"model.layers.{n}.{name}" for name in part) for n in range(self.layers) for part in parts]

    @staticmethod
    def a_name(group: Group) -> str:
        """The graph's input for the A factors of a group."""
        return f"{group[0]}.lora_A"

    @staticmethod
    def b_name(module: str) -> str:
        """The graph's input for the B factor of a module."""
        return f"{module}.lora_B"
