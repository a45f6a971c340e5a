"""What frames share: the records that are meant, by filters, people and times."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, Limit, label
from madeleine_miniapp.domain.questions.frames.hours import within_hours
from madeleine_miniapp.domain.questions.journeys import on_nth_day
from madeleine_miniapp.domain.questions.limits import holds
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Beyond
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity

BUCKETS = {
    "day": q.BUCKET_DAY,
    "night": q.BUCKET_DAY,
    "week": q.BUCKET_WEEK,
    "month": q.BUCKET_MONTH,
    "year": q.BUCKET_YEAR,
}
_BUCKET_OF = {
    "day": q.FUNCTION_DAY,
    "night": q.FUNCTION_DAY,
    "week": q.FUNCTION_WEEK,
    "month": q.FUNCTION_MONTH,
    "year": q.FUNCTION_YEAR,
}
_AT = re.compile(r"\bat $")
_AT_ONCE = re.compile(r"\bboth \w+ and \w+|\bat (?:once|the same time)\b|\bas well as\b|既.{1,12}[又也]|同时")
# "Entries with exercise and friends": with both in one.
_WITH_BOTH = re.compile(
    r"\b(?:entries|entry|records?|meals?) (?:(?:are|were|was|is) )?"
    r"(?:with|where|tagged|ticked|marked|that (?:are|were|have|had))"
    r" (?:i (?:was|felt|ticked|had) )?[\w-]+ and (?:also )?(?!entr|meals?\b|records?\b|those\b|ones\b|with\b)[\w-]+\b"
)
_APART = re.compile(
    r"\b(?:each|both|vs\.?|versus|than|compared?|difference|separately|apart|or|which|respectively|side)\b"
)
_ANY_OF = re.compile(r"\b(?:or|and|vs\.?|versus|than|against|nor|to|plus)\b|[,/&+;、，和或与跟比]")
_DUE = re.compile(r"到期|过期|截止|保质|\b(?:expir\w+|due|best before)\b", re.IGNORECASE)
_DATES = frozenset(
    stems(w)
    for w in ("date", "day", "when", "time", "at", "on", "日期", "时间", "日子", "eaten at", "timestamp", "datetime")
)


def records(facts: Facts) -> q.Relation:
    """All records of the subject, with the figures that are computed of each."""
    held = terms.records(facts.subject.app_id, facts.subject.entity.name)
    if facts.subject.beyond is not None:
        held = _with_other(held, facts.subject.app_id, facts.subject.beyond)
    return terms.extended(held, terms.named(**facts.derived)) if facts.derived else held


def _with_other(held: q.Relation, app_id: str, beyond: Beyond) -> q.Relation:
    """Records, each with what the record that it names says."""
    columns = [q.Named(name=n, value=terms.column(n)) for n in beyond.fields]
    columns.append(q.Named(name="named", value=terms.column(beyond.title)))
    columns += [q.Named(name=f"named_{n}", value=terms.column(n)) for n in beyond.people]
    other = terms.grouped(terms.records(app_id, beyond.entity), columns, [])
    keys = [(terms.column(beyond.link), terms.column("named"))]
    keys += [(terms.column(n), terms.column(f"named_{n}")) for n in beyond.people]
    return terms.joined(held, other, q.JOIN_KIND_OUTER, *keys)


def conditions(facts: Facts, leave: tuple[Condition, ...] = ()) -> list[q.Expression]:
    """The filters; of several choices of one field any will do."""
    made: list[q.Expression] = []
    alike: dict[str, list[Condition]] = {}
    for condition in facts.conditions:
        if condition in leave:
            continue
        if condition.negated or condition.field == "" or _is_there(condition):
            made.append(condition.expression)
        else:
            alike.setdefault(condition.field, []).append(condition)
    for held in alike.values():
        expressions = [c.expression for c in held]
        joined = q.FUNCTION_AND if _of_one_text(facts, held) or _ticked_together(facts, held) else q.FUNCTION_OR
        made.append(expressions[0] if len(expressions) == 1 else terms.call(joined, *expressions))
    return made


def _is_there(condition: Condition) -> bool:
    """Whether it only says that a field has a value, beside which others say which."""
    return condition.kind is Kind.FIELD and not condition.value


def at_once(facts: Facts) -> bool:
    """Whether two things are to be so at once: "both breakfast and dinner"."""
    return bool(_AT_ONCE.search(facts.scan.text))


def _ticked_together(facts: Facts, held: list[Condition]) -> bool:
    """Whether a record must have several choices at once: "both tired and happy"."""
    ticked = {f.name for f in facts.subject.fields(s.FIELD_TYPE_MULTI_CHOICE)}
    return held[0].field in ticked and bool(
        _AT_ONCE.search(facts.scan.text) or (_WITH_BOTH.search(facts.scan.text) and not _APART.search(facts.scan.text))
    )


def _of_one_text(facts: Facts, held: list[Condition]) -> bool:
    """Whether words of one text are sought that must all be in it: "lost my keys", not "soup or salad"."""
    places = sorted(c.start for c in held)
    between = facts.scan.text[places[0] : places[-1]]
    return all(c.kind is Kind.VALUE for c in held) and not _ANY_OF.search(between)


def who(facts: Facts) -> list[q.Expression]:
    """The filter on whose records are meant, if any."""
    if not facts.people:
        return []
    held = terms.column(facts.person)
    if len(facts.people) == 1:
        return [terms.call(q.FUNCTION_EQUAL, held, terms.value(facts.people[0]))]
    return [terms.one_of(held, facts.people)]


def which_time(facts: Facts, at: q.Expression) -> None:
    """Raises Doubt where a time may be that of several dates, none of them simply "date"."""
    temporal = facts.subject.temporal
    first = temporal[0] if temporal else None
    if (
        first is None
        or len(temporal) < 2
        or at.column != first.name
        or {stems(first.name), stems(first.label)} & _DATES
    ):
        return
    due = facts.lexicon.of_words(FIELDS, "due")
    lapsing = all({stems(f.name), stems(f.label)} & due or _DUE.search(f.label or f.name) for f in temporal[1:])
    if lapsing and facts.of_money:
        # What was spent was spent when the thing was got, not when it is due.
        return
    if _is_when(facts, first):
        return
    names = (first.name.casefold(), first.label.casefold())
    if not any(c.kind is Kind.CHOICE and c.value.casefold() in names for c in facts.conditions):
        raise Doubt(f"it may go by {' or '.join(label(f) for f in temporal)}")


def _is_when(facts: Facts, first: s.Field) -> bool:
    """Whether a date is when the records themselves came about: orders are of the day on which they were ordered.

    Not of days to come, nor of records in a state that they may have reached on another day.
    """
    entity = facts.subject.entity
    own = {word for name in (stems(entity.name), stems(entity.label)) for word in name}
    kin = {
        word for name in (entity.name, entity.label) for other in english.kin(name.casefold()) for word in stems(other)
    }
    # What begins with a moment is of that moment, too.
    if not facts.subject.happens and not {*stems(first.name), *stems(first.label)} & (own | kin):
        return False
    today = facts.asker.now.date()
    ahead = any(m.span is not None and m.span.first > today for x in facts.items for m in x.of(Kind.TIME))
    states = facts.lexicon.of_words(FIELDS, "status")
    held = {f.name for f in entity.fields if {stems(f.name), stems(f.label)} & states}
    return not ahead and not any(c.field in held and not c.negated for c in facts.conditions)


def chosen(
    facts: Facts, spans: list[Span], at: q.Expression, *, leave: tuple[Condition, ...] = (), people: bool = True
) -> q.Relation:
    """The records that pass the filters, are of the people meant, and fall into the span (of several: of any)."""
    wanted = conditions(facts, leave) + (who(facts) if people else [])
    if spans and facts.dated is None:
        which_time(facts, at)
    if len(spans) == 1:
        wanted.append(facts.within(spans[0], at))
    elif spans:
        wanted.append(terms.call(q.FUNCTION_OR, *(facts.within(s_, at) for s_ in spans)))
    wanted += time_filters(facts, at)
    wanted += record_limits(facts)
    given = terms.filtered(records(facts), *wanted)
    for such in facts.of_days:
        keys = (facts.day(at), terms.column("such_day"))
        given = terms.joined(given, _such_days(facts, such, at), q.JOIN_KIND_SEMI, keys)
    if facts.nth_day[0]:
        given = on_nth_day(facts, given, records(facts), at)
    if facts.window:
        given = terms.filtered(given, terms.present(at)) if temporal_of(facts, at) else given
        given = terms.ordered(given, terms.order(at, descending=facts.window > 0), limit=abs(facts.window))
    return given


def _such_days(facts: Facts, such: Condition | Limit | q.Relation, at: q.Expression) -> q.Relation:
    """The days with such a record, or those whose sum passes the limit."""
    if isinstance(such, q.Relation):
        return such
    key = terms.named(such_day=facts.day(at))
    given = terms.filtered(records(facts), *who(facts))
    if isinstance(such, Condition):
        return terms.grouped(terms.filtered(given, such.expression), key, [])
    of = quantity(such.fields[0], such.unit)
    summed = terms.grouped(given, key, [terms.measure("summed", q.MEASURE_FUNCTION_SUM, of.expression)])
    return terms.filtered(summed, holds(such, terms.column("summed")))


def time_filters(facts: Facts, at: q.Expression) -> list[q.Expression]:
    """Filters on the hour of the day or the day of the week."""
    made: list[q.Expression] = []
    if hours := _also_unit(facts, "hour"):
        facts.used |= {
            i for i, m in enumerate(facts.items) if m.text == "night" and _AT.search(facts.scan.text[: m.start])
        }
        made += within_hours(facts, hours, at)
    weekday = terms.call(q.FUNCTION_WEEKDAY, at)
    both = facts.has("weekend") and facts.has("workdays")
    if not both and _also_unit(facts, "weekend"):
        made.append(terms.call(q.FUNCTION_GREATER_OR_EQUAL, weekday, terms.value(6.0)))
    if not both and _also_unit(facts, "workdays"):
        made.append(terms.call(q.FUNCTION_LESS, weekday, terms.value(6.0)))
    if days := _also_unit(facts, "on_weekday"):
        held = [terms.call(q.FUNCTION_EQUAL, weekday, terms.value(float(day))) for day in days[0].split(",")]
        made.append(held[0] if len(held) == 1 else terms.call(q.FUNCTION_OR, *held))
    return made


def _also_unit(facts: Facts, name: str) -> list[str]:
    """Takes the values of a cue that may be a unit at once: "how many mornings", "on how many saturdays"."""
    held = [(i, m, x) for i, m in enumerate(facts.items) if (x := m.cue(name))]
    held = [(i, x.value) for i, m, x in held if i not in facts.used or m.cue("unit")]
    facts.used |= {i for i, _ in held}
    return [value for _, value in held]


def passes(limit: Limit) -> q.Expression:
    """That a record's value passes a limit on one field."""
    return holds(limit, quantity(limit.fields[0], limit.unit).expression)


def record_limits(facts: Facts) -> list[q.Expression]:
    """Limits on a single record's value, taken: those with a field and not on sums of days."""
    made: list[q.Expression] = []
    for limit in [x for x in facts.limits if len(x.fields) == 1 and not x.counted]:
        made.append(passes(limit))
        facts.limits.remove(limit)
        facts.conditions.append(Condition(terms.value(True), limit.told, "", "", limit.start))
    return made


def bucket(name: str, at: q.Expression) -> q.Expression:
    """The day, Monday of the week, first of the month or year of a moment."""
    return terms.call(_BUCKET_OF[name], at)


def been(facts: Facts, given: q.Relation, at: q.Expression) -> q.Relation:
    """The records of what has been, where others are of what is to come."""
    today = facts.asker.now.date()
    if facts.subject.last_day is None or facts.subject.last_day <= today:
        return given
    return terms.filtered(given, terms.call(q.FUNCTION_LESS_OR_EQUAL, facts.day(at), terms.value(today)))


def temporal_of(facts: Facts, at: q.Expression) -> bool:
    """Whether the records have times of their own."""
    return any(f.type in TEMPORAL for f in facts.subject.entity.fields if f.name == at.column)
