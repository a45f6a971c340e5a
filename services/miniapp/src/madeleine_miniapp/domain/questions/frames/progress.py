"""The frame of how much of a thing is done, and what is left: pages of a book against those that were read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.deeds import done_of
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import base, titles
from madeleine_miniapp.domain.questions.frames.days import in_language
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import stems

_HOW_FAR = re.compile(
    r"\bhow far\b|[读看学](?:了|到|完)|\b(?:did|have|has) \w+ (?:\w+ )?(?:read|get|got|done|do|finish\w*|covered)\b"
)


@dataclass(frozen=True, slots=True)
class _Done:
    """Which size of things is done bit by bit, and the other records that say how much of it was."""

    size: s.Field
    entity: s.Entity
    link: s.Field
    done: s.Field


def progress(facts: Facts) -> Plan | None:
    """What is left of a thing, or which part of it is done; raises Doubt where that is not recorded."""
    title, of = titles.title(facts), _done(facts.subject)
    named = title is not None and any(c.field == title.name and c.kind is Kind.VALUE for c in facts.conditions)
    if facts.remaining and (of is None or not facts.conditions or facts.spans()):
        raise Doubt("what is still to go is no figure that a record holds")
    if facts.has("share") and _of_named(facts):
        raise Doubt("how much of it is done is told by its own record")
    if title is None or of is None or not (facts.remaining or (named and facts.has("share"))):
        return None
    facts.cue("share", "how_many", "how_much", "what", "now", "row", "none", "sum")
    facts.used |= {i for i, m in facts.free(Kind.FIELD) if any(x.name == of.size.name for x in m.of(Kind.FIELD))}
    size, done = terms.column(of.size.name), terms.call(q.FUNCTION_COALESCE, terms.column("done"), terms.value(0.0))
    if facts.remaining:
        figure, told = terms.call(q.FUNCTION_SUBTRACT, size, done), in_language(facts, "{} left", "剩下的{}")
    else:
        part = terms.call(q.FUNCTION_MULTIPLY, done, terms.value(100.0))
        figure, told = terms.call(q.FUNCTION_DIVIDE, part, size), in_language(facts, "share of {} done", "完成的{}占比")
    columns = [q.Named(name=title.name, value=terms.column(title.name)), q.Named(name="figure", value=figure)]
    made = terms.extended(_with_done(facts, of, title), columns, only=True)
    shown = (Shown(title.name), Shown("figure", "" if facts.remaining else "%"))
    return Plan(made, shown, told.format(label(of.size).lower()), figure="figure")


def _of_named(facts: Facts) -> bool:
    """Whether it is asked how much is done of a thing that these records only name."""
    called = {stems(e.name) for e in facts.subject.spec.entities if e.name != facts.subject.entity.name}
    links = {f.name for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if stems(f.name) in called}
    named = bool(facts.conditions) and all(c.field in links for c in facts.conditions)
    return named and _HOW_FAR.search(facts.scan.text) is not None


def _with_done(facts: Facts, of: _Done, title: s.Field) -> q.Relation:
    """The things that are meant and have a size, each with how much of it was done."""
    keys = [q.Named(name="named", value=terms.column(of.link.name))]
    pairs = [(terms.column(title.name), terms.column("named"))]
    if facts.subject.shared and facts.person in {f.name for f in of.entity.fields}:
        keys.append(q.Named(name="whose", value=terms.column(facts.person)))
        pairs.append((terms.column(facts.person), terms.column("whose")))
    done = terms.measure("done", q.MEASURE_FUNCTION_SUM, terms.column(of.done.name))
    sums = terms.grouped(terms.records(facts.subject.app_id, of.entity.name), keys, [done])
    things = terms.filtered(base.chosen(facts, [], facts.moment()), terms.present(terms.column(of.size.name)))
    # Of what was never begun, all is left; of what nobody noted, no part is known.
    return terms.joined(things, sums, q.JOIN_KIND_OUTER if facts.remaining else q.JOIN_KIND_INNER, *pairs)


def _done(subject: Subject) -> _Done | None:
    """Which other records of the app say how much of the things here is done."""
    called = {stems(subject.entity.name), stems(subject.entity.label)} - {()}
    for entity in subject.spec.entities:
        links = [f for f in entity.fields if f.type == s.FIELD_TYPE_TEXT and stems(f.name) in called]
        for size in subject.numeric if links and entity.name != subject.entity.name else ():
            if (done := done_of(entity, stems(size.name))) is not None:
                return _Done(size, entity, links[0], done)
    return None
