"""What somebody paid beside what was theirs to pay."""

from __future__ import annotations

from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_words import OVERPAID
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.ledgers import Ledger
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

_SUM = q.MEASURE_FUNCTION_SUM


def read_overpaid(text: str, ledger: Ledger, facts: Facts, person: str, times: tuple[Span, ...]) -> Plan | None:
    """ "Did I pay more than my share in March": what somebody paid, beside what was theirs to pay."""
    found = OVERPAID.search(text)
    if found is None:
        return None
    spent: Sequence[q.Expression] = [*base.conditions(facts), *base.record_limits(facts)]
    if times:
        spent = [*spent, facts.within(times[0], facts.moment())]
    name = ledger.name(person)
    rows = terms.extended(
        ledgers.expenses(ledger, *spent),
        terms.named(
            paid_then=terms.call(
                q.FUNCTION_IF,
                terms.call(q.FUNCTION_EQUAL, ledgers.named(ledger, ledger.payer.name), terms.value(name)),
                terms.column(ledger.amount.name),
                terms.value(0.0),
            ),
            share_then=terms.call(
                q.FUNCTION_IF, ledgers.has_part(ledger, name), ledgers.share(ledger), terms.value(0.0)
            ),
        ),
    )
    made = terms.grouped(
        rows,
        [],
        [
            terms.measure("paid", _SUM, terms.column("paid_then")),
            terms.measure("share", _SUM, terms.column("share_then")),
        ],
    )
    facts.people, facts.of_money = [person], True
    if "how much" in text:
        less = "less" in found.group()
        pair = (terms.column("share"), terms.column("paid")) if less else (terms.column("paid"), terms.column("share"))
        made = terms.extended(made, terms.named(difference=terms.call(q.FUNCTION_SUBTRACT, *pair)), only=True)
        return Plan(
            made, (Shown("difference", ledger.unit),), "what was paid, less one's share", times, figure="difference"
        )
    verdict = "less" if "less" in found.group() else "more"
    shown = (Shown("paid", ledger.unit), Shown("share", ledger.unit))
    return Plan(made, shown, "what was paid, and one's equal share", times, verdict=verdict)
