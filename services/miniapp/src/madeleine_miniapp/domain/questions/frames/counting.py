"""Whether records are counted: "how many purchases" are so many records, 水电费多少 is an amount."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames.amounts import only_amount
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.units import Quantity

_MONEY_ZH = re.compile("[花付垫费]|[票房车单]价|门票|钱|支出|开销|账单|房租")
# 存了多少, where nothing but money is recorded.
_HOW_MUCH_DONE = re.compile(r"[了过]多少(?=$|[，,？?。呢啊呀])")
# 还有多少没付 is an amount, 没付的 are the things.
_UNPAID = re.compile(r"(?:钱)?(?:没有?|未|待)(?:付|支付|交|给)(?![款清钱]?[的过])")


def only_names_records(facts: Facts, of: Quantity) -> bool:
    """Whether each word for a quantity is one for the records as well: 血压量了几次."""
    named = [m for m in facts.items if any(x.name == of.field.name for x in m.of(Kind.FIELD))]
    return all(any(x.name and x.strength >= 2 for x in m.of(Kind.ENTITY)) for m in named)


def check_one_sentence(facts: Facts) -> None:
    """Raises Doubt for "entries after eleven, how many? gotta sleep earlier": what is counted stands in the first."""
    many = next((m for i, m in enumerate(facts.items) if i not in facts.used and m.cue("how_many")), None)
    if many is None:
        return
    stop = re.search(r"[?!.？！。]\s*(?=\S)", facts.scan.text[many.end :])
    named = [m for _, m, _ in facts.fields_named(*NUMERIC)]
    counted = any(m.of(Kind.ENTITY) and m.start < many.start for m in facts.items)
    if stop and counted and named and all(m.start >= many.end + stop.end() for m in named):
        raise Doubt("it asks how many there are, and speaks of something else as well")


def how_much_money(facts: Facts, of: Quantity | None) -> bool:
    """水电费多少 asks for the amount, 有多少 for the number."""
    only = all(f.type == s.FIELD_TYPE_MONEY for f in facts.subject.numeric)
    speaks = _MONEY_ZH.search(facts.scan.text) or (only and _HOW_MUCH_DONE.search(facts.scan.text))
    if of is not None or not speaks or only_amount(facts.copy()) is None:
        return False
    asked = [m for m in facts.items if m.cue("how_many")]
    if any(_UNPAID.match(facts.scan.text[m.end :]) for m in asked):
        return True
    return bool(asked) and all(
        m.text == "多少" and m.cue("how_much") and not facts.scan.text[: m.start].endswith("有") for m in asked
    )


def counts_records(facts: Facts) -> bool:
    """ "How many purchases", "几笔": what is counted stands right behind, and is a record."""
    for index, mention in enumerate(facts.items):
        if mention.cue("how_many"):
            after = facts.items[index + 1] if index + 1 < len(facts.items) else None
            classified = is_chinese(mention.text) and mention.text[-1] in "项样本顿条笔篇首遍家名位趟"
            named = after is not None and bool(after.of(Kind.ENTITY)) and after.kind is not Kind.CHOICE
            quantity_too = after is not None and any(
                m.field and m.field.type in NUMERIC and m.strength == 3 for m in after.of(Kind.FIELD)
            )
            return classified or (after is not None and named and not quantity_too and bool(after.of(Kind.FIELD)))
    return False
