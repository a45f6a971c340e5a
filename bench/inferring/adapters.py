"""Rank-16 adapters over all linear layers: random ones of the size that a short training has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from madeleine_common.adapters import AdapterFolder, AdapterOrigin, write_adapter
from madeleine_inference.adapters.openvino.architecture import Architecture
from madeleine_inference.models import PreparedModel

RANK = 16
MODULES = ("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj")


def make(store: Path, base: PreparedModel, seed: int) -> AdapterFolder:
    """Writes the adapter of this seed into the store."""
    random = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    for module, (inputs, outputs) in Architecture.read(base.folder).linears.items():
        name = f"base_model.model.{module}"
        tensors[f"{name}.lora_A.weight"] = random.normal(0, inputs**-0.5, (RANK, inputs)).astype(np.float32)
        tensors[f"{name}.lora_B.weight"] = random.normal(0, 0.005, (outputs, RANK)).astype(np.float32)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base.name,
        "r": RANK,
        "lora_alpha": 32,
        "target_modules": list(MODULES),
        "bias": "none",
        "inference_mode": True,
    }

    def write(folder: Path) -> None:
        save_file(tensors, folder / "adapter_model.safetensors")
        (folder / "adapter_config.json").write_text(json.dumps(config), "utf-8")

    return write_adapter(store, AdapterOrigin("bench", base.weights_sha256, RANK, MODULES, "", f"bench-{seed}"), write)
