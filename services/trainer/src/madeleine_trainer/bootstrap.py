"""Wires the trainer."""

from __future__ import annotations

from madeleine.trainer.v1.trainer_pb2_grpc import add_TrainerServiceServicer_to_server
from madeleine_common.bus import Subscription
from madeleine_common.bus.consumer import PERSON_ERASED
from madeleine_common.erasure import PersonalRows
from madeleine_common.errors import Unavailable
from madeleine_common.events import RecordedEvent
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.temporal import WorkerParts
from madeleine_trainer.adapters.clients import IdentityPeople, InferenceAdapters
from madeleine_trainer.adapters.read_models import SqlRuns, SqlSignals
from madeleine_trainer.adapters.starter import TemporalStarter
from madeleine_trainer.adapters.training_process import TrainingProcess
from madeleine_trainer.api.trainer import TrainerApi
from madeleine_trainer.application.flywheel import Flywheel, Policy
from madeleine_trainer.domain.run import Gates
from madeleine_trainer.projections import PROJECTIONS
from madeleine_trainer.projections.training import forget_person
from madeleine_trainer.settings import TrainerSettings
from madeleine_trainer.workflows.activities import FlywheelActivities
from madeleine_trainer.workflows.flywheel import FlywheelWorkflow

_HEARD = ("madeleine.chat.v1.AnswerRated", "madeleine.chat.v1.MessageDeleted")
_RECORDED = "madeleine.trainer.v1.SignalRecorded"
_PERSONAL = (
    PersonalRows("signals", "person_id = $1", "their judgements, with the tokens judged"),
    PersonalRows("signals", "words_of @> ARRAY[$1::text]", "others' judgements of answers to their words"),
)


async def bootstrap(house: House[TrainerSettings]) -> Parts:
    """The trainer's parts."""
    settings = house.settings
    signals, runs, starter = SqlSignals(house.pool), SqlRuns(house.pool), TemporalStarter(house.temporal)
    flywheel = Flywheel(
        house.store,
        signals,
        IdentityPeople(house.channel(settings.identity_address), house.caller),
        InferenceAdapters(house.channel(settings.inference_address), house.caller),
        TrainingProcess(settings),
        Policy(
            settings.trainer_threshold,
            settings.trainer_most_signals,
            settings.trainer_person_share,
            Gates(settings.trainer_kl_cap, settings.trainer_ess_floor),
            settings.trainer_alias,
        ),
    )

    async def start_if_due(event: RecordedEvent) -> None:
        # The projection reads the same stream on its own; the count is right only once it has come as far.
        if not await signals.known(event.stream_id.removeprefix("signal-")):
            raise Unavailable("the projection has not come as far yet")
        if await flywheel.due():
            await starter.start()

    activities = FlywheelActivities(flywheel, runs)
    api = TrainerApi(signals, runs, starter, settings.trainer_threshold)
    return Parts(
        ServerParts(
            lambda server: add_TrainerServiceServicer_to_server(api, server), ("madeleine.trainer.v1.TrainerService",)
        ),
        projections=PROJECTIONS,
        subscriptions=(
            Subscription("trainer-signals", "chat", react=flywheel.record, types=_HEARD),
            Subscription("trainer-start", "trainer", react=start_if_due, types=(_RECORDED,)),
            Subscription("trainer-erasure", "identity", apply=forget_person, types=(PERSON_ERASED,)),
        ),
        worker=WorkerParts([FlywheelWorkflow], activities.all()),
        personal=_PERSONAL,
    )
