"""Sets the clocks of apps as their specs say, and lets records set off what waits for them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.miniapp_pb2 import App
from madeleine_common.events.model import RecordedEvent
from madeleine_miniapp.application.automations.ports import Clocks, Firing, Marks, People, Starter
from madeleine_miniapp.application.ports import ReadModel
from madeleine_miniapp.domain import automations as domain
from madeleine_miniapp.domain.app import plain
from madeleine_miniapp.domain.formulas import Engine

log = logging.getLogger(__name__)

# More records than that in an hour are an import, not news.
MOST_AN_HOUR = 30


@dataclass(frozen=True, slots=True)
class ClockKeeper:
    """Reacts to what happens to apps; bears repetition, and goes by what the app is now."""

    read_model: ReadModel
    people: People
    clocks: Clocks
    marks: Marks

    async def react(self, event: RecordedEvent) -> None:
        """Sets and drops clocks after an app was made or changed; raises Unavailable."""
        match event.message:
            case events.AppCreated() | events.AppSpecChanged():
                await self.keep(event.message.app_id)
            case _:
                pass

    async def keep(self, app_id: str) -> None:
        """Lets an app's clocks be those of its spec, in its owner's time zone of today."""
        await self.read_model.wait_for(app_id)
        app = await self.read_model.app(app_id)
        held = await self.marks.clocks(app_id)
        wanted = domain.timed(app.spec) if app else {}
        for name in held.keys() - wanted.keys():
            await self._drop(app_id, name)
        owner = await self.people.profile(app.owner_id) if app and wanted else None
        if app is None or owner is None:
            return
        for name, schedule in wanted.items():
            if held.get(name) != (schedule, owner.zone.key):
                await self.clocks.keep(app_id, name, schedule, owner.zone)
                await self.marks.clock_set(app_id, name, app.owner_id, schedule, owner.zone.key)

    async def erased(self, event: RecordedEvent) -> None:
        """Drops the clocks of somebody who was erased; raises Unavailable."""
        person_id = event.stream_id.removeprefix("person-")
        for app_id, name in await self.marks.apps_with_clocks_of(person_id):
            await self._drop(app_id, name)
        await self.marks.forget_owner(person_id)

    async def _drop(self, app_id: str, name: str) -> None:
        await self.clocks.drop(app_id, name)
        await self.marks.clock_dropped(app_id, name)


@dataclass(frozen=True, slots=True)
class RecordWatch:
    """Reacts to what happens to records: an automation goes off when a record comes to meet its condition."""

    read_model: ReadModel
    starter: Starter
    marks: Marks
    engine: Engine

    async def react(self, event: RecordedEvent) -> None:
        """Starts what an event sets off, once; raises Unavailable."""
        match event.message:
            case events.RecordAdded() as added:
                await self._look(event, added, added.entity)
            case events.RecordChanged() as changed:
                # Its entity stands in the read model, which may hear of it later than we do.
                await self.read_model.wait_for(changed.app_id)
                found = await self.marks.row(changed.app_id, changed.record_id)
                if found is not None:
                    await self._look(event, changed, found[0].entity)
            case events.RecordRemoved() as removed:
                await self.marks.forget_record(removed.app_id, removed.record_id)
            case _:
                pass

    async def _look(self, event: RecordedEvent, said: events.RecordAdded | events.RecordChanged, entity: str) -> None:
        app = await self._app(said.app_id)
        kind = next((e for e in app.spec.entities if e.name == entity), None) if app else None
        waiting = domain.waits_for_records(app.spec, entity) if app else []
        if app is None or kind is None or not waiting:
            return
        met = await self.marks.met(said.app_id, said.record_id)
        for automation in waiting:
            meets = domain.is_met(automation, kind, plain(said.values), self.engine)
            if meets == (automation.name in met):
                continue
            if meets and await self.marks.lately(app.app_id, automation.name) < MOST_AN_HOUR:
                await self.starter.start(
                    Firing(app.app_id, automation.name, said.record_id, f"{event.event_id}-{automation.name}")
                )
            elif meets:
                log.info("app %s: too many records at once set one automation off", app.app_id)
            await self.marks.mark(app.app_id, automation.name, said.record_id, app.owner_id, met=meets)

    async def _app(self, app_id: str) -> App | None:
        app = await self.read_model.app(app_id)
        if app is None:
            # Records may be heard of before their app is projected.
            await self.read_model.wait_for(app_id)
            app = await self.read_model.app(app_id)
        return app


HEARD_OF_APPS: tuple[str, ...] = tuple(kind.DESCRIPTOR.full_name for kind in (events.AppCreated, events.AppSpecChanged))
HEARD_OF_RECORDS: tuple[str, ...] = tuple(
    kind.DESCRIPTOR.full_name for kind in (events.RecordAdded, events.RecordChanged, events.RecordRemoved)
)
