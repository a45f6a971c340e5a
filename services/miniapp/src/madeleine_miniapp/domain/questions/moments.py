"""The times that a question speaks of, and the field that they go over."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.marking import Marked
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.text import stems

_UP_TO_NOW = re.compile(
    r"\bso far\b|\b(?:up )?(?:to|until|till) (?:now|date|today)\b|\balready\b|到目前|至今|到现在|截[至止]|已经"
)
_LAST_YEAR = re.compile(r"去年|前年|20\d\d|\blast (?:year|\w+day)\b")
# Cues of questions by time.
_BY_TIME = (
    "when", "last", "first", "oldest", "streak", "gap", "order", "per", "weekday_table", "hour", "which_bucket", "unit",
)  # fmt: skip


class Moments(Marked):
    """Times, taken from the mentions."""

    __slots__ = ()

    def spans(self) -> list[Span]:
        """The times that the question speaks of."""
        found: list[Span] = []
        for index, mention in self.free(Kind.TIME):
            self.used.add(index)
            span = mention.of(Kind.TIME)[0].span
            span = self._planned(span) if span is not None else None
            if span is not None and span not in found:
                found.append(span)
        return found

    def _planned(self, span: Span) -> Span:
        """The next May Day rather than the last, where records are of days to come and none so old."""
        first, last, today = self.subject.first_day, self.subject.last_day, self.asker.now.date()
        if first is None or last is None or span.last >= first or last <= today or _LAST_YEAR.search(self.scan.text):
            return span
        ahead = replace(span, first=_a_year_on(span.first), last=_a_year_on(span.last), until=None)
        return ahead if ahead.first <= last and ahead.last >= today else span

    def time_field(self) -> s.Field | None:
        """The field that times go over: the one that is named, the one of a chosen state, else the first."""
        temporal = self.subject.temporal
        for index, _, fields in self.fields_named(*TEMPORAL):
            if self._by_time():
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
        if rolling and (known is None or known.type == s.FIELD_TYPE_DATETIME):
            return terms.both(
                terms.call(q.FUNCTION_GREATER, at, terms.value(rolling[0])),
                terms.call(q.FUNCTION_LESS_OR_EQUAL, at, terms.value(rolling[1])),
            )
        last = span.last
        if span.until is not None and self._may_be_ahead(known) and not _UP_TO_NOW.search(self.scan.text):
            last = span.until
        day = self.day(at)
        return terms.both(
            terms.call(q.FUNCTION_GREATER_OR_EQUAL, day, terms.value(span.first)),
            terms.call(q.FUNCTION_LESS_OR_EQUAL, day, terms.value(last)),
        )

    def _may_be_ahead(self, field: s.Field | None) -> bool:
        """Whether what is planned or due "this week" may be so on a day to come."""
        if field is None:
            return False
        last = self.subject.last_day
        if last is not None and last > self.asker.now.date() and field in self.subject.temporal[:1]:
            return True
        names = {stems(field.name), stems(field.label)}
        # "Due_on" is a day when something is due.
        parts = {(part,) for name in names for part in name}
        return bool((names | parts) & self.lexicon.of_words(FIELDS, "due"))

    def _by_time(self) -> bool:
        """Whether the question asks by time at all, so that naming a date says by which."""
        return any(m.kind is Kind.TIME or any(m.cue(n) for n in _BY_TIME) for m in self.items)


def _a_year_on(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
