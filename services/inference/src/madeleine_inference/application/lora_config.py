"""Which LoRA adapters every engine of ours can serve: plain ones, in safetensors, of a modest rank."""

from __future__ import annotations

import json
from typing import Any

from madeleine_common.adapters import AdapterFolder
from madeleine_common.errors import FieldViolation, Invalid

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
# vLLM refuses these, so nothing may come to depend on them: (field, what a plain adapter has there).
_PLAIN: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("peft_type", ("LORA",)),
    ("bias", ("none", None)),
    ("use_dora", (False, None)),
    ("lora_bias", (False, None)),
    ("modules_to_save", (None, [])),
    ("trainable_token_indices", (None, [])),
    ("layers_to_transform", (None, [])),
    ("rank_pattern", (None, {})),
    ("alpha_pattern", (None, {})),
    ("target_parameters", (None, [])),
    ("layer_replication", (None, [])),
    ("exclude_modules", (None, [])),
    ("use_qalora", (False, None)),
    # Active only behind certain tokens.
    ("alora_invocation_tokens", (None, [])),
    # PiSSA and its like change the base weights while loading.
    ("init_lora_weights", (True, False, None, "gaussian")),
)


def check_lora_config(adapter: AdapterFolder, max_rank: int) -> None:
    """Raises Invalid naming every field of adapter_config.json that cannot be served."""
    bad: list[FieldViolation] = []
    for name in (CONFIG, WEIGHTS):
        if name not in adapter.files:
            raise Invalid("uri", f"{name} is missing")
    # A pickle would run code when it is read.
    bad += [
        FieldViolation("uri", f"{name} is not taken; weights come as {WEIGHTS} alone")
        for name in adapter.files
        if name.endswith((".bin", ".pt", ".pth", ".pkl"))
    ]
    try:
        config = json.loads((adapter.folder / CONFIG).read_text("utf-8"))
    except ValueError as error:
        raise Invalid("uri", f"{CONFIG} is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise Invalid("uri", f"{CONFIG} is not a JSON object")
    for field, plain in _PLAIN:
        if (value := config.get(field)) not in plain:
            bad.append(FieldViolation(f"uri.{field}", f"{CONFIG} has {value!r}; only {plain[0]!r} can be served"))
    rank = config.get("r")
    if not isinstance(rank, int) or not 1 <= rank <= max_rank:
        bad.append(FieldViolation("uri.r", f"{CONFIG} has rank {rank!r}; 1 to {max_rank} can be served"))
    elif rank != adapter.origin.rank:
        bad.append(FieldViolation("uri.r", f"{CONFIG} has rank {rank}, the manifest {adapter.origin.rank}"))
    modules = config.get("target_modules")
    if not isinstance(modules, list) or sorted(map(str, modules)) != sorted(adapter.origin.target_modules):
        bad.append(FieldViolation("uri.target_modules", f"{CONFIG} and the manifest name different modules"))
    if bad:
        raise Invalid(bad)
