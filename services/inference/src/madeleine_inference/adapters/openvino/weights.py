"""safetensors read in place: tensors are views of the mapped file, and no torch is needed."""

from __future__ import annotations

import json
import mmap
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
# numpy has no bfloat16: its bits.
_DTYPES: Mapping[str, Any] = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}
# The format's own limit on its header.
_MAX_HEADER = 100_000_000


class BadTensors(Exception):
    """A file is not whole safetensors, or holds a kind of number that is not taken; says which and why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as its file has it: F32, F16 or BF16, of which numpy sees only the bits."""

    kind: str
    raw: npt.NDArray[Any]

    def widened(self, rows: Sequence[int] | slice = slice(None)) -> Array:
        """These rows as float32, without loss: a view of the file where they are float32 there."""
        part = self.raw[rows]
        if self.kind == "BF16":
            # The upper half of a float32.
            return (part.astype(np.uint32) << 16).view(np.float32)
        return part.astype(np.float32, copy=False)


class TensorFile:
    """The tensors of one safetensors file by name; raises BadTensors."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            if (size := path.stat().st_size) < 8:
                raise self._bad("is too short")
            # Copied on write, of which there is none: OpenVINO takes only writable memory without copying it.
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        length = int.from_bytes(self._map[:8], "little")
        if length > min(size - 8, _MAX_HEADER):
            raise self._bad("ends within its header")
        try:
            header = json.loads(self._map[8 : 8 + length])
            self._entries: dict[str, dict[str, Any]] = {k: v for k, v in header.items() if k != "__metadata__"}
            ends = [entry["data_offsets"][1] for entry in self._entries.values()]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._bad("has no readable header") from error
        self._data = 8 + length
        if self._data + max(ends, default=0) > size:
            raise self._bad("is truncated")

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor; raises KeyError."""
        return tuple(self._entries[name]["shape"])

    def stored(self, name: str) -> Stored:
        """A tensor as a view of the file. Raises KeyError, BadTensors."""
        entry = self._entries[name]
        if (dtype := _DTYPES.get(entry["dtype"])) is None:
            raise self._bad(f"{name} is {entry['dtype']}; float32, float16 and bfloat16 are taken")
        start, end = entry["data_offsets"]
        count = (end - start) // np.dtype(dtype).itemsize
        if count != int(np.prod(entry["shape"], dtype=np.int64)):
            raise self._bad(f"{name} has not as many numbers as its shape says")
        try:
            raw = np.frombuffer(self._map, dtype, count, self._data + start).reshape(entry["shape"])
        except ValueError as error:
            raise self._bad(f"{name}: {error}") from error
        return Stored(entry["dtype"], raw)

    def read(self, name: str) -> Array:
        """A tensor as float32. Raises KeyError, BadTensors."""
        return self.stored(name).widened()

    def forget(self) -> None:
        """Gives the pages read so far back to the system; they are read again when they are needed."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _bad(self, reason: str) -> BadTensors:
        return BadTensors(f"{self._path.name} {reason}")


class ModelTensors:
    """All tensors of a model's folder, in one file or in several with an index; raises BadTensors.

    It owns the memory of what it gives out: keep it for as long as that is used.
    """

    def __init__(self, folder: Path) -> None:
        self._of: dict[str, TensorFile] = {}
        self._joined: dict[tuple[str, ...], tuple[Stored, mmap.mmap]] = {}
        for path in sorted(folder.glob("*.safetensors")):
            file = TensorFile(path)
            self._of.update(dict.fromkeys(file, file))
        if not self._of:
            raise BadTensors(f"{folder} holds no safetensors")

    def __contains__(self, name: str) -> bool:
        return name in self._of

    def stored(self, name: str) -> Stored:
        """See TensorFile.stored."""
        if name not in self._of:
            raise BadTensors(f"the model has no tensor {name}")
        return self._of[name].stored(name)

    def read(self, name: str) -> Array:
        """See TensorFile.read."""
        return self.stored(name).widened()

    def joined(self, names: Sequence[str], *, widened: bool) -> Stored:
        """Several tensors, one below the other; float32 if that is asked for or where their kinds differ."""
        parts = [self.stored(name) for name in names]
        kinds = {part.kind for part in parts}
        kind = "F32" if widened or len(kinds) > 1 else kinds.pop()
        if len(parts) == 1 and parts[0].kind == kind:
            return parts[0]
        if (known := self._joined.get((kind, *names))) is not None:
            return known[0]
        dtype = np.dtype(_DTYPES[kind])
        # In a file without a name, so that its pages can be given back like the model's own.
        with tempfile.TemporaryFile() as file:
            file.truncate(sum(part.raw.size for part in parts) * dtype.itemsize)
            memory = mmap.mmap(file.fileno(), 0)
        whole = np.frombuffer(memory, dtype).reshape(-1, *parts[0].raw.shape[1:])
        np.concatenate([part.widened() if kind == "F32" else part.raw for part in parts], out=whole)
        self._joined[kind, *names] = Stored(kind, whole), memory
        return Stored(kind, whole)

    def forget(self) -> None:
        """See TensorFile.forget."""
        for file in set(self._of.values()):
            file.forget()
        for _, memory in self._joined.values():
            memory.madvise(mmap.MADV_DONTNEED)
