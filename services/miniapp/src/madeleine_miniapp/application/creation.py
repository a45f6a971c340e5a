"""The steps of making an app; the workflow puts them in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import events_pb2 as events
from madeleine_common.commands import utc_now
from madeleine_common.events.model import CommandKey, Metadata, NewEvent
from madeleine_common.events.repository import Repository
from madeleine_common.telemetry import traceparent
from madeleine_miniapp.application.ports import Generated, Library, Model, Order
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain
from madeleine_miniapp.domain import blueprint as blueprints
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.validation import problems

_SYSTEM = {
    "en": "You set up small record-keeping apps. Reply with JSON only: a short title for the app, the optional fields"
    " worth keeping, and further fields that the person names.",
    "zh": "你负责搭建小型记录应用。只用 JSON 回答：应用的简短标题、值得保留的可选字段，以及用户提到的其他字段。",
}
# A prompt may be long; the model's context is not.
_PROMPT_SHOWN = 800


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model wrote at last, how often it was shown its faults, and whether its text is used at all."""

    text: str
    revision: str
    repairs: int
    adapted: bool


class Creation:
    """Chooses a blueprint, lets the model adapt it, records the app."""

    def __init__(self, repository: Repository[domain.App], library: Library, model: Model) -> None:
        self._repository = repository
        self._library = library
        self._model = model
        self._vectors: list[tuple[str, list[float]]] = []
        self._embedding = asyncio.Lock()

    async def choose(self, prompt: str) -> str:
        """The id of the blueprint whose description is nearest to the prompt by cosine."""
        async with self._embedding:
            if not self._vectors:
                told_by = [(b.id, d) for b in self._library.all() for d in b.descriptions]
                vectors = await self._model.embed_passages([d for _, d in told_by])
                self._vectors = [(i, v) for (i, _), v in zip(told_by, vectors, strict=True)]
        asked = (await self._model.embed_queries([prompt]))[0]
        return max(self._vectors, key=lambda one: sum(a * b for a, b in zip(asked, one[1], strict=True)))[0]

    async def propose(self, order: Order, blueprint_id: str, faults: Sequence[str]) -> Generated:
        """The model's adaptation as raw text; `faults` are those of its attempt before."""
        blueprint = self._library.get(blueprint_id)
        language = blueprints.language_of(order.prompt)
        labels = blueprints.candidates(order.prompt, blueprint)
        told_model = [
            f'You start from the blueprint "{blueprint.titles[language]}".',
            f"Optional fields: {', '.join(blueprint.optional) or 'none'}",
            f"Phrases that may become fields: {', '.join(labels) or 'none'}",
            f"The person wants: {order.prompt[:_PROMPT_SHOWN]}",
            *(f"Your last reply was wrong: {fault}" for fault in faults),
        ]
        schema = blueprints.adaptation_schema(blueprint, labels)
        return await self._model.generate(_SYSTEM[language], "\n".join(told_model), schema, order.person_id)

    def faults(self, order: Order, blueprint_id: str, text: str) -> list[str]:
        """What is wrong with an adaptation, or with the spec that it leads to."""
        try:
            blueprint = self._library.get(blueprint_id)
            adaptation = blueprints.read_adaptation(text, blueprint, blueprints.candidates(order.prompt, blueprint))
        except Bad as error:
            return [str(error)]
        spec = blueprints.build(blueprint, adaptation, blueprints.language_of(order.prompt), order.prompt)
        return [f"{v.field}: {v.reason}" for v in problems(spec)]

    async def record(self, order: Order, blueprint_id: str, outcome: Outcome) -> None:
        """Appends the app; a repeat appends nothing. Raises Invalid for a spec that is not sound."""
        blueprint = self._library.get(blueprint_id)
        language = blueprints.language_of(order.prompt)
        with told():
            adaptation = blueprints.plain(blueprint, language)
            if outcome.adapted:
                labels = blueprints.candidates(order.prompt, blueprint)
                adaptation = blueprints.read_adaptation(outcome.text, blueprint, labels)
            created = events.AppCreated(
                app_id=order.app_id,
                owner_id=order.person_id,
                conversation_id=order.conversation_id,
                spec=blueprints.build(blueprint, adaptation, language, order.prompt),
                prompt=order.prompt,
                blueprint=blueprint_id,
                repairs=outcome.repairs,
                model_output=outcome.text,
                revision=outcome.revision,
            )
            await self._repository.execute(
                stream_of(order.app_id),
                lambda state: [NewEvent(event, f"person:{order.person_id}") for event in domain.create(state, created)],
                Metadata(order.actor, utc_now(), order.app_id, "", traceparent()),
                command=CommandKey(order.actor, order.idempotency_key, bytes.fromhex(order.fingerprint)),
            )
