"""Shared expenses: which records hold them, and what each person is owed, as relations.

An expense has an amount, who paid it and among whom it is split equally; a payment has an amount, who sent it and who
received it. What a person is owed is what they paid and sent, less their shares and what they received.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import stems

# Expressions are nested at most so deep; names are told apart one after another.
_MOST_PEOPLE = 18
WHO, AMOUNT = "who", "amount"


def _words(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(stems(word) for word in text.split(", "))


_PAYER = _words(
    "paid by, payer, who paid, paid, buyer, spender, 付款人, 谁付的, 谁付, 付钱的人, 垫付人, 谁垫的, 支付人, 垫付"
)
_SENDER = _words(
    "from, sender, payer, paid by, who, debtor, 付款人, 转账人, 谁付, 谁转, 从, 转出人, 付方, 还款人, 谁还"
)
_RECEIVER = _words("to, receiver, recipient, payee, paid to, creditor, 收款人, 谁收, 给, 收方, 转入人, 转给谁, 给谁")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The shared expenses of an app, and the payments among its people if it records them."""

    subject: Subject
    asker: Asker
    amount: s.Field
    payer: s.Field
    split: s.Field
    payments: Subject | None = None
    sent: tuple[str, str, str] = ("", "", "")

    @property
    def unit(self) -> str:
        """The currency."""
        return self.amount.unit or self.subject.spec.currency

    def name(self, person_id: str) -> str:
        """Somebody's name: splits are among names."""
        return self.asker.names.get(person_id, person_id)


def ledger_of(subjects: Sequence[tuple[Subject, Asker]]) -> Ledger | None:
    """The first app whose records are shared expenses."""
    for subject, asker in subjects:
        found = _expenses(subject, asker)
        if found is None:
            continue
        for other, _ in subjects:
            if other.app_id == subject.app_id and (sent := _payments(other)):
                return Ledger(subject, asker, *found, payments=other, sent=sent)
        return Ledger(subject, asker, *found)
    return None


def _expenses(subject: Subject, asker: Asker) -> tuple[s.Field, s.Field, s.Field] | None:
    names = {name.casefold() for name in asker.names.values()}
    amounts, people = subject.fields(s.FIELD_TYPE_MONEY), subject.fields(s.FIELD_TYPE_PERSON)
    splits = [
        f
        for f in subject.fields(s.FIELD_TYPE_MULTI_CHOICE)
        if len(names & {c.casefold() for c in f.choices}) >= min(2, len(names))
    ]
    if len(names) < 2 or len(set(names)) < len(asker.names) or len(names) > _MOST_PEOPLE:
        return None
    payer = next(
        (f for f in people if {stems(f.name), stems(f.label)} & _PAYER), people[0] if len(people) == 1 else None
    )
    return (amounts[0], payer, splits[0]) if len(amounts) == len(splits) == 1 and payer is not None else None


def _payments(subject: Subject) -> tuple[str, str, str] | None:
    """(amount, sender, receiver) by the names of their fields."""
    amounts, people = subject.fields(s.FIELD_TYPE_MONEY), subject.fields(s.FIELD_TYPE_PERSON)
    if len(amounts) != 1 or len(people) != 2 or subject.fields(s.FIELD_TYPE_MULTI_CHOICE):
        return None
    first, second = people
    if {stems(first.name), stems(first.label)} & _RECEIVER or {stems(second.name), stems(second.label)} & _SENDER:
        first, second = second, first
    return amounts[0].name, first.name, second.name


def share(ledger: Ledger) -> q.Expression:
    """One person's equal share of an expense."""
    people = terms.call(q.FUNCTION_LENGTH, terms.column(ledger.split.name))
    return terms.call(q.FUNCTION_DIVIDE, terms.column(ledger.amount.name), people)


def expenses(ledger: Ledger, *conditions: q.Expression) -> q.Relation:
    """The expenses that pass the conditions, and that somebody shares."""
    shared = terms.call(
        q.FUNCTION_GREATER, terms.call(q.FUNCTION_LENGTH, terms.column(ledger.split.name)), terms.value(0)
    )
    return terms.filtered(terms.records(ledger.subject.app_id, ledger.subject.entity.name), shared, *conditions)


def has_part(ledger: Ledger, name: str) -> q.Expression:
    """That somebody is among those who share an expense."""
    return terms.one_of(terms.column(ledger.split.name), [_choice(ledger, name)])


def lines(ledger: Ledger, spent: Sequence[q.Expression] = (), paid: Sequence[q.Expression] = ()) -> q.Relation:
    """Every amount that changes what somebody is owed: columns "who" (a name) and "amount" (above zero: owed more)."""
    bought, unit = expenses(ledger, *spent), ledger.amount.name
    shares = terms.unnested(terms.extended(bought, terms.named(share=share(ledger))), ledger.split.name)
    parts = [
        _line(bought, named(ledger, ledger.payer.name), terms.column(unit)),
        _line(shares, terms.column(ledger.split.name), negative(terms.column("share"))),
    ]
    if ledger.payments is not None:
        amount, sender, receiver = ledger.sent
        moved = terms.filtered(terms.records(ledger.payments.app_id, ledger.payments.entity.name), *paid)
        parts.append(_line(moved, named(ledger, sender), terms.column(amount)))
        parts.append(_line(moved, named(ledger, receiver), negative(terms.column(amount))))
    return terms.united(*parts)


def owed(ledger: Ledger, debtor: str, creditor: str, spent: Sequence[q.Expression] = ()) -> q.Relation:
    """What one person owes another, only between the two: rows with an "amount" (below zero: the other way)."""

    def of(field: str, name: str) -> q.Expression:
        return terms.call(q.FUNCTION_EQUAL, named(ledger, field), terms.value(_choice(ledger, name)))

    payer, part = ledger.payer.name, share(ledger)
    his, other = (
        terms.both(of(payer, creditor), has_part(ledger, debtor)),
        terms.both(of(payer, debtor), has_part(ledger, creditor)),
    )
    bought = expenses(ledger, terms.call(q.FUNCTION_OR, his, other), *spent)
    signed = terms.call(q.FUNCTION_IF, of(payer, creditor), part, negative(part))
    parts = [terms.extended(bought, terms.named(amount=signed), only=True)]
    if ledger.payments is not None:
        amount, sender, receiver = ledger.sent
        there, back = (
            terms.both(of(sender, debtor), of(receiver, creditor)),
            terms.both(of(sender, creditor), of(receiver, debtor)),
        )
        moved = terms.filtered(
            terms.records(ledger.payments.app_id, ledger.payments.entity.name), terms.call(q.FUNCTION_OR, there, back)
        )
        held = terms.column(amount)
        signed = terms.call(q.FUNCTION_IF, of(sender, debtor), negative(held), held)
        parts.append(terms.extended(moved, terms.named(amount=signed), only=True))
    return terms.united(*parts)


def balances(ledger: Ledger, given: q.Relation) -> q.Relation:
    """What each person is owed, the most first."""
    total = terms.measure(AMOUNT, q.MEASURE_FUNCTION_SUM, terms.column(AMOUNT))
    return terms.ordered(
        terms.grouped(given, terms.named(who=terms.column(WHO)), [total]),
        terms.order(terms.column(AMOUNT), descending=True),
    )


def named(ledger: Ledger, field: str) -> q.Expression:
    """A person field as a name, as splits have it."""
    held = terms.column(field)
    told: Mapping[str, str] = {i: _choice(ledger, n) for i, n in ledger.asker.names.items() if i != n}
    made = held
    for person_id, name in told.items():
        made = terms.call(
            q.FUNCTION_IF, terms.call(q.FUNCTION_EQUAL, held, terms.value(person_id)), terms.value(name), made
        )
    return made


def negative(given: q.Expression) -> q.Expression:
    """The same amount the other way."""
    return terms.call(q.FUNCTION_SUBTRACT, terms.value(0.0), given)


def _line(given: q.Relation, who: q.Expression, amount: q.Expression) -> q.Relation:
    return terms.extended(given, terms.named(who=who, amount=amount), only=True)


def _choice(ledger: Ledger, name: str) -> str:
    """A name as the split spells it."""
    return next((c for c in ledger.split.choices if c.casefold() == name.casefold()), name)
