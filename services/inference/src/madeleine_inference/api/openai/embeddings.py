"""POST /embeddings."""

from __future__ import annotations

import asyncio
import base64

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madeleine_common.auth import TokenVerifier
from madeleine_common.errors import NotFound
from madeleine_common.rpc.checks import Checks
from madeleine_inference.api.mapping import check_texts
from madeleine_inference.api.openai.exchange import body_of, caller_of, person_of
from madeleine_inference.api.openai.requests import EmbeddingsRequest, parse
from madeleine_inference.application.ports import Embedder, EmbedKind

_KINDS = {"query": EmbedKind.QUERY, "passage": EmbedKind.PASSAGE}


class Embeddings:
    """Vectors of unit length, of the one embedder there is."""

    def __init__(self, embedder: Embedder, verifier: TokenVerifier, most_bytes: int) -> None:
        self._embedder = embedder
        self._verifier = verifier
        self._most_bytes = most_bytes

    async def create(self, request: Request) -> Response:
        """The endpoint."""
        caller = await caller_of(request, self._verifier)
        asked = parse(EmbeddingsRequest, await body_of(request, caller, self._most_bytes))
        person_of(caller, asked.user)
        model = self._embedder.model_id
        if asked.model not in names(self._embedder):
            raise NotFound(f"no model {asked.model} makes vectors; there is {model}", reason="ALIAS_UNKNOWN")
        checks = Checks()
        check_texts("input", asked.input, checks)
        checks.done()
        kind = _KINDS[asked.input_type]
        vectors = await asyncio.to_thread(self._embedder.embed, asked.input, kind)
        tokens = await asyncio.to_thread(self._embedder.count_tokens, asked.input, kind)
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": _base64(vector) if asked.encoding_format == "base64" else vector.tolist(),
            }
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": model, "usage": usage})


def names(embedder: Embedder) -> tuple[str, str]:
    """What the embedder is called: its id, and its name without the hash of its weights."""
    return embedder.model_id, embedder.model_id.partition("@")[0]


def _base64(vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
