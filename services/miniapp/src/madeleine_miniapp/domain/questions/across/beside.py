# ruff: noqa: E501 - patterns of questions, one line each.
"""Several answers beside each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.across.buckets import BUCKET
from madeleine_miniapp.domain.questions.across.compared_words import FOR_SOMETHING
from madeleine_miniapp.domain.questions.across.places import without_places
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of, own_meant, same_kind, uncounted
from madeleine_miniapp.domain.questions.across.sums import with_times
from madeleine_miniapp.domain.questions.frames.periods import span_name
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.text import tokens
from madeleine_miniapp.domain.questions.words import is_void

_PART = re.compile(r"[，,；;、/?？]\s*(?:and |then )?|\band\b|(?:以及|还有|又)|(?<!\d):(?!\d)|：|\s[-–—]\s")
_ORDINARY = re.compile(
    r"\b(?:please|side by side|next to each other|in one row)\b|^(?:看一?下|查一?下|列出)|(?:分别|各)(?:是)?"
)
# Sums, and days by what happened on them, are no answers beside each other.
_OTHER_FORM = re.compile(
    r"\bplus\b|\b(?:altogether|combined|together)\b|\bon (?:the )?days\b|\bdays (?:when|with|i|we|that)\b|\bdays\b(?: \w+){0,3} without\b|\bwhen i\b|\w+ days\b|\bvs\b|加上|的(?:日子|那[些几]天|时候)|比|还是"
)
# "In two numbers": nothing is listed.
_NUMBERS = re.compile(
    r"\b(?:in|as|just|only) (?:the )?(?:two|three|four|a few|just|plain)? ?(?:numbers|figures)\b|[用只]?[两三四]个数字?"
)
_LISTED = re.compile(r"\b(?:what|which|where|list|did)\b|什么|哪|列")
_ASKS = re.compile(r"\b(?:how|what|which|when|who)\b|多少|几|什么|哪|谁")
_WHETHER = re.compile(r"(?:did|have|had|do|was|were|is|are) (?:i|we)\b")
_MONEY = re.compile(r"\b(?:euros?|eur|money|dollars|pounds|francs)\b")
_UNIT = re.compile(
    r"(?:in |total )?(?:minutes|mins|hours|km|kcal|euros?|eur|pages|numbers)(?: please)?|分钟|小时|公里|大卡|欧元"
)
# "What did I pay for the flat": how much it was.
_WHAT_FOR = re.compile(rf"\bwhat ((?:did|do|have|had) [a-z]+ (?:pay|paid|spend|spent) {FOR_SOMETHING})")
_WHOSE = re.compile(r"\b(?:for|by|either|all)\b|[店]|大家|我们")
_ASKER = re.compile(r"(?<![^\W_'])(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)(?![\w'])|我(?!们)")
_OTHER_KIND, _WAYS, _LEAST, _MOST, _FEW = 2.0, 50, 2, 5, 12


_ELLIPTIC = re.compile(r"(?:what|how much|how many|how often) (?P<to>for|on|at|in|with)\b")


_DAY = re.compile(r"\b(?:days?|nights?|evenings?)\b|[天晚]")
# The day of what another part tells; where a time is said, that.
_THAT_DAY = re.compile(
    r"\b(?:on )?(?:that|the same|those) (?:very |same )?(?:days?|nights?|evenings?|weeks?|months?)\b|(?:那|当|同)一?(?:天|晚|周|月)"
)
# 我带的东西里: what the next part asks about, no question of its own.
_TOPIC = re.compile(r"(?:(?<![公英])里面?|当中|之中|其中)[ ,，]*$")


def side_by_side(text: str, reader: Reader) -> Reading | None:
    """ "On that day, what did I do, how was my mood, how much did I eat": several answers in one row."""
    if _OTHER_FORM.search(text) or BUCKET.search(text):
        return None
    said, that = times.find(text, reader.today), _THAT_DAY.search(text)
    of_day = that is not None and _DAY.search(that.group()) is not None
    if that is not None and not any(f.span.first == f.span.last or not of_day for f in said):
        # Which day that is would have to be found.
        return None
    numbers = _NUMBERS.search(text) is not None
    text = _ORDINARY.sub(" ", _NUMBERS.sub(" ", text))
    pieces = [p for p in _PART.split(text) if p.strip(" ?？。.")]
    pieces = [_WHAT_FOR.sub(r"how much \1", p) for p in _in_full(pieces)]
    if any(_WHETHER.match(p.strip()) for p in pieces):
        # Yes or no is no figure beside another.
        return None
    if any(_UNIT.fullmatch(p.strip(" ?？。.")) for p in pieces):
        # "Who reads most and who trains most? minutes": said of what is asked, no part of its own.
        return None
    times_said, timeless, mine = _parted(pieces, reader)
    if numbers:
        timeless = [p if _ASKS.search(p) else _as_number(p) for p in timeless]
    for parts in _joined(timeless):
        if not _LEAST <= len(parts) <= _MOST or any(_TOPIC.search(part) for part in parts):
            continue
        found = _rows(parts, times_said, reader, mine=mine)
        if found is not None:
            return found
    return None


def _in_full(pieces: list[str]) -> list[str]:
    """The pieces, each with the verb that it leaves unsaid: "what did I pay for food and what for petrol"."""
    made: list[str] = []
    for piece in pieces:
        short = _ELLIPTIC.match(piece.strip())
        head = re.match(rf"(.*?) {short['to']}\b", made[-1]) if short and made else None
        made.append(f"{head[1]} {piece.strip()[short.start('to') :]}" if short and head else piece)
    return made


def _as_number(part: str) -> str:
    """What is named, as a number: what is counted, or what it comes to where that is named by its unit."""
    if is_chinese(part):
        return f"{part}一共多少"
    return f"how much {_MONEY.sub(' ', part).strip()}" if _MONEY.search(part) else f"how many {part.strip()}"


def _rows(parts: list[str], times_said: Sequence[str], reader: Reader, *, mine: bool) -> Reading | None:
    """A row of answers, or one for each of several times: "january and february: workouts and pages"."""
    rows = [_row(with_times(_at(parts, said), reader), reader, mine=mine) for said in times_said or ("",)]
    whole = [row for row in rows if row is not None and row.plan is not None]
    if len(whole) < len(rows):
        return None
    if len(whole) == 1:
        return whole[0]
    plans = [row.plan for row in whole if row.plan is not None]
    if any(len(plan.spans) != 1 or plan.shown != plans[0].shown for plan in plans):
        return None
    zh = is_chinese("".join(parts))
    columns = {column.name: terms.column(column.name) for column in plans[0].shown}
    labelled = [
        terms.named(period=terms.value(span_name(plan.spans[0], zh)), place=terms.value(float(place)), **columns)
        for place, plan in enumerate(plans)
    ]
    made = terms.united(
        *(terms.extended(plan.relation, names, only=True) for plan, names in zip(plans, labelled, strict=True))
    )
    made = terms.ordered(made, terms.order(terms.column("place")))
    made = terms.extended(made, terms.named(period=terms.column("period"), **columns), only=True)
    spans = tuple(span for plan in plans for span in plan.spans)
    plan = Plan(made, (Shown("period"), *plans[0].shown), plans[0].told, spans, key="period")
    return made_of(whole[0], plan, *whole[0].also)


def _at(parts: list[str], said: str) -> list[str]:
    if not said:
        return parts
    return [f"{said}{parts[0]}" if is_chinese(parts[0]) else f"{parts[0]} {said}", *parts[1:]]


def _parted(pieces: list[str], reader: Reader) -> tuple[list[str], list[str], bool]:
    """The pieces that only say when, the others, and whether the former say that all is the asker's."""
    timeless: list[str] = []
    times_said: list[str] = []
    besides: list[str] = []
    for piece in pieces:
        found = times.find(piece, reader.today)
        left = piece
        for one in sorted(found, key=lambda f: -f.start):
            left = f"{left[: one.start]} {left[one.end :]}"
        if found and all(is_void(t.text) for t in tokens(left)):
            times_said.append(piece[found[0].start : found[0].end])
            besides.append(left.strip(" ,，"))
        else:
            timeless.append(piece)
    if timeless:
        # "January and february for me".
        timeless[0] = " ".join([timeless[0], *(b for b in besides if b and not is_chinese(b))])
    return times_said, timeless, any(_ASKER.search(b) for b in besides)


def _joined(timeless: list[str]) -> list[list[str]]:
    """The pieces, and with two of them as one."""
    ways = [timeless]
    # "Salt and pepper" is one thing, two questions are not.
    ways += [
        [*timeless[:i], f"{one} {other}", *timeless[i + 2 :]]
        for i, (one, other) in enumerate(pairwise(timeless))
        if not (_ASKS.search(one) and _ASKS.search(other))
    ]
    return ways


def _row(parts: Sequence[str], reader: Reader, *, mine: bool) -> Reading | None:
    sound = _apart(parts, reader, all_mine=mine)
    if len({(p.subject.app_id, p.subject.entity.name) for p in sound}) < _LEAST:
        return None
    made: q.Relation | None = None
    shown: list[Shown] = []
    for place, part in enumerate(sound):
        one = _cell(part, place)
        if one is None:
            return None
        relation, column = one
        made = relation if made is None else terms.joined(made, relation, q.JOIN_KIND_INNER)
        shown.append(column)
    plans = [p.plan for p in sound if p.plan is not None]
    if any(plan.key and not plan.verdict for plan in plans):
        # A table beside another answer is no one row.
        return None
    spans = tuple(dict.fromkeys(span for plan in plans for span in plan.spans))
    timed = any(times.find(part, reader.today) for part in parts)
    if made is None or len({(s.first, s.last) for s in spans}) > 1 or (timed and not all(plan.spans for plan in plans)):
        return None
    plan = Plan(made, tuple(shown), "; ".join(p.told for p in plans), spans[:1])
    return made_of(sound[0], plan, *(p.subject for p in sound[1:]))


def _apart(parts: Sequence[str], reader: Reader, *, all_mine: bool) -> list[Reading]:
    """The best reading of each part, of different kinds of record rather than of the same; empty if a part has none."""
    chosen: list[tuple[float, list[Reading]]] = [(0.0, [])]
    mine = False
    for part in parts:
        mine = all_mine or (mine and not _WHOSE.search(part)) or _ASKER.search(part) is not None
        sound = _readings(part, reader, mine=mine and own_meant(part))
        chosen = [
            (
                worth + r.score + (_OTHER_KIND if not any(same_kind(r.subject, h.subject) for h in held) else 0.0),
                [*held, r],
            )
            for worth, held in chosen
            for r in sound
        ]
        chosen = sorted(chosen, key=lambda pair: -pair[0])[:_WAYS]
    return max(chosen, key=lambda pair: pair[0])[1] if chosen else []


def _readings(part: str, reader: Reader, *, mine: bool) -> list[Reading]:
    """The whole readings of a part; of a bare name, what it is or what it comes to."""
    zh = is_chinese(part)
    bare = _ASKS.search(part) is None and len(tokens(part)) <= _FEW
    more = (f"{part}一共多少" if zh else f"total {part}", f"有哪些{part}" if zh else f"what {part}") if bare else ()
    # What was given on a day is the mean of what was given.
    rated = re.sub(r"(?:打了?)?几分", "平均多少", part)
    for text in dict.fromkeys((part, rated, *more)):
        said, among = without_places(text, reader.places, reader.subjects)
        found = [reader.read(said, subject, asker, mine=mine) for subject, asker in among]
        listed = _LISTED.search(text) is not None
        sound = [r for r in found if r.computable and r.score > 0 and (listed or (r.plan and r.plan.figure))]
        sound = [r for r in sound if reader.bought(r.subject, text) and not uncounted(r, part)]
        if sound:
            return sound
    return []


def _cell(part: Reading, place: int) -> tuple[q.Relation, Shown] | None:
    """A part's answer as one cell: its figure, or the names in its rows."""
    plan = part.plan
    if plan is None:
        return None
    if plan.figure and not plan.key:
        figure = next((s for s in plan.shown if s.name == plan.figure), Shown(plan.figure))
        name = f"{figure.name}_{place}"
        measure = terms.measure(name, q.MEASURE_FUNCTION_MAX, terms.column(figure.name))
        return terms.grouped(plan.relation, [], [measure]), replace(figure, name=name)
    # What was eaten is told by the dishes; what has no name of its own, by its kind.
    named = title(part.facts) if part.facts is not None else None
    titled = [s for s in plan.shown if named is not None and s.name == named.name]
    kinds = [s for s in plan.shown if any(f.name == s.name and f.choices for f in part.subject.entity.fields)]
    kind = (titled or kinds or list(plan.shown))[0]
    name = f"{kind.name}_{place}"
    measure = terms.measure(name, q.MEASURE_FUNCTION_LIST, terms.column(kind.name))
    return terms.grouped(plan.relation, [], [measure]), replace(kind, name=name)
