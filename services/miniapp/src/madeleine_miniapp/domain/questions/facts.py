"""What a question says of one kind of record: conditions, limits, times, people, and cues, each used or left over."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions import words
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.cues import SOFT
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import stems, tokens
from madeleine_miniapp.domain.questions.units import Quantity, quantity, unit_named

_UP_TO_NOW = re.compile(
    r"\bso far\b|\b(?:up )?(?:to|until|till) (?:now|date|today)\b|\balready\b|到目前|至今|到现在|截[至止]|已经"
)

# What stands before the next of several things that are asked.
_LISTED = re.compile(r"(?:[,+&/:(、，：]|\band|\bplus|和|以及|[-–—]) *(?:the |its |their |also )?$")
PAST = re.compile(r"[花付用交掏垫](?:了|掉|过|的)|花费了|\b(?:spent|paid|did)\b|已经?[花付]|(?:总共|一共|共)花|花钱")
# What stands before a thing that is only what something was done with.
_ONE_OF = re.compile(r"(?:^|[^\w'])(?:a|any|my|our) $|[页章]$")

_METERS = frozenset(
    stems(w) for w in ("reading", "meter", "meter reading", "meters", "读数", "抄表", "表", "电表", "水表")
)
_METERED = frozenset(("kwh", "m³", "m3", "mwh", "km", "度", "吨", "立方米"))


class Doubt(Exception):
    """The question was understood so far that it is clear why it cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter on records: the expression, and how it is told."""

    expression: q.Expression
    told: str
    field: str
    value: str
    start: int
    negated: bool = False
    kind: Kind = Kind.CHOICE


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that something must pass: "under six hours", "three workouts or more"."""

    sign: str
    number: float
    # Fields that the unit or the neighbouring word may mean; none: whatever the question is about.
    fields: tuple[s.Field, ...]
    unit: str
    # It is records that are counted: "three workouts or more".
    counted: bool
    start: int
    told: str


@dataclass(slots=True)
class Facts:
    """The mentions of a question over one subject, with what has been made of them."""

    subject: Subject
    asker: Asker
    lexicon: Lexicon
    scan: Scan
    conditions: list[Condition] = field(default_factory=list[Condition])
    limits: list[Limit] = field(default_factory=list[Limit])
    groups: list[s.Field] = field(default_factory=list[s.Field])
    # "by language and month": the days, weeks or months that it groups by beside a field.
    buckets: list[str] = field(default_factory=list[str])
    used: set[int] = field(default_factory=set[int])
    people: list[str] = field(default_factory=list[str])
    # "per refuel": of each record.
    per_record: bool = False
    # The groups have been made something of.
    grouped: bool = False
    # The date that the question names.
    dated: s.Field | None = None
    # An amount of money is measured or held against a limit: words like "spent" are said with that.
    of_money: bool = False
    # The field of people that the question names; empty: the subject's first.
    person_field: str = ""
    # "My last ten entries": only the latest (negative: the first) so many of the records that pass the filters.
    window: int = 0

    @property
    def items(self) -> tuple[Mention, ...]:
        """All mentions in order."""
        return self.scan.mentions

    def additive(self, of: s.Field) -> bool:
        """Whether a sum of the field's values means something: what a meter shows is counted already."""
        return not self.metered(of) and self.lexicon.additive(of)

    def metered(self, of: s.Field) -> bool:
        """Whether a field holds what a meter shows."""
        entity = self.subject.entity
        return bool({stems(entity.name), stems(entity.label)} & _METERS) and of.unit.casefold() in _METERED

    # ---- cues

    def has(self, *names: str) -> bool:
        """Whether any of these cues is there and free; marks nothing."""
        return any(i not in self.used and m.cue(n) for i, m in enumerate(self.items) for n in names)

    def cue(self, *names: str) -> Meaning | None:
        """The first free cue of one of these names; all cues of that name count as used."""
        found: Meaning | None = None
        for index, mention in enumerate(self.items):
            for name in names:
                meaning = mention.cue(name)
                if meaning is not None and (index not in self.used):
                    found = found or meaning
                    self.used.add(index)
        return found

    def place(self, *names: str) -> int:
        """Where the first of these cues stands, used or not; -1: nowhere."""
        return next((m.start for m in self.items if any(m.cue(n) for n in names)), -1)

    def free(self, *kinds: Kind) -> list[tuple[int, Mention]]:
        """Mentions of these kinds that nothing was made of, with their index."""
        return [(i, m) for i, m in enumerate(self.items) if i not in self.used and m.of(*kinds)]

    def free_cues(self, *names: str) -> list[tuple[int, list[Meaning]]]:
        """Free cues of these names, with their index; marks nothing."""
        found = [(i, [x for n in names if (x := m.cue(n))]) for i, m in enumerate(self.items) if i not in self.used]
        return [(i, meanings) for i, meanings in found if meanings]

    def copy(self) -> Facts:
        """The same facts, to be used by another frame."""
        return replace(
            self,
            conditions=list(self.conditions),
            limits=list(self.limits),
            groups=list(self.groups),
            buckets=list(self.buckets),
            used=set(self.used),
            people=list(self.people),
        )

    def took_direction(self) -> str:
        """Whether "quickest finish" or "slowest read" was asked, as a superlative."""
        text = next((m.text for m in self.items if m.cue("took")), "")
        return (
            "max"
            if text.startswith(("slowest", "longest"))
            else "min"
            if text.startswith(("quickest", "fastest"))
            else ""
        )

    # ---- fields

    def fields_named(self, *types: s.FieldType.ValueType) -> list[tuple[int, Mention, tuple[s.Field, ...]]]:
        """Free mentions of fields of these types: index, mention, the fields that it may mean (the strongest)."""
        found: list[tuple[int, Mention, tuple[s.Field, ...]]] = []
        for index, mention in self.free(Kind.FIELD):
            strongest = max(m.strength for m in mention.of(Kind.FIELD))
            meant = [
                m
                for m in mention.of(Kind.FIELD)
                if m.field is not None and m.field.type in types and m.strength == strongest
            ]
            if meant:
                fields = tuple(m.field for m in meant if m.strength == strongest and m.field is not None)
                found.append((index, mention, fields))
        return found

    def quantities_named(self) -> bool:
        """Whether the question names any numeric field; marks nothing."""
        return bool(self.fields_named(*NUMERIC))

    def quantities(self) -> list[Quantity]:
        """The numeric fields that the question names, each once, in its order; raises Doubt if it may mean several."""
        for index, mention, _ in self.fields_named(*NUMERIC):
            if mention.text.endswith("s") and any(m.strength == 3 for m in mention.of(Kind.ENTITY)):
                # "Doses" are the records, "dose" is what each says.
                self.used.add(index)
        named = self.fields_named(*NUMERIC)
        if len(named) > 1:
            # What may as well be a choice ("feelings") is not the figure that is named beside it.
            named = [n for n in named if not (_chosen_from(n[1], len(n[2])) and self._sought(n[1]))] or named
        if len({f[2][0].name for f in named if len(f[2]) == 1 and not f[1].of(Kind.ENTITY)}) >= 1 and len(named) > 1:
            # "fuel cost": what also names the records only tells which they are.
            for index, mention, _ in named:
                if mention.of(Kind.ENTITY):
                    self.used.add(index)
            named = [n for n in named if not n[1].of(Kind.ENTITY)]
        if any(len(n[2]) == 1 and not n[1].of(Kind.VOID) for n in named):
            # "How many kcal did that come to": what is said with anything names no field beside one that is named.
            self.used |= {i for i, m, _ in named if m.of(Kind.VOID)}
            named = [n for n in named if not n[1].of(Kind.VOID)]
        whole = [n for n in named if any(_is_whole(f, self.scan.text) for f in n[2])]
        if whole and len({f.name for n in whole for f in n[2] if _is_whole(f, self.scan.text)}) == 1:
            # "km driven" is not any other field in km.
            self.used |= {index for index, _, _ in named}
            chosen = next(f for f in whole[0][2] if _is_whole(f, self.scan.text))
            self.of_money = self.of_money or chosen.type == s.FIELD_TYPE_MONEY
            return [quantity(chosen, next((u for _, m, _ in named if (u := unit_named(m.text))), ""))]
        sure = [f[0].name for _, _, f in named if len(f) == 1]
        made: dict[str, tuple[s.Field, str]] = {}
        for index, mention, fields in named:
            weak = max(m.strength for m in mention.of(Kind.FIELD)) == 1
            agreed = [f for f in fields if f.name in sure]
            if not agreed and len(fields) > 1:
                agreed = [self._spent(fields)] if weak else []
                if not agreed:
                    raise Doubt(f"it may mean {' or '.join(label(f) for f in fields)}")
            chosen = (agreed or list(fields))[0]
            others = any(len(f) == 1 and f[0].name != chosen.name for _, _, f in named)
            if weak and sure and chosen.name not in sure and others and self._soft(mention):
                # "time", "long", "spend" beside a field that is named outright.
                self.used.add(index)
                continue
            self.used.add(index)
            self.of_money = self.of_money or chosen.type == s.FIELD_TYPE_MONEY
            held = made.get(chosen.name)
            made[chosen.name] = (chosen, unit_named(mention.text) or (held[1] if held else ""))
        return [quantity(f, unit) for f, unit in made.values()]

    def _spent(self, fields: tuple[s.Field, ...]) -> s.Field:
        """Which of several figures money words speak of: what was spent is the amount paid, not the one planned."""
        amounts = [f for f in fields if f.type == s.FIELD_TYPE_MONEY]
        planned = self.lexicon.of_words(FIELDS, "budget")
        paid = [f for f in amounts if not {stems(f.name), stems(f.label)} & planned]
        if len(amounts) > 1 and len(paid) == 1:
            if PAST.search(self.scan.text) is None:
                today = self.asker.now.date()
                if any(m.span and m.span.first > today for x in self.items for m in x.of(Kind.TIME)):
                    # What is to come has only been planned.
                    return next(f for f in amounts if f not in paid)
                raise Doubt(f"it may mean {' or '.join(label(f) for f in amounts)}")
            return paid[0]
        return next(iter(amounts), fields[0])

    def _sought(self, mention: Mention) -> bool:
        """Whether "which" or "what" stands right before a mention."""
        return any(m.cue("which") or m.cue("what") for m in self.items if 0 <= mention.start - m.end <= 1)

    # ---- times

    def spans(self) -> list[Span]:
        """The times that the question speaks of."""
        found: list[Span] = []
        for index, mention in self.free(Kind.TIME):
            self.used.add(index)
            span = mention.of(Kind.TIME)[0].span
            if span is not None and span not in found:
                found.append(span)
        return found

    def _timed(self) -> bool:
        """Whether the question asks by time at all, so that naming a date says by which."""
        names = (
            "when",
            "last",
            "first",
            "oldest",
            "streak",
            "gap",
            "order",
            "per",
            "weekday_table",
            "hour",
            "which_bucket",
            "unit",
        )
        return any(m.kind is Kind.TIME or any(m.cue(n) for n in names) for m in self.items)

    def time_field(self) -> s.Field | None:
        """The field that times go over: the one that is named, the one of a chosen state, else the first."""
        temporal = self.subject.temporal
        for index, _, fields in self.fields_named(*TEMPORAL):
            if self._timed():
                self.used.add(index)
                self.dated = fields[0]
            return fields[0]
        if self.dated is not None:
            return self.dated
        for condition in self.conditions:
            if condition.kind is Kind.CHOICE and not condition.negated:
                for f in temporal:
                    if condition.value.casefold() in (f.name.casefold(), f.label.casefold()):
                        return f
        return temporal[0] if temporal else None

    @property
    def person(self) -> str:
        """The field that says whose a record is."""
        return self.person_field or self.subject.person

    def moment(self) -> q.Expression:
        """The column that times go over."""
        known = self.time_field()
        return terms.column(known.name if known else "entered_at")

    def day(self, at: q.Expression) -> q.Expression:
        """The day of a moment or date."""
        return terms.call(q.FUNCTION_DAY, at)

    def within(self, span: Span, at: q.Expression) -> q.Expression:
        """That a record falls into a span."""
        known = next((f for f in self.subject.temporal if f.name == at.column), None)
        rolling = span.moments(self.asker.now)
        last = span.last
        today = self.asker.now.date()
        ahead = (
            self.subject.last_day is not None and self.subject.last_day > today and known in self.subject.temporal[:1]
        )
        due = known is not None and bool({stems(known.name), stems(known.label)} & self.lexicon.of_words(FIELDS, "due"))
        if span.until is not None and (ahead or due) and not _UP_TO_NOW.search(self.scan.text):
            # What is planned or due this week may be so on a day to come.
            last = span.until
        if rolling and (known is None or known.type == s.FIELD_TYPE_DATETIME):
            return terms.both(
                terms.call(q.FUNCTION_GREATER, at, terms.value(rolling[0])),
                terms.call(q.FUNCTION_LESS_OR_EQUAL, at, terms.value(rolling[1])),
            )
        day = self.day(at)
        return terms.both(
            terms.call(q.FUNCTION_GREATER_OR_EQUAL, day, terms.value(span.first)),
            terms.call(q.FUNCTION_LESS_OR_EQUAL, day, terms.value(last)),
        )

    # ---- the end

    def scan_left(self) -> list[str]:
        """Phrases in which nothing was found."""
        return [text for _, _, text in self.scan.unplaced]

    def left_over(self, shown: Collection[str] = ()) -> list[str]:
        """What was not understood: phrases in which nothing was found, and what nothing was made of.

        A field that the answer shows anyway is accounted for where the question only lists it ("km, person, day").
        """
        left = [text for _, _, text in self.scan.unplaced]
        filtered = {c.field for c in self.conditions}
        for index, mention in enumerate(self.items):
            if index in self.used or self._soft(mention):
                continue
            if mention.cue("money") and self.of_money:
                continue
            if self.people and any(
                m.field is not None and m.field.type == s.FIELD_TYPE_PERSON for m in mention.of(Kind.FIELD)
            ):
                continue
            # "low energy", "category groceries": the field of a choice that is filtered on.
            if any(m.name in filtered for m in mention.of(Kind.FIELD)) and mention.kind is Kind.FIELD:
                continue
            if self._of_one(mention) or self._listed(mention, shown):
                continue
            left.append(mention.text)
        left += [limit.told for limit in self.limits]
        return left + ([] if self.grouped else [label(f) for f in self.groups] + self.buckets)

    def _listed(self, mention: Mention, shown: Collection[str]) -> bool:
        """Whether a mention is one of the columns that the question lists and the answer shows."""
        shows = any(m.name in shown for m in mention.of(Kind.FIELD))
        return mention.kind is Kind.FIELD and shows and bool(_LISTED.search(self.scan.text[: mention.start]))

    def _of_one(self, mention: Mention) -> bool:
        """Whether a mention only says what each record is of: "read a book", 多少页书."""
        title = self.subject.title
        if (
            title is None
            or mention.kind is not Kind.FIELD
            or not any(m.name == title.name for m in mention.of(Kind.FIELD))
        ):
            return False
        before = self.scan.text[: mention.start]
        return bool(_ONE_OF.search(before)) and not mention.text.endswith("s")

    def _soft(self, mention: Mention) -> bool:
        named = max((m.strength for m in mention.of(Kind.FIELD)), default=0)
        if named == 3 and mention.of(Kind.ENTITY) and max(m.strength for m in mention.of(Kind.ENTITY)) < 3:
            # A field by its own name is not only what the app is called.
            return False
        if mention.cue("others") and not self.subject.shared:
            # In a diary of one's own, "with friends" says when.
            return False
        if any(m.kind in (Kind.VOID, Kind.ENTITY) or (m.kind is Kind.CUE and m.name in SOFT) for m in mention.meanings):
            return True
        if any(m.kind is Kind.CUE and m.name in ("us", "anybody", "me", "each") for m in mention.meanings):
            return mention.cue("each") is None
        if mention.kind in (Kind.CHOICE, Kind.TIME, Kind.PERSON, Kind.VALUE):
            return False
        if mention.kind is Kind.NUMBER:
            return mention.text in ("one",)
        return mention.kind is not Kind.CUE and all(words.is_void(t.text) for t in tokens(mention.text))


def _chosen_from(mention: Mention, numeric: int) -> bool:
    meant = mention.of(Kind.FIELD)
    most = max(m.strength for m in meant)
    choosing = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
    held = [m for m in meant if m.strength == most and m.field is not None]
    return len(held) > numeric and any(m.field.type in choosing for m in held if m.field is not None)


def _is_whole(f: s.Field, text: str) -> bool:
    """Whether a name of several words is all in the question, not only one of them."""
    held = {t.stem for t in tokens(text)}
    names = [n for n in (stems(f.name, camel=True), stems(f.label)) if len(n) > 1 and n[0].isascii()]
    return any(set(n) <= held for n in names)


def label(f: s.Field) -> str:
    """A field's name for people."""
    return f.label or f.name.replace("_", " ")


def same(one: Message, other: Message) -> bool:
    """Whether two messages are equal."""
    return one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)
