"""Wires inference."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import grpc

from madeleine.inference.v1.adapters_pb2_grpc import add_AdapterServiceServicer_to_server
from madeleine.inference.v1.inference_pb2_grpc import add_InferenceServiceServicer_to_server
from madeleine_common.adapter_store import KEEP, AdapterStore
from madeleine_common.events import Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_inference.adapters.fleet_nats import NatsReplicas, replica_name
from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.adapters.stream_heads import StreamHeads
from madeleine_inference.api.adapters import AdapterApi
from madeleine_inference.api.inference import InferenceApi
from madeleine_inference.api.openai.app import openai_app, serve_http
from madeleine_inference.application.aliases import Aliases
from madeleine_inference.application.candidates import Candidates, Terms
from madeleine_inference.application.fingerprint import Prover
from madeleine_inference.application.fleet import Member
from madeleine_inference.application.generation import Generation
from madeleine_inference.application.lora_weights import Linears, linears_of
from madeleine_inference.application.published import Published
from madeleine_inference.application.publishing import Publishing
from madeleine_inference.application.recent import RecentQueries
from madeleine_inference.application.residents import Residents
from madeleine_inference.application.table import AdapterTable
from madeleine_inference.domain import alias, revision
from madeleine_inference.engines import start_engine
from madeleine_inference.models import SMOLLM_NAME, prepare_embedder
from madeleine_inference.projections import PROJECTIONS, catalog
from madeleine_inference.settings import InferenceSettings

log = logging.getLogger(__name__)


async def bootstrap(house: House[InferenceSettings]) -> Parts:
    """Inference's parts; loads the models, and prepares them first where that was not done."""
    settings = house.settings
    engine = await start_engine(settings)
    house.stack.push_async_callback(engine.close)
    embedder = await asyncio.to_thread(_embedder, settings)
    aliases = Repository(house.store, alias.Alias, alias.evolve)
    revisions = Repository(house.store, revision.Revision, revision.evolve)
    replicas = NatsReplicas(house.nats, settings.inference_replica or replica_name(), settings.nats_replicas)
    table = AdapterTable(aliases, revisions, StreamHeads(house.pool))
    prover = Prover(engine)
    store = _adapter_store(settings)
    residents = Residents(engine, store, prover, table.held, settings.inference_max_adapters)
    published = Published(table, replicas.current, revisions, residents)
    terms = Terms(engine.base_sha256, await asyncio.to_thread(_linears, settings), settings.inference_max_rank)
    candidates = Candidates(store, terms, residents, prover, revisions)
    member = Member(table, residents, published, candidates)
    aliased = Aliases(aliases, published, table, member, replicas)
    publishing = Publishing(candidates, revisions, table, member, replicas)
    read_model = catalog.Catalog(house.pool)
    generation = Generation(engine, aliased)

    async def prepare() -> None:
        await aliased.begin()
        await replicas.join(member)
        house.stack.push_async_callback(replicas.leave)
        await aliased.load(residents.capacity)

    openai = openai_app(generation, engine, embedder, read_model.aliases, house.verifier, settings.max_request_bytes)
    listen = settings.inference_openai_listen

    def register(server: grpc.aio.Server) -> None:
        add_InferenceServiceServicer_to_server(InferenceApi(generation, engine, embedder), server)
        add_AdapterServiceServicer_to_server(AdapterApi(publishing, aliased, residents, read_model, engine), server)

    return Parts(
        ServerParts(register, ["madeleine.inference.v1.InferenceService", "madeleine.inference.v1.AdapterService"]),
        projections=PROJECTIONS,
        prepare=prepare,
        background=[partial(serve_http, openai, listen, settings.shutdown_grace_s)] if listen else [],
    )


def _embedder(settings: InferenceSettings) -> RecentQueries:
    return RecentQueries(OnnxEmbedder(prepare_embedder(settings.model_dir, log.info), settings.inference_threads))


def _adapter_store(settings: InferenceSettings) -> AdapterStore:
    cache = settings.data_dir / "adapter-cache"
    return AdapterStore(settings.inference_adapter_store, cache, max(KEEP, 2 * settings.inference_max_adapters))


def _linears(settings: InferenceSettings) -> Linears:
    """The base model's modules; none where this process has no weights of its own."""
    folder = settings.inference_model or settings.model_dir / SMOLLM_NAME
    return linears_of(folder) if folder.is_dir() else {}
