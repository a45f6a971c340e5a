"""safetensors read in place: tensors are views of the mapped file, and no torch is needed."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
_DTYPES: Mapping[str, Any] = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}
# The format's own limit on its header.
_MAX_HEADER = 100_000_000


class BadTensors(Exception):
    """A file is not whole safetensors, or holds a kind of number that is not taken; says which and why."""


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

    def read(self, name: str) -> Array:
        """A tensor as float32: a view of the file where it is float32 there. Raises KeyError, BadTensors."""
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
        if entry["dtype"] == "BF16":
            # The upper half of a float32.
            return (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.astype(np.float32, copy=False)

    def forget(self) -> None:
        """Gives the pages read so far back to the system; they are read again when they are needed."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _bad(self, reason: str) -> BadTensors:
        return BadTensors(f"{self._path.name} {reason}")


class ModelTensors:
    """All tensors of a model's folder, in one file or in several with an index; raises BadTensors."""

    def __init__(self, folder: Path) -> None:
        self._of: dict[str, TensorFile] = {}
        for path in sorted(folder.glob("*.safetensors")):
            file = TensorFile(path)
            self._of.update(dict.fromkeys(file, file))
        if not self._of:
            raise BadTensors(f"{folder} holds no safetensors")

    def __contains__(self, name: str) -> bool:
        return name in self._of

    def read(self, name: str) -> Array:
        """See TensorFile.read."""
        if name not in self._of:
            raise BadTensors(f"the model has no tensor {name}")
        return self._of[name].read(name)

    def forget(self) -> None:
        """See TensorFile.forget."""
        for file in set(self._of.values()):
            file.forget()
