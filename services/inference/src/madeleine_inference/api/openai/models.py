"""GET /models and /models/{model}."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madeleine.inference.v1 import adapters_pb2 as pb
from madeleine_common.auth import TokenVerifier
from madeleine_common.errors import NotFound
from madeleine_inference.api.openai.exchange import caller_of
from madeleine_inference.domain.alias import BASE

Aliases = Callable[[], Awaitable[Sequence[pb.Alias]]]


class Models:
    """What may be asked for as `model`: the base model, every alias, and the embedder; revisions too, unlisted."""

    def __init__(self, aliases: Aliases, embedding_model: str, verifier: TokenVerifier) -> None:
        self._aliases = aliases
        self._embedding_model = embedding_model
        self._verifier = verifier

    async def list(self, request: Request) -> Response:
        """The endpoint of all models."""
        await caller_of(request, self._verifier)
        return JSONResponse({"object": "list", "data": await self._all()})

    async def retrieve(self, request: Request) -> Response:
        """The endpoint of one."""
        await caller_of(request, self._verifier)
        name = request.path_params["model"]
        for model in await self._all():
            if model["id"] == name:
                return JSONResponse(model)
        raise NotFound(f"there is no model {name}", reason="ALIAS_UNKNOWN")

    async def _all(self) -> list[dict[str, Any]]:
        aliases = await self._aliases()
        return [
            _model(BASE, 0),
            *(_model(alias.alias, alias.changed_at.seconds) for alias in aliases),
            _model(self._embedding_model, 0),
        ]


def _model(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": "madeleine"}
