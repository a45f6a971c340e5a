"""The frame of records with something against those without it."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts
from madeleine_miniapp.domain.questions.frames import base, dimensions
from madeleine_miniapp.domain.questions.frames.buckets import bucket_asked, figures_of
from madeleine_miniapp.domain.questions.frames.differences import difference_asked, difference_plan
from madeleine_miniapp.domain.questions.frames.figures import compared, compared_rows, direction_asked
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan

_WHETHER = re.compile(
    r"(?:(?:so|and|but|well|hey) )?(?:do|did|does|is|are|am|was|were|have|has|will|would|can)\b"
    r"|.*(?:吗|是不是|会不会|有没有|[更比]?不[更好多少高低])"
)
# "Did groceries get dearer" is asked of earlier and later, "do I get more sleep when I train" of with and without.
_IN_TIME = re.compile(
    r"\b(?:go(?:es|ne|ing)?|went|g[eo]t(?:s|ting|ten)?|becom\w+|became|ris(?:e|es|en|ing)|rose|increas\w+|dropp\w+|fall\w*|fell)\b"
    r"|[涨升降跌]|变"
)
_GIVEN = re.compile(r"\b(?:when\w*|with|on|if|after|while|from|days)\b|时|后|的[日天]")
_EITHER = re.compile("哪[个种类一]")
_OTHERS = re.compile(r"\bothers?\b")
_WHOLE = re.compile(r"\b(?:total|altogether|in all|overall|combined)\b|一共|总共|合计|总")


def parted(facts: Facts) -> Plan | None:
    """A figure of the records, or days, that pass a filter, and of the others: "days with sweets and without".

    "Am I happier when I exercise" asks for both as well.
    """
    asked = facts.has("the_others")
    held = [c for c in facts.conditions if c.field and not c.negated] + _limited(facts)
    if len({c.field or c.told for c in held}) != 1 or not (
        asked or facts.opposed or (len(held) == 1 and _implied(facts))
    ):
        return None
    implied = not asked and not facts.opposed
    facts.opposed, facts.limits = False, []
    facts.cue(
        "the_others", "vs", "than", "exist", "or", "none", "with_value", "number_wanted", "each_one", "each", "what"
    )
    by_day = facts.has("unit")
    facts.cue("unit", "list", "row", "now", "times", "logged_only", "changes", "when")
    wants_difference = difference_asked(facts)
    direction = direction_asked(facts)
    per = bucket_asked(facts)
    measured = compared(facts)
    if implied and measured.quantity is None:
        return None
    measured, per = _evened(facts, measured, per, by_day=by_day)
    spans = facts.spans()
    at = facts.moment()
    given = base.chosen(facts, spans, at, leave=tuple(held))
    has_it = held[0].expression if len(held) == 1 else terms.call(q.FUNCTION_OR, *(c.expression for c in held))
    sides = (
        _days(facts, given, has_it, at)
        if by_day
        else _records(given, has_it, limited=not held[0].field or _answered(facts, held[0]))
    )
    labels = _labels(facts, held)
    parts = [(label, figures_of(facts, side, measured, at, per, [])) for label, side in zip(labels, sides, strict=True)]
    if wants_difference:
        return difference_plan(facts, parts, direction, measured, spans)
    key = "days" if by_day else "records"
    verdict = {"more": "who", "less": "least"}.get(direction, "") if _EITHER.search(facts.scan.text) else direction
    return compared_rows(facts, parts, key, measured, per, spans, verdict)


def _limited(facts: Facts) -> list[Condition]:
    """The one limit on a field, as a filter on records."""
    if len(facts.limits) != 1 or len(facts.limits[0].fields) != 1 or facts.limits[0].counted:
        return []
    (limit,) = facts.limits
    of = limit.fields[0]
    if facts.additive(of) and not dimensions.is_size(of, "rest"):
        return []
    return [Condition(base.passes(limit), limit.told, "", "", limit.start, kind=Kind.NUMBER)]


def _implied(facts: Facts) -> bool:
    """ "Do I sleep better when I exercise": than when I do not."""
    changes = facts.has("more", "less", "up", "down", "changes")
    if _IN_TIME.search(facts.scan.text) and not _GIVEN.search(facts.scan.text):
        return False
    others = facts.has("than", "or", "sup", "which", "how_many", "count", "share", "each", "both", "often")
    others = others or any(m.cue("vs") and not re.match("compar", m.text) for _, m in facts.free(Kind.CUE))
    several = len({m.of(Kind.TIME)[0].span for _, m in facts.free(Kind.TIME)}) > 1
    people = len(facts.people) > 1 or facts.has("who")
    return changes and not others and not several and not people and _WHETHER.match(facts.scan.text) is not None


def _evened(facts: Facts, measured: Measured, per: str, *, by_day: bool) -> tuple[Measured, str]:
    """Means where the two sides have not as many records, of what each day comes to where it is days."""
    of = measured.quantity
    if of is None:
        return measured, per
    rest = dimensions.is_size(of.field, "rest")
    if measured.function == "sum" and not per and not _WHOLE.search(facts.scan.text):
        measured = Measured("mean", of)
    if by_day and not per and measured.function == "mean" and facts.additive(of.field) and not rest:
        per = "day"
    return measured, per


def _labels(facts: Facts, held: list[Condition]) -> tuple[str, str]:
    zh = facts.subject.in_chinese
    others = any(m.cue("the_others") and _OTHERS.search(m.text) for m in facts.items)
    if not held[0].field:
        return held[0].told, "其他" if zh else "otherwise"
    name = _named(facts, held)
    return (f"有{name}", f"没有{name}") if zh else (f"with {name}", "others" if others else "without")


def _named(facts: Facts, held: list[Condition]) -> str:
    """As the question says it, "something sweet", else by its own name."""
    said = re.search(r"\bwith ((?:[a-z]+ ){1,2})$", facts.scan.text[: held[0].start])
    mention = next((m for m in facts.items if m.start == held[0].start), None)
    if said and mention is not None:
        return said[1] + mention.text
    return " / ".join(dict.fromkeys(c.value if c.value != "true" else c.told.removesuffix(" ✓") for c in held))


def _answered(facts: Facts, held: Condition) -> bool:
    """Whether what is so or not is a field of yes and no."""
    return any(f.name == held.field for f in facts.subject.fields(s.FIELD_TYPE_BOOLEAN))


def _records(given: q.Relation, has_it: q.Expression, *, limited: bool) -> tuple[q.Relation, q.Relation]:
    # What has no ticks has not this one either; what has no value of a field passes no limit on it, nor fails it, and
    # what nobody answered is neither yes nor no.
    known = has_it if limited else terms.call(q.FUNCTION_COALESCE, has_it, terms.value(False))
    return terms.filtered(given, has_it), terms.filtered(given, terms.call(q.FUNCTION_NOT, known))


def _days(facts: Facts, given: q.Relation, has_it: q.Expression, at: q.Expression) -> tuple[q.Relation, q.Relation]:
    """All records of the days with such a record, and of the other days."""
    days = terms.grouped(terms.filtered(given, has_it), terms.named(such_day=facts.day(at)), [])
    keys = (facts.day(at), terms.column("such_day"))
    return terms.joined(given, days, q.JOIN_KIND_SEMI, keys), terms.joined(given, days, q.JOIN_KIND_ANTI, keys)
