"""Fits the choice of a tool: `make fit-tools`.

Reads the examples (not the held-out ones) of utterances.jsonl beside this file, embeds them with the house's embedder,
and writes the weights into the chat service. Penalty and scale are chosen by cross-validation over the examples.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from madeleine_chat.domain import choice
from madeleine_chat.domain.cues import cues, names, unquoted
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.application.ports import EmbedKind
from madeleine_inference.models import default_model_dir, prepare_embedder

UTTERANCES = Path(__file__).with_name("utterances.jsonl")
_OUT = Path(choice.__file__).with_name("choice.json")
_FOLDS = 6
_PENALTIES = (0.0003, 0.001, 0.002)
# A vector is of length 1 and each of its numbers small: they are penalised less than a cue, by this factor.
_VECTOR_SCALES = (4.0, 6.0, 8.0, 11.0)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Utterance:
    """One message to the AI and the tool that it asks for."""

    text: str
    lang: str
    tool: str
    split: str


def utterances(path: Path = UTTERANCES) -> list[Utterance]:
    """The labelled messages."""
    return [Utterance(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line]


def embedded(embedder: OnnxEmbedder, texts: Sequence[str]) -> Array:
    """Their vectors as the service asks for them: as queries, without quotations."""
    return np.asarray(embedder.embed([unquoted(text) or text for text in texts], EmbedKind.QUERY), float)


def softmax_fit(x: Array, y: NDArray[np.int64], penalty: float, steps: int = 1500) -> tuple[Array, Array]:
    """(weights (features x tools), intercepts) by Adam on the penalised mean cross entropy."""
    n, d = x.shape
    k = len(choice.TOOLS)
    target = np.eye(k)[y]
    w, b = np.zeros((d, k)), np.zeros(k)
    moments = [np.zeros_like(w), np.zeros_like(b), np.zeros_like(w), np.zeros_like(b)]
    for step in range(1, steps + 1):
        logits = x @ w + b
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        gradients = x.T @ (p - target) / n + penalty * w, (p - target).mean(0)
        for i, (value, gradient) in enumerate(zip((w, b), gradients, strict=True)):
            moments[i] = 0.9 * moments[i] + 0.1 * gradient
            moments[i + 2] = 0.999 * moments[i + 2] + 0.001 * gradient**2
            value -= 0.05 * (moments[i] / (1 - 0.9**step)) / (np.sqrt(moments[i + 2] / (1 - 0.999**step)) + 1e-8)
    return w, b


def _features(texts: Sequence[str], vectors: Array | None, scale: float) -> Array:
    told = np.asarray([[cues(text)[name] for name in names()] for text in texts])
    return told if vectors is None else np.hstack([told, scale * (vectors - _CENTRE)])


# Vectors of this embedder lie close together; only what is special to one counts.
_CENTRE: Array = np.zeros(384)


def _validated(x: Array, y: NDArray[np.int64], penalty: float) -> tuple[float, float]:
    """(share right, mean log loss) over the folds."""
    right, loss = 0.0, 0.0
    fold = np.arange(len(y)) % _FOLDS
    for f in range(_FOLDS):
        w, b = softmax_fit(x[fold != f], y[fold != f], penalty, 600)
        logits = x[fold == f] @ w + b
        right += float((logits.argmax(1) == y[fold == f]).sum())
        logp = (
            logits
            - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1, keepdims=True))
            - logits.max(1, keepdims=True)
        )
        loss -= float(logp[np.arange(len(logp)), y[fold == f]].sum())
    return right / len(y), loss / len(y)


def _lines(w: Array, b: Array, scale: float) -> dict[str, Any]:
    lines: dict[str, Any] = {}
    cut = len(names())
    for i, tool in enumerate(choice.TOOLS):
        direction = scale * w[cut:, i]
        # The centre is taken from the intercept, so that the service need not know of it.
        intercept = b[i] - float(direction @ _CENTRE) if len(direction) else b[i]
        lines[tool] = {
            "intercept": round(float(intercept), 4),
            "weights": {name: round(float(w[j, i]), 3) for j, name in enumerate(names()) if abs(w[j, i]) >= 0.0005},
            "direction": [round(float(v), 3) for v in direction],
        }
    return lines


def main() -> None:
    """Fits, tells how it went over the folds, writes the weights."""
    global _CENTRE
    examples = [u for u in utterances() if u.split == "example"]
    texts = [u.text for u in examples]
    y = np.asarray([choice.TOOLS.index(u.tool) for u in examples])
    embedder = OnnxEmbedder(prepare_embedder(default_model_dir()), threads=2)
    vectors = embedded(embedder, texts)
    _CENTRE = vectors.mean(0)
    shuffled = np.random.default_rng(7).permutation(len(y))
    tried = []
    for scale in _VECTOR_SCALES:
        x = _features(texts, vectors, scale)
        for penalty in _PENALTIES:
            right, loss = _validated(x[shuffled], y[shuffled], penalty)
            tried.append((loss, right, scale, penalty))
            print(f"meaning  scale {scale:g} penalty {penalty:g}: right {right:.3f} loss {loss:.3f}", flush=True)
    _, _, scale, penalty = min(tried)
    plain = _features(texts, None, 1.0)
    tried_plain = []
    for p in _PENALTIES:
        right, loss = _validated(plain[shuffled], y[shuffled], p)
        tried_plain.append((loss, right, p))
        print(f"plain    penalty {p:g}: right {right:.3f} loss {loss:.3f}", flush=True)
    with_vectors = _lines(*softmax_fit(_features(texts, vectors, scale), y, penalty), scale)
    without = _lines(*softmax_fit(plain, y, min(tried_plain)[2]), 1.0)
    content = {
        "comment": "Written by bench/chatting/fit_tools.py from the examples of bench/chatting/utterances.jsonl.",
        "model": embedder.model_id,
        "fitted_on": len(examples),
        "meaning": with_vectors,
        "plain": without,
    }
    _OUT.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")
    print(f"{_OUT}: {_OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
