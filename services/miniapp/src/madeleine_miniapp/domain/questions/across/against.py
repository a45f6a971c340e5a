# ruff: noqa: E501 - patterns of questions, one line each.
"""Figures of several kinds of record in one unit, held against each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.activities import activities
from madeleine_miniapp.domain.questions.across.buckets import BUCKET
from madeleine_miniapp.domain.questions.across.compared_words import ASIDE
from madeleine_miniapp.domain.questions.across.places import APP_KINDS
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant
from madeleine_miniapp.domain.questions.across.sums import figures, spans, unit
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.text import stems

_VS = re.compile(
    r"\bvs\.?(?= )|\bversus\b|,? \bor\b|\bcompared (?:to|with)\b|\bagainst\b|\bthan\b|还是|[，,]?和|跟|与|比"
)
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

_EACH = re.compile(r"\bhow (?:much|many|long|often)\b|\beach\b|分别|各(?!种)|多少|几次")
_FILLER = re.compile(r"\b(?:read|reading|with|in|into|a|an|the|my)\b")
# "8 or more" compares nothing.
_AT_LEAST = re.compile(r"\b(\d[\d.]*) or (?:more|higher|better|above|over|up|longer|bigger|larger)\b")
_AT_MOST = re.compile(r"\b(\d[\d.]*) or (?:less|lower|worse|below|under|fewer|shorter|smaller)\b")
_THAN = re.compile(r"\bthan\b|比")


def against(text: str, reader: Reader) -> Reading | None:
    """ "Training minutes vs reading minutes, which wins": figures of one unit, one row each."""
    text = _AT_LEAST.sub(r"at least \1", _AT_MOST.sub(r"at most \1", text))
    more, less = _MORE.search(text), _LESS.search(text)
    compares = _WHICH.search(text) or more or less or re.search(r"\bvs\.?\b|\bversus\b", text)
    of_both = activities(text, reader)
    if of_both is not None and not BUCKET.search(text) and (compares or (of_both.between == "" and _EACH.search(text))):
        asked = bool(of_both.between) or _WHICH.search(text) is not None
        told = _told(of_both.between == "than", asked, less=bool(less and not more))
        called = [_called(name, one, reader) for name, one in zip(of_both.names, of_both.readings, strict=True)]
        return _rows(called, of_both.readings, told if compares else "")
    if not compares or BUCKET.search(text):
        return None
    asked = _WHICH.search(text) is not None or re.search(r"\bmore\b.*\bor\b|多.*还是", text) is not None
    bare = _WHICH.sub(" ", ASIDE.sub(" ", text))
    bare = re.sub(
        r"\b(?:more|less|fewer)\b|更|(?<=[花练读吃跑])得?[多少]|[多少长](?=\s*(?:$|[？?，,]|还是))", " ", bare
    )
    for match in _VS.finditer(bare):
        pieces = [bare[: match.start()], bare[match.end() :]]
        found = figures(pieces, reader, own=own_meant(text))
        names = [_name(piece, reader) for piece in pieces]
        if found is not None and len(set(names)) == len(names):
            than = _THAN.fullmatch(match.group()) is not None
            names = [_called(name, one, reader) for name, one in zip(names, found, strict=True)]
            return _rows(names, found, _told(than, asked, less=bool(less and not more)))
    return None


def _told(than: bool, asked: bool, *, less: bool) -> str:
    """How the verdict follows: yes or no of one than the other, or which of the two."""
    if than:
        return "less" if less else "more"
    return ("least" if less else "who") if asked else ""


def _rows(names: Sequence[str], found: Sequence[Reading], verdict: str) -> Reading:
    plans = [p.plan for p in found if p.plan is not None]
    made = [
        terms.extended(p.relation, terms.named(what=terms.value(name), value=terms.column(p.figure)), only=True)
        for p, name in zip(plans, names, strict=True)
    ]
    shown = (Shown("what"), Shown("value", unit(plans[0])))
    told = "; ".join(p.told for p in plans)
    plan = Plan(terms.united(*made), shown, told, spans(plans), key="what", verdict=verdict)
    return made_of(found[0], plan, *(p.subject for p in found[1:]))


def _called(name: str, found: Reading, reader: Reader) -> str:
    """What a side is called: by its app, "reading", where the question names a thing whose use is measured, "a book"."""
    spec = found.subject.spec
    things = [one for one in spec.entities if one.name != found.subject.entity.name]
    named = {word for one in things for word in (stems(one.name), stems(one.label), *reader.lexicon.of_entity(one))}
    title = APP_KINDS.sub(" ", spec.title.casefold()).strip()
    of_thing = stems(_FILLER.sub(" ", name)) in named
    return title if of_thing and title and is_chinese(title) == is_chinese(name) else name


def _name(piece: str, reader: Reader) -> str:
    """What the question calls the records of a part."""
    for found in sorted(times.find(piece, reader.today), key=lambda f: -f.start):
        piece = f"{piece[: found.start]} {piece[found.end :]}"
    return re.sub(r"\s+", " ", _UNNAMED.sub(" ", piece)).strip(" ?？.,，:;-") or piece.strip()
