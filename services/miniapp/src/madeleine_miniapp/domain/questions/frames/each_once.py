"""The different values of the text that is asked for, each once: "which plants did I prune"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, hours, measuring, titles
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

# What stands between a word for asking and the things that are asked for.
_ALL_THE = re.compile(r" ?(?:(?:are|were|is|was|all|the|my|our|me|different|various|distinct|of) ?)*")
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
