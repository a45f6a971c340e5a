# ruff: noqa: E501 - patterns of questions, one line each.
"""Columns of records that are shown: what is asked of them, and what else tells them from others."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import titles
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Shown
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity

# What is about to happen may do so on any day.
_TO_COME = re.compile(r"(?:快要?|[会将]要?|要|马上|即将|\b(?:about to|going to|will|soon)) ?$")
_WHAT_DONE = re.compile(
    r"\bwhat (?:(?:i|we) did|(?:did|do|was|were|have|had) (?:i|we) (?:do|doing|done|up to))\b"
    r"|[做干]了?(?:些)?(?:什么|啥|嘛)"
)

_WHAT_WRITTEN = re.compile(
    r"\bwhat (?:did|have|had|has) [^\W\d]+ (?:note|noted|write|wrote|written)\b|(?:写|备注)了?(?:些|点)?什么"
    r"|\bwhat (?:is|was|were) (?:the |my |our )?(?:last |latest |first )?(?:things?|note|notes|remarks?) (?:that )?(?:[^\W\d]+ )?(?:note|noted|wrote|written)\b"
)
_ALL_FIGURES = re.compile(
    r"\ball (?:the |its |of the |my )?(?:numbers|figures|values|measurements)\b|(?:所有|全部)的?(?:数值|数字|数据)"
)
_BETWEEN_COLUMNS = re.compile(r"(?:[\s+&/,、和及]|\band\b|\bplus\b|\bwith\b|\bthe\b|\bplease\b|\b(?:for|of) each\b)*")
# What is asked of each of the things that are asked for.
_WITH_ITS = re.compile(
    r"(?:哪些|哪几[个项样种家件笔条顿处趟]|(?:有|是)(?:些|点)?(?:什么|啥))[^,，。？?]*[,，、。？?和][^,，。？?一总合共]*(?:多少|几[个件样份包块元条])"
    r"|每[项笔条样件][^,，。？?平均]{0,4}(?:多少|几点|谁|什么时候|哪)"
    r"|^(?:which|what|list)\b[^,;?]*(?:[,;?]|\band\b) ?(?:and )?(?:how (?:much|many)|what) (?:do|does|did|is|was|are|were) (?:each|they|it|each of them)\b"
    r"|^(?:which|what|list)\b[^,;?]*(?:[,;?]|\band\b) ?(?:and )?what(?:'s| is| are| was| were) the \w+ (?:for|of) each\b"
)


def lists_columns(facts: Facts) -> bool:
    """ "Electricity bills so far, dates and amounts": what stands last names the columns of a list of records."""
    columns: list[Mention] = []
    bounds = facts.scan.clauses()
    while len(bounds) > 1 and (named := _only_columns(facts, *bounds[-1])):
        columns += named
        bounds.pop()
    dated = any(m.cue("when") or any(x.field and x.field.type in TEMPORAL for x in m.of(Kind.FIELD)) for m in columns)
    return len(columns) > 1 and dated and bool(facts.conditions)


def _only_columns(facts: Facts, start: int, end: int) -> list[Mention]:
    """What a stretch names, if it names nothing but columns."""
    told = ("when", "who", "how_much")
    named = [m for m in facts.items if start <= m.start < end and (m.of(Kind.FIELD) or any(m.cue(n) for n in told))]
    between, at = "", start
    for mention in named:
        between, at = between + facts.scan.text[at : mention.start], mention.end
    return named if _BETWEEN_COLUMNS.fullmatch(between + facts.scan.text[at:end]) else []


def asked_columns(facts: Facts, *, but: str = "") -> list[s.Field]:
    """Fields that are named and free: those that the answer must show, `but` the one that it shows anyhow.

    Raises Doubt for what is about to happen, on a day that is not told.
    """
    found: list[s.Field] = []
    for index, mention in facts.free(Kind.FIELD):
        meant = [m for m in mention.of(Kind.FIELD) if m.field is not None]
        most = max(m.strength for m in meant)
        fields = [m.field for m in meant if m.strength == most and m.field is not None and m.field.name != but]
        facts.used.add(index)
        if fields and fields[0].type in TEMPORAL and _TO_COME.search(facts.scan.text[: mention.start]):
            raise Doubt(f"it does not say until when {label(fields[0]).lower()} is")
        # Records that are called by their figures, blood pressure, have all of them.
        whole = any(m.strength == 3 for m in mention.of(Kind.ENTITY)) and len({f.unit for f in fields}) == 1
        for f in fields[:1] if len(fields) > 1 and most < 3 and not whole else fields:
            if f not in found:
                found.append(f)
    if _ALL_FIGURES.search(facts.scan.text):
        found += [f for f in facts.subject.numeric if f not in found]
    return found + [f for f in (*what_done(facts), *what_written(facts)) if f not in found]


def asks_what_was_written(facts: Facts) -> bool:
    """Whether it is asked what was written: "what was the last thing I wrote about the pillow"."""
    return _WHAT_WRITTEN.search(facts.scan.text) is not None


def what_written(facts: Facts) -> list[s.Field]:
    """The remark, where it is asked what was written."""
    asked = asks_what_was_written(facts)
    return [f for f in facts.subject.entity.fields if titles.is_note(f)][:1] if asked else []


def what_done(facts: Facts) -> list[s.Field]:
    """The field that says what was done, where a question asks that: "what did I do on my best day"."""
    if not _WHAT_DONE.search(facts.scan.text):
        return []
    words = facts.lexicon.of_words(FIELDS, "activity")
    held = facts.subject.fields(s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT)
    return [f for f in held if {stems(f.name), stems(f.label)} & words][:1]


def add_column(facts: Facts, columns: list[q.Named], shown: list[Shown], f: s.Field) -> None:
    """Adds a field to what is shown, once."""
    if any(c.name == f.name for c in columns):
        return
    if f.type in TEMPORAL and any(same_day(c, f) for c in columns):
        return
    if f.type in NUMERIC:
        of = quantity(f)
        columns.append(q.Named(name=f.name, value=of.expression))
        shown.append(Shown(f.name, of.unit, label(f)))
        return
    value = terms.column(f.name)
    columns.append(q.Named(name=f.name, value=facts.day(value) if f.type == s.FIELD_TYPE_DATETIME else value))
    shown.append(Shown(f.name, told=label(f)))


def add_people(facts: Facts, columns: list[q.Named], shown: list[Shown]) -> None:
    """Whose it is, and who else took part."""
    for f in facts.subject.fields(s.FIELD_TYPE_PERSON):
        if f.name in facts.subject.person_fields:
            add_column(facts, columns, shown, f)


def add_texts(facts: Facts, columns: list[q.Named], shown: list[Shown]) -> None:
    """Where it was, and what else is said of it in few words."""
    facts.cue("where")
    for f in facts.subject.fields(s.FIELD_TYPE_TEXT):
        if not titles.is_note(f) and len(columns) < 6:
            add_column(facts, columns, shown, f)


def add_what_tells(facts: Facts, columns: list[q.Named], shown: list[Shown]) -> None:
    """What tells one record from others: whose it is, its texts, and without a name its choices."""
    add_people(facts, columns, shown)
    add_texts(facts, columns, shown)
    if titles.title(facts) is None:
        for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
            if len(columns) < 6:
                add_column(facts, columns, shown, f)


def same_day(column: q.Named, f: s.Field) -> bool:
    """Whether a column already holds the day of a date field."""
    call = column.value.call
    return call.function == q.FUNCTION_DAY and len(call.arguments) == 1 and call.arguments[0].column == f.name


def each_with_its(facts: Facts) -> bool:
    """ "Which museums are booked, and how much is each": what is asked of each is a column of the list."""
    narrowed = facts.conditions or facts.people or any(m.kind is Kind.TIME for m in facts.items)
    return bool(narrowed) and _WITH_ITS.search(facts.scan.text) is not None and not facts.has("sum", "mean", "median")
