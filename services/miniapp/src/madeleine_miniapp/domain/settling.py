"""Who pays whom until all are even, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

_CENT = Decimal("0.01")


def settle(balances: Mapping[str, Decimal]) -> list[tuple[str, str, Decimal]]:
    """(who pays, whom, amount): the largest debtor pays the largest creditor the smaller of the two, repeated.

    A balance above zero is owed to its person. What the balances do not add up to zero by is left open. Of equal ones
    the first by name comes first.
    """
    cents = _in_cents(balances)
    transfers: list[tuple[str, str, Decimal]] = []
    while True:
        debtor = min(cents, key=lambda who: (cents[who], who), default=None)
        creditor = min(cents, key=lambda who: (-cents[who], who), default=None)
        if debtor is None or creditor is None or cents[debtor] >= 0 or cents[creditor] <= 0:
            return transfers
        amount = min(-cents[debtor], cents[creditor])
        cents[debtor] += amount
        cents[creditor] -= amount
        transfers.append((debtor, creditor, amount * _CENT))


def _in_cents(balances: Mapping[str, Decimal]) -> dict[str, int]:
    """Whole cents that add up to the rounded total: rounding each by itself could leave a cent that nobody pays."""
    exact = {who: balance / _CENT for who, balance in balances.items()}
    cents = {who: int(amount.to_integral_value(ROUND_FLOOR)) for who, amount in exact.items()}
    missing = round(sum(exact.values(), Decimal())) - sum(cents.values())
    by_rest = sorted(exact, key=lambda who: (cents[who] - exact[who], who))
    for who in by_rest[:missing]:
        cents[who] += 1
    return cents
