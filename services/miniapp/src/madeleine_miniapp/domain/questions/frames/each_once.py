"""The different values of the text that is asked for, each once: "which plants did I prune"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, hours, measuring, titles
from madeleine_miniapp.domain.questions.frames.places import place_fields
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

# What stands between a word for asking and the things that are asked for.
_ALL_THE = re.compile(r" ?(?:(?:are|were|is|was|all|the|my|our|me|different|various|distinct|of) ?)*")
_WHERE = re.compile(
    r"^(?:so |and )?where (?:did|do|does|have|has|had|are|am|is|was|were)\b(?! (?:it|that|this)\b)|在?哪[里儿]"
)
# Places themselves are asked for, not each time that somebody was there.
_PLACES = re.compile(
    r"^(?:all |the |my |our |list )*(?:places|spots|locations|venues|halls) (?:where|that|in which|at which|i|we)\b"
    r"|\bwhere\b.*[,;?:.-] ?(?:just|only)? ?(?:list )?(?:of )?(?:the )?(?:places|names|spots|locations)\b"
    r"|哪些(?:地方|地点|场地|场馆)|哪几(?:个地方|处)"
)
_STOP = re.compile("[,，;；。?？]")
_VALUES = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)


def _of_other(facts: Facts) -> s.Field | None:
    """ "Which novels did I read": the field that names the other records, of which it is asked."""
    beyond = facts.subject.beyond
    for one, other in pairwise(facts.items):
        asks = (one.cue("which") or one.cue("what")) and other.start - one.end <= 1
        if beyond is not None and asks and any(m.name in beyond.fields for m in other.of(Kind.CHOICE)):
            return next(f for f in facts.subject.entity.fields if f.name == beyond.link)
    return None


def distinct_texts(facts: Facts, spans: list[Span]) -> Plan | None:
    """ "Which plants did I prune": the different values of the text that is asked for, each once."""
    if (link := _of_other(facts)) is not None:
        return _each_once(facts, link, spans)
    if (place := _where(facts, spans)) is not None:
        facts.used |= {i for i, _, fields in facts.fields_named(*_VALUES) if fields[0] == place}
        return _each_once(facts, place, spans)
    for index, mention, fields in facts.fields_named(*_VALUES):
        lead = next(
            (
                m
                for m in facts.items
                if (m.cue("which") and 0 <= mention.start - m.end <= 6)
                or (m.cue("what") and m.text != "who" and 0 <= mention.start - m.end <= 1)
                or _lists(facts, m, mention)
            ),
            None,
        )
        if (
            lead is None
            or _STOP.search(facts.scan.text[lead.end : mention.start])
            or titles.is_note(fields[0])
            or mention.of(Kind.FIELD)[0].strength < 2
            or any(at != index for at, _, _ in facts.fields_named(*NUMERIC))
        ):
            continue
        if fields[0] == hours.clock_field(facts):
            # 几点 is asked of each record.
            continue
        title = titles.title(facts)
        if any(m.strength == 3 for m in mention.of(Kind.ENTITY)) and (title is None or fields[0].name != title.name):
            # "Which meals" are the records, not their field of that name.
            continue
        if any(c.negated and c.field != fields[0].name and c.kind is Kind.CHOICE for c in facts.conditions):
            # A plant with other records beside those is not one that never was repotted.
            raise Doubt(
                f"it asks which {label(fields[0]).lower()} has no such record; I can only tell which has others"
            )
        facts.used.add(index)
        return _each_once(facts, fields[0], spans)
    return None


def _where(facts: Facts, spans: list[Span]) -> s.Field | None:
    """ "Where have I been bouldering": the places, where nothing else is asked of records that are no named things."""
    held = place_fields(facts)
    asks = ("when", "who", "exist", "last", "first", "sup", "top", "which_bucket")
    if len(held) != 1 or facts.limits or any(m.cue(name) for m in facts.items for name in asks):
        return None
    named = [f for _, _, fields in facts.fields_named(*_VALUES, *NUMERIC, *TEMPORAL) for f in fields[:1]]
    if any(f != held[0] for f in named) or not any(m.typed(held[0].type) == held[0] for m in facts.items):
        return None
    a_day = len(spans) == 1 and spans[0].first == spans[0].last
    a_thing = any(c.kind is Kind.VALUE for c in facts.conditions) or _names_records(facts)
    asked = _PLACES.search(facts.scan.text) or (_WHERE.search(facts.scan.text) and not a_day and not a_thing)
    return held[0] if asked else None


def _names_records(facts: Facts) -> bool:
    """Whether records are things with names of their own, each of which is somewhere."""
    title = titles.title(facts)
    return title is not None and len(facts.subject.texts.get(title.name, ())) * 2 > facts.subject.texts_of(title.name)


def _lists(facts: Facts, lead: Mention, mention: Mention) -> bool:
    """ "What are all the dishes", "list the tags": things themselves, not each time that they are recorded."""
    if not (lead.cue("what") or lead.cue("list")) or not mention.text.endswith("s") or lead.end > mention.start:
        return False
    return _ALL_THE.fullmatch(facts.scan.text[lead.end : mention.start]) is not None


def _each_once(facts: Facts, of: s.Field, spans: list[Span]) -> Plan:
    """The different values of a field."""
    at = facts.moment()
    given = base.chosen(facts, spans, at)
    if of.type == s.FIELD_TYPE_MULTI_CHOICE:
        given = terms.unnested(given, of.name)
    given = terms.filtered(given, terms.present(terms.column(of.name)))
    made = terms.grouped(given, [q.Named(name=of.name, value=terms.column(of.name))], [])
    made = terms.ordered(made, terms.order(terms.column(of.name)))
    told = f"{label(of)}（各一次）" if measuring.chinese(facts) else f"different {label(of).lower()} of records"
    return Plan(made, (Shown(of.name, told=label(of)),), told, tuple(spans))
