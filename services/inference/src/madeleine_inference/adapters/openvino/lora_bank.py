"""LoRA adapters as inputs of the graph: those of one pass are stacked, and a mask gives each token its own."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    """One adapter as the graph takes it, by input: A (in, modules, R) of a group, B (R, out) with the scale in it."""

    rank: int
    inputs: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Several adapters stacked: the graph's inputs by name, and the place of each revision in the stack."""

    inputs: Mapping[str, Array]
    places: Mapping[str, int]

    def mask(self, revisions: Sequence[str], tokens: Sequence[int]) -> Array:
        """(S, T, 1): one where a token meets its own adapter; all zeros under the base."""
        mask = np.zeros((len(self.places), sum(tokens), 1), np.float32)
        at = 0
        for revision, count in zip(revisions, tokens, strict=True):
            if revision != BASE:
                mask[self.places[revision], at : at + count] = 1.0
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
    factors: dict[str, tuple[Array, Array]] = {}
    unread = set(tensors)
    for module, (inputs, outputs) in architecture.linears.items():
        names = [f"{_PREFIX}{module}.lora_{factor}.weight" for factor in "AB"]
        if not unread.issuperset(names):
            continue
        down, up = (tensors.read(name) for name in names)
        if down.shape != (rank, inputs) or up.shape != (outputs, rank):
            raise ValueError(f"{module}: factors of {down.shape} and {up.shape} do not fit rank {rank}")
        if not (np.isfinite(down).all() and np.isfinite(up).all()):
            raise ValueError(f"{module}: weights are not all finite")
        factors[module] = (down, up * np.float32(scale))
        unread -= set(names)
    if unread or not factors:
        raise ValueError(f"weights do not fit the model: {sorted(unread)[:2] or 'there are none'}")
    width = -(-rank // _LANES) * _LANES
    return Adapter(width, dict(_laid_out(factors, architecture, rank, width)))


def _laid_out(
    factors: Mapping[str, tuple[Array, Array]], architecture: Architecture, rank: int, width: int
) -> Iterator[tuple[str, Array]]:
    """The graph's inputs; zeros where an adapter leaves a module alone or its rank does not fill a register."""
    for group in architecture.groups:
        a = np.zeros((architecture.linears[group[0]][0], len(group), width), np.float32)
        for at, module in enumerate(group):
            b = np.zeros((width, architecture.linears[module][1]), np.float32)
            if module in factors:
                down, up = factors[module]
                a[:, at, :rank] = down.T
                b[:rank] = up.T
            yield architecture.b_name(module), b
        yield architecture.a_name(group), a


class LoraBank:
    """The resident adapters, and the combinations of them that passes have needed lately."""

    def __init__(self, architecture: Architecture) -> None:
        self._architecture = architecture
        self._resident: dict[str, Adapter] = {}
        self._assemblies: OrderedDict[tuple[str, ...], Assembly] = OrderedDict()
        nothing = Adapter(0, dict(_laid_out({}, architecture, 0, _LANES)))
        self._none = {name: _stacked([factor])[:0] for name, factor in nothing.inputs.items()}

    def attach(self, revision: str, adapter: Adapter) -> None:
        """Makes a revision resident."""
        self._resident.setdefault(revision, adapter)
        self._assemblies.clear()

    def detach(self, revision: str) -> None:
        """Frees a revision."""
        self._resident.pop(revision, None)
        self._assemblies.clear()

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
        if not adapters:
            return Assembly(self._none, {})
        # The same for every pass, whoever shares it: kernels add up in an order that depends on it.
        width = max(adapter.rank for adapter in self._resident.values())
        inputs: dict[str, Array] = {}
        for name in adapters[0].inputs:
            inputs[name] = _stacked([_widened(adapter.inputs[name], width) for adapter in adapters])
        return Assembly(inputs, {revision: at for at, revision in enumerate(revisions)})


def _stacked(factors: Sequence[Array]) -> Array:
    """(S, in, modules * R) or (S, R, out); one alone is not copied."""
    stacked = factors[0][None] if len(factors) == 1 else np.stack(factors)
    return stacked.reshape(*stacked.shape[:2], -1)


def _widened(factor: Array, width: int) -> Array:
    """A factor with zeros up to a larger rank: the last axis of A, the first of B."""
    spare = width - (factor.shape[2] if factor.ndim == 3 else factor.shape[0])
    if not spare:
        return factor
    return np.pad(factor, ((0, 0), (0, 0), (0, spare)) if factor.ndim == 3 else ((0, spare), (0, 0)))
