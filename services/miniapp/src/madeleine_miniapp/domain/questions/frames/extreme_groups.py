"""By which field the most are sought, where it is no record: "who", "which category", "top dishes"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import measuring, titles
from madeleine_miniapp.domain.questions.frames.places import where_most
from madeleine_miniapp.domain.questions.groups import kind_field
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.questions.units import Quantity
from madeleine_miniapp.domain.questions.whose import who_field

_SHOWABLE = (
    s.FIELD_TYPE_TEXT,
    s.FIELD_TYPE_CHOICE,
    s.FIELD_TYPE_MULTI_CHOICE,
    s.FIELD_TYPE_PERSON,
    s.FIELD_TYPE_BOOLEAN,
    s.FIELD_TYPE_URL,
)
_MOST = re.compile(r"\b(?:most|least|fewest)\b|最多|最少")
AT_ONCE = re.compile(r"\bin (?:a|one) (?:single )?(?:sitting|session|go|day|evening|night)\b|一口气|一次(?!数)|一天")
# What "the biggest category" has most of.
_MANY = ("max", "min", "max money", "min money")
_DEAR = re.compile(r"expensive|priciest|dearest|costliest|cheapest|biggest|largest")
_SPENT_ON = re.compile(r"\bsp[ea]n[dt] (?:the )?(?:most|least)(?: money)? on\b|花(?:的)?钱?最[多少]")
_GETS = re.compile(
    r"\b(?:gets?|got|giv(?:es?|en)|gave|brings?|brought|provides?d?|contribut\w+|took|takes|spen[dt]|used?)\b"
)


def sought(facts: Facts, of: Quantity | None, size: str, whole: bool = False) -> s.Field | None:
    """The field by which the most are sought, taken; None: a record is sought.

    `whole`: what each has in all its records is asked for, "top dishes by mean score".
    """
    named = facts.fields_named(*_SHOWABLE)
    summed = of is None or facts.additive(of.field)
    # "谁学习时间最长", "who ran the furthest in total" ask for totals, "who ran the longest" for one run.
    named_too = any(m.of(Kind.FIELD) and not m.cue("sup") for m in facts.items)
    total = facts.has("who") and (facts.has("sum", "mean") or (measuring.chinese(facts) and named_too))
    if size and size not in ("money", "hard") and summed and not total:
        # "the longest run anybody has logged": a record, not a sum.
        return None
    if summed and (place := where_most(facts)) is not None:
        facts.cue("where")
        facts.used |= {i for i, _, f in named if place in f}
        return place
    people = [(i, m) for i, m, f in named if f[0].type == s.FIELD_TYPE_PERSON]
    if facts.subject.shared and _asks_who(facts, [m for _, m in people]):
        if _of_a_record(facts):
            return None
        if not size and of is None:
            facts.cue("row")
        if not facts.has("row", "per_record", "when", "anybody", "times"):
            if not summed and not facts.has("mean"):
                return None
            facts.cue("who")
            facts.used |= {i for i, _ in people}
            return who_field(facts)
    # "which piece gets the most time": what it gets, in all its records.
    given_to = of is not None and facts.additive(of.field) and _GETS.search(facts.scan.text)
    counted = (not size and (of is None or bool(given_to))) or _SPENT_ON.search(facts.scan.text) is not None
    if given_to and any(_called_otherwise(m) and _sought(facts, m) for m in facts.items):
        # "Which sport did I spend the most time on": no single workout.
        return kind_field(facts)
    if of is None and not size and any(_called_otherwise(m) and _sought(facts, m) for m in facts.items):
        # "Which sport did we do most": the kind with the most records.
        return kind_field(facts)
    for index, mention, fields in named:
        if not size and summed and _sought(facts, mention) and has_records(facts, fields[0]):
            facts.used.add(index)
            return fields[0]
        ranked = _after_top(facts, mention, ("top", "sup") if whole else ("top",)) or _kind_after_sup(facts, mention)
        if not _sought(facts, mention) and not ranked and not (facts.has("mean") and not mention.of(Kind.CHOICE)):
            continue
        totalled = whole and (ranked or _sought(facts, mention))
        if _groups(facts, mention, fields[0], totalled=totalled, counted=counted):
            facts.used.add(index)
            return fields[0]
    return None


def has_records(facts: Facts, field: s.Field) -> bool:
    """Whether what a field names has records of its own, so that it is no one record here: the book of a session."""
    others = [e for e in facts.subject.spec.entities if e.name != facts.subject.entity.name]
    return any(stems(e.name) == stems(field.name) for e in others) and not AT_ONCE.search(facts.scan.text)


def _called_otherwise(mention: Mention) -> bool:
    """Whether a mention is but another word for the records: "sport" for a workout."""
    return mention.kind is Kind.ENTITY and all(m.name and m.strength == 2 for m in mention.of(Kind.ENTITY))


def _asks_who(facts: Facts, people: list[Mention]) -> bool:
    """Whether a person is sought; not in "the largest cost, with the person who paid", which is of the record."""
    said = " ".join(m.text for m in facts.items if m.cue("sup"))
    asked_after = facts.place("who") > facts.place("sup", "top") >= 0 and not _MOST.search(said)
    return (facts.has("who") and not asked_after) or any(re.search(r"\bwho|谁", m.text) for m in people)


def _of_a_record(facts: Facts) -> bool:
    """Whether the most is said of a record: "who paid for the most expensive dinner"."""
    for place, mention in enumerate(facts.items[:-1]):
        if mention.cue("sup") and _DEAR.search(mention.text):
            after = facts.items[place + 1]
            one = after.cue("row") is not None and not facts.has("which_bucket")
            return after.start - mention.end <= 1 and (one or bool(after.of(Kind.ENTITY, Kind.CHOICE)))
    return False


def _groups(facts: Facts, mention: Mention, field: s.Field, *, totalled: bool, counted: bool) -> bool:
    """Whether records are told apart by a field that is named, and not only shown with it."""
    named = max((m.strength for m in mention.of(Kind.FIELD)), default=0)
    record = any(m.strength >= named for m in mention.of(Kind.ENTITY))
    if field.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE) and (not record or facts.has("mean")):
        return True
    if titles.is_note(field):
        return False
    if totalled and not (record and field.type != s.FIELD_TYPE_TEXT):
        return True
    if field.type not in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON) or mention.of(Kind.FIELD)[0].strength < 2:
        return False
    title = titles.title(facts)
    return title is None or field.name != title.name or counted or totalled


def _after_top(facts: Facts, mention: Mention, cues: tuple[str, ...]) -> bool:
    """ "Top 3 dishes", "top 3 reading places": what stands right after the superlative, or after its records' name."""
    before = next((m for m in facts.items if m.of(Kind.ENTITY) and 0 <= mention.start - m.end <= 1), mention)
    starts = (mention.start, before.start)
    return any(any(m.cue(c) for c in cues) and any(0 <= start - m.end <= 2 for start in starts) for m in facts.items)


def _kind_after_sup(facts: Facts, mention: Mention) -> bool:
    """ "Our biggest spending category": the field of choices that the superlative is said of."""
    held = [m.field for m in mention.of(Kind.FIELD) if m.strength == 3 and m.field is not None]
    sup = next((m for m in facts.items if m.cue("sup")), None)
    if sup is None or not held or held[0].type != s.FIELD_TYPE_CHOICE or mention.start < sup.end:
        return False
    said = sup.cue("sup")
    if said is not None and said.value not in _MANY:
        # "The hardest grade" is a grade, not the one with the most records.
        return False
    between = facts.scan.text[sup.end : mention.start].strip()
    return not between or any(
        m.text == between and (m.cue("money") or m.of(Kind.ENTITY)) for m in facts.items if m.start >= sup.end
    )


def _sought(facts: Facts, mention: Mention) -> bool:
    """Whether "which" or "what" stands right before a mention, and the superlative in the same clause."""
    asking = [m for m in facts.items if m.cue("which") or m.cue("what") or m.cue("who")]
    sup = next((m for m in facts.items if m.cue("sup") or m.cue("top") or m.cue("often")), None)
    asked = mention.text.startswith("哪") or any(0 <= mention.start - m.end <= 6 for m in asking)
    if sup is None or not asked:
        return False
    first, last = min(sup.start, mention.start), max(sup.end, mention.end)
    if mention.start > sup.end and re.search(r"\band\b", facts.scan.text[sup.end : mention.start]):
        # "The biggest one, and from whom": of that one.
        return False
    return not re.search(r"[,:;?!，：；？]|\s[-–—]\s|\band who\b", facts.scan.text[first:last])


def most_records(facts: Facts) -> bool:
    """ "The most sessions": the records themselves are counted."""
    for place, mention in enumerate(facts.items[:-1]):
        after = facts.items[place + 1]
        most = mention.cue("sup") and mention.text.split()[-1] in ("most", "fewest", "least")
        if most and after.start - mention.end <= 1 and (after.kind is Kind.ENTITY or is_several(after)):
            return not after.of(Kind.FIELD)
        # 谁读完的书最多.
        many = after.cue("sup") and after.text.startswith(("最多", "最少")) and after.start == mention.end
        if many and mention.kind is Kind.ENTITY:
            return not mention.of(Kind.FIELD)
    return False


def is_several(mention: Mention) -> bool:
    """ "Pizza nights" of the value "pizza night": things that are counted; "groceries" are not."""
    one = [m for m in mention.of(Kind.VALUE, Kind.CHOICE) if not m.value.casefold().endswith("s")]
    return bool(one) and mention.text.endswith("s")
