"""What an answer must hold to be one: everything that was asked, of whom it was asked, grouped as it was asked.

`Facts.left_over` accounts for the words; here it is the form of the answer that is held against the question. A figure
that leaves out half of what was asked looks like the whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.text import stems
from madeleine_miniapp.domain.validation import NUMERIC, TEMPORAL

# "what / when / how much", "who and when": question words that each ask for a part of the answer.
_ASKED = re.compile(
    r"(?:^|[,/;:&?]\s*|\s[-–—]\s|\b(?:and|or|with)\s+)(?:(?:the|to|by|from) )?"
    r"(?P<word>what|when|who|where|how much|how many|how often|how long)\b(?! of\b| if\b| else\b)"
)
_DAY_COLUMNS = frozenset({"day", "on", "day_of_it", "week", "month", "year", "night", "first", "last"})
_JOINED = re.compile(r"\s*(?:,|/|&|\+|×|x|and|and by|then|then by|by|和|与|及|以及|、|，)+\s*")
_BUCKETS = re.compile(r"(?:day|week|month|year|weekday|quarter|person|head|member|天|周|月|年|人)")
_GROUPING = (
    s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN,
)  # fmt: skip
# Names of fields that say whose a record is, not what that person did.
_PLAIN_ROLES = frozenset(
    stems(w)
    for w in ("who", "person", "member", "by", "whose", "owner", "name", "people", "user", "谁", "人", "成员", "姓名")
)
_EMPTY = frozenset(stem for w in ("by", "to", "from", "for", "who", "person", "at", "of", "is") for stem in stems(w))
_PAID = frozenset(stem for w in ("paid", "pay", "spent", "payer", "buyer", "bought", "付", "买") for stem in stems(w))
_GIVERS = frozenset(stems(w) for w in ("from", "sender", "giver", "付款人", "转出人", "出款人"))
_RECEIVES = re.compile(r"\b(?:get|got|gets|receiv\w*|back|to me|owed)\b|收到|收了|给我")


def unmet(facts: Facts, plan: Plan) -> list[str]:
    """What the question asks for and the plan's answer does not show."""
    words = list(dict.fromkeys(m["word"] for m in _ASKED.finditer(facts.scan.text)))
    if len(words) < 2:
        return []
    return [word for word in words if not _shows(facts, plan, word)]


def _shows(facts: Facts, plan: Plan, word: str) -> bool:
    types = {f.name: f.type for f in facts.subject.entity.fields}
    names = [c.name for c in plan.shown]
    held = {types[n] for n in names if n in types}
    if word == "what":
        return True
    if word == "when":
        return bool(held & set(TEMPORAL)) or any(n in _DAY_COLUMNS for n in names)
    if word == "who":
        return s.FIELD_TYPE_PERSON in held or facts.person in names or plan.verdict in ("who", "least")
    if word == "where":
        return bool(held & {s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE})
    figures = [n for n in names if types.get(n) in NUMERIC or n not in types and n not in _DAY_COLUMNS]
    asked = len([w for w in _ASKED.finditer(facts.scan.text) if w["word"].startswith("how")])
    return len(figures) >= min(asked, 2)


def one_grouping(facts: Facts) -> None:
    """Raises Doubt for "by month and language": an answer by the first alone would look like the whole."""
    for place, mention in enumerate(facts.items[:-1]):
        if not (mention.cue("by") or mention.cue("per")):
            continue
        ahead = facts.items[place : place + 4]
        for one, other in pairwise(ahead):
            between = facts.scan.text[one.end : other.start]
            itself = one is mention and not mention.cue("per")
            if itself or not between.strip() or not _JOINED.fullmatch(between):
                if one is mention:
                    continue
                break
            if _groups_by(one) and _groups_by(other):
                raise Doubt(f"it groups by {one.text} and by {other.text}; I can group by one")


def _groups_by(mention: Mention) -> bool:
    if mention.cue("per") or _BUCKETS.fullmatch(mention.text.rstrip("s")):
        return True
    named = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in _GROUPING]
    return mention.kind is not Kind.CHOICE and any(m.strength >= 2 for m in named)


def whose(facts: Facts) -> None:
    """Raises Doubt where records name people in several ways and the question's words choose none of them.

    "Count per head" of rehearsals with `present` and `paid_by` is no count of who paid.
    """
    if facts.person_field or not facts.subject.shared:
        return
    held = _people_fields(facts)
    first = next((f for f in held if f.name == facts.subject.person), None)
    if first is None or len(held) < 2:
        return
    said = {stem for m in facts.scan.text.split() for stem in stems(m)}
    fitting = [f for f in held if _role(f) & said or _mentioned(facts, f)]
    if fitting:
        chosen = first if first in fitting else fitting[0]
        if chosen.type != s.FIELD_TYPE_PERSON:
            raise Doubt(f"{label(chosen)} names several people; I can only tell by one, such as {label(first)}")
        facts.person_field = chosen.name
        return
    if stems(first.name) in _PLAIN_ROLES or stems(first.label) in _PLAIN_ROLES:
        return
    gives = stems(first.name) in _GIVERS and not _RECEIVES.search(facts.scan.text)
    if (gives or _role(first) & _PAID) and (facts.of_money or _of_money(facts)):
        return
    raise Doubt(f"it may go by {' or '.join(label(f) for f in held)}")


def _of_money(facts: Facts) -> bool:
    amounts = [f.name for f in facts.subject.fields(s.FIELD_TYPE_MONEY)]
    return any(m.cue("money") or any(x.name in amounts for x in m.of(Kind.FIELD)) for m in facts.items)


def _people_fields(facts: Facts) -> list[s.Field]:
    """Fields that its records fill with people, also as choices of people's names."""
    names = {n.casefold() for n in (*facts.asker.people, *facts.asker.names.values())}
    return [
        f
        for f in facts.subject.entity.fields
        if (f.type == s.FIELD_TYPE_PERSON and f.name in facts.subject.person_fields)
        or (f.type == s.FIELD_TYPE_MULTI_CHOICE and len(f.choices) > 1 and {c.casefold() for c in f.choices} <= names)
    ]


def _role(f: s.Field) -> set[str]:
    return {*stems(f.name), *stems(f.label)} - _EMPTY


def _mentioned(facts: Facts, f: s.Field) -> bool:
    return any(m.name == f.name and m.strength >= 2 for x in facts.items for m in x.of(Kind.FIELD))
