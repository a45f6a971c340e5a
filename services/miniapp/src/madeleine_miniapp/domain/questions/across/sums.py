# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures of several kinds of record in one unit: added up, or held against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.places import without_places
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.balances import read_balance
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
_VS = re.compile(r"\bvs\.?(?= )|\bversus\b|,? \bor\b|\bcompared (?:to|with)\b|\bagainst\b|还是|[，,]?和|跟|与|比")
_WHICH = re.compile(
    r"[,;:.\-–—]*\s*\b(?:which|what|who)(?: one| of (?:them|the two|these))? (?:is|was|wins|won|comes out|came to|costs?|took|cost)(?: me| us)?(?: the)? ?(?:more|higher|bigger|larger|most|less|lower|on top|ahead|longer)?\b\s*[:?]*|\bwhich (?:more|wins)\b|\bside by side\b|\bcompare\b|[，,]?(?:哪个|哪边|哪一?个)(?:更|比较)?(?:多|少|高|贵|长)(?:一些)?"
)
_MORE, _LESS = (
    re.compile(r"\b(?:more|higher|bigger|larger|longer)\b|更多|[多高长贵]"),
    re.compile(r"\b(?:less|lower|smaller|shorter|fewer)\b|更少|[少低短]"),
)
_UNNAMED = re.compile(
    r"\b(?:minutes|hours|mins|km|euros?|money|spending|spend|spent|costs?|number|total|sum|how|many|much|time|my|our|the|of|i|we|did|do|does|have|so far|on|for|with|a|an|price|logged|part|what|is|was|in|flat's)\b|多少|我|的|了|花|钱|一共|分钟|小时|时间|是"
)
_PAID = re.compile(r"\b(?:what|everything|all) (?:i|we) (?:have |had )?(paid|pay|spent|spend|laid out|earned)\b")
_DID = re.compile(r"\b(?:did|do|does|have|has) (?:i|we|he|she)(?: (?:spend|spent|put in|do|get|have))?\b")
_WORDS = re.compile(r"[\w'&-]+")
_HEADS = 7


def added_up(text: str, reader: Reader) -> Reading | None:
    """ "My share of eating out plus what I spent on takeaway in February": figures of one unit, added up."""
    for pieces in _addends(text):
        found = _figures(pieces, reader, own=own_meant(text))
        if found is None:
            continue
        plans = [p.plan for p in found if p.plan is not None]
        made = terms.grouped(
            terms.united(*_lines(plans)), [], [terms.measure("total", q.MEASURE_FUNCTION_SUM, terms.column("value"))]
        )
        shown = (Shown("total", _unit(plans[0])),)
        plan = Plan(made, shown, " + ".join(p.told for p in plans), _spans(plans), figure="total")
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


def against(text: str, reader: Reader) -> Reading | None:
    """ "Training minutes vs reading minutes, which wins": figures of one unit, one row each."""
    more, less = _MORE.search(text), _LESS.search(text)
    if not (_WHICH.search(text) or more or less or re.search(r"\bvs\.?\b|\bversus\b", text)):
        return None
    asked = _WHICH.search(text) is not None or re.search(r"\bmore\b.*\bor\b|多.*还是", text) is not None
    bare = _WHICH.sub(" ", text)
    bare = re.sub(r"\b(?:more|less|fewer)\b|更|(?<=[花练读吃跑])得?多", " ", bare)
    for match in _VS.finditer(bare):
        pieces = [bare[: match.start()], bare[match.end() :]]
        found = _figures(pieces, reader, own=own_meant(text))
        if found is None:
            continue
        plans = [p.plan for p in found if p.plan is not None]
        names = [_name(piece, reader) for piece in pieces]
        if len(set(names)) < len(names):
            continue
        lines = [
            terms.extended(p.relation, terms.named(what=terms.value(name), value=terms.column(p.figure)), only=True)
            for p, name in zip(plans, names, strict=True)
        ]
        shown = (Shown("what"), Shown("value", _unit(plans[0])))
        verdict = ("least" if less and not more else "who") if asked else ""
        told = "; ".join(p.told for p in plans)
        plan = Plan(terms.united(*lines), shown, told, _spans(plans), key="what", verdict=verdict)
        return made_of(found[0], plan, *(p.subject for p in found[1:]))
    return None


def _name(piece: str, reader: Reader) -> str:
    """What the question calls the records of a part."""
    for found in sorted(times.find(piece, reader.today), key=lambda f: -f.start):
        piece = f"{piece[: found.start]} {piece[found.end :]}"
    return re.sub(r"\s+", " ", _UNNAMED.sub(" ", piece)).strip(" ?？.,，:;-") or piece.strip()


def _lines(plans: Sequence[Plan]) -> list[q.Relation]:
    return [terms.extended(p.relation, terms.named(value=terms.column(p.figure)), only=True) for p in plans]


def _unit(plan: Plan) -> str:
    return next((s.unit for s in plan.shown if s.name == plan.figure), "")


def _spans(plans: Sequence[Plan]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(span for plan in plans for span in plan.spans))


def _figures(pieces: Sequence[str], reader: Reader, *, own: bool) -> list[Reading] | None:
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
    return sound if len({_unit(p) for p in plans}) == 1 and all(p.figure for p in plans) else None


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
    for one in dict.fromkeys((text, _PAID.sub(r"how much i \1", text), _DID.sub(" total ", text))):
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
