"""Wires spark."""

from __future__ import annotations

import grpc

from madeleine.spark.v1.spark_pb2_grpc import add_SparkServiceServicer_to_server
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.erasure import PersonalRows
from madeleine_common.events import Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.settings import Settings
from madeleine_common.temporal import WorkerParts
from madeleine_spark.adapters.clients import Model, People, PrivateMemories
from madeleine_spark.adapters.temporal import Schedules, SparkOperations
from madeleine_spark.api.spark import SparkApi
from madeleine_spark.application.cards import Cards
from madeleine_spark.application.making import Making
from madeleine_spark.application.schedules import ScheduleKeeper
from madeleine_spark.domain.sparks import Sparks, evolve
from madeleine_spark.projections import PROJECTIONS
from madeleine_spark.projections import cards as projection
from madeleine_spark.workflows.activities import Activities
from madeleine_spark.workflows.make_spark import MakeSpark, ScheduledSpark

_SCHEDULE_CHANGED = "madeleine.spark.v1.SparkScheduleChanged"
_PERSONAL = (PersonalRows("sparks", "person_id = $1", "their cards"),)


async def bootstrap(house: House[Settings]) -> Parts:
    """Spark's parts."""
    settings, caller = house.settings, house.caller
    repository = Repository(house.store, Sparks, evolve)
    people = People(house.channel(settings.identity_address), caller)
    memories = PrivateMemories(house.channel(settings.memory_address), caller)
    model = Model(house.channel(settings.inference_address), caller)
    operations = SparkOperations(house.temporal)
    activities = Activities(Making(repository, memories, people, model))
    keeper = ScheduleKeeper(repository, Schedules(house.temporal))
    api = SparkApi(Cards(repository, people, operations), projection.CardList(house.pool), operations)

    def register(server: grpc.aio.Server) -> None:
        add_SparkServiceServicer_to_server(api, server)

    return Parts(
        ServerParts(register, ["madeleine.spark.v1.SparkService"]),
        projections=PROJECTIONS,
        subscriptions=[
            projection.ERASURE,
            Subscription("spark-schedules", "spark", react=keeper.changed, types=(_SCHEDULE_CHANGED,)),
            Subscription("spark-schedules-erasure", "identity", react=keeper.erased, types=(PERSON_ERASED,)),
        ],
        worker=WorkerParts(
            [MakeSpark, ScheduledSpark],
            [activities.gather_evidence, activities.write_card, activities.wishes_of_today],
        ),
        personal=_PERSONAL,
    )
