# ruff: noqa: E501 - patterns of questions, one line each.
"""What an answer must hold to be one: everything that was asked, of whom it was asked, grouped as it was asked.

`Facts.left_over` accounts for the words; here it is the form of the answer that is held against the question. A figure
that leaves out half of what was asked looks like the whole.
"""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.facts import Doubt, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.text import stem, stems, tokens

# "what / when / how much", "who and when": question words that each ask for a part of the answer.
_ASKED = re.compile(
    r"(?:^|[,/;:&?]\s*|\s[-–—]\s|\b(?:and|or|with)\s+)(?:(?:the|to|by|from) )?"
    r"(?P<word>what|which|when(?! (?:i|i've|we|we've|my|our|he|she|they|it|one|some\w+)\b)|who|where|how much|how many|how often|how long)\b(?! of\b| if\b| else\b)"
)
_WHAT_FIGURE = re.compile(
    r"(?:[,;?]|\band|\bor) what (?:did|do|does|was|were|is|are) [^,;?]*\b(?:cost|costs|spen[dt]|pa(?:y|id)|total|amount|average|sum)\b"
)
_WHO_MOST = re.compile(r"(?:[,;?]\s*|\band )(?:who|which)\b[^,;?]*\b(?:most|least|fewest|more|less|fewer)\b")
_ZH_ASKED = re.compile("多少|几|谁|哪|什么|多久|多长")
_ZH_WORDS = (
    (re.compile("多少|(?<![哪那这])几(?!号|月|点)|多久|多长"), "how much"), (re.compile("谁"), "who"), (re.compile("哪一?天|什么时候|何时|几号"), "when"),
    (re.compile("哪[里儿]"), "where"),
)  # fmt: skip
_ZH_KIND = re.compile("哪一?[类种]")
_ZH_APART = re.compile("分开|分别|各自|各是")
_ZH_LIST = re.compile("(?:有|都|是)?哪些|哪几[个项笔条本家样种道款位件]")
_EACH_BUCKET = re.compile(
    r"\b(day|week|month|year) (?:by|for) \1\b|\b(?:one|an?) [a-z ]{2,20} (?:for|in) (?:each|every) (?:day|week|month|year)\b|逐[日周月年]|各月|按月"
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
_EMPTY = frozenset(
    part for w in ("by", "to", "from", "for", "who", "person", "at", "of", "is", "的", "了") for part in stems(w)
)
_PAID = frozenset(part for w in ("paid", "pay", "spent", "payer", "buyer", "bought", "付", "买") for part in stems(w))
_GIVERS = frozenset(stems(w) for w in ("from", "sender", "giver", "付款人", "转出人", "出款人"))
# Who a record is of, beside people who only kept company, helped, or had the idea.
_SUBJECTS = frozenset(
    stems(w)
    for w in ("child", "kid", "student", "pupil", "learner", "patient", "player", "athlete", "孩子", "学生", "宝宝", "学员", "病人", "选手")
)  # fmt: skip
_COMPANIONS = frozenset(
    stems(w)
    for w in (
        "partner", "buddy", "companion", "helper", "assistant", "helped by", "with", "witness", "supervisor", "coach", "teacher", "tutor",
        "accompanied by", "suggested by", "recommended by", "given by", "belayer", "陪同", "陪伴", "搭档", "同伴", "伙伴", "帮手", "老师", "教练",
        "谁给的", "谁陪", "推荐人", "陪同人",
    )
)  # fmt: skip
_IN_COMPANY = re.compile(r"\b(?:with|together|alongside|and)\b|[和跟与同陪]|一起")
_RECEIVES = re.compile(r"\b(?:get|got|gets|receiv\w*|back|to me|owed)\b|收到|收了|给我")


def unmet(facts: Facts, plan: Plan) -> list[str]:
    """What the question asks for and the plan's answer does not show."""
    text = facts.scan.text
    missed = (_untabled(text, plan) if is_chinese(text) else []) + _unspanned(text, plan) + _of_meters(facts, plan)
    if is_chinese(text):
        return missed + _unmet_chinese(facts, plan)
    found = [m["word"] for m in _ASKED.finditer(text)]
    # "and what did they cost" asks for a figure of its own.
    found += ["how much" for _ in _WHAT_FIGURE.finditer(text)]
    words = list(dict.fromkeys(found))
    figure = next(
        (at for m in _ASKED.finditer(text) if m["word"] in ("how much", "how many") for at in [m.start()]), -1
    )
    most = _WHO_MOST.search(text)
    if len(found) > 1 and most is not None and 0 <= figure < most.start() and plan.verdict not in ("who", "least"):
        return [*missed, most.group().strip()]
    figures = len([w for w in found if w.startswith("how")])
    return missed + [word for word in words if not _shows(facts, plan, word, figures)]


_SPANNED = re.compile(
    r"\b(days|weeks|hours|minutes)\b (?:on average )?(?:from|between|until|it takes|before|after) (?!\d)"
)

# "Days with any painkiller": the days, or how many, but no records.
_DAYS_ASKED = re.compile(
    r"(?:^|[:;?.!-] *)(?:(?:the|my|our|all|number of) )*(?:days|nights|evenings|weeks) (?:with|on which|when|where|that|without|in)\b(?![^?]*[,/])"
)


_MOST_DAYS = re.compile(r"\b(?:on|for|with) the (?:most|fewest) (?:different )?(?:days|nights)\b")


def _unspanned(text: str, plan: Plan) -> list[str]:
    """Days that were asked for: "average days from sending to payment" is no amount of money."""
    found = _SPANNED.search(text)
    money = any(len(c.unit) == 3 and c.unit.isupper() for c in plan.shown)
    if (days := _MOST_DAYS.search(text)) and "number of records" in plan.told:
        return [days.group()]
    head = _DAYS_ASKED.search(text)
    if head and len(plan.shown) > 2 and not plan.key and not plan.figure:
        return [head.group().strip()]
    return [found.group().strip()] if found and money and re.search(r"\b(?:average|mean|median|typical)", text) else []


def _of_meters(facts: Facts, plan: Plan) -> list[str]:
    """What is asked of a meter is what was used between two readings, no mean or sum of them."""
    shown = [label(f) for f in facts.subject.numeric if facts.metered(f)]
    return [
        name
        for name in shown
        if re.search(rf"(?:mean|sum|median) of {re.escape(name)}|{re.escape(name)}的?(?:平均|总|合计)", plan.told)
    ]


def _untabled(text: str, plan: Plan) -> list[str]:
    """A row for each month that was asked for, where the plan makes one figure of them all."""
    asked = _EACH_BUCKET.search(text)
    return [asked.group()] if asked and plan.figure and not plan.key else []


def _unmet_chinese(facts: Facts, plan: Plan) -> list[str]:
    clauses = [c for c in re.split("[,，;；?？。]", facts.scan.text) if _ZH_ASKED.search(c)]
    found = [word for clause in clauses for pattern, word in _ZH_WORDS if pattern.search(clause)]
    missed = [word for word in dict.fromkeys(found) if not _shows(facts, plan, word, found.count("how much"))]
    # 有哪些 asks for the things themselves, no figure of them.
    listed, apart = _ZH_LIST.search(facts.scan.text), _ZH_APART.search(facts.scan.text)
    if apart and plan.figure and not plan.key and len(plan.shown) == 1:
        # Of things told apart there are several figures.
        missed.append(apart.group())
    if listed and plan.figure and not plan.key:
        missed.append(listed.group())
    kind = _ZH_KIND.search(facts.scan.text)
    if kind and not plan.key and any(c.told and c.name in _titles(facts) for c in plan.shown):
        # 哪一类最高 asks for a kind, no record.
        missed.append(kind.group())
    return missed + _unlisted(facts, plan, listed)


def _titles(facts: Facts) -> set[str]:
    return {f.name for f in facts.subject.fields(s.FIELD_TYPE_TEXT)}


def _unlisted(facts: Facts, plan: Plan, listed: re.Match[str] | None) -> list[str]:
    """What is asked for by 哪些 where the answer has but yes or no and two sums."""
    only = {c.name for c in plan.shown}
    numeric = {f.name for f in facts.subject.numeric}
    return [listed.group()] if listed and only and only <= numeric else []


def _shows(facts: Facts, plan: Plan, word: str, figures_asked: int) -> bool:
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
    if word == "which":
        return bool(held - set(NUMERIC) - set(TEMPORAL)) or plan.key != "" or not plan.figure
    if plan.key == "period":
        return True
    not_figures = {*_DAY_COLUMNS, facts.person, plan.key, "entered_by"}
    figures = [n for n in names if types.get(n) in NUMERIC or (n not in types and n not in not_figures)]
    return len(figures) >= figures_asked


def further_groups(facts: Facts) -> None:
    """ "By month and language": what follows a grouping by "and" groups as well."""
    for place, mention in enumerate(facts.items[:-1]):
        if not (mention.cue("by") or mention.cue("per")):
            continue
        ahead = facts.items[place : place + 5]
        for one, other in pairwise(ahead):
            between = facts.scan.text[one.end : other.start]
            itself = one is mention and not mention.cue("per")
            if itself or not between.strip() or not _JOINED.fullmatch(between):
                if one is mention:
                    continue
                break
            if _groups_by(one) and _groups_by(other):
                _group_too(facts, facts.items.index(other), other)


def _group_too(facts: Facts, index: int, mention: Mention) -> None:
    unit = mention.cue("unit") or mention.cue("per")
    held = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in _GROUPING]
    if held:
        best = max(held, key=lambda m: m.strength).field
        if best is not None and best not in facts.groups:
            facts.groups.append(best)
    elif unit is not None and unit.value in ("day", "week", "month", "year"):
        facts.buckets.append(unit.value)
    else:
        raise Doubt(f"it groups by {mention.text} as well")
    facts.used.add(index)


_MORE_THAN_ONE = re.compile(
    r"\b(?:we|you)(?:'ve)? (?:all|both)\b|\b(?:have|did|do) we (?:all|both)\b|\b(?:all|both) of us\b|(?:我们|大家|两个?人)都"
)
_WITHIN = re.compile(r"\bwithin (?:an?|one|two|three|\d+|the) (?:hours?|days?|weeks?|months?|years?)\b")
_SAME_DAY = re.compile(r"\b(?:on|in) the (?:very )?same (?:days?|evenings?|nights?|weeks?)\b")
_STILL_TO_GO = re.compile(
    r"\bstill to go\b|\b(?:pages?|km|minutes?|hours?|chapters?) (?:to go|left|remaining)\b|\b(?:days?|weeks?|nights?|months?) (?:till|until)\b"
)
_RELATIONS = frozenset(
    (
        "before",
        "after",
        "until",
        "unless",
        "if",
        "within",
        "between",
        "instead",
        "neither",
        "same",
        "together",
        "following",
        "preceding",
    )
)


def as_one(facts: Facts) -> None:
    """Raises Doubt for what no single figure or list over records answers, though each of its words is known."""
    text = facts.scan.text
    if facts.subject.shared and facts.has("which", "list") and _MORE_THAN_ONE.search(text):
        raise Doubt("it asks what several people have in common; I can only tell what each has")
    if _WITHIN.search(text) and not any(m.kind is Kind.TIME for m in facts.items):
        raise Doubt("I cannot tell what 'within' restricts")
    if (same := _SAME_DAY.search(text)) is not None:
        raise Doubt(f"I cannot tell what fell '{same.group()}'")
    if _STILL_TO_GO.search(text):
        raise Doubt("what is still to go is no figure that a record holds")
    sups = {x.value.partition(" ")[0] for m in facts.items for n in ("sup", "often") if (x := m.cue(n))}
    if {"max", "min"} <= sups:
        raise Doubt("it asks for the most and for the least; I can tell one at a time")
    other = _other_kind(facts)
    if other:
        raise Doubt(f"it speaks of {other}, too, which are other records")
    for token in tokens(text):
        inside = any(m.start <= token.start < m.end for m in facts.items)
        if token.text in _RELATIONS and not inside and _beside_a_name(facts, token.end):
            raise Doubt(f"I cannot tell what '{token.text}' restricts")


def _beside_a_name(facts: Facts, at: int) -> bool:
    following = next((m for m in facts.items if m.start >= at), None)
    return (
        following is not None
        and following.kind is not Kind.PERSON
        and following.start - at <= 8
        and bool(following.of(Kind.CHOICE, Kind.VALUE, Kind.ENTITY, Kind.FIELD, Kind.NUMBER))
    )


def _other_kind(facts: Facts) -> str:
    """Another kind of record of the app that the question names by its own name, and that is nothing else here."""
    given = tokens(facts.scan.text)
    for entity in facts.subject.spec.entities:
        if entity.name == facts.subject.entity.name:
            continue
        for key in {stems(entity.name), stems(entity.label)} - {()}:
            for at in range(len(given) - len(key) + 1):
                if tuple(t.stem for t in given[at : at + len(key)]) != key:
                    continue
                held = next((m for m in facts.items if m.start <= given[at].start < m.end), None)
                meant = held is not None and (
                    held.of(Kind.CHOICE, Kind.VALUE, Kind.TIME, Kind.PERSON)
                    or any(m.strength == 3 for m in held.of(Kind.FIELD, Kind.ENTITY))
                    or any(m.kind is Kind.CUE for m in held.meanings)
                )
                if not meant:
                    return entity.label or entity.name
    return ""


def two_people(facts: Facts) -> None:
    """Raises Doubt for "how much did I get from Ruth" where records have a field for each."""
    if len(_people_fields(facts)) > 1 and facts.person_field:
        raise Doubt("it speaks of two people, each in a part of their own; I can tell by one")


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
    said = {part for m in facts.scan.text.split() for part in stems(m)}
    fitting = [f for f in held if _role(f) & said or _mentioned(facts, f)]
    if fitting:
        chosen = first if first in fitting else fitting[0]
        if chosen.type != s.FIELD_TYPE_PERSON:
            raise Doubt(f"{label(chosen)} names several people; I can only tell by one, such as {label(first)}")
        facts.person_field = chosen.name
        return
    if stems(first.name) in _PLAIN_ROLES or stems(first.label) in _PLAIN_ROLES:
        return
    if _is_of(facts, first, [f for f in held if f is not first]):
        return
    gives = stems(first.name) in _GIVERS and not _RECEIVES.search(facts.scan.text)
    if (gives or _role(first) & _PAID) and (facts.of_money or _of_money(facts)):
        return
    raise Doubt(f"it may go by {' or '.join(label(f) for f in held)}")


def _is_of(facts: Facts, first: s.Field, others: list[s.Field]) -> bool:
    """Whether the first field says whose records they are, and the others only who was there besides: climber, partner.

    Whom one did something with is asked for by the others: "with Karim".
    """
    entity = facts.subject.entity
    own = {word for name in (stems(entity.name), stems(entity.label)) for word in name}
    does = {stem(w[:-2]) for w in (first.name.casefold(), first.label.casefold()) if w.endswith(("er", "or"))}
    if not (does & own or {stems(first.name), stems(first.label)} & _SUBJECTS):
        return False
    aside = all({stems(f.name), stems(f.label)} & _COMPANIONS for f in others)
    alone = len(facts.people) < 2 and not facts.has("who")
    return aside and (alone or not _IN_COMPANY.search(facts.scan.text))


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
