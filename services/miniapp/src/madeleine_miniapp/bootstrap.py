"""Wires the mini-app service."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from madeleine.miniapp.v1 import miniapp_pb2
from madeleine.miniapp.v1.miniapp_pb2_grpc import add_MiniappServiceServicer_to_server
from madeleine_common.bus.consumer import PERSON_ERASED, Subscription
from madeleine_common.commands import utc_now
from madeleine_common.erasure import PersonalRows
from madeleine_common.events.repository import Repository
from madeleine_common.ids import new_id
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.temporal import WorkerParts
from madeleine_miniapp.adapters.automation_marks import PostgresMarks
from madeleine_miniapp.adapters.clocks import TemporalClocks
from madeleine_miniapp.adapters.contents import PostgresContents
from madeleine_miniapp.adapters.edit_operations import TemporalEdits
from madeleine_miniapp.adapters.edits import PostgresEdits
from madeleine_miniapp.adapters.figures import PostgresFigures
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.adapters.live.store import PostgresDocuments
from madeleine_miniapp.adapters.live.wakes import NatsWakes
from madeleine_miniapp.adapters.live.ydoc import YDocument, merged
from madeleine_miniapp.adapters.operations import TemporalOperations
from madeleine_miniapp.adapters.parquet import ParquetTables
from madeleine_miniapp.adapters.read_model import PostgresReadModel
from madeleine_miniapp.adapters.rows import PostgresRows
from madeleine_miniapp.adapters.services import ChatMembers, InferenceModel
from madeleine_miniapp.adapters.templates import PostgresTemplates
from madeleine_miniapp.adapters.voice import ChatVoice, IdentityPeople
from madeleine_miniapp.api.exchange import LARGER
from madeleine_miniapp.api.live.server import LiveServer
from madeleine_miniapp.api.live.session import Limits
from madeleine_miniapp.api.servicer import MiniappServicer
from madeleine_miniapp.application.access import Access
from madeleine_miniapp.application.apps import Apps
from madeleine_miniapp.application.asking import Asking
from madeleine_miniapp.application.automations.firing import Automations
from madeleine_miniapp.application.automations.keeping import (
    HEARD_OF_APPS,
    HEARD_OF_RECORDS,
    ClockKeeper,
    RecordWatch,
)
from madeleine_miniapp.application.cel import CelEngine
from madeleine_miniapp.application.creation import Creation
from madeleine_miniapp.application.editing import Editing
from madeleine_miniapp.application.figuring import Figuring
from madeleine_miniapp.application.files.exporting import Exporting
from madeleine_miniapp.application.files.founding import Founding
from madeleine_miniapp.application.files.importing import Importing
from madeleine_miniapp.application.likeness import Likeness
from madeleine_miniapp.application.live.keeper import House as LiveHouse
from madeleine_miniapp.application.live.rights import GIVEN_A_ROLE, LEFT, RightsWatch
from madeleine_miniapp.application.live.rooms import Rooms
from madeleine_miniapp.application.making import Making
from madeleine_miniapp.application.ports import Members
from madeleine_miniapp.application.proposing import Proposing
from madeleine_miniapp.application.reading import Reading
from madeleine_miniapp.application.recording import Recording
from madeleine_miniapp.application.refinement import Refinement
from madeleine_miniapp.application.templates import Templates
from madeleine_miniapp.application.versions import Versions
from madeleine_miniapp.domain.app import App, evolve
from madeleine_miniapp.domain.formulas import Engine
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.templates import Template
from madeleine_miniapp.domain.templates import evolve as evolve_template
from madeleine_miniapp.projections import PROJECTIONS, edits, templates
from madeleine_miniapp.projections.apps import PROJECTION, erasure
from madeleine_miniapp.settings import MiniappSettings
from madeleine_miniapp.workflows.activities import CreationActivities
from madeleine_miniapp.workflows.automate import RunAutomation
from madeleine_miniapp.workflows.automation_activities import AutomationActivities
from madeleine_miniapp.workflows.create_app import CreateApp
from madeleine_miniapp.workflows.edit_activities import EditActivities
from madeleine_miniapp.workflows.edit_app import EditApp

_PERSONAL = (
    PersonalRows("apps", "owner_id = $1", "their apps"),
    PersonalRows("app_edits", "proposed_by = $1", "changes of apps that they asked for"),
    PersonalRows("app_versions", "changed_by = $1", "what they made of apps"),
    PersonalRows("app_roles", "person_id = $1", "their roles in apps"),
    PersonalRows(
        "app_updates", "actor = 'person:' || $1 OR 'person:' || $1 = ANY(actors)", "what they wrote into documents"
    ),
    PersonalRows("templates", "made_by = $1", "templates that they made"),
    PersonalRows("automation_clocks", "owner_id = $1", "clocks of their apps"),
    PersonalRows("automation_marks", "owner_id = $1", "records of their apps that set something off"),
    PersonalRows("records", "entered_by = $1 OR changed_by = $1", "what they entered or changed"),
)


async def bootstrap(house: House[MiniappSettings]) -> Parts:
    """The service's parts."""
    library, engine = PackagedLibrary(), CelEngine()
    repository = Repository[App](house.store, App, evolve)
    read_model = PostgresReadModel(house.pool, PROJECTION)
    figures = PostgresFigures(house.pool)
    model = InferenceModel(house.channel(house.settings.inference_address), house.caller)
    members = ChatMembers(house.channel(house.settings.chat_address), house.caller)
    access = Access(read_model, members)
    operations = TemporalOperations(house.temporal)
    proposals = PostgresEdits(house.pool, edits.PROJECTION)
    likeness = Likeness(library, model)
    house.stack.push_async_callback(likeness.close)
    creation = Creation(repository, library, likeness)
    refinement = Refinement(repository, creation, model, engine, enabled=house.settings.miniapp_refine)
    documents = PostgresDocuments(house.pool, house.store, read_model, PROJECTION)
    wakes = NatsWakes(house.nats, new_id())
    rooms = Rooms(
        LiveHouse(
            documents,
            YDocument.opened,
            merged,
            read_model.facts,
            read_model.present,
            read_model.wait_for,
            wakes.committed,
            utc_now,
        )
    )
    recording = Recording(house.store, access, rooms, read_model, engine)
    rows = PostgresRows(house.pool)
    importing = Importing(access, recording, rows)
    making = Making(repository, access)
    given_away = Repository[Template](house.store, Template, evolve_template)
    servicer = MiniappServicer(
        Apps(repository, access, operations),
        recording,
        Reading(access, read_model, figures),
        Asking(
            access,
            read_model,
            figures,
            PostgresContents(house.pool),
            model,
            Lexicon(library.all()),
            utc_now,
            with_model=house.settings.miniapp_ask_model,
        ),
        Figuring(access, read_model, figures, engine, utc_now),
        operations,
        Exporting(access, rows, ParquetTables()),
        importing,
        Founding(making, importing),
        Templates(given_away, access, making, PostgresTemplates(house.pool, templates.PROJECTION)),
        Editing(repository, access, TemporalEdits(house.temporal), proposals),
        library,
        Versions(repository, access, read_model),
    )
    automations, hearing = _automations(house, read_model, rows, members, engine)
    name = miniapp_pb2.DESCRIPTOR.services_by_name["MiniappService"].full_name
    return Parts(
        ServerParts(lambda server: add_MiniappServiceServicer_to_server(servicer, server), (name,), larger=LARGER),
        projections=PROJECTIONS,
        subscriptions=[
            erasure(repository, house.codec),
            edits.erasure(house.codec),
            templates.erasure(given_away, house.codec),
            *hearing,
            *_rights(wakes),
        ],
        worker=WorkerParts(
            [CreateApp, EditApp, RunAutomation],
            [
                *CreationActivities(creation, refinement).all(),
                *EditActivities(Proposing(repository, model, proposals, engine, library.known_fields())).all(),
                AutomationActivities(automations).fire,
            ],
        ),
        personal=_PERSONAL,
        background=[likeness.prepare, *_live(house, access, rooms, wakes, engine)],
    )


def _automations(
    house: House[MiniappSettings], read_model: PostgresReadModel, rows: PostgresRows, members: Members, engine: Engine
) -> tuple[Automations, list[Subscription]]:
    """What apps do by themselves, and what sets it off."""
    people = IdentityPeople(house.channel(house.settings.identity_address), house.caller)
    voice = ChatVoice(house.channel(house.settings.chat_address), house.caller)
    marks, clocks = PostgresMarks(house.pool), TemporalClocks(house.temporal)
    keeper = ClockKeeper(read_model, people, clocks, marks)
    watch = RecordWatch(read_model, clocks, marks, engine)
    hearing = [
        Subscription("miniapp-clocks", "miniapp", react=keeper.react, types=HEARD_OF_APPS),
        Subscription("miniapp-clocks-erasure", "identity", react=keeper.erased, types=(PERSON_ERASED,)),
        # What was recorded before there were automations is no news.
        Subscription("miniapp-record-watch", "miniapp", react=watch.react, types=HEARD_OF_RECORDS, from_start=False),
    ]
    return Automations(read_model, rows, marks, people, members, voice, keeper, engine, utc_now), hearing


def _rights(wakes: NatsWakes) -> list[Subscription]:
    """What open sockets must hear of."""
    watch = RightsWatch(wakes.rights)
    return [
        # Who left before sockets were opened was not let in.
        Subscription("miniapp-rights", "chat", react=watch.react, types=LEFT, from_start=False),
        Subscription("miniapp-rights-roles", "miniapp", react=watch.react, types=GIVEN_A_ROLE, from_start=False),
        Subscription("miniapp-rights-erasure", "identity", react=watch.erased, types=(PERSON_ERASED,)),
    ]


def _live(
    house: House[MiniappSettings], access: Access, rooms: Rooms, wakes: NatsWakes, engine: Engine
) -> list[Callable[[], Coroutine[None, None, None]]]:
    """What looks after rooms, and the WebSocket server if it has a port."""
    settings = house.settings
    if not settings.miniapp_live_listen:
        return [rooms.run, lambda: wakes.hear(rooms.woken, access.forget)]
    limits = Limits(
        update_bytes=settings.miniapp_live_update_bytes,
        queued_bytes=settings.miniapp_live_queued_bytes,
        look_every_s=settings.miniapp_live_look_s,
    )
    server = LiveServer(settings.miniapp_live_listen, access, rooms, house.verifier, engine, wakes.present, limits)

    def doubt(person_id: str) -> None:
        access.forget(person_id)
        server.doubt(person_id)

    return [rooms.run, server.run, lambda: wakes.hear(rooms.woken, doubt, server.heard)]
