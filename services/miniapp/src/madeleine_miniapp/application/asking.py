"""Answers questions over records: read without a model, computed in SQL, told with the records it rests on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.auth import Principal
from madeleine_common.errors import Unavailable
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.apps import zone_of
from madeleine_miniapp.application.ports import Figures, Model, ReadModel
from madeleine_miniapp.domain.blueprint import language_of
from madeleine_miniapp.domain.questions import wording
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Asker, Reading, Subject, read, worth_reading
from madeleine_miniapp.domain.validation import NUMERIC

log = logging.getLogger(__name__)

# A question is tried on so many apps, latest first.
_APPS = 20
_CITED = 50
# Cosine and lead over the second field, with multilingual-e5-small: "hours slept" -> sleep (0.88, 0.07) and
# "kilometres" -> distance (0.90, 0.05) pass; "carbs" -> calories (0.86, 0.00) and "water" (0.84, 0.00) do not.
_LIKENESS, _LEAD = 0.87, 0.04


@dataclass(frozen=True, slots=True)
class _Candidate:
    viewed: Viewed
    reading: Reading


class Asking:
    """Finds the app a question is about, reads it, computes it."""

    def __init__(
        self,
        access: Access,
        read_model: ReadModel,
        figures: Figures,
        model: Model,
        lexicon: Lexicon,
        clock: Callable[[], datetime],
    ) -> None:
        self._access = access
        self._read_model = read_model
        self._figures = figures
        self._model = model
        self._lexicon = lexicon
        self._clock = clock

    async def ask(self, caller: Principal, request: m.AskRequest) -> m.AskResponse:
        """An answer with a computed figure, or answered=false with the reason."""
        if request.conversation_id:
            await self._access.conversation(caller, request.conversation_id)
        # Chat asks about every message that is meant for the AI: small talk must cost next to nothing.
        if not request.app_id and not worth_reading(request.question):
            return _unanswered("it does not ask for a figure")
        viewed = await self._apps(caller, request)
        if not viewed:
            return _unanswered("there is no app to ask")
        now = self._clock().astimezone(zone_of(caller))
        readings: list[_Candidate] = []
        for one in viewed:
            asker = Asker(caller.person_id, now, {k: v for k, v in one.people.items() if k != v})
            for entity in one.app.spec.entities:
                subject = await self._subject(one, entity)
                readings.append(_Candidate(one, read(request.question, subject, asker, self._lexicon)))
        best = self._best(readings) or await self._by_meaning(readings) or await self._by_text(readings)
        if best is None:
            return _unanswered(_why_not(readings))
        return await self._answer(caller, request.question, best, now)

    async def _apps(self, caller: Principal, request: m.AskRequest) -> list[Viewed]:
        if request.app_id:
            return [await self._access.app(caller, request.app_id)]
        if request.conversation_id:
            apps = await self._read_model.apps(
                owner_id="", conversation_id=request.conversation_id, after=None, limit=_APPS
            )
        else:
            apps = await self._read_model.private_apps(caller.person_id, _APPS)
        for app in apps:
            await self._read_model.wait_for(app.app_id)
        return [await self._access.view(caller, app) for app in apps]

    async def _subject(self, viewed: Viewed, entity: s.Entity) -> Subject:
        shared = len(viewed.names) > 1
        people = [f.name for f in entity.fields if f.type == s.FIELD_TYPE_PERSON]
        if not shared or not people:
            return Subject(viewed.app.spec, entity, shared)
        filled = await self._figures.fields_filled(viewed.app.app_id, entity.name, people)
        return Subject(viewed.app.spec, entity, shared, tuple(filled))

    @staticmethod
    def _best(readings: Sequence[_Candidate]) -> _Candidate | None:
        """The one that names most of what the question names; of equals the latest app's."""
        sound = [c for c in readings if c.reading.computable and c.reading.score > 0]
        return max(sound, key=lambda c: c.reading.score, default=None)

    async def _by_meaning(self, readings: Sequence[_Candidate]) -> _Candidate | None:
        """A reading whose one unplaced phrase means one of its fields, clearly more than any other."""
        doubtful = [
            c for c in readings if c.reading.lacks_field and not c.reading.problem and len(c.reading.unplaced) == 1
        ]
        offers = [
            (candidate, field)
            for candidate in doubtful
            for field in candidate.reading.subject.entity.fields
            if field.type in NUMERIC
        ]
        if not offers:
            return None
        labels = list(dict.fromkeys(_told_field(f) for _, f in offers))
        try:
            phrase = (await self._model.embed_queries([offers[0][0].reading.unplaced[0]]))[0]
            vectors = await self._model.embed_passages(labels)
        except Unavailable as error:
            # A doubt that cannot be settled is a question not understood; chat must not fail over it.
            log.warning("a question was not compared by meaning: %s", error.reason)
            return None
        likeness = {
            label: sum(a * b for a, b in zip(phrase, v, strict=True)) for label, v in zip(labels, vectors, strict=True)
        }
        ranked = sorted(likeness.values(), reverse=True)
        if ranked[0] < _LIKENESS or (len(ranked) > 1 and ranked[0] - ranked[1] < _LEAD):
            return None
        candidate, field = max(offers, key=lambda offer: likeness[_told_field(offer[1])])
        reading = candidate.reading.with_field(field, self._lexicon.additive(field))
        return _Candidate(candidate.viewed, reading) if reading.computable else None

    async def _by_text(self, readings: Sequence[_Candidate]) -> _Candidate | None:
        """A reading whose one unplaced phrase stands in the records' text: "how often did I have mapo tofu"."""
        found: list[_Candidate] = []
        for candidate in readings:
            reading = candidate.reading
            if reading.problem or reading.lacks_field or len(reading.unplaced) != 1 or len(reading.unplaced[0]) < 2:
                continue
            entity = reading.subject.entity
            texts = [f.name for f in entity.fields if f.type == s.FIELD_TYPE_TEXT]
            holding = await self._figures.fields_holding(
                candidate.viewed.app.app_id, entity.name, texts, reading.unplaced[0]
            )
            if len(holding) == 1:
                found.append(_Candidate(candidate.viewed, reading.with_text_filter(holding[0])))
        return self._best(found)

    async def _answer(self, caller: Principal, question: str, chosen: _Candidate, now: datetime) -> m.AskResponse:
        app, reading = chosen.viewed.app, chosen.reading
        result = await self._figures.compute(app.app_id, reading.subject.entity, reading.query, zone_of(caller).key)
        language = language_of(question)
        names = chosen.viewed.names
        described = wording.describe(reading, now.date(), language, names)
        return m.AskResponse(
            answered=True,
            text=wording.answer(reading, result, described, language, names),
            reading=described,
            result=result,
            query=reading.query,
            app=app,
            records=await self._read_model.records_by_id(app.app_id, result.record_ids[:_CITED]),
        )


def _told_field(field: s.Field) -> str:
    label = field.label or field.name.replace("_", " ")
    return f"{label} ({field.unit})" if field.unit else label


def _unanswered(reason: str) -> m.AskResponse:
    return m.AskResponse(answered=False, reason=reason)


def _why_not(readings: Sequence[_Candidate]) -> str:
    """The reason of the reading that came closest."""
    closest = max(readings, key=lambda c: (c.reading.score, not c.reading.problem)).reading
    if closest.problem:
        return closest.problem
    if closest.unplaced:
        return f"I cannot tell what '{closest.unplaced[0][:60]}' is in {closest.subject.spec.title}"
    return f"it names no figure that {closest.subject.spec.title} records"
