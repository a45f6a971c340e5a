"""Reads a question as a typed query over one kind of record; what it cannot place, it does not guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from google.protobuf.struct_pb2 import Value

from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.query import ENTERED_BY, time_field
from madeleine_miniapp.domain.questions import times, words
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.text import blank, normalise, term_pattern
from madeleine_miniapp.domain.questions.words import Wanted
from madeleine_miniapp.domain.validation import GROUPABLE, NUMERIC

_FUNCTIONS = {
    Wanted.SUM: s.AGGREGATE_FUNCTION_SUM,
    Wanted.MEAN: s.AGGREGATE_FUNCTION_MEAN,
    Wanted.MEDIAN: s.AGGREGATE_FUNCTION_MEDIAN,
    Wanted.MAX: s.AGGREGATE_FUNCTION_MAX,
    Wanted.MIN: s.AGGREGATE_FUNCTION_MIN,
}
_GROUP_BY = r"(?:\b(?:by|per|for each|each)\s+{0}|(?:按|每个|各个?){0})"


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of record that a question may be about."""

    spec: s.AppSpec
    entity: s.Entity
    # Records of several people: "my" then means a filter.
    shared: bool
    # Fields of type person that its records do fill.
    person_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when (in their time zone), and who may be named: person id by name."""

    person_id: str
    now: datetime
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was read over one subject.

    It can be computed when `query` is set, `problem` and `unplaced` are empty. `lacks_field`: a figure of some field is
    wanted and none was named in words that are known.
    """

    subject: Subject
    query: m.Query
    span: times.Span | None
    # Characters of the question that name things of this subject: the rank among readings.
    score: int
    unplaced: tuple[str, ...] = ()
    lacks_field: bool = False
    problem: str = ""

    @property
    def computable(self) -> bool:
        """Whether the whole question was understood."""
        return not (self.problem or self.unplaced or self.lacks_field)

    def with_field(self, field: s.Field, additive: bool) -> Reading:
        """The reading with its missing field found, and the phrase that named it placed."""
        query = m.Query()
        query.CopyFrom(self.query)
        query.field = field.name
        if query.function == s.AGGREGATE_FUNCTION_SUM and not additive:
            return replace(self, problem=_no_sum(field))
        return replace(self, query=query, unplaced=(), lacks_field=False, score=self.score + 1)

    def with_text_filter(self, field: str) -> Reading:
        """The reading with its unplaced phrase as a filter on a text field that holds it."""
        query = m.Query()
        query.CopyFrom(self.query)
        query.filters.append(_filter(field, self.unplaced[0], m.COMPARISON_CONTAINS))
        return replace(self, query=query, unplaced=(), score=self.score + len(self.unplaced[0]))


def worth_reading(question: str) -> bool:
    """The cheap gate: False for what cannot be a question for a figure."""
    text = normalise(question)
    wanted, _, _ = words.take_wanted(text)
    return wanted is not None or words.is_asking(text)


def read(question: str, subject: Subject, asker: Asker, lexicon: Lexicon) -> Reading:
    """Reads a question over one subject; what was not understood stands in the reading."""
    entity = subject.entity
    text = words.take_fillers(normalise(question))
    asked = words.is_asking(normalise(question))
    blank_reading = Reading(subject, m.Query(entity=entity.name), None, 0)
    try:
        span, text = times.find(text, asker.now.date())
    except times.TwoTimes:
        return replace(blank_reading, problem="it compares two times; I can compute one at a time")
    group, text = _take_group(entity, text)
    field_hits, text, named = _take_fields(entity, lexicon, text)
    wanted, text, torn = words.take_wanted(text)
    filters, text, chosen = _take_choices(entity, text)
    who, text, problem = _take_who(subject, asker, text)
    text, titled = _take_terms((subject.spec.title,), text)
    text, of_kind = _take_terms(lexicon.of_entity(entity), text)
    records, text = words.take_records(text)
    if torn:
        problem = "it asks for two figures; I can compute one at a time"
    field, unclear = _one_field(entity, field_hits)
    reading = replace(
        blank_reading,
        span=span,
        score=named + chosen + titled + of_kind,
        unplaced=tuple(words.residue(text)),
        problem=problem or unclear,
    )
    query = reading.query
    query.filters.extend([*filters, *who])
    query.group_by = group
    _set_range(query, entity, span, asker.now)
    if field is None and not unclear and chosen and (wanted is Wanted.SUM or (wanted is None and asked)):
        # "What did groceries come to?": the records hold one amount, and it is meant.
        field = _only_amount(entity)
    if wanted is None and not (asked and field is not None):
        return replace(reading, problem=reading.problem or "it does not ask for a figure")
    return _with_function(reading, wanted or Wanted.HOW_MUCH, field, lexicon, bool(of_kind or chosen or records))


def _with_function(
    reading: Reading, wanted: Wanted, field: s.Field | None, lexicon: Lexicon, countable: bool
) -> Reading:
    query = reading.query
    if wanted is Wanted.COUNT or (wanted is Wanted.HOW_MUCH and field is None and countable):
        query.function = s.AGGREGATE_FUNCTION_COUNT
        if field is not None:
            return replace(reading, problem=reading.problem or f"it counts records but names {_label(field)}")
        return reading
    query.function = _FUNCTIONS.get(wanted, s.AGGREGATE_FUNCTION_SUM)
    if field is None:
        return replace(reading, lacks_field=True)
    query.field = field.name
    if query.function == s.AGGREGATE_FUNCTION_SUM and not lexicon.additive(field):
        return replace(reading, problem=reading.problem or _no_sum(field))
    return reading


def _only_amount(entity: s.Entity) -> s.Field | None:
    amounts = [f for f in entity.fields if f.type == s.FIELD_TYPE_MONEY]
    return amounts[0] if len(amounts) == 1 else None


def _no_sum(field: s.Field) -> str:
    return f"{_label(field)} does not add up; ask for its average, highest or lowest"


def _label(field: s.Field) -> str:
    return field.label or field.name


def _take_group(entity: s.Entity, text: str) -> tuple[str, str]:
    for field in entity.fields:
        if field.type not in GROUPABLE:
            continue
        for name in {normalise(field.name.replace("_", " ")), normalise(field.label)} - {""}:
            if found := re.search(_GROUP_BY.format(re.escape(name)), text):
                return field.name, blank(text, found.start(), found.end())
    return "", text


def _take_fields(entity: s.Entity, lexicon: Lexicon, text: str) -> tuple[list[set[str]], str, int]:
    terms: dict[str, set[str]] = {}
    for field in entity.fields:
        if field.type in NUMERIC:
            for word in lexicon.of_field(field):
                terms.setdefault(word, set()).add(field.name)
    hits: list[set[str]] = []
    size = 0
    for term in sorted(terms, key=lambda t: (-len(t), t)):
        found, text = words.take(term_pattern(term), text)
        if found:
            hits.append(terms[term])
            size += len(term)
    return hits, text, size


def _one_field(entity: s.Entity, hits: list[set[str]]) -> tuple[s.Field | None, str]:
    """The one field that all naming words agree on, or why there is none."""
    if not hits:
        return None, ""
    common = hits[0].intersection(*hits[1:])
    if len(common) != 1:
        named = common or hits[0].union(*hits[1:])
        labels = [_label(f) for f in entity.fields if f.name in named]
        return None, f"it may mean {' or '.join(labels)}"
    return next(f for f in entity.fields if f.name in common), ""


def _take_choices(entity: s.Entity, text: str) -> tuple[list[m.Filter], str, int]:
    offered = [
        (choice, f)
        for f in entity.fields
        if f.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
        for choice in f.choices
    ]
    filters: list[m.Filter] = []
    size = 0
    for choice, field in sorted(offered, key=lambda pair: -len(pair[0])):
        found, text = words.take(term_pattern(choice), text)
        if found:
            filters.append(_filter(field.name, choice, m.COMPARISON_EQUAL))
            size += len(choice)
    return filters, text, size


def _take_who(subject: Subject, asker: Asker, text: str) -> tuple[list[m.Filter], str, str]:
    named: set[str] = set()
    for name, person_id in sorted(asker.people.items(), key=lambda pair: -len(pair[0])):
        found, text = words.take(term_pattern(name), text)
        if found:
            named.add(person_id)
    is_asker, everyone, text = words.take_people(text)
    if not named and (not is_asker or everyone or not subject.shared):
        return [], text, ""
    meant = named or {asker.person_id}
    if len(meant) > 1 or (named and is_asker and named != {asker.person_id}):
        return [], text, "it is about more than one person"
    if len(subject.person_fields) > 1:
        return [], text, "a record names several people; say which part is meant"
    field = subject.person_fields[0] if subject.person_fields else ENTERED_BY.name
    return [_filter(field, meant.pop(), m.COMPARISON_EQUAL)], text, ""


def _take_terms(terms: set[str] | tuple[str, ...], text: str) -> tuple[str, int]:
    size = 0
    for term in sorted(terms, key=lambda t: (-len(t), t)):
        found, text = words.take(term_pattern(term), text)
        size += len(term) if found else 0
    return text, size


def _filter(field: str, text: str, comparison: m.Comparison.ValueType) -> m.Filter:
    return m.Filter(field=field, comparison=comparison, value=Value(string_value=text))


def _set_range(query: m.Query, entity: s.Entity, span: times.Span | None, now: datetime) -> None:
    if span is None:
        return
    timed = time_field(entity)
    start, end = span.bounds(now, by_day=timed is not None and timed.type == s.FIELD_TYPE_DATE)
    getattr(query, "from").FromDatetime(start)
    query.to.FromDatetime(end)
