# ruff: noqa: E501 - patterns of questions, one line each.
"""Reads parts of a question, each over the kind of record that knows its words best."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.across.places import place_words, without_places
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, Limit
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.ledgers import ledger_of
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.reading import Reading, read_scan, vocabulary_of
from madeleine_miniapp.domain.questions.scanning import Scan, scan
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import asked, stems
from madeleine_miniapp.domain.questions.units import quantity
from madeleine_miniapp.domain.questions.vocabulary import Vocabulary
from madeleine_miniapp.domain.questions.whose import whose

Subjects = Sequence[tuple[Subject, Asker]]
_SETTLES = re.compile(r"\btransfer|\bpayments?\b|\bsen[dt]\b|\bback\b|转|还(?!是|有)|收到|收款|付款")
_COUNTED = re.compile(r"\bhow (?:many|often)\b|\bnumber\b|\bcount|\btimes\b|多少|几|次数|数量|频率")
_ONE = ("sup", "last", "first", "oldest")
_NAMED, _LASTING, _IGNORED = 3.0, 8.0, 6.0
_SLEEP = re.compile(r"sleep|slept|night|睡")
_EVERYONE = re.compile(
    r"\b(?:we|us|our|everyone|everybody|anyone|anybody|somebody|someone|all of us|either of us)\b|我们|大家|有人|任何人|所有人"
)
# That there is one at all.
_AT_ALL = re.compile(
    r"\b(?:at least (?:one|a|an|once)|(?:an?|some|any|one)(?: or more)?)\b(?! (?:day|days|time|times)\b)|(?:至少|起码)一[次条个笔]?"
)
# Being somewhere, having something, having written it down: said of whatever happened on a day.
_HAPPENS = re.compile(
    r"\b(?:was|were|is|are|am|be|been|being|sat|sit|had|have|has|got|get|gets|having|getting|went|go|gone|going|did|do|does|done|doing|put|took|take|noted|note|logged|log|recorded|record|entered|ticked|tick|marked|wrote|write|gave|give|made|managed|manage|there|some|something|anything|also|in|at|on|with|of|from|mine|too|as well|up|down|down for|out|said|says|shows?|fell|falls?)\b"
    r"|勾选?了?|打了|记了?|写了?|标了?|选了?|点了?|打卡|打出|过"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Records whose days are meant; `shift`: so many days later."""

    subject: Subject
    records: q.Relation
    day: q.Expression
    told: str
    # It is a limit or a choice that tells these days from others.
    limited: bool = False


class Reader:
    """Reads texts over several kinds of record, each text and kind once."""

    def __init__(self, subjects: Subjects, lexicon: Lexicon) -> None:
        self.subjects, self.lexicon = subjects, lexicon
        self.today = subjects[0][1].now.date()
        self._vocabularies: dict[tuple[str, str], Vocabulary] = {}
        self._scans: dict[tuple[str, str, str], Scan] = {}
        self._readings: dict[tuple[str, str, str, bool], Reading] = {}
        ledger = ledger_of(subjects)
        self._payments = ledger.payments if ledger is not None else None
        self.places = place_words(subjects, lexicon)

    def scan(self, text: str, subject: Subject, asker: Asker) -> Scan:
        """The mentions of a text in the words of one subject."""
        kind = (subject.app_id, subject.entity.name)
        if kind not in self._vocabularies:
            self._vocabularies[kind] = vocabulary_of(subject, asker, self.lexicon)
        if (text, *kind) not in self._scans:
            self._scans[text, *kind] = scan(asked(text), self._vocabularies[kind], asker.now.date())
        return self._scans[text, *kind]

    def read(self, text: str, subject: Subject, asker: Asker, *, mine: bool = False) -> Reading:
        """The reading of a text over one subject; `mine`: of the asker, if it names nobody."""
        key = (text, subject.app_id, subject.entity.name, mine)
        if key not in self._readings:
            found = self.scan(text, subject, asker)
            self._readings[key] = read_scan(found, subject, asker, self.lexicon, mine=mine)
        return self._readings[key]

    def facts(self, text: str, subject: Subject, asker: Asker) -> Facts | None:
        """What a text says of one subject; None where it is clear that it cannot be answered."""
        try:
            return gather(subject, asker, self.lexicon, self.scan(text, subject, asker))
        except Doubt:
            return None

    def best(
        self,
        text: str,
        fits: Callable[[Reading], bool] = lambda _: True,
        *,
        other: Subject | None = None,
        mine: bool = False,
    ) -> tuple[Reading, Asker] | None:
        """The whole reading of a part over the kind of record that it names best."""
        text, among = without_places(text, self.places, self.subjects)
        found = [(self.read(text, s_, asker, mine=mine), asker) for s_, asker in among if not same_kind(s_, other)]
        sound = [p for p in found if p[0].computable and p[0].score > 0 and fits(p[0])]
        sound = [p for p in sound if self.bought(p[0].subject, text)]
        for subject, asker in among if not sound else ():
            for other_text in self._said_of(subject, text) if not same_kind(subject, other) else ():
                reading = self.read(other_text, subject, asker, mine=mine)
                if reading.computable and reading.score > 0 and fits(reading):
                    sound.append((reading, asker))
        return max(
            sound, key=lambda p: p[0].score - _lasting(p[0].subject) - self._ignored(text, p[0].subject), default=None
        )

    def _ignored(self, text: str, subject: Subject) -> float:
        """What is against a kind of record that passes over words which name something in another."""
        named: dict[bool, set[int]] = {True: set(), False: set()}
        for one, asker in self.subjects:
            for m in self.scan(text, one, asker).mentions:
                if any(x.name and x.strength > 1 for x in m.of(Kind.FIELD, Kind.CHOICE, Kind.ENTITY)):
                    named[same_kind(one, subject)].update(range(m.start, m.end))
        return _IGNORED if named[False] - named[True] else 0.0

    def bought(self, subject: Subject, text: str) -> bool:
        """Whether a kind of record may be meant where people pay: not what only settles, unless that is said."""
        return _SETTLES.search(text) is not None or not same_kind(subject, self._payments)

    def days(self, clause: str, *, own: bool, given: Subjects = ()) -> Days | None:
        """The records that a clause like "I slept less than 6 hours" speaks of.

        `own`: the asker's, if nobody is named; `given`: the kinds of record that are meant, if the question says so.
        """
        clause, among = without_places(clause, self.places, given or self.subjects)
        bare = _AT_ALL.sub(" ", clause)
        found: tuple[float, Days] | None = None
        for subject, asker in among:
            one = self._of_clause(bare, subject, asker, own=own)
            if one is None and (less := _HAPPENS.sub(" ", bare)) != bare:
                one = self._of_clause(less, subject, asker, own=own)
            if one is not None:
                one = (one[0] - self._ignored(bare, subject), one[1])
            if one is not None and (found is None or one[0] > found[0]):
                found = one
        if found is not None and len(found[1].subject.temporal) > 1:
            return self._happening(bare, found[1], own=own) or found[1]
        return found[1] if found else None

    def _happening(self, clause: str, days: Days, *, own: bool) -> Days | None:
        """What happened with such a thing, rather than the thing: days on which a book was read are its sessions'."""
        for subject, asker in self.subjects:
            if subject.app_id != days.subject.app_id:
                continue
            for text in self._said_of(subject, clause):
                one = self._of_clause(text, subject, asker, own=own)
                if one is not None:
                    return one[1]
        return None

    def _said_of(self, subject: Subject, text: str) -> list[str]:
        """A text that names what records are about, "book", with what they are called themselves: "session"."""
        if len(subject.temporal) > 1:
            return []
        own = {stems(f.name) for f in subject.entity.fields} | {stems(f.label) for f in subject.entity.fields}
        label = (subject.entity.label or subject.entity.name).casefold()
        made: list[str] = []
        for other in subject.spec.entities:
            if other.name == subject.entity.name or not {stems(other.name), stems(other.label)} & own:
                continue
            names = {other.name, other.label, *_words_for(self.lexicon, other)} - {""}
            for name in sorted(names, key=len, reverse=True):
                changed = re.sub(rf"(?<![a-z]){re.escape(name.casefold())}s?(?![a-z])", f" {label} ", text)
                if changed != text and changed not in made:
                    made.append(changed)
        return made

    def _of_clause(self, clause: str, subject: Subject, asker: Asker, *, own: bool) -> tuple[float, Days] | None:
        facts = self.facts(clause, subject, asker) if clause.strip() else None
        if facts is None:
            return None
        if own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        if facts.people and not _whose_known(facts):
            return None
        # Records of such a thing by name rather than those that only mention it.
        named = any(m.of(Kind.ENTITY) for m in facts.items)
        score = self.read(clause, subject, asker).score
        limited = bool(facts.limits or facts.conditions)
        told = ", ".join([*(c.told for c in facts.conditions if c.told), *(x.told for x in facts.limits)])
        made = _records(facts) or self._one_day(clause, subject, asker)
        if score <= 0 or made is None:
            return None
        days = Days(subject, *made, told or subject.entity.label or subject.entity.name, limited)
        # "Arrived" names the day of what lasts.
        dated = any(
            x.strength > 1 and x.field and x.field.type in TEMPORAL for m in facts.items for x in m.of(Kind.FIELD)
        )
        return score + (_NAMED if named else 0.0) - (0.0 if dated else _lasting(subject)), days

    def _one_day(self, clause: str, subject: Subject, asker: Asker) -> tuple[q.Relation, q.Expression] | None:
        """The day of "my longest run", of "the lowest mood", of the last such record."""
        reading = self.read(clause, subject, asker)
        plan = reading.plan if reading.computable else None
        if plan is None or not any(m.cue(n) for m in self.scan(clause, subject, asker).mentions for n in _ONE):
            return None
        column = next((c.name for c in plan.shown if c.name in ("day", "on")), "")
        if not column:
            return None
        return terms.extended(plan.relation, terms.named(that=terms.column(column)), only=True), terms.column("that")


def _words_for(lexicon: Lexicon, entity: s.Entity) -> list[str]:
    return ["".join(name) if is_chinese(name[0]) else " ".join(name) for name in lexicon.of_entity(entity)]


def _lasting(subject: Subject) -> float:
    """What is against records of what lasts, such as books, where days are spoken of."""
    return _LASTING if len(subject.temporal) > 1 else 0.0


def _whose_known(facts: Facts) -> bool:
    try:
        whose(facts)
    except Doubt:
        return False
    return True


def own_meant(text: str) -> bool:
    """Whether the asker's own records are meant where nobody is named: unless the question speaks of all."""
    return _EVERYONE.search(text) is None


def _records(facts: Facts) -> tuple[q.Relation, q.Expression] | None:
    """The records that a clause means, and their day, if it was wholly understood.

    A limit on what adds up is one on the day's sum ("days I ate over 2000 kcal"), one on a rating is one on the day's
    mean; nights are told one by one. "At least two meals" are as many on a day.
    """
    facts.cue("me", "us", "how_much", "exist", "row", "times", "verb", "unit", "share_none", "sum", "per", "others")
    at = facts.moment()
    for index, _, fields in facts.fields_named(*TEMPORAL):
        # "Somebody arrived": on the day that is called so.
        at = terms.column(fields[0].name)
        facts.used.add(index)
    held = list(facts.limits)
    daily = [x for x in facts.limits if x.counted or (len(x.fields) == 1 and _of_days(facts, x.fields[0]))]
    facts.limits = [x for x in facts.limits if x not in daily]
    if any(x.counted and x.fields for x in daily) or facts.spans():
        return None
    made = base.chosen(facts, [], at)
    limited = {f.name for x in (*held, *daily) for f in x.fields}
    # "Under six hours of sleep": the limit's own field.
    facts.used |= {i for i, m in enumerate(facts.items) if any(x.name in limited for x in m.of(Kind.FIELD))}
    if facts.left_over():
        return None
    day = facts.day(at)
    for limit in daily:
        made = terms.joined(made, _passing(facts, made, day, limit), q.JOIN_KIND_SEMI, (day, terms.column("on")))
    return made, day


def _passing(facts: Facts, given: q.Relation, day: q.Expression, limit: Limit) -> q.Relation:
    """The days that pass a limit on their sum, mean or number: column "on"."""
    if limit.counted:
        level = terms.measure("level", q.MEASURE_FUNCTION_COUNT)
    else:
        function = q.MEASURE_FUNCTION_SUM if _adds_up(facts, limit.fields[0]) else q.MEASURE_FUNCTION_MEAN
        level = terms.measure("level", function, quantity(limit.fields[0], limit.unit).expression)
    levels = terms.grouped(given, terms.named(on=day), [level])
    return terms.filtered(levels, holds(limit, terms.column("level")))


def _of_days(facts: Facts, field: s.Field) -> bool:
    return field.type == s.FIELD_TYPE_RATING or _adds_up(facts, field)


def _adds_up(facts: Facts, field: s.Field) -> bool:
    return facts.additive(field) and not _SLEEP.search(f"{field.name} {field.label}".casefold())


def within(facts: Facts, spans: Sequence[Span], rows: q.Relation, at: q.Expression) -> q.Relation:
    """Those of the rows that fall into any of the spans."""
    if not spans:
        return rows
    held = [facts.within(span, at) for span in spans]
    return terms.filtered(rows, held[0] if len(held) == 1 else terms.call(q.FUNCTION_OR, *held))


def same_kind(one: Subject, other: Subject | None) -> bool:
    """Whether two subjects are the same kind of record."""
    return other is not None and (one.app_id, one.entity.name) == (other.app_id, other.entity.name)


def uncounted(reading: Reading, text: str) -> bool:
    """Whether a reading counts records though the text does not ask how many."""
    counts = reading.plan is not None and (reading.plan.counts or any(c.name == "count" for c in reading.plan.shown))
    return counts and _COUNTED.search(text) is None


def made_of(part: Reading, plan: Plan, *others: Subject) -> Reading:
    """A reading computed from other kinds of record as well."""
    return replace(
        part,
        plan=plan,
        unplaced=(),
        problem="",
        also=tuple(one for one in others if not same_kind(one, part.subject)),
    )
