# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures of several kinds of record in one unit, added up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.activities import activities
from madeleine_miniapp.domain.questions.across.places import without_places
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Subject

_SURE = re.compile(r"\bplus\b|\btogether with\b|\badded to\b|\+|＋|再?加上|再加|外加")
_AND = re.compile(r"\band\b|\bwith\b|&|[和与跟、]")
_ALL_IN_ALL = re.compile(
    r"\b(?:all in all|altogether|in (?:all|total)|combined|(?:all |both )?together|in sum|summed|(?:as )?one (?:number|figure|sum)|added up|(?:the )?total|in one figure|ballpark|roughly)\b\s*[?.!]*\s*$|\b(?:all in all|altogether|combined|put together|together|one (?:number|figure|sum)|both together)\b|= ?\??|^\s*one sum\b|[，,]?(?:一共|总共|合计|总计|加起来)(?:是)?(?:多少(?:钱|欧元|欧|元|块钱?|分钟|小时)?)?[？?]*$|一共|总共|合计"
)
_TOGETHER = re.compile(
    r"\b(?:altogether|combined|together|in (?:all|total)|total|one (?:number|figure|sum)|sum)\b|一共|总共|合计|加起来"
)
_ADD_TO = re.compile(r"\badd(?:ing)? (?P<a>.+?) to (?P<b>.+)$")
_PAID = re.compile(r"\b(?:what|everything|all) (?:i|we) (?:have |had )?(paid|pay|spent|spend|laid out|earned)\b")
_DID = re.compile(r"\b(?:did|do|does|have|has) (?:i|we|he|she)(?: (?:spend|spent|put in|do|get|have))?\b")
_ALL_PRICED = re.compile(
    r"\b(?:everything|anything|all|whatever)(?: (?:that|which))? (?:with|has|had|carries) an? (?:price|cost)(?: (?:on it|tag))?\b"
)
_ASKING = re.compile(r"^(?:did|do|does|have|has|was|were|is|are) (?!i\b|we\b)")
_SENTENCE = re.compile(r"(?<=[?？。])\s*|:\s+|：|\s[-–—]\s")
_HOW_MUCH = re.compile(r"\bhow much\b|\btotal\b|\bwhat did\b|多少")
# "My food money for january: ...", "out of my pocket: ...".
_MONEY = re.compile(
    r"^(?:all )?(?:(?:my|our|the) )?(?:(?!no\b|without\b|except\b|only\b)[a-z]+ ){0,2}?(?:money|costs?|spending|spend|expenses|bill|budget|outlay)\b(?! (?:from|of|to|with|without)\b)(?: (?:out of|from) (?:my|our)(?: own)? pocket)?"
)
_LEAST = 2
_WORDS = re.compile(r"[\w'&-]+")
_HEADS = 7


def added_up(text: str, reader: Reader) -> Reading | None:
    """ "My share of eating out plus what I spent on takeaway in February": figures of one unit, added up."""
    of_both = activities(text, reader) if _TOGETHER.search(text) else None
    ways = (figures(pieces, reader, own=own_meant(text)) for pieces in (*_addends(text), *_told_apart(text, reader)))
    for found in (list(of_both.readings) if of_both and of_both.between == "" else None, *ways):
        if found is None:
            continue
        plans = [p.plan for p in found if p.plan is not None]
        made = terms.grouped(
            terms.united(*lines(plans)), [], [terms.measure("total", q.MEASURE_FUNCTION_SUM, terms.column("value"))]
        )
        shown = (Shown("total", unit(plans[0])),)
        plan = Plan(made, shown, " + ".join(p.told for p in plans), spans(plans), figure="total")
        return made_of(found[0], plan, *(p.subject for p in found[1:]))
    return None


def _addends(text: str) -> list[list[str]]:
    ways: list[list[str]] = []
    if match := _ADD_TO.search(text):
        ways.append([f"{text[: match.start()]} {match['a']}", match["b"]])
    sure = [p for p in _SURE.split(text) if p.strip(" ?？。.()（）")]
    if len(sure) > 1:
        ways.append(sure)
    elif _TOGETHER.search(text):
        ways += [[text[: match.start()], text[match.end() :]] for match in _AND.finditer(text)]
    return ways


def _told_apart(text: str, reader: Reader) -> list[list[str]]:
    """ "How much did I spend on food in May? My lunches plus the groceries": what is added up is told by itself."""
    sentences = [x for x in _SENTENCE.split(text) if x.strip(" ,，?？。.")]
    if len(sentences) != _LEAST or _SURE.search(sentences[0]) or not _SURE.search(sentences[1]):
        return []
    asked, told = sentences
    subject, asker = reader.subjects[0]
    named = any(m.of(Kind.PERSON, Kind.NUMBER) for m in reader.scan(asked, subject, asker).mentions)
    if named or not (_HOW_MUCH.search(asked) or _MONEY.search(asked)):
        return []
    said = [asked[f.start : f.end] for f in times.find(asked, reader.today)]
    pieces = [p for p in _SURE.split(told) if p.strip(" ,，?？。.()（）")]
    return [[*pieces[:-1], f"{pieces[-1]} {said[0]}" if said else pieces[-1]]]


def lines(plans: Sequence[Plan]) -> list[q.Relation]:
    """Each plan's figure as a column "value"."""
    return [terms.extended(p.relation, terms.named(value=terms.column(p.figure)), only=True) for p in plans]


def unit(plan: Plan) -> str:
    """The unit of a plan's figure."""
    return next((s.unit for s in plan.shown if s.name == plan.figure), "")


def spans(plans: Sequence[Plan]) -> tuple[Span, ...]:
    """The times that the plans go over."""
    return tuple(dict.fromkeys(span for plan in plans for span in plan.spans))


def figures(pieces: Sequence[str], reader: Reader, *, own: bool) -> list[Reading] | None:
    """Each part's figure, all in one unit, of two kinds of record at least."""
    texts = with_times(pieces, reader)
    parts = [_figure(piece, reader, own=own) for piece in texts]
    if any(parts) and any(p is not None and p.facts is not None and p.facts.of_money for p in parts):
        # What is added to money is money: "... plus what I logged for takeaway".
        texts = [f"{text}{'花了多少钱' if is_chinese(text) else ' cost'}" for text in texts]
        parts = [p or _figure(text, reader, own=own) for p, text in zip(parts, texts, strict=True)]
    for place in range(1, len(parts)):
        if parts[place] is None and parts[0] is not None:
            parts[place] = _with_head(texts[0], texts[place], reader, parts[0].subject, own=own)
    sound = [p for p in parts if p is not None and p.plan is not None]
    if len(sound) < len(parts) or len({(p.subject.app_id, p.subject.entity.name) for p in sound}) < 2:
        return None
    plans = [p.plan for p in sound if p.plan is not None]
    if any(times.find(text, reader.today) for text in texts) and not all(p.spans for p in plans):
        return None
    return sound if len({unit(p) for p in plans}) == 1 and all(p.figure for p in plans) else None


def _with_head(first: str, text: str, reader: Reader, other: Subject, *, own: bool) -> Reading | None:
    """ "Hours in February on sport + books": books with what is asked of sport."""
    words = list(_WORDS.finditer(first))
    for word in reversed(words[-_HEADS:]):
        if head := first[: word.start()].strip():
            found = _figure(f"{head} {text}", reader, own=own, other=other)
            if found is not None:
                return found
    return None


def _one_figure(reading: Reading) -> bool:
    return reading.plan is not None and bool(reading.plan.figure) and not reading.plan.key


def _figure(text: str, reader: Reader, *, own: bool, other: Subject | None = None) -> Reading | None:
    text = text.strip(" ,，?？。.()（）:")
    bare, _ = without_places(text, reader.places, reader.subjects)
    for one in dict.fromkeys((bare, text)):
        shared = read_balance(one, reader.subjects, reader.lexicon)
        if shared is not None and shared.computable and shared.plan is not None and shared.plan.figure:
            return shared
    for one in dict.fromkeys(
        (
            text,
            _ALL_PRICED.sub("total cost", text),
            _ASKING.sub("total ", text),
            _PAID.sub(r"how much i \1", text),
            _DID.sub(" total ", text),
        )
    ):
        part = reader.best(one, _one_figure, mine=own, other=other)
        if part is not None:
            return part[0]
    return None


def with_times(pieces: Sequence[str], reader: Reader) -> list[str]:
    """The parts, each with the one time that is said somewhere."""
    held = [(f.span, text[f.start : f.end]) for text in pieces for f in times.find(text, reader.today)]
    parts = [_ALL_IN_ALL.sub(" ", piece).strip(" ,，?？。.:：") for piece in pieces]
    if len({span for span, _ in held}) != 1:
        return parts
    said = held[0][1]
    return [p if times.find(p, reader.today) else (f"{said}{p}" if is_chinese(p) else f"{p} {said}") for p in parts]
