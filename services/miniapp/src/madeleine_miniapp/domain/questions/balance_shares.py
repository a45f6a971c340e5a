"""What falls on each of those who share expenses, whoever paid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.balance_sides import restrictions, take
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.ledgers import (
    WHO,
    Ledger,
    expenses,
    has_part,
    share,
)
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

_TOGETHER = re.compile(r"\b(?:and|plus)\b|[和与跟]")
_WHOLE_TOO = re.compile(
    r"(?:一共|总共|合计|总额)[^，,。？?]{0,4}多少[^，,。？?]*[，,。？?].*份"
    r"|\b(?:total|altogether|in all)\b[^,.?]*(?:[,?]|\band\b).*"
    r"\b(?:my|our|his|her|[^\W\d]+'s) (?:own )?(?:share|part|portion)\b"
)
_SUM = q.MEASURE_FUNCTION_SUM


def read_share(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """Somebody's equal shares, whoever paid."""
    if re.search(r"%|percent|per cent|百分", text):
        return None
    named = list(dict.fromkeys(m.of(Kind.PERSON)[0].value for m in facts.items if m.of(Kind.PERSON)))
    too = any(m.cue("me") for m in facts.items) and _TOGETHER.search(text)
    if named and too and facts.asker.person_id not in named:
        named.append(facts.asker.person_id)
    zh = is_chinese(facts.scan.text)
    each = facts.cue("each", "who", "rank") is not None and not named
    take(facts)
    spent, _, spans = restrictions(ledger, facts)
    facts.of_money = True
    if each:
        facts.people = []
        return _parts_of_all(ledger, spent, spans, zh=zh)
    facts.people = named or [facts.asker.person_id]
    return _part_of(ledger, facts, facts.people, spent, spans, text, zh=zh)


def _part_of(
    ledger: Ledger,
    facts: Facts,
    people: Sequence[str],
    spent: Sequence[q.Expression],
    spans: tuple[Span, ...],
    text: str,
    *,
    zh: bool,
) -> Plan:
    """The equal shares of one person, or of several added up; by month, category and the like if it is asked."""
    names = [ledger.name(person) for person in people]
    held = [terms.call(q.FUNCTION_IF, has_part(ledger, n), share(ledger), terms.value(0.0)) for n in names]
    amount = share(ledger) if len(held) == 1 else held[0]
    for other in held[1:]:
        amount = terms.call(q.FUNCTION_ADD, amount, other)
    any_of = [has_part(ledger, n) for n in names]
    within = any_of[0] if len(any_of) == 1 else terms.call(q.FUNCTION_OR, *any_of)
    rows = terms.extended(expenses(ledger, within, *spent), terms.named(share=amount))
    total = terms.measure("share", _SUM, terms.column("share"))
    told = "应分摊的份额" if zh else "equal share of expenses"
    per = next((m.value for _, ms in facts.free_cues("per") for m in ms), "")
    if per == "night" or (per and facts.groups):
        raise Doubt("I can tell shares by one thing at a time")
    shown = Shown("share", ledger.unit)
    if per:
        facts.cue("per", "mean", "unit")
        at = base.bucket(per, facts.moment())
        made = terms.grouped(rows, [q.Named(name=per, value=at)], [total])
        made = terms.ordered(made, terms.order(terms.column(per)))
        return Plan(made, (Shown(per), shown), told, spans, key=per)
    if len(facts.groups) == 1:
        group = facts.groups[0].name
        facts.grouped = True
        made = terms.grouped(rows, [q.Named(name=group, value=terms.column(group))], [total])
        made = terms.ordered(made, terms.order(terms.column("share"), descending=True))
        return Plan(made, (Shown(group), shown), told, spans, key=group)
    if _WHOLE_TOO.search(text):
        # 一共多少，我那份呢: both are asked for.
        rows = terms.extended(expenses(ledger, *spent), terms.named(share=amount))
        whole = terms.measure("total", _SUM, terms.column(ledger.amount.name))
        facts.cue("sum", "how_much", "how_many")
        told = f"总额、{told}" if zh else f"total, {told}"
        return Plan(terms.grouped(rows, [], [whole, total]), (Shown("total", ledger.unit), shown), told, spans)
    return Plan(terms.grouped(rows, [], [total]), (shown,), told, spans, figure="share")


def _parts_of_all(ledger: Ledger, spent: Sequence[q.Expression], spans: tuple[Span, ...], *, zh: bool) -> Plan:
    """Everybody's equal shares, the largest first."""
    rows = terms.extended(expenses(ledger, *spent), terms.named(share=share(ledger)))
    rows = terms.unnested(rows, ledger.split.name)
    total = terms.measure("share", _SUM, terms.column("share"))
    made = terms.grouped(rows, terms.named(who=terms.column(ledger.split.name)), [total])
    made = terms.ordered(made, terms.order(terms.column("share"), descending=True))
    told = "每个人应分摊的份额" if zh else "each person's equal share of expenses"
    return Plan(made, (Shown(WHO), Shown("share", ledger.unit)), told, spans, key=WHO)
