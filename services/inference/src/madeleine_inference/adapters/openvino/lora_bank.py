"""LoRA adapters as inputs of the graph: those of one pass stand side by side, and a mask gives each token its own."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from madeleine_inference.adapters.openvino.architecture import Architecture
from madeleine_inference.adapters.openvino.weights import Array, BadTensors, TensorFile
from madeleine_inference.application.ports import BASE, AdapterRefused

_PREFIX = "base_model.model."
# Ranks are filled up with zeros to whole vector registers.
_LANES = 16
# Combinations of adapters kept ready: one that is about to be left, one that is being entered, and their union.
_KEPT = 3


@dataclass(frozen=True, slots=True)
class Adapter:
    """The factors of one adapter by module: A (in, R) and B (R, out) with the scale in it; R a multiple of 16."""

    rank: int
    a: Mapping[str, Array]
    b: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Several adapters side by side: the graph's inputs by name, and the columns of each revision."""

    inputs: Mapping[str, Array]
    columns: Mapping[str, slice]
    rank: int

    def mask(self, revisions: Sequence[str], tokens: Sequence[int]) -> Array:
        """(T, R): ones where a token's own adapter stands; all zeros under the base."""
        mask = np.zeros((sum(tokens), self.rank), np.float32)
        at = 0
        for revision, count in zip(revisions, tokens, strict=True):
            if revision != BASE:
                mask[at : at + count, self.columns[revision]] = 1.0
            at += count
        return mask


def read_lora(folder: Path, architecture: Architecture) -> Adapter:
    """Reads a PEFT adapter for a model of this architecture; raises AdapterRefused."""
    try:
        config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        tensors = TensorFile(folder / "adapter_model.safetensors")
        return _read(config, tensors, architecture)
    except (OSError, ValueError, KeyError, TypeError, BadTensors) as error:
        raise AdapterRefused(f"{type(error).__name__}: {error}") from error


def _read(config: Mapping[str, Any], tensors: TensorFile, architecture: Architecture) -> Adapter:
    rank = int(config["r"])
    scale = float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)
    width = -(-rank // _LANES) * _LANES
    a: dict[str, Array] = {}
    b: dict[str, Array] = {}
    unread = set(tensors)
    for module, (inputs, outputs) in architecture.linears.items():
        names = [f"{_PREFIX}{module}.lora_{factor}.weight" for factor in "AB"]
        if not unread.issuperset(names):
            continue
        down, up = (tensors.read(name) for name in names)
        if down.shape != (rank, inputs) or up.shape != (outputs, rank):
            raise ValueError(f"{module}: factors of {down.shape} and {up.shape} do not fit rank {rank}")
        a[module] = np.zeros((inputs, width), np.float32)
        a[module][:, :rank] = down.T
        b[module] = np.zeros((width, outputs), np.float32)
        b[module][:rank] = up.T * np.float32(scale)
        unread -= set(names)
    if unread or not a:
        raise ValueError(f"weights do not fit the model: {sorted(unread)[:2] or 'there are none'}")
    if not all(np.isfinite(factor).all() for factor in (*a.values(), *b.values())):
        raise ValueError("weights are not all finite")
    return Adapter(width, a, b)


class LoraBank:
    """The resident adapters, and the combinations of them that passes have needed lately."""

    def __init__(self, architecture: Architecture) -> None:
        self._architecture = architecture
        self._resident: dict[str, Adapter] = {}
        self._assemblies: OrderedDict[tuple[str, ...], Assembly] = OrderedDict()

    def attach(self, revision: str, adapter: Adapter) -> None:
        """Makes a revision resident."""
        self._resident.setdefault(revision, adapter)

    def detach(self, revision: str) -> None:
        """Frees a revision."""
        self._resident.pop(revision, None)
        for revisions in [key for key in self._assemblies if revision in key]:
            del self._assemblies[revisions]

    def assemble(self, revisions: Sequence[str]) -> Assembly:
        """The adapters of a pass, side by side; raises KeyError for one that is not resident."""
        key = tuple(sorted({revision for revision in revisions if revision != BASE}))
        if (known := self._assemblies.get(key)) is not None:
            self._assemblies.move_to_end(key)
            return known
        assembly = self._made(key)
        self._assemblies[key] = assembly
        if len(self._assemblies) > _KEPT:
            self._assemblies.popitem(last=False)
        return assembly

    def _made(self, revisions: tuple[str, ...]) -> Assembly:
        adapters = [self._resident[revision] for revision in revisions]
        ends = np.cumsum([adapter.rank for adapter in adapters])
        columns = {
            revision: slice(int(end) - adapter.rank, int(end))
            for revision, adapter, end in zip(revisions, adapters, ends, strict=True)
        }
        inputs: dict[str, Array] = {}
        for group in self._architecture.groups:
            parts = [_factor(adapter.a, module, adapter, self._in(module)) for module in group for adapter in adapters]
            inputs[self._architecture.a_name(group)] = np.concatenate(parts, axis=1)
            for module in group:
                outs = self._architecture.linears[module][1]
                rows = [_factor(adapter.b, module, adapter, outs, rows=True) for adapter in adapters]
                inputs[self._architecture.b_name(module)] = np.concatenate(rows, axis=0)
        return Assembly(inputs, columns, int(ends[-1]))

    def _in(self, module: str) -> int:
        return self._architecture.linears[module][0]


def _factor(
    factors: Mapping[str, Array], module: str, adapter: Adapter, other: int, *, rows: bool = False
) -> npt.NDArray[np.float32]:
    """A module's factor, or zeros where the adapter leaves the module alone."""
    if (factor := factors.get(module)) is not None:
        return factor
    return np.zeros((adapter.rank, other) if rows else (other, adapter.rank), np.float32)
