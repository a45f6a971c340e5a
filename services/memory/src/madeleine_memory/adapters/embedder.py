"""Embeddings from the inference service."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub
from madeleine_common.errors import Unavailable
from madeleine_common.rpc.client import Caller
from madeleine_memory.application.ports import Vectors

DIMENSIONS = 384
# Somebody waits for an answer behind a query; nobody does behind a passage.
_QUERY_S = 2.0
_PASSAGES_S = 60.0


class InferenceEmbedder:
    """The house's own embedder; raises Unavailable for whatever keeps it from answering."""

    def __init__(self, channel: grpc.aio.Channel, caller: Caller) -> None:
        self._stub = InferenceServiceStub(channel)
        self._caller = caller

    async def query(self, text: str) -> Vectors:
        """One vector, for searching with."""
        return await self._embed([text], pb.EMBED_KIND_QUERY, _QUERY_S)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """One vector each, for being found by."""
        return await self._embed(texts, pb.EMBED_KIND_PASSAGE, _PASSAGES_S)

    async def _embed(self, texts: Sequence[str], kind: pb.EmbedKind.ValueType, timeout_s: float) -> Vectors:
        request = pb.EmbedRequest(texts=texts, kind=kind)
        try:
            reply = await self._stub.Embed(request, metadata=self._caller.metadata(), timeout=timeout_s)
        except grpc.aio.AioRpcError as error:
            raise Unavailable(f"the embedder does not answer: {error.code().name}") from error
        vectors = [list(v.values) for v in reply.vectors]
        if len(vectors) != len(texts) or any(len(v) != DIMENSIONS for v in vectors):
            raise Unavailable(
                f"the embedder {reply.model} did not give one vector of {DIMENSIONS} numbers for each text"
            )
        return Vectors(reply.model, vectors)
