"""Query vectors of the last seconds: of one question chat, memory and mini-apps each want the same vector."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from madeleine_inference.application.ports import Embedder, EmbedKind

_MOST = 512
_KEPT_S = 30.0

Vector = npt.NDArray[np.float32]


class RecentQueries:
    """An embedder that computes a query's vector once within 30 s; passages are computed each time.

    Keys are digests: no text is kept. Safe to call from several threads.
    """

    def __init__(self, embedder: Embedder, clock: Callable[[], float] = time.monotonic) -> None:
        self._embedder = embedder
        self._clock = clock
        # Oldest first.
        self._known: OrderedDict[bytes, tuple[float, Vector]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """See Embedder.model_id."""
        return self._embedder.model_id

    def embed(self, texts: Sequence[str], kind: EmbedKind) -> Vector:
        """See Embedder.embed."""
        if kind is not EmbedKind.QUERY:
            return self._embedder.embed(texts, kind)
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        found = self._recent(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            made = dict(zip(missing, self._embedder.embed(list(missing.values()), kind), strict=True))
            self._keep(made)
            found |= made
        return np.stack([found[key] for key in keys]) if keys else self._embedder.embed(texts, kind)

    def count_tokens(self, texts: Sequence[str], kind: EmbedKind) -> int:
        """See Embedder.count_tokens."""
        return self._embedder.count_tokens(texts, kind)

    def _recent(self, keys: Sequence[bytes]) -> dict[bytes, Vector]:
        with self._lock:
            oldest = self._clock() - _KEPT_S
            while self._known and next(iter(self._known.values()))[0] < oldest:
                self._known.popitem(last=False)
            return {key: self._known[key][1] for key in keys if key in self._known}

    def _keep(self, made: dict[bytes, Vector]) -> None:
        with self._lock:
            now = self._clock()
            for key, vector in made.items():
                self._known[key] = (now, vector)
                self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
