"""Which total a question divides by which: "pages per hour", pace, speed, or who is faster."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.adjectives import KINDS
from madeleine_miniapp.domain.questions.concepts import CHOICES
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.filters import choose
from madeleine_miniapp.domain.questions.frames import dimensions
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import quantity, unit_named

_PER = ("per", "each", "every", "for each", "每", "for every", "a", "by")
_FILLING = re.compile(r"\b(?:all|the|total|overall|sum|of|my|our|their)\b|总|的")
# "Pages per hour": more of them are faster.
_PER_TIME = re.compile(r"\b(?:per|an|by the) (?:hour|minute)\b|每(?:小时|分钟)")


def asked(facts: Facts) -> Measured | None:
    """What a question asks of one total over another, taken; None: it does not. Raises Doubt."""
    found = _per(facts)
    if found is not None:
        if facts.has("pace"):
            _of_runs(facts)
        facts.cue("pace", "speed")
        return found
    if {f.name for f in facts.subject.numeric} & {"pace", "speed"}:
        return None
    return _pace(facts) if facts.has("pace", "speed") or _faster(facts) else None


def _faster(facts: Facts) -> bool:
    """Whether something is fast or slow, where distance and time say how fast it was; raises Doubt."""
    told = [x.value for m in facts.items for n in ("sup", "top", "more", "less") if (x := m.cue(n))]
    if (
        not any(KINDS.get(value, value).endswith("speed") for value in told)
        or facts.has("took")
        or facts.fields_named(*NUMERIC)
    ):
        return False
    if _time(facts) is None or dimensions.dimension(facts.copy(), "distance") is None:
        return False
    if not dimensions.moves(facts):
        raise Doubt("what is fast may be told by pace or by time")
    return True


def more_is_faster(facts: Facts) -> bool:
    """Whether what is fast has more of the figure: kilometres or pages for each hour."""
    if _PER_TIME.search(facts.scan.text):
        return True
    measured = _time(facts) is not None and any(dimensions.is_size(f, "distance") for f in facts.subject.numeric)
    return measured and _in_speed(facts)


def _in_speed(facts: Facts) -> bool:
    """Whether it is told in distance for each hour: as speed, or of rides."""
    if facts.has("pace"):
        return False
    rides = facts.lexicon.of_words(CHOICES, "cycling")
    return facts.has("speed") or any(stems(c.value) in rides for m in facts.items for c in m.of(Kind.CHOICE))


def _time(facts: Facts) -> s.Field | None:
    return next((f for f in facts.subject.numeric if f.type == s.FIELD_TYPE_DURATION or f.unit in ("min", "h")), None)


def _pace(facts: Facts) -> Measured:
    distance = dimensions.dimension(facts, "distance")
    duration = _time(facts)
    if distance is None or duration is None:
        raise Doubt("no distance and time are recorded together")
    fast = _in_speed(facts)
    if facts.has("pace"):
        _of_runs(facts)
    facts.cue("pace", "speed", "calorie_wise")
    named = facts.fields_named(*NUMERIC)
    # "Minutes per km", "time over distance": what the pace is of.
    facts.used |= {index for index, _, _ in named}
    for index, mention in enumerate(facts.items):
        if mention.text == "over" and named and named[0][1].start < mention.start < named[-1][1].start:
            facts.used.add(index)
    time = quantity(duration, "h" if fast else "min")
    return Measured("ratio", distance, time) if fast else Measured("ratio", time, distance)


def _of_runs(facts: Facts) -> None:
    """A pace is that of runs, where records say what was done and the question does not."""
    runs = facts.lexicon.of_words(CHOICES, "run")
    for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        held = [c for c in f.choices if stems(c) in runs]
        if len(held) == 1 and not any(c.field == f.name for c in facts.conditions) and f not in facts.groups:
            choose(facts, Meaning(Kind.CHOICE, f.name, held[0], field=f), 0)


def _per(facts: Facts) -> Measured | None:
    """ "litres per 100 km", "pages per hour": two quantities with "per", or "over", between them."""
    named = [n for n in facts.fields_named(*NUMERIC) if len(n[2]) == 1]
    order = list(dict.fromkeys(n[2][0].name for n in named))
    divides = [m.end for m in facts.items if m.cue("over") or ((m.cue("by") or m.cue("for_every")) and m.text in _PER)]
    if len(order) != 2 or not divides:
        return None
    for by in reversed(divides):
        under = next((n for n in named if n[1].start >= by), None)
        # 每小时读几页: what is divided is asked after it.
        far = len(facts.scan.text) if facts.scan.text[by - 1] == "每" else by
        over = next((n for n in named if under and n[2][0].name != under[2][0].name and n[1].end <= far), None)
        if under is None or over is None:
            continue
        between = _FILLING.sub("", facts.scan.text[by : under[1].start]).strip()
        if between and not between.isdigit():
            continue
        for index, mention in facts.free(Kind.NUMBER):
            if mention.start >= by and mention.end <= under[1].start:
                facts.used.add(index)
        for _, _, (of,) in (under, over):
            if not facts.additive(of):
                raise Doubt(f"{label(of)} does not add up, so that it is no part of a ratio")
        facts.used |= {n[0] for n in named}
        # The word between them divides, it groups by nothing.
        facts.used |= {i for i, m in enumerate(facts.items) if m.end == by}
        return Measured(
            "ratio",
            quantity(over[2][0], unit_named(over[1].text)),
            quantity(under[2][0], unit_named(under[1].text)),
            float(between or 1),
        )
    return None
