"""Frames that compare choices and people."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base, measuring
from madeleine_miniapp.domain.questions.frames.amounts import eaten
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import best_of_each, compared, compared_rows, direction_asked
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.frames.rows import UPWARD
from madeleine_miniapp.domain.questions.frames.titles import title
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.text import normalise

_THAN = re.compile(r"\bthan\b|比(?!较)")
_IN_ALL = re.compile(r"\b(?:together|combined|altogether|all told|in all|in total|either|any of)\b")
_AT_ONCE = ("sum", "unit", "which_bucket", "share", "none", "streak", "gap", "both", "per", "top", "each")
_LISTED = re.compile(
    r"[、，,和跟与]|"
    r"(?: ?\w+)?(?: ?/ ?|,|,? ?(?:and|&) ?) ?(?:when (?:(?:i'm|i am|we're|i|we|my) )?(?:\w+ ){0,2})?"
    r"(?: ?(?:at|in|on|with|for|from|by|the|my|our|of|a|an) ?){0,3} ?"
)
_AND = re.compile(r"\band\b|&|/")
_ANEW = re.compile(r"(?: \w+)?(?:,|,? ?(?:and|&)) (?:at|in|on|with|for|from|by|when)\b")
_SIZES = ("length", "distance", "time", "speed", "weight", "pages", "temperature")
_ASKS = r"i bet|i guess|i reckon|is it true|do|did|does|is|are|was|were|have|has|who|which|what|how|谁"
_OF_ONE = re.compile(
    r"^(?:do|does|is|are|has|have)\b.* an? (?!(?:day|week|month|year)\b)[^?]*\bthan an?\b"
    r"|\bwhich (?:has|have|is|are)\b.*\ban? \w+ or an? "
)
_PAIRED = re.compile(rf"^(?!(?:{_ASKS})\b).*\b(?:than|as \w+ as)\b")


def sides(facts: Facts) -> Plan | None:
    """Several choices, or several people, against each other."""
    held = [c for c in facts.conditions if not c.negated and c.field and c.kind in (Kind.CHOICE, Kind.VALUE)]
    fields = [c.field for c in held]
    several = next((f for f in fields if fields.count(f) >= 2), "")
    comparing = (
        facts.has("vs", "than", "more", "less", "who", "rank")
        or (facts.has("or") and facts.has("sup", "exist", "which"))
        or facts.has("each_one", "split", "each", "difference")
        or len(facts.free_cues("how_many", "count")) > 1
        or _told_apart(facts, [c for c in held if c.field == several])
    )
    if len(facts.people) >= 2 and (
        facts.has("more", "less", "vs", "than", "who", "sup", "each", "each_one", "rank", "or", "difference")
    ):
        return _people(facts)
    if not several or not comparing:
        return None
    apart = ("each", "each_one", "than", "more", "less", "who", "which", "sup", "split", "by")
    if measuring.chinese(facts) and facts.has("sum") and facts.has("how_many", "count") and not facts.has(*apart):
        # 状态还是想去或待预订的一共几项: one number of both.
        return None
    parts_of = list({c.value: c for c in held if c.field == several}.values())
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    sup = facts.cue("sup")
    # "More on A or on B" and "A vs B: where more" ask for one; "is A more", "more on A than on B" for yes or no.
    whether = facts.has("exist") and not facts.has("or")
    name_it = not whether and not _THAN.search(facts.scan.text)
    facts.cue(
        "vs",
        "than",
        "or",
        "exist",
        "which",
        "what",
        "each_one",
        "split",
        "by",
        "list",
        "who",
        "each",
        "number_wanted",
        "where",
    )
    every = next((m.text for m in facts.items if m.cue("per")), "")
    if every.startswith(("each", "every", "by", "每个", "各", "按")) and facts.has("per") and not facts.has("mean"):
        raise Doubt("it groups by time as well; I can group by one")
    per = bucket_asked(facts)
    totalled = per or facts.has("sum", "how_many", "how_much")
    food = None if facts.fields_named(*NUMERIC) else eaten(facts)
    measured = compared(facts)
    if not totalled and measured.function == "sum" and _OF_ONE.search(facts.scan.text):
        # "Does a restaurant meal have more calories than a homemade one".
        measured = Measured("mean", measured.quantity)
    if not totalled and food is not None and measured == Measured("sum", food):
        # "Do I eat more at lunch or at dinner": at one of them.
        measured = Measured("mean", measured.quantity)
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at, leave=tuple(parts_of))
    halves = [(_called(facts, c), terms.filtered(given, c.expression)) for c in parts_of]
    parts = [(name, _zero(figures_of(facts, half, measured, at, per, []), measured)) for name, half in halves]
    if wants_difference and len(parts) == 2:
        return difference_plan(facts, parts, direction, measured, spans)
    verdict = direction
    if (direction and name_it) or (sup and len(parts_of) > 1):
        verdict = "least" if direction == "less" or (sup and sup.value.startswith("min")) else "who"
    if verdict in ("more", "less") and (len(parts_of) > 2 or "还是" in facts.scan.text):
        verdict = "who" if verdict == "more" or len(parts_of) > 2 else "least"
    ranked = facts.cue("rank") is not None
    made = compared_rows(facts, parts, several, measured, per, spans, verdict)
    if not ranked or per:
        return made
    upward = verdict == "least" or UPWARD.search(facts.scan.text) is not None
    by_figure = terms.ordered(made.relation, terms.order(terms.column("value"), descending=not upward))
    return replace(made, relation=by_figure)


def _told_apart(facts: Facts, held: list[Condition]) -> bool:
    """Whether values that are listed are each asked for: "how many low, ok and high", "average at home and at work"."""
    averaged = facts.has("mean", "median")
    either = any(facts.items[i].text not in ("、", "，", ",") for i, _ in facts.free_cues("or"))
    if (
        facts.has(*_AT_ONCE)
        or either
        or _IN_ALL.search(facts.scan.text)
        or not (averaged or facts.has("how_many", "count"))
    ):
        return False
    if len(held) < 2:
        return False
    if not averaged and compared(facts.copy()).function != "count":
        # "How many kilometres did I run and cycle": of both.
        return False
    ends = {m.start: m.end for m in facts.items}
    held = sorted({c.value: c for c in held}.values(), key=lambda c: c.start)
    if len(held) < 2 or any(c.start not in ends for c in held):
        return False
    between = [facts.scan.text[ends[one.start] : other.start] for one, other in pairwise(held)]
    if not all(_LISTED.fullmatch(text) for text in between) or not (averaged or _AND.search(between[-1])):
        return False
    one_each = any(f.name == held[0].field for f in facts.subject.fields(s.FIELD_TYPE_CHOICE))
    named = title(facts)
    # The average of several things together is nobody's.
    one_each = one_each or (averaged and named is not None and held[0].field == named.name)
    return one_each or all(_ANEW.match(facts.scan.text, ends[c.start]) for c in held[:-1])


def _called(facts: Facts, side: Condition) -> str:
    """What a side is called: by the one text of the records that holds the word for it."""
    said = normalise(side.value)
    held = facts.subject.texts.get(side.field, ()) if side.kind is Kind.VALUE else ()
    written = {text for text in held if said in normalise(text)}
    return written.pop() if len(written) == 1 else side.value


def _zero(figures: q.Relation, measured: Measured) -> q.Relation:
    """The sum of nothing is none."""
    if measured.function != "sum":
        return figures
    value = terms.call(q.FUNCTION_COALESCE, terms.column("value"), terms.value(0.0))
    return terms.extended(figures, terms.named(value=value), only=True)


def _subject_first(facts: Facts) -> list[str]:
    """The people that are compared, last the one with whom: "how much more than Lena did I run"."""
    for one, other in pairwise(facts.items):
        if one.text.endswith("than") and other.start - one.end <= 1 and (other.kind is Kind.PERSON or other.cue("me")):
            person = other.of(Kind.PERSON)[0].value if other.kind is Kind.PERSON else facts.asker.person_id
            return sorted(facts.people, key=lambda p: p == person)
    return facts.people


def _of_their_best(facts: Facts, told: str, direction: str) -> Measured:
    """ "Is my longest run longer than Lena's": the most that each has in one record; else what is compared."""
    size = told.partition(" ")[2]
    summed = facts.has("sum", "mean", "count", "how_many", "often")
    if size in _SIZES and not summed and not direction:
        return best_of_each(facts, told)
    measured = compared(facts)
    if not told or not direction or summed:
        return measured
    best = measured.each if measured.over is not None else measured.quantity
    lowest = told.startswith("min") or (measured.over is not None and measured.unit.startswith("min/"))
    return Measured("min" if lowest else "max", best) if best is not None else measured


def _people(facts: Facts) -> Plan:
    if _PAIRED.search(facts.scan.text) and not re.search(r"[?？]|\bwho\b|\bhow\b|谁", facts.scan.text):
        # "comedies I rated higher than Kofi did" are records, not the two means.
        raise Doubt("it compares records of two people one by one; I can only compare their figures")
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    sup = facts.cue("sup")
    who = (
        facts.cue("who") is not None
        or (sup is not None and not direction)
        or facts.has("or")
        or any(word in facts.scan.text for word in ("谁", "还是"))
    )
    facts.cue("vs", "than", "or", "exist", "which", "what", "each_one", "each", "list", "rank", "number_wanted")
    per = bucket_asked(facts)
    measured = _of_their_best(facts, sup.value if sup else "", direction)
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at, people=False)
    parts: list[tuple[str, q.Relation]] = []
    for person in _subject_first(facts):
        one = terms.filtered(given, terms.call(q.FUNCTION_EQUAL, terms.column(facts.person), terms.value(person)))
        parts.append((person, _zero(figures_of(facts, one, measured, at, per, []), measured)))
    if wants_difference and len(parts) == 2:
        return difference_plan(facts, parts, direction, measured, spans)
    verdict = ""
    if direction or sup or who:
        less = direction == "less" or (sup is not None and sup.value.startswith("min"))
        yes_no = direction and not who
        verdict = direction if yes_no else ("least" if less else "who")
    return compared_rows(facts, parts, "who", measured, per, spans, verdict)
