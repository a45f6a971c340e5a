"""The HTTP application, and the server that runs it beside gRPC."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madeleine_common.auth import TokenVerifier
from madeleine_inference.api.openai.chat import ChatCompletions
from madeleine_inference.api.openai.embeddings import Embeddings, names
from madeleine_inference.api.openai.errors import error_response
from madeleine_inference.api.openai.exchange import answering
from madeleine_inference.api.openai.models import Aliases, Models
from madeleine_inference.application.generation import Generation
from madeleine_inference.application.ports import Embedder, Engine

_PREFIX = "/openai/v1"
# As gRPC's: people may send less (`most_bytes`).
_MOST_BYTES = 16 * 1024 * 1024
# Longer than the gateway keeps an idle connection, so that it never sends on one that is being closed here.
_KEEP_ALIVE_S = 75


def openai_app(
    generation: Generation,
    engine: Engine,
    embedder: Embedder,
    aliases: Aliases,
    verifier: TokenVerifier,
    most_bytes: int,
) -> Starlette:
    """Routes to the endpoints; `most_bytes` of a person's request."""
    chat = ChatCompletions(generation, engine, verifier, most_bytes)
    embeddings = Embeddings(embedder, verifier, most_bytes)
    models = Models(aliases, names(embedder)[1], verifier)
    routes = [
        Route(f"{_PREFIX}/chat/completions", answering(chat.create), methods=["POST"]),
        Route(f"{_PREFIX}/embeddings", answering(embeddings.create), methods=["POST"]),
        Route(f"{_PREFIX}/models", answering(models.list), methods=["GET"]),
        Route(f"{_PREFIX}/models/{{model}}", answering(models.retrieve), methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refuse}, max_body_size=_MOST_BYTES)


async def serve_http(app: Starlette, listen: str, grace_s: float) -> None:
    """Serves on host:port until cancelled, then lets running requests end for `grace_s` seconds; raises OSError."""
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host.strip("[]"), int(port)), family=family)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=math.ceil(grace_s),
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # The service has handlers of its own, and stops all its parts in order.
        yield


async def _refuse(request: Request, error: Exception) -> Response:
    return error_response(error)
