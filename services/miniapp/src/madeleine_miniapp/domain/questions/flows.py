# ruff: noqa: E501 - tables of words, one line each.
"""Which way money or goods go, where records of one kind hold both: "what did I spend" is of what went out."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind
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
    r"|(?:forked|shelled|laid) out)\b|(?<!零)花(?![园店草卉束盆生瓶市])|买|支出|开销|消费"
)
_RECEIVED = re.compile(
    r"\b(?:receiv\w*|earn\w*|income|(?:was|were|been|got) given|came in)\b|收[了到]|收入|收多少|赚|进账"
)


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
