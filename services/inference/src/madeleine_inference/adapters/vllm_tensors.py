"""Whether an adapter's tensors fit the base model: vLLM itself passes over those that are missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from madeleine_inference.application.lora_config import CONFIG, WEIGHTS
from madeleine_inference.application.ports import AdapterRefused

Shape = tuple[int, ...]


class BaseShapes:
    """The shapes of the base model's weights, for checking adapters against."""

    def __init__(self, folder: Path) -> None:
        self._shapes: dict[str, Shape] = {}
        for path in sorted(folder.glob("*.safetensors")):
            self._shapes |= _shapes(path)

    def check(self, adapter: Path) -> None:
        """Raises AdapterRefused unless every module that the adapter targets has an A and a B of the right shape."""
        try:
            config = json.loads((adapter / CONFIG).read_text("utf-8"))
            rank, targets = int(config["r"]), [str(name) for name in config["target_modules"]]
            found = _shapes(adapter / WEIGHTS)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AdapterRefused(f"{type(error).__name__}: {error}") from error
        expected = self._expected(targets, rank)
        missing, unexpected = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
        if missing or unexpected or not expected:
            raise AdapterRefused(f"weights do not fit: missing {missing[:2]}, unexpected {unexpected[:2]}")
        if wrong := [name for name, shape in expected.items() if found[name] != shape]:
            name = min(wrong)
            raise AdapterRefused(f"weights do not fit: {name} is {found[name]}, the model wants {expected[name]}")

    def _expected(self, targets: list[str], rank: int) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {}
        for weight, shape in self._shapes.items():
            module = weight.removesuffix(".weight")
            if module != weight and any(module == name or module.endswith(f".{name}") for name in targets):
                rows, columns = shape
                shapes[f"base_model.model.{module}.lora_A.weight"] = (rank, columns)
                shapes[f"base_model.model.{module}.lora_B.weight"] = (rows, rank)
        return shapes


def _shapes(path: Path) -> Mapping[str, Shape]:
    """Shapes by name from a safetensors header; raises ValueError for a file that is cut short or is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= size - 8:
            raise ValueError(f"{path.name} is not a safetensors file, or only a part of one")
        header: dict[str, Any] = json.loads(file.read(length))
    header.pop("__metadata__", None)
    if 8 + length + max((entry["data_offsets"][1] for entry in header.values()), default=0) != size:
        raise ValueError(f"{path.name} is cut short")
    return {name: tuple(entry["shape"]) for name, entry in header.items()}
