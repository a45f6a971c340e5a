# ruff: noqa: E501 - patterns of questions, one line each.
"""Which apps have records of a time, which have none, and how many each."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.text import stems, tokens
from madeleine_miniapp.domain.questions.words import is_void

_APPS = re.compile(
    r"\b(?:which|what|where)\b[^?]*\b(?:apps?|logs|trackers|mini-?apps|diaries|lists)\b|\b(?:in )?which (?:ones )?of (?:them|these|those)\b|\bwhere (?:did|have) i (?:log|write|enter|record|note|put)|哪(?:些|几个|个)(?:应用|小程序|app|记录本?|本子?|地方(?=[^。？?]*[写记填录用]))"
)
_EACH = re.compile(
    r"\b(?:in|per|for|by|from|of) (?:each|every|all(?: of)?|the)? ?(?:one |of )?(?:my |the |these |those )?apps?\b|\b(?:per|each|every) app\b|每个(?:应用|小程序|app|本子)|各(?:个)?(?:应用|小程序|app)"
)
_COUNTS = re.compile(r"\bhow (?:many|much)\b|\bnumber\b|\bcounts?\b|多少|几[条笔次个]")
_NOT = re.compile(
    r"\b(?:haven't|hasn't|didn't|did not|have not|no|nothing|not|without|empty|missing|forget|forgot|forgotten|skip|skipped)\b|没有?|未|漏|忘"
)
_TALK = re.compile(
    r"\b(?:how|many|much|number|count|counts|which|what|where|apps?|logs?|trackers?|mini-?apps?|diaries|lists?|ones|out|of|them|these|those|entry|entries|records?|something|anything|data|dated|got|put|written|wrote|write|logged|log|entered|enter|noted|note|record|recorded|add|added|use|used|using|touch|touched|update|updated|list|is|there|mine|have|has|an|for|it|do|did|in|to|each|every|per|all|still|yet|so far|filled|fill)\b|哪(?:些|几个|个)|每个|各个?|应用|小程序|app|记录本?|本子|地方|[写记填用]过?了?|东西|什么|还|有|多少|几条|一共"
)


def written(text: str, reader: Reader) -> Reading | None:
    """ "Which of my apps did I write something in yesterday": the apps with a record of that time, or without one."""
    each = _EACH.search(text) is not None and _COUNTS.search(text) is not None
    # "What genres are on our lists" asks one app for what is in it.
    several = len({subject.app_id for subject, _ in reader.subjects}) > 1
    if not each and not (several and _APPS.search(text)):
        return None
    found = times.find(text, reader.today)
    spans = tuple(dict.fromkeys(f.span for f in found))
    rest = text
    for one in sorted(found, key=lambda f: -f.start):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
    subject, asker = reader.subjects[0]
    if len(spans) > 1 or not _is_all(rest, reader):
        return None
    counted = _counted(reader, spans)
    if counted is None:
        return None
    missing = not each and _NOT.search(text) is not None
    zh, records = is_chinese(text), terms.column("records")
    if each:
        told = "各应用的记录条数" if zh else "number of records in each app"
    elif missing:
        counted = terms.filtered(counted, terms.call(q.FUNCTION_EQUAL, records, terms.value(0.0)))
        told = "没有记录的应用" if zh else "apps without a record"
    else:
        counted = terms.filtered(counted, terms.call(q.FUNCTION_GREATER, records, terms.value(0.0)))
        told = "有记录的应用" if zh else "apps with a record"
    if missing:
        counted = terms.extended(counted, terms.named(app=terms.column("app")), only=True)
    shown = (Shown("app"),) if missing else (Shown("app"), Shown("records"))
    plan = Plan(counted, shown, told, spans, key="" if missing else "app")
    facts = reader.facts("", subject, asker)
    return made_of(Reading(subject, plan, 1.0, facts=facts), plan, *(s for s, _ in reader.subjects[1:]))


def _is_all(rest: str, reader: Reader) -> bool:
    """Whether nothing restricts which records are meant."""
    names = {w for held in reader.places.values() for w in held}
    rest = _TALK.sub(" ", _NOT.sub(" ", rest))
    for name in sorted((n for n in names if is_chinese(n) and len(n) > 1), key=len, reverse=True):
        rest = rest.replace(name, " ")
    facts = reader.facts(rest, *reader.subjects[0])
    if facts is None or any(_restricts(m, names) for s, a in reader.subjects for m in reader.scan(rest, s, a).mentions):
        return False
    left = [w for t in facts.scan_left() for w in tokens(t)]
    return not [t.text for t in left if not is_void(t.text) and not set(stems(t.text)) <= names]


def _restricts(mention: Mention, names: Collection[str]) -> bool:
    """Whether a mention names a person, or something of one kind of record."""
    of_some = any(m.strength > 1 for m in mention.of(Kind.CHOICE, Kind.VALUE, Kind.ENTITY))
    return mention.kind is Kind.PERSON or (of_some and not set(stems(mention.text)) <= set(names))


def _counted(reader: Reader, spans: Sequence[Span]) -> q.Relation | None:
    """Each app, in column "app", and how many records of the asker's it has, in column "records"."""
    rows: list[q.Relation] = []
    apps: dict[str, q.Relation] = {}
    for subject, asker in reader.subjects:
        facts = reader.facts("", subject, asker)
        if facts is None:
            return None
        title = terms.named(app=terms.value(subject.spec.title))
        mine = terms.call(q.FUNCTION_EQUAL, terms.column(facts.person), terms.value(asker.person_id))
        dated = [facts.within(s, facts.moment()) for s in spans]
        held = terms.filtered(base.records(facts), *([mine] if subject.shared else []), *dated)
        rows.append(terms.extended(held, title, only=True))
        apps.setdefault(
            subject.spec.title, terms.extended(terms.calendar(reader.today, reader.today), title, only=True)
        )
    number = terms.measure("number", q.MEASURE_FUNCTION_COUNT)
    counted = terms.grouped(terms.united(*rows), terms.named(held=terms.column("app")), [number])
    every = terms.united(*apps.values())
    made = terms.joined(every, counted, q.JOIN_KIND_OUTER, (terms.column("app"), terms.column("held")))
    records = terms.call(q.FUNCTION_COALESCE, terms.column("number"), terms.value(0.0))
    return terms.extended(made, terms.named(app=terms.column("app"), records=records), only=True)
