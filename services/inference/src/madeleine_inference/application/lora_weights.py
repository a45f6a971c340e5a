"""Do an adapter's weights fit the base model? Told from the headers of safetensors files, without reading a weight."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from madeleine_common.adapters import AdapterFolder
from madeleine_common.errors import FailedPrecondition, FieldViolation, Invalid
from madeleine_inference.application.lora_config import WEIGHTS

_BYTES = {"F32": 4, "F16": 2, "BF16": 2}
_MOST_HEADER = 100_000_000
_MOST_TOLD = 8
_FACTOR = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<factor>[AB])\.weight")
# (outputs, inputs) of each linear module by name: "model.layers.0.self_attn.q_proj".
Linears = Mapping[str, tuple[int, int]]


class BadHeader(Exception):
    """A file is no whole safetensors file; says why."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as the header describes it."""

    dtype: str
    shape: tuple[int, ...]


def read_header(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name (https://github.com/huggingface/safetensors#format).

    Raises BadHeader for a header that is cut, too long, no JSON, or that does not cover the file exactly.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _MOST_HEADER):
            raise BadHeader(f"its header claims {length} bytes of a file of {size}")
        text = file.read(length)
    try:
        entries = cast("dict[str, Any]", json.loads(text))
        entries.pop("__metadata__", None)
        spans = sorted((*map(int, entry["data_offsets"]), name) for name, entry in entries.items())
        tensors = {name: Tensor(str(e["dtype"]), tuple(map(int, e["shape"]))) for name, e in entries.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadHeader(f"its header is none: {error!r}") from error
    at = 0
    for begin, end, name in spans:
        if begin != at or end < begin:
            raise BadHeader(f"{name} begins at byte {begin}, not where the tensor before it ends, at {at}")
        tensor = tensors[name]
        if (width := _BYTES.get(tensor.dtype)) and end - begin != width * math.prod(tensor.shape):
            raise BadHeader(f"{name} has {end - begin} bytes for {tensor.dtype} of shape {list(tensor.shape)}")
        at = end
    if at != size - 8 - length:
        raise BadHeader(f"its tensors end at byte {at}, its data at {size - 8 - length}")
    return tensors


def linears_of(folder: Path) -> Linears:
    """The linear modules of a model whose weights lie in `folder` as safetensors; empty when there are none."""
    found: dict[str, tuple[int, int]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        for name, tensor in read_header(path).items():
            if name.endswith(".weight") and len(tensor.shape) == 2:
                found[name.removesuffix(".weight")] = (tensor.shape[0], tensor.shape[1])
    return found


def check_lora_weights(adapter: AdapterFolder, linears: Linears) -> None:
    """Raises FailedPrecondition for a damaged file, Invalid naming each tensor that does not fit the base model.

    Without `linears` only the factors are held against each other and the rank.
    """
    try:
        tensors = read_header(adapter.folder / WEIGHTS)
    except BadHeader as error:
        raise FailedPrecondition(f"uri: {WEIGHTS} is damaged: {error}", reason="ADAPTER_UNLOADABLE") from error
    bad = [FieldViolation(f"uri.{name}", why) for name, tensor in tensors.items() if (why := _misfit(name, tensor))]
    modules = {m["module"] for m in map(_FACTOR.fullmatch, tensors) if m}
    if not modules:
        bad.append(FieldViolation("uri", f"{WEIGHTS} holds no LoRA factors"))
    rank, targets = adapter.origin.rank, frozenset(adapter.origin.target_modules)
    bad += [
        FieldViolation(f"uri.{module}", "has no factors, though target_modules name it")
        for module in sorted(linears.keys() - modules)
        if module.rsplit(".", 1)[-1] in targets
    ]
    for module in sorted(modules):
        if module.rsplit(".", 1)[-1] not in targets:
            bad.append(FieldViolation(f"uri.{module}", "is not among the manifest's target_modules"))
        elif linears and module not in linears:
            bad.append(FieldViolation(f"uri.{module}", "is no linear module of the base model"))
        for factor, axis in (("A", 0), ("B", 1)):
            name = f"base_model.model.{module}.lora_{factor}.weight"
            if (tensor := tensors.get(name)) is None:
                bad.append(FieldViolation(f"uri.{name}", "is missing"))
            elif len(tensor.shape) == 2:
                size = linears[module][1 - axis] if module in linears else tensor.shape[1 - axis]
                wanted = [rank, size] if axis == 0 else [size, rank]
                if list(tensor.shape) != wanted:
                    bad.append(FieldViolation(f"uri.{name}", f"has shape {list(tensor.shape)}; it must be {wanted}"))
    if bad:
        raise Invalid(bad[:_MOST_TOLD])


def _misfit(name: str, tensor: Tensor) -> str:
    """What is wrong with a tensor by itself; empty when nothing is."""
    if not _FACTOR.fullmatch(name):
        return "is no factor of a plain LoRA: base_model.model.<module>.lora_A.weight or lora_B.weight"
    if tensor.dtype not in _BYTES:
        return f"has dtype {tensor.dtype}; only {', '.join(_BYTES)} can be served"
    return "" if len(tensor.shape) == 2 else f"has {len(tensor.shape)} dimensions; it must have 2"
