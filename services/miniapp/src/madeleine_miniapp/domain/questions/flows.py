# ruff: noqa: E501 - tables of words, one line each.
"""Which way money or goods go, where records of one kind hold both: "what did I spend" is of what went out."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.subjects import Subject
from madeleine_miniapp.domain.questions.text import stems

_OUT = frozenset(
    stems(w)
    for w in ("spent", "spending", "expense", "outgoing", "out", "expenditure", "withdrawal", "支出", "花费", "支", "消费", "开销", "花出")
)  # fmt: skip
_IN = frozenset(
    stems(w) for w in ("income", "in", "incoming", "received", "earned", "earnings", "deposit", "收入", "收", "进账", "存入")
)  # fmt: skip
_SPENT = re.compile(
    r"\b(?:spen[dt]|spending|spends|blow|blew|blown|splash(?:ed)?|splurged?|buy|buys|buying|bought|expenses?|outgoings?"
    r"|(?:forked|shelled|laid) out)\b|(?<!零)花(?![园店草卉束盆生瓶市])|买|支出|开销|消费|付出|支付|付[了掉过]"
)
# What came in less what went out.
MINUS = re.compile(r"收入减(?:去|掉)?支出|\bincome (?:minus|less) (?:\w+ )?(?:expenses|spending)\b")
_RECEIVED = re.compile(
    r"\b(?:receiv\w*|earn\w*|income|(?:was|were|been|got) given|came in)\b|收[了到]|收入|收多少|赚|进账"
)


def ways(subject: Subject) -> tuple[s.Field, str, str] | None:
    """The field that says which way it went, with the choices for what came in and what went out."""
    for field in subject.fields(s.FIELD_TYPE_CHOICE):
        came_in, went_out = ([c for c in field.choices if stems(c) in words] for words in (_IN, _OUT))
        if len(came_in) == len(went_out) == 1:
            return field, came_in[0], went_out[0]
    return None


def direct(facts: Facts) -> None:
    """Adds the choice that says that something was spent or received, where the question says so by a verb only."""
    text = facts.scan.text
    spent, received = bool(_SPENT.search(text)), bool(_RECEIVED.search(text))
    if spent == received:
        return
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        held = [c for c in field.choices if stems(c) in (_OUT if spent else _IN)]
        others = len(field.choices) > 1
        if len(held) != 1 or not others or any(c.field == field.name for c in facts.conditions):
            continue
        if any(m.name == field.name for x in facts.items for m in x.of(Kind.CHOICE)):
            continue
        expression = terms.call(q.FUNCTION_EQUAL, terms.column(field.name), terms.value(held[0]))
        facts.conditions.append(Condition(expression, f"{label(field)} = {held[0]}", field.name, held[0], 0))
        told = _SPENT if spent else _RECEIVED
        left = tuple(u for u in facts.scan.unplaced if not told.fullmatch(u[2]))
        facts.scan = replace(facts.scan, unplaced=left)
