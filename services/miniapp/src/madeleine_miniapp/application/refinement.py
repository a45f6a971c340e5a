"""What the model adds to a drafted app, checked before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_common.commands import utc_now
from madeleine_common.events.model import CommandKey, Metadata, NewEvent
from madeleine_common.events.repository import Repository
from madeleine_common.telemetry import traceparent
from madeleine_miniapp.application.creation import Creation, Drafted
from madeleine_miniapp.application.diffing import diff
from madeleine_miniapp.application.ports import Generated, Model, Order
from madeleine_miniapp.application.streams import stream_of
from madeleine_miniapp.application.told import told
from madeleine_miniapp.domain import app as domain
from madeleine_miniapp.domain.changing import Edited, change_spec
from madeleine_miniapp.domain.choosing import Choice
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.formulas import Engine
from madeleine_miniapp.domain.language import language_of
from madeleine_miniapp.domain.records import Surroundings, coerce
from madeleine_miniapp.domain.refining import Scope, refine, schema, scope
from madeleine_miniapp.domain.samples import PERSON, RECORD, least, sample

_SYSTEM = {
    "en": "You set up small record-keeping apps. A draft is there. Reply with JSON only: operations that give it a"
    " short fitting title, and add fields for those phrases that are things to be recorded. No operation is fine, too.",
    "zh": "你负责完善小型记录应用。草稿已经有了。"
    "只用 JSON 回答：给它一个简短贴切的标题，并为那些确实要记录的词语添加字段。"
    "不需要改动也可以。",
}
# A prompt may be long; the model's context is not.
_PROMPT_SHOWN = 800
_NOTHING = '{"operations": []}'


class Refinement:
    """Asks the model for edit operations on a draft, and applies them where they do no harm."""

    def __init__(
        self,
        repository: Repository[domain.App],
        creation: Creation,
        model: Model,
        engine: Engine,
        *,
        enabled: bool = True,
    ) -> None:
        self._repository = repository
        self._engine = engine
        self._enabled = enabled
        self._creation = creation
        self._model = model

    async def propose(self, order: Order, drafted: Drafted, faults: Sequence[str]) -> Generated:
        """The model's operations as raw text; `faults` are those of its attempt before."""
        if not self._enabled:
            return Generated(_NOTHING, "")
        asked = await self._scope(order, drafted)
        if asked.closed:
            return Generated(_NOTHING, "")
        language = language_of(order.prompt)
        fields = ", ".join(f.label for e in asked.spec.entities for f in e.fields)
        shown = [
            f'The draft is called "{asked.spec.title}" and has the fields: {fields}',
            f"Phrases that may become fields: {', '.join(asked.phrases) or 'none'}",
            f"The person wants: {order.prompt[:_PROMPT_SHOWN]}",
            *(f"Your last reply was wrong: {fault}" for fault in faults),
        ]
        return await self._model.generate(_SYSTEM[language], "\n".join(shown), schema(asked), order.person_id)

    async def faults(self, order: Order, drafted: Drafted, text: str) -> list[str]:
        """What is wrong with the operations, or with the app that they lead to."""
        try:
            spec = refine(text, await self._scope(order, drafted)).spec
        except Bad as error:
            return [f"{v.field}: {v.reason}" for v in error.violations]
        return check(spec, self._engine)

    async def record(self, order: Order, drafted: Drafted, generated: Generated, repairs: int) -> bool:
        """Appends the change, once; False when nothing changes, or somebody has changed the app in between."""
        asked = await self._scope(order, drafted)
        applied = refine(generated.text, asked)
        key = CommandKey(order.actor, f"{order.idempotency_key}-refined", bytes.fromhex(order.fingerprint))

        def decide(state: domain.App) -> list[NewEvent]:
            if state.version != 1:
                # Somebody has changed it already: they know better.
                return []
            change = change_spec(state, order.person_id, Edited(applied.spec, applied.migrations, 1))
            if change is None:
                return []
            change.diff = diff(state.spec, change.spec)
            change.request, change.changed_by = order.prompt, order.person_id
            change.model_output, change.revision = generated.text, generated.revision
            change.repairs, change.blueprint = repairs, drafted.blueprint_id
            return [NewEvent(change, domain.subject_of(state, change, order.person_id))]

        with told():
            done = await self._repository.execute(
                stream_of(order.app_id),
                decide,
                Metadata(order.actor, utc_now(), order.app_id, "", traceparent()),
                command=key,
            )
        return bool(done.events)

    async def _scope(self, order: Order, drafted: Drafted) -> Scope:
        draft = self._creation.draft(order.prompt, Choice(drafted.blueprint_id, drafted.close))
        return scope(draft.spec, order.prompt, draft.named, titled=draft.titled)


def check(spec: AppSpec, engine: Engine) -> list[str]:
    """What hinders sample records of a spec; empty when it takes them."""
    around = Surroundings(UTC, {PERSON: PERSON}, {e.name: [RECORD] for e in spec.entities}, engine)
    found: list[str] = []
    for index, entity in enumerate(spec.entities):
        for values in (sample(entity), least(entity)):
            try:
                coerce(entity, values, around)
            except Bad as error:
                found += [f"entities[{index}]: {v.field.removeprefix('values.')} {v.reason}" for v in error.violations]
    return list(dict.fromkeys(found))
