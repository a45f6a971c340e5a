"""Wires the memory service."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.memory.v1.memory_pb2_grpc import add_MemoryServiceServicer_to_server
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.erasure import PersonalRows
from madeleine_common.events import RecordedEvent, Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.temporal import WorkerParts
from madeleine_memory.adapters.embedder import InferenceEmbedder
from madeleine_memory.adapters.members import ChatMembers
from madeleine_memory.adapters.memories import PostgresMemories
from madeleine_memory.adapters.plans import PostgresPlans
from madeleine_memory.adapters.shelf import PostgresShelf
from madeleine_memory.adapters.starter import TemporalStarter
from madeleine_memory.adapters.unembedded import PostgresUnembedded
from madeleine_memory.api.servicer import MemoryServicer
from madeleine_memory.application.embedding import embed_forever
from madeleine_memory.application.keeping import Keeping
from madeleine_memory.application.profile import Profiles
from madeleine_memory.application.recall import Recall
from madeleine_memory.application.tidying import Tidying
from madeleine_memory.application.watching import watch_forever
from madeleine_memory.domain.space import Space, evolve
from madeleine_memory.projections import PROJECTIONS
from madeleine_memory.projections.rows import see_all_spaces
from madeleine_memory.settings import MemorySettings
from madeleine_memory.workflows.activities import TidyActivities
from madeleine_memory.workflows.tidy import TidyWorkflow

_PERSONAL = (
    PersonalRows("person", "person_id = $1 AND (display_name <> '' OR remembers)", "their name, and their consent"),
    PersonalRows(
        "memory", "speaker_id = $1 OR space = 'person:' || $1", "what they said and recorded", see=see_all_spaces
    ),
    PersonalRows(
        "memory_vector", "space = 'person:' || $1", "what their memories mean, as vectors", see=see_all_spaces
    ),
    PersonalRows(
        "posting", "space_key = hashtextextended('person:' || $1, 0)", "their memories' words", see=see_all_spaces
    ),
    PersonalRows("space_use", "space = 'person:' || $1", "how much they hold"),
    PersonalRows(
        "memory_use", "people @> ARRAY[$1]", "which memories answers with their words used", see=see_all_spaces
    ),
    PersonalRows("memory_source", "person_id = $1", "where memories come from"),
    PersonalRows("forget_plan", "person_id = $1", "what they were about to have forgotten"),
)


async def bootstrap(house: House[MemorySettings]) -> Parts:
    """The service's parts, from what the house gives."""
    settings = house.settings
    embedder = InferenceEmbedder(house.channel(settings.inference_address), house.caller)
    memories = PostgresMemories(house.pool)
    recall = Recall(memories, embedder)
    members = ChatMembers(house.channel(settings.chat_address), house.caller)
    # One for all that writes to a space, so that they take turns.
    spaces = Repository(house.store, Space, evolve)
    keeping = Keeping(spaces, memories, PostgresPlans(house.pool), recall, members)
    shelf = PostgresShelf(house.pool)
    tidying = Tidying(spaces, shelf, memories)
    servicer = MemoryServicer(recall, memories, keeping, tidying, Profiles(memories, shelf))
    quiet = timedelta(seconds=settings.memory_quiet_s)

    async def drop_cached(event: RecordedEvent) -> None:
        if isinstance(event.message, PersonErased):
            keeping.drop_cached(event.message.person_id)

    return Parts(
        ServerParts(
            lambda server: add_MemoryServiceServicer_to_server(servicer, server),
            ("madeleine.memory.v1.MemoryService",),
        ),
        projections=PROJECTIONS,
        subscriptions=(Subscription("memory-erasure", "identity", react=drop_cached, types=(PERSON_ERASED,)),),
        worker=WorkerParts([TidyWorkflow], TidyActivities(tidying).all()),
        prepare=partial(memories.set_default_budget, settings.memory_budget_bytes),
        background=(
            partial(embed_forever, PostgresUnembedded(house.pool), embedder, settings.memory_embed_batch),
            partial(watch_forever, shelf, TemporalStarter(house.temporal), quiet),
        ),
        personal=_PERSONAL,
    )
