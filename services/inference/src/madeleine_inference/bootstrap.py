"""Wires inference."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import grpc

from madeleine.inference.v1.adapters_pb2_grpc import add_AdapterServiceServicer_to_server
from madeleine.inference.v1.inference_pb2_grpc import add_InferenceServiceServicer_to_server
from madeleine_common.events import Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.adapters.transformers_engine import EngineLimits, TransformersEngine
from madeleine_inference.api.adapters import AdapterApi
from madeleine_inference.api.inference import InferenceApi
from madeleine_inference.api.openai.app import openai_app, serve_http
from madeleine_inference.application.aliases import Aliases
from madeleine_inference.application.generation import Generation
from madeleine_inference.application.publishing import Publishing, Store
from madeleine_inference.application.residents import Residents
from madeleine_inference.domain import alias, revision
from madeleine_inference.models import prepare_embedder, prepare_language_model
from madeleine_inference.projections import PROJECTIONS, catalog
from madeleine_inference.settings import InferenceSettings

log = logging.getLogger(__name__)


async def bootstrap(house: House[InferenceSettings]) -> Parts:
    """Inference's parts; loads the models, and prepares them first where that was not done."""
    settings = house.settings
    engine, embedder = await asyncio.to_thread(_load_models, settings)
    house.stack.push_async_callback(engine.close)
    aliases = Repository(house.store, alias.Alias, alias.evolve)
    revisions = Repository(house.store, revision.Revision, revision.evolve)
    residents = Residents(engine, settings.inference_adapter_store, settings.inference_max_adapters)
    table = Aliases(aliases, revisions, residents)
    read_model = catalog.Catalog(house.pool)
    store = Store(settings.inference_adapter_store, settings.inference_max_rank)
    publishing = Publishing(engine, store, residents, revisions, read_model.used_by)
    generation = Generation(engine, table)
    openai = openai_app(generation, engine, embedder, read_model.aliases, house.verifier, settings.max_request_bytes)
    listen = settings.inference_openai_listen

    def register(server: grpc.aio.Server) -> None:
        add_InferenceServiceServicer_to_server(InferenceApi(generation, engine, embedder), server)
        add_AdapterServiceServicer_to_server(AdapterApi(publishing, table, residents, read_model, engine), server)

    return Parts(
        ServerParts(register, ["madeleine.inference.v1.InferenceService", "madeleine.inference.v1.AdapterService"]),
        projections=PROJECTIONS,
        prepare=table.start,
        background=[partial(serve_http, openai, listen, settings.shutdown_grace_s)] if listen else [],
    )


def _load_models(settings: InferenceSettings) -> tuple[TransformersEngine, OnnxEmbedder]:
    language_model = prepare_language_model(settings.model_dir, log.info)
    embedding_model = prepare_embedder(settings.model_dir, log.info)
    limits = EngineLimits(
        settings.inference_slots,
        settings.inference_queue,
        settings.inference_context_tokens,
        settings.inference_threads,
    )
    return TransformersEngine(language_model, limits), OnnxEmbedder(embedding_model, settings.inference_threads)
