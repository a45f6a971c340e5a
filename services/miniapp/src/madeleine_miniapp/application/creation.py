"""The steps of making an app; the workflow puts them in order."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.commands import utc_now
from madeleine_common.events.model import CommandKey, Metadata, NewEvent
from madeleine_common.events.repository import Executed, Repository
from madeleine_common.telemetry import traceparent
from madeleine_miniapp.application.likeness import Likeness
from madeleine_miniapp.application.ports import Library, Order
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain
from madeleine_miniapp.domain.choosing import Choice, choose
from madeleine_miniapp.domain.drafting import Draft, draft
from madeleine_miniapp.domain.wishes.reading import read


@dataclass(frozen=True, slots=True)
class Drafted:
    """From which blueprint an app was drafted, and whether that is about the same thing."""

    blueprint_id: str
    close: bool


class Creation:
    """Chooses a blueprint, drafts the app from it and the prompt's own words, records it: all without a model."""

    def __init__(self, repository: Repository[domain.App], library: Library, likeness: Likeness) -> None:
        self._repository = repository
        self._library = library
        self._likeness = likeness

    async def make(self, order: Order) -> Drafted:
        """Drafts and records the app; a repeat appends nothing and says what was recorded.

        Raises Invalid for a spec that is not sound.
        """
        choice = await self.choose(order.prompt)
        done = await self.record(order, choice.blueprint_id, self.draft(order.prompt, choice).spec)
        created = done.events[0].message
        recorded = created.blueprint if isinstance(created, events.AppCreated) else choice.blueprint_id
        return Drafted(recorded, choice.close)

    async def choose(self, prompt: str) -> Choice:
        """The nearest blueprint, by meaning and words; by words alone while nothing embeds."""
        blueprints = self._library.all()
        wishes = read(prompt, self._library.known_fields())
        return choose(prompt, wishes, blueprints, await self._likeness.cosines(prompt))

    def draft(self, prompt: str, choice: Choice) -> Draft:
        """The app that the prompt's words make of a blueprint."""
        blueprint = self._library.get(choice.blueprint_id)
        # The blueprint's own words for its fields win over general ones.
        known = self._library.known_fields().with_fields(f for e in blueprint.entities for f in e.fields)
        return draft(blueprint, read(prompt, known), known, close=choice.close)

    async def record(self, order: Order, blueprint_id: str, spec: AppSpec) -> Executed[domain.App]:
        """Appends the app; a repeat appends nothing. Raises Invalid for a spec that is not sound."""
        created = events.AppCreated(
            app_id=order.app_id,
            owner_id=order.person_id,
            conversation_id=order.conversation_id,
            spec=spec,
            prompt=order.prompt,
            blueprint=blueprint_id,
        )
        key = CommandKey(order.actor, order.idempotency_key, bytes.fromhex(order.fingerprint))

        def decide(state: domain.App) -> list[NewEvent]:
            made: list[Message] = domain.create(state, created)
            return [NewEvent(event, f"person:{order.person_id}") for event in made]

        with told():
            return await self._repository.execute(
                stream_of(order.app_id),
                decide,
                Metadata(order.actor, utc_now(), order.app_id, "", traceparent()),
                command=key,
            )
