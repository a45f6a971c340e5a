"""Answers questions over records: read without a model, computed in SQL, told with the records it rests on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.auth import Principal
from madeleine_miniapp.application.access import Access, Viewed
from madeleine_miniapp.application.apps import zone_of
from madeleine_miniapp.application.naming import Naming
from madeleine_miniapp.application.placing import Placing
from madeleine_miniapp.application.ports import Figures, Model, ReadModel, RecordContents
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.language import language_of
from madeleine_miniapp.domain.questions import wording
from madeleine_miniapp.domain.questions.joint import is_of_one, passes_over, read_jointly, read_surely
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Meaning, Placed
from madeleine_miniapp.domain.questions.nothing_found import of_nothing
from madeleine_miniapp.domain.questions.reading import Reading, read
from madeleine_miniapp.domain.questions.related import related, rests_on_both, with_logs
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject, Subjects
from madeleine_miniapp.domain.questions.words import worth_reading
from madeleine_miniapp.domain.relations import check_relation
from madeleine_miniapp.domain.tables import named

log = logging.getLogger(__name__)

# A question is tried on so many apps, latest first.
_APPS = 20
_CITED = 50
_MEANT = 6
_NOTHING = (
    "I cannot tell of which records it is: those I know have nothing of it",
    "看不出问的是哪种记录：我想到的那种里没有",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading of the question in one app."""

    viewed: Viewed
    reading: Reading
    # Other apps that it is computed from.
    others: tuple[Viewed, ...] = ()

    @property
    def apps(self) -> list[m.App]:
        """All apps that it is computed from."""
        return [one.app for one in (self.viewed, *self.others)]

    @property
    def names(self) -> dict[str, str]:
        """People's names by id."""
        return {i: name for one in (*self.others, self.viewed) for i, name in one.names.items()}


class Asking:
    """Finds the app a question is about, reads it, computes it."""

    def __init__(
        self,
        access: Access,
        read_model: ReadModel,
        figures: Figures,
        contents: RecordContents,
        model: Model,
        lexicon: Lexicon,
        clock: Callable[[], datetime],
        *,
        with_model: bool = False,
    ) -> None:
        self._access = access
        self._read_model = read_model
        self._figures = figures
        self._contents = contents
        self._placing = Placing(contents, model)
        self._naming = Naming(model, lexicon) if with_model else None
        self._lexicon = lexicon
        self._clock = clock

    async def ask(self, caller: Principal, request: m.AskRequest) -> m.AskResponse:
        """An answer with computed figures, or answered=false with the reason."""
        if request.conversation_id:
            await self._access.conversation(caller, request.conversation_id)
        # Chat asks about every message that is meant for the AI: small talk must cost next to nothing.
        if not request.app_id and not request.app_ids and not worth_reading(request.question):
            return _unanswered("it does not ask for a figure")
        viewed = await self._apps(caller, request)
        if not viewed:
            return _unanswered("there is no app to ask")
        zone = zone_of(caller)
        now = self._clock().astimezone(zone)
        asked: list[tuple[Viewed, Subject, Asker]] = []
        for one in viewed:
            folded = {name.casefold().strip() for name in one.names.values()}
            asker = Asker(
                caller.person_id, now, {k: v for k, v in one.people.items() if k.casefold() in folded}, one.names
            )
            asked += [(one, await self._subject(one, entity, zone), asker) for entity in one.app.spec.entities]
        logs = with_logs([subject for _, subject, _ in asked])
        asked = [
            (one, replace(log, beside=tuple(o.entity for _, o, _ in asked if o is not subject)), asker)
            for (one, subject, asker), log in zip(asked, logs, strict=True)
        ]
        by_app = {one.app.app_id: one for one in viewed}
        subjects = [(subject, asker) for _, subject, asker in asked]
        if sure := _unless_at_fault(lambda: read_surely(request.question, subjects, self._lexicon)):
            return await self._answer(caller, request.question, _jointly(sure, by_app), now)
        readings = [Candidate(v, self._read(request.question, subject, asker)) for v, subject, asker in asked]
        # An app that the question does not name must be named by where it is asked.
        least = float("-inf") if request.app_id or request.app_ids else 0.0
        several = 1 < len(request.app_ids) <= _MEANT

        def sound(among: Sequence[Candidate]) -> list[Candidate]:
            every = [c.reading for c in among]
            whole = [c for c in among if not passes_over(request.question, c.reading, subjects)]
            return [c for c in whole if not several or is_of_one(c.reading, every, self._lexicon)]

        whole = sound(readings)
        best = None if several else _best(whole, least)
        joined = related(subjects, self._lexicon) if best is None and not several else []
        beyond = [(by_app[subject.app_id], subject, asker) for subject, asker in joined]
        both = [Candidate(v, self._read(request.question, subject, asker)) for v, subject, asker in beyond]
        best = best or _best([c for c in both if rests_on_both(c.reading)], least)
        if best is None:
            best = self._over_several(request.question, subjects, by_app)
            # Of several apps that are named, one alone is no joint answer.
            best = None if several and best is not None and len(best.apps) == 1 else best
        # Who names several apps asks over them, if that can be read.
        best = best or _best(whole, least)
        if best is None:
            unplaced = [c.reading for c in readings]
            readings = await self._placed(request.question, asked, readings)
            both = await self._placed(request.question, beyond, both)
            best = _best(sound(readings), least) or _best([c for c in both if rests_on_both(c.reading)], least)
            if several and best is None and (meant := await self._placing.place_jointly(unplaced)):
                best = self._over_several(request.question, subjects, by_app, meant)
                best = best if best is not None and len(best.apps) > 1 else None
        if best is None and (chosen := await self._named(request.question, asked, readings, caller)) is not None:
            answer = await self._answer(caller, request.question, chosen, now)
            answer.read_by_model = answer.answered
            return answer
        if best is None:
            return _unanswered(_why_not(readings))
        return await self._answer(caller, request.question, best, now)

    def _over_several(
        self, question: str, subjects: Subjects, viewed: Mapping[str, Viewed], placed: Placed | None = None
    ) -> Candidate | None:
        joint = _unless_at_fault(lambda: read_jointly(question, subjects, self._lexicon, placed))
        return _jointly(joint, viewed) if joint is not None else None

    async def _placed(
        self, question: str, asked: Sequence[tuple[Viewed, Subject, Asker]], readings: Sequence[Candidate]
    ) -> list[Candidate]:
        """The readings with their unknown phrases looked up in the records."""
        placed: list[Candidate] = []
        for (one, subject, asker), candidate in zip(asked, readings, strict=True):
            beside = [c.reading for c in readings if c.viewed is one and c is not candidate]
            meanings = await self._placing.place(candidate.reading, beside)
            again = self._read(question, subject, asker, meanings) if meanings else candidate.reading
            placed.append(Candidate(one, again))
        return placed

    async def _named(
        self,
        question: str,
        asked: Sequence[tuple[Viewed, Subject, Asker]],
        readings: Sequence[Candidate],
        caller: Principal,
    ) -> Candidate | None:
        """The likeliest reading with its one unknown phrase placed by the model, if that makes it whole."""
        if self._naming is None:
            return None
        (one, subject, asker), near = max(zip(asked, readings, strict=True), key=lambda pair: pair[1].reading.score)
        meanings = await self._naming.place(question, near.reading, caller.person_id)
        again = self._read(question, subject, asker, meanings) if meanings else None
        return Candidate(one, again) if again is not None and again.computable else None

    def _read(
        self, question: str, subject: Subject, asker: Asker, placed: Sequence[tuple[str, Meaning]] = ()
    ) -> Reading:
        found = _unless_at_fault(lambda: read(question, subject, asker, self._lexicon, placed))
        return found or Reading(subject, None, float("-inf"), problem="I could not read it")

    async def _apps(self, caller: Principal, request: m.AskRequest) -> list[Viewed]:
        if request.app_id:
            return [await self._access.app(caller, request.app_id)]
        if request.app_ids:
            return [await self._access.app(caller, app_id) for app_id in request.app_ids]
        if request.conversation_id:
            apps = await self._read_model.apps(
                owner_id="", conversation_id=request.conversation_id, after=None, limit=_APPS
            )
        else:
            apps = await self._read_model.private_apps(caller.person_id, _APPS)
        for app in apps:
            await self._read_model.wait_for(app.app_id)
        return [await self._access.view(caller, app) for app in apps]

    async def _subject(self, viewed: Viewed, entity: s.Entity, zone: ZoneInfo) -> Subject:
        held = await self._contents.of(viewed.app.app_id, entity, zone)
        shared = len(viewed.names) > 1
        people = held.filled if shared else ()
        return Subject(
            viewed.app.spec,
            entity,
            shared,
            people,
            viewed.app.app_id,
            held.texts,
            held.first_day,
            held.last_day,
            held.counts,
        )

    async def _answer(self, caller: Principal, question: str, chosen: Candidate, now: datetime) -> m.AskResponse:
        reading, plan = chosen.reading, chosen.reading.plan
        if plan is None:
            return _unanswered(_why_not([chosen]))
        language = language_of(question)
        names = chosen.names
        described = wording.describe(reading, now.date(), language, names)
        if (reason := _before_records(reading, plan.spans, language)) is not None:
            return m.AskResponse(answered=False, reason=reason, text=reason, reading=described, app=chosen.viewed.app)
        specs = {app.app_id: app.spec for app in chosen.apps}
        try:
            checked = check_relation(plan.relation, specs)
        except Bad as error:
            # A reader that makes an unsound relation is a fault here, and no answer for the asker.
            log.exception(
                "a question was read as an unsound relation", extra={"paths": [v.field for v in error.violations]}
            )
            return _unanswered("I read it in a way that cannot be computed")
        raw = await self._figures.table(checked, zone_of(caller).key)
        table = wording.units(plan, raw, language if reading.subject.in_chinese else "en")
        empty = wording.is_empty(plan, table) or wording.only_remarked(reading, table)
        shown = named(table, names)
        said = names.get(verdict := wording.verdict(plan, table), verdict)
        if not table.record_ids and plan.figure and not said and of_nothing(reading):
            return _unanswered(_NOTHING[language == "zh"])
        if plan.verdict and _repeated(plan.key, table):
            return _unanswered("I read it as a comparison of a thing with itself")
        if empty and said not in ("yes", "no"):
            return m.AskResponse(
                answered=False,
                reason=(none := wording.answer(plan, shown, described, language, "")),
                text=none,
                reading=described,
                app=chosen.viewed.app,
            )
        return m.AskResponse(
            answered=True,
            text=wording.answer(plan, shown, described, language, said),
            reading=described,
            result=wording.result(plan, shown),
            app=chosen.viewed.app,
            records=[
                record
                for app in chosen.apps
                for record in await self._read_model.records_by_id(app.app_id, table.record_ids[:_CITED])
            ],
            table=table,
            relation=plan.relation,
            apps=chosen.apps,
            verdict=said,
        )


def _unless_at_fault(reading: Callable[[], Reading | None]) -> Reading | None:
    """What a reader made of the question; its own fault is told in the log and spoils no other reading."""
    try:
        return reading()
    except Exception:
        log.exception("a reader of questions failed")
        return None


def _jointly(reading: Reading, viewed: Mapping[str, Viewed]) -> Candidate:
    others = dict.fromkeys(subject.app_id for subject in reading.also if subject.app_id != reading.subject.app_id)
    return Candidate(viewed[reading.subject.app_id], reading, tuple(viewed[app_id] for app_id in others))


def _best(readings: Sequence[Candidate], least: float) -> Candidate | None:
    """The one that names most of what the question names; of equals the first, which is the latest app's."""
    sound = [c for c in readings if c.reading.computable and c.reading.score > least]
    return max(sound, key=lambda c: c.reading.score, default=None)


def _repeated(key: str, table: q.Table) -> bool:
    """Whether two rows of a table that names its rows have the same name."""
    at = next((i for i, c in enumerate(table.columns) if c.name == key), -1) if key else -1
    names = [row.values[at].string_value for row in table.rows] if at >= 0 else []
    told = [name for name in names if name]
    return len(set(told)) < len(told)


def _before_records(reading: Reading, spans: Sequence[Span], language: str) -> str | None:
    """Why there can be no data: all times lie before the first record."""
    first = reading.subject.first_day
    if not spans or first is None or any(span.last >= first for span in spans):
        return None
    if language == "zh":
        return f"没有这段时间的数据：记录从 {first.isoformat()} 开始"
    return f"there is no data for that time: the records begin on {first.isoformat()}"


def _unanswered(reason: str) -> m.AskResponse:
    return m.AskResponse(answered=False, reason=reason)


def _why_not(readings: Sequence[Candidate]) -> str:
    """The reason of the reading that came closest."""
    closest = max(readings, key=lambda c: (c.reading.plan is not None, c.reading.score, not c.reading.problem)).reading
    if closest.problem and not closest.unplaced:
        return closest.problem
    if closest.unplaced:
        return f"I cannot tell what '{closest.unplaced[0][:60]}' is in {closest.subject.spec.title}"
    return f"it names no figure that {closest.subject.spec.title} records"
