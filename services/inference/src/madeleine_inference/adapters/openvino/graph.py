"""The decoder as an OpenVINO graph over a flat list of tokens, whoever they belong to, with a paged KV cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import openvino as ov
from openvino import opset15 as op
from openvino.op import _PagedAttentionExtension as PagedAttention  # type: ignore[attr-defined]

from madeleine_inference.adapters.openvino.architecture import Architecture, Group
from madeleine_inference.adapters.openvino.weights import Array, ModelTensors

# How weights are held: as their file has them, widened to 32 bits, or rounded to 8 bits with a scale for each row;
# adaptive: as their file has them, and a second time in 32 bits while many are answered at once.
Held = Literal["adaptive", "stored", "fp32", "int8"]
EMBEDDINGS = "model.embed_tokens.weight"
# What the attention kernel can do and this graph does not ask for, in the order of its inputs 13 to 27: scores, cache
# rotation (3), sparse attention (3), sinks, adaptive eviction (4), token types, tree decoding (2).
_UNUSED: tuple[tuple[Any, Any], ...] = (
    ([], np.int32), ([], np.int32), ([], np.int32), ([], np.float32),
    ([], np.float32), (0, np.int32), (0, np.int32), ([], np.float32),
    (0, np.int32), ([], np.int32), ([], np.int32), ([], np.int32),
    ([], np.int32), ([], np.uint8), ([], np.int32),
)  # fmt: skip
_HALVES = {"F16": ov.Type.f16, "BF16": ov.Type.bf16}


class Decoder:
    """Builds the graph of one model; every linear layer also takes the factors of any number of adapters as inputs."""

    def __init__(self, architecture: Architecture, tensors: ModelTensors, held: Held) -> None:
        self._is = architecture
        self._tensors = tensors
        self._held = held
        self._inputs: list[Any] = []

    def build(self) -> Any:
        """Inputs by name as `runner` sets them; output: (rows, V) logits of the tokens that `rows` picks."""
        a = self._is
        x = self._input("embeddings", [-1, a.hidden], ov.Type.f32)
        cos, sin = self._rotation(self._input("positions", [-1], ov.Type.i32))
        places = [
            self._input(name, [-1], ov.Type.i32)
            for name in ("past_lens", "subsequence_begins", "block_indices", "block_indices_begins")
        ]
        longest = self._input("max_context_len", [], ov.Type.i32)
        rows = self._input("rows", [-1], ov.Type.i32)
        # Which token meets which adapter of the stack, which may be empty.
        mask = self._input("lora_mask", [-1, -1, 1], ov.Type.f32)
        for layer in range(a.layers):
            groups = a.groups[layer * 4 : layer * 4 + 4]
            name = f"model.layers.{layer}"
            caches = [
                self._input(f"{kind}_cache.{layer}", [-1, a.kv_heads, -1, -1], ov.Type.dynamic)
                for kind in ("key", "value")
            ]
            qkv = self._linear(self._norm(x, f"{name}.input_layernorm.weight"), groups[0], mask)
            sizes = [a.heads * a.head, a.kv_heads * a.head, a.kv_heads * a.head]
            q, k, v = op.variadic_split(qkv, _const(1, np.int64), _const(sizes, np.int64)).outputs()
            q = self._rotated(self._heads(q, a.heads, f"{name}.self_attn.q_norm.weight"), cos, sin, a.heads)
            k = self._rotated(self._heads(k, a.kv_heads, f"{name}.self_attn.k_norm.weight"), cos, sin, a.kv_heads)
            attended = self._attention([q, k, v, *caches, *places], longest)
            x = op.add(x, self._linear(attended, groups[1], mask))
            both = self._linear(self._norm(x, f"{name}.post_attention_layernorm.weight"), groups[2], mask)
            gate, up = op.split(both, _const(1, np.int64), 2).outputs()
            x = op.add(x, self._linear(op.multiply(op.swish(gate), up), groups[3], mask))
        x = self._norm(op.gather(x, rows, _const(0, np.int64)), "model.norm.weight")
        head = EMBEDDINGS if a.tied else "lm_head.weight"
        logits = op.matmul(x, self._weight([head]), False, True)
        logits.output(0).set_names({"logits"})
        model: Any = ov.Model
        return model([op.result(logits)], self._inputs, "decoder")

    def _input(self, name: str, shape: Sequence[int], kind: Any) -> Any:
        parameter = op.parameter(ov.PartialShape(list(shape)), kind, name)
        parameter.output(0).set_names({name})
        self._inputs.append(parameter)
        return parameter

    def _linear(self, x: Any, group: Group, mask: Any) -> Any:
        """All modules of a group side by side: x W^T + b + the sum over adapters of ((x A) * mask) B."""
        y = op.matmul(x, self._weight([f"{module}.weight" for module in group]), False, True)
        if self._is.qkv_bias and "q_proj" in group[0]:
            bias = np.concatenate([self._tensors.read(f"{module}.bias") for module in group])
            y = op.add(y, op.constant(bias.reshape(1, -1)))
        # (S, T, .) throughout: each adapter is computed by itself, so that no number depends on the others in the pass.
        down = self._input(self._is.a_name(group), [-1, self._is.linears[group[0]][0], -1], ov.Type.f32)
        inner = op.multiply(op.matmul(op.unsqueeze(x, _const(0, np.int64)), down, False, False), mask)
        parts = op.split(inner, _const(2, np.int64), len(group)).outputs() if len(group) > 1 else [inner]
        deltas = [op.matmul(part, self._up(module), False, False) for part, module in zip(parts, group, strict=True)]
        delta = op.concat(deltas, -1) if len(deltas) > 1 else deltas[0]
        return op.add(y, op.reduce_sum(delta, _const([0], np.int64), False))

    def _up(self, module: str) -> Any:
        return self._input(self._is.b_name(module), [-1, -1, self._is.linears[module][1]], ov.Type.f32)

    def _weight(self, names: Sequence[str]) -> Any:
        """(out, in) of several layers, one below the other; held as `held` says, computed with in float32."""
        tensor = self._tensors.joined(names, widened=self._held == "fp32")
        if self._held == "stored" and (half := _HALVES.get(tensor.kind)):
            constant = op.constant(ov.Tensor(tensor.raw, ov.Shape(list(tensor.raw.shape)), half), shared_memory=True)
            wide = op.convert(constant, ov.Type.f32)
            # Else the plugin would widen it once, when it compiles, and keep four bytes for each number.
            wide.get_rt_info()["decompression_0"] = ""
            return wide
        weight = tensor.widened()
        if self._held != "int8":
            # Shared: what lies in a mapped file is not copied before the kernels lay it out anew.
            return op.constant(weight, shared_memory=True)
        numbers, scales = quantise(weight)
        return op.multiply(op.convert(op.constant(numbers, shared_memory=True), ov.Type.f32), op.constant(scales))

    def _norm(self, x: Any, name: str) -> Any:
        """RMSNorm (arXiv 1910.07467) over the last axis."""
        mean = op.reduce_mean(op.power(x, _const(2.0)), _const([-1], np.int64), True)
        root = op.power(op.sqrt(op.add(mean, _const(self._is.epsilon))), _const(-1.0))
        weight = self._tensors.read(name)
        return op.multiply(op.multiply(x, root), op.constant(weight.reshape(1, -1)))

    def _heads(self, x: Any, heads: int, norm: str) -> Any:
        """(T, heads, head), normalised head by head where the model does so."""
        x = op.reshape(x, _const([-1, heads, self._is.head], np.int64), False)
        return self._norm(x, norm) if self._is.head_norms else x

    def _rotation(self, positions: Any) -> tuple[Any, Any]:
        """(T, 1, head) cosines and sines of the rotary embedding (arXiv 2104.09864)."""
        powers = np.arange(0, self._is.head, 2) / self._is.head
        frequencies = (1.0 / self._is.theta**powers).astype(np.float32).reshape(1, -1)
        column = op.unsqueeze(op.convert(positions, ov.Type.f32), _const(1, np.int64))
        half = op.multiply(column, op.constant(frequencies))
        angles = op.unsqueeze(op.concat([half, half], -1), _const(1, np.int64))
        return op.cos(angles), op.sin(angles)

    def _rotated(self, x: Any, cos: Any, sin: Any, heads: int) -> Any:
        """(T, heads * head) after the rotary embedding."""
        left, right = op.split(x, _const(2, np.int64), 2).outputs()
        turned = op.concat([op.negative(right), left], -1)
        both = op.add(op.multiply(x, cos), op.multiply(turned, sin))
        return op.reshape(both, _const([-1, heads * self._is.head], np.int64), False)

    def _attention(self, parts: Sequence[Any], longest: Any) -> Any:
        """Softmax attention of each token over its own sequence's blocks, which the kernel also fills."""
        outputs = [part if isinstance(part, ov.Output) else part.output(0) for part in parts]
        nodes = [
            _const(self._is.head**-0.5),  # scale
            _const(0, np.int32),  # no sliding window
            _const([]),  # no ALiBi slopes
            longest,
            *(_const(value, kind) for value, kind in _UNUSED),
        ]
        node = PagedAttention(outputs + [node.output(0) for node in nodes])
        # The plugin lays the cache out by these.
        info = node.get_rt_info()
        for kind in "kv":
            info[f"{kind}_head_size"] = self._is.head
            info[f"num_{kind}_heads"] = self._is.kv_heads
        return node.output(0)


def quantise(weight: Array) -> tuple[Any, Array]:
    """(out, in) int8 and (out, 1) scales: symmetric, each row by its own largest number."""
    scales = np.abs(weight).max(axis=1, keepdims=True) / np.float32(127)
    scales[scales == 0] = 1
    return np.rint(weight / scales).astype(np.int8), scales


def _const(value: Any, kind: Any = np.float32) -> Any:
    return op.constant(np.array(value, kind))
