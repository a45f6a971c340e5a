"""An automation goes off: says what its text says, where the app is shown."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from madeleine.miniapp.v1.miniapp_pb2 import App
from madeleine.miniapp.v1.spec_pb2 import Automation, Entity
from madeleine_common.auth import Principal
from madeleine_common.errors import Denied, NotFound
from madeleine_miniapp.application.automations.keeping import ClockKeeper
from madeleine_miniapp.application.automations.ports import Firing, Marks, People, Profile, Voice
from madeleine_miniapp.application.files.ports import Row, Rows
from madeleine_miniapp.application.ports import Members, ReadModel
from madeleine_miniapp.domain import automations as domain
from madeleine_miniapp.domain.files.writing import unique
from madeleine_miniapp.domain.formulas import Engine

log = logging.getLogger(__name__)

# Of records whose date has come at once: the rest is told by the app itself.
_MOST_AT_ONCE = 30


class Now(Protocol):
    """The present."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Automations:
    """Carries out what went off; bears repetition. What is gone by then (app, automation, record) is not done."""

    read_model: ReadModel
    rows: Rows
    marks: Marks
    people: People
    members: Members
    voice: Voice
    keeper: ClockKeeper
    engine: Engine
    now: Now

    async def fire(self, firing: Firing) -> None:
        """Says it, to each record's people where records are meant; raises DomainError while chat is out of reach."""
        app = await self.read_model.app(firing.app_id)
        automation = domain.named(app.spec, firing.name) if app else None
        owner = await self.people.profile(app.owner_id) if app else None
        if app is None or automation is None or owner is None:
            log.info("an automation of app %s is no more", firing.app_id)
            return
        if not firing.record_id:
            # The owner may have moved to another time zone since the clock was set.
            await self.keeper.keep(firing.app_id)
        conversation_id = app.conversation_id or await self.voice.own_conversation(app.owner_id, owner)
        try:
            names = await self._names(app, owner)
            if not firing.record_id and not domain.is_dated(automation):
                await self._say(app, automation, owner, conversation_id, None, names, firing.key)
                return
            async for row, authors in self._meant(app, automation, owner, firing):
                told = f"{firing.key}-{row.record_id}"
                await self._say(app, automation, owner, conversation_id, (row, authors), names, told)
        except (Denied, NotFound):
            # The owner has left the conversation, or it is gone: nobody is there to be told.
            log.info("an automation of app %s has nobody to speak to", app.app_id)

    async def _names(self, app: App, owner: Profile) -> dict[str, str]:
        if not app.conversation_id:
            return {app.owner_id: owner.name}
        caller = Principal("service:miniapp", app.owner_id, owner.name)
        names = await self.members.of(app.conversation_id, caller)
        if names is None:
            raise Denied("the app's owner is no member", reason="NOT_A_MEMBER")
        return dict(names)

    async def _meant(
        self, app: App, automation: Automation, owner: Profile, firing: Firing
    ) -> AsyncIterator[tuple[Row, list[str]]]:
        """The records that it is about: the one that set it off, or those whose date has come."""
        kind = _kind(app, automation)
        if firing.record_id:
            found = await self.marks.row(app.app_id, firing.record_id)
            # Changed meanwhile, it may not meet the condition any more.
            if found and domain.is_met(automation, kind, found[0].values, self.engine):
                yield found[0], domain.authors(found[0].entered_by, [found[1]])
            return
        today, told = self.now().astimezone(owner.zone).date(), 0
        async for page in self.rows.pages(app.app_id, automation.entity):
            for row in page:
                if told < _MOST_AT_ONCE and domain.is_due(automation, kind, row.values, today, self.engine):
                    found = await self.marks.row(app.app_id, row.record_id)
                    if found is not None:
                        told += 1
                        yield found[0], domain.authors(found[0].entered_by, [found[1]])

    async def _say(
        self,
        app: App,
        automation: Automation,
        owner: Profile,
        conversation_id: str,
        record: tuple[Row, list[str]] | None,
        names: dict[str, str],
        key: str,
    ) -> None:
        kind = _kind(app, automation)
        about = (kind, record[0].values) if record else None
        authors = record[1] if record else []
        if automation.action == domain.POST:
            text = domain.wording(app.spec, automation, about, unique(names), chinese=owner.chinese)
            await self.voice.post(conversation_id, app.owner_id, app.app_id, text, authors, key)
            return
        meant = domain.person_of(kind, record[0].values) if record else ""
        person_id = meant if meant in names else app.owner_id
        profile = owner if person_id == app.owner_id else await self.people.profile(person_id) or owner
        # A reminder is sealed by its person's key alone: it holds nobody else's words.
        own = about if set(authors) <= {person_id} else None
        text = domain.wording(app.spec, automation, own, unique(names), chinese=profile.chinese)
        await self.voice.remind(conversation_id, person_id, profile, text, key)


def _kind(app: App, automation: Automation) -> Entity:
    return next((entity for entity in app.spec.entities if entity.name == automation.entity), Entity())
