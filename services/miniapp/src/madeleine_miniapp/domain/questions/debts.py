"""What people owe: between two of them, each to one, one of them to all, and everybody's balance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_sides import people_named, restrictions, take, who_owes
from madeleine_miniapp.domain.questions.balance_words import (
    BETWEEN,
    EACH_OTHER,
    GETS,
    OWE,
    PASSIVE,
)
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.ledgers import AMOUNT, WHO, Ledger
from madeleine_miniapp.domain.questions.mentions import Meaning
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_MOST_PAIRS = 12
_AHEAD = re.compile(r"\bin (?:the black|credit)\b|\bahead\b|\bcoming (?:back )?to\b|\bget\w* back\b|[收拿要]回|被欠")
_SIGNED = re.compile(r"\bbalance|\bposition\b|\bnet\b|in the (?:red|black)\b|\bstand\b|余额|结余|净[额值]|收支")


def pair(ledger: Ledger, facts: Facts) -> Plan:
    """Which of two people owes the other, and how much."""
    one, other = people_named(facts)
    take(facts)
    facts.cue("who", "and", "each")
    if facts.spans():
        raise Doubt("what two people owe each other is told for all times")
    rows = ledgers.owed(ledger, ledger.name(one), ledger.name(other))
    sides = [
        terms.extended(rows, terms.named(who=terms.value(ledger.name(who)), amount=amount), only=True)
        for who, amount in ((other, terms.column(AMOUNT)), (one, ledgers.negative(terms.column(AMOUNT))))
    ]
    made = terms.settled(terms.united(*sides), terms.column(WHO), terms.column(AMOUNT))
    facts.people, facts.of_money = [one, other], True
    told = "两人之间谁欠谁" if is_chinese(facts.scan.text) else "who owes the other, only between the two"
    return Plan(made, (Shown("from"), Shown("to"), Shown(AMOUNT, ledger.unit)), told)


def balance(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """What one person is owed or owes, only between two people, or of all."""
    directed = OWE.search(facts.scan.text) or GETS.search(facts.scan.text)
    two = len(people_named(facts)) == 2
    if two and (EACH_OTHER.search(text) or (BETWEEN.search(text) and not directed)):
        return pair(ledger, facts)
    debtor, creditor = who_owes(facts, facts.scan.text, passive=PASSIVE.search(text) is not None)
    both_ways = debtor != "" and debtor == creditor
    if both_ways:
        debtor = ""
    asked = facts.has("who", "anybody") and bool(debtor) != bool(creditor) and directed is not None and not both_ways
    superlative = facts.cue("sup")
    everyone = facts.has("who", "each", "rank", "us") and not (debtor and creditor)
    passive = (PASSIVE.search(text) or _AHEAD.search(text)) is not None
    owing = OWE.search(facts.scan.text) is not None and not both_ways
    take(facts)
    spent, paid, spans = restrictions(ledger, facts)
    if (asked or (debtor and creditor)) and spans:
        raise Doubt("what two people owe each other is told for all times")
    if asked and not superlative:
        facts.cue("who", "each")
        return _each(ledger, facts, debtor, creditor)
    facts.of_money = True
    if debtor and creditor:
        return _between(ledger, facts, debtor, creditor, spent)
    # Payments are for no category: they settle what all expenses came to.
    of = replace(ledger, payments=None) if facts.conditions else ledger
    all_of = ledgers.balances(of, ledgers.lines(of, spent, paid))
    person = debtor or creditor
    if everyone or not person:
        plan = _of_all(ledger, facts, all_of, superlative, passive=passive)
    else:
        # "How much do I owe": the debt is the figure; a balance is above zero for who is owed.
        debt = bool(debtor) and owing and not _SIGNED.search(text)
        plan = _of_one(ledger, facts, all_of, person, debt=debt)
    return replace(plan, spans=spans)


def _between(ledger: Ledger, facts: Facts, debtor: str, creditor: str, spent: Sequence[q.Expression]) -> Plan:
    """What one person owes another, only between the two."""
    rows = ledgers.owed(ledger, ledger.name(debtor), ledger.name(creditor), spent)
    made = terms.grouped(rows, [], [terms.measure(AMOUNT, q.MEASURE_FUNCTION_SUM, terms.column(AMOUNT))])
    facts.people = [debtor, creditor]
    zh = is_chinese(facts.scan.text)
    told = "前者欠后者的净额（负数则相反）" if zh else "what the first owes the second (below zero: the other way)"
    return Plan(made, (Shown(AMOUNT, ledger.unit),), told, figure=AMOUNT)


def _of_all(ledger: Ledger, facts: Facts, all_of: q.Relation, superlative: Meaning | None, *, passive: bool) -> Plan:
    """Everybody's balance, or who has the largest or the smallest."""
    facts.people = []
    told = "每个人的余额（正数：别人欠他）" if is_chinese(facts.scan.text) else "balances (above zero: is owed)"
    shown = (Shown(WHO), Shown(AMOUNT, ledger.unit))
    if superlative or (facts.cue("who") and not facts.has("each", "rank")):
        most = passive == (superlative is None or superlative.value.startswith("max"))
        best = terms.ordered(all_of, terms.order(terms.column(AMOUNT), descending=most), limit=1, with_ties=True)
        return Plan(best, shown, told, key=WHO, verdict="cell")
    facts.cue("who", "each", "rank", "us")
    return Plan(all_of, shown, told, key=WHO)


def _of_one(ledger: Ledger, facts: Facts, all_of: q.Relation, person: str, *, debt: bool) -> Plan:
    """Somebody's balance, or what they owe."""
    facts.people = [person]
    mine = terms.filtered(all_of, terms.call(q.FUNCTION_EQUAL, terms.column(WHO), terms.value(ledger.name(person))))
    held = terms.column(AMOUNT)
    made = terms.extended(mine, terms.named(amount=ledgers.negative(held) if debt else held), only=True)
    if is_chinese(facts.scan.text):
        told = "欠款（负数：别人欠他）" if debt else "余额（正数：别人欠他）"
    else:
        told = "what is owed (below zero: is owed)" if debt else "balance (above zero: is owed)"
    return Plan(made, (Shown(AMOUNT, ledger.unit),), told, figure=AMOUNT)


def alone_settled(ledger: Ledger, facts: Facts, *, pays: bool) -> Plan:
    """What the asker has to pay, or gets, in all, when all is settled."""
    take(facts)
    spent, paid, spans = restrictions(ledger, facts)
    facts.of_money = True
    all_of = ledgers.balances(ledger, ledgers.lines(ledger, spent, paid))
    return replace(_of_one(ledger, facts, all_of, facts.asker.person_id, debt=pays), spans=spans)


def _each(ledger: Ledger, facts: Facts, debtor: str, creditor: str) -> Plan:
    """Who owes somebody, or whom they owe, and how much, each only between the two."""
    one = debtor or creditor
    parts: list[q.Relation] = []
    for other in ledger.asker.names:
        if other != one:
            two = (ledger.name(debtor or other), ledger.name(creditor or other))
            who = terms.named(who=terms.value(ledger.name(other)), amount=terms.column(AMOUNT))
            parts.append(terms.extended(ledgers.owed(ledger, *two), who, only=True))
    if len(parts) > _MOST_PAIRS:
        raise Doubt("these are too many people to tell what each owes the other")
    some = terms.call(q.FUNCTION_GREATER_OR_EQUAL, terms.column(AMOUNT), terms.value(0.005))
    made = terms.filtered(ledgers.balances(ledger, terms.united(*parts)), some)
    facts.people, facts.of_money = [one], True
    if is_chinese(facts.scan.text):
        told = "他欠谁" if debtor else "谁欠他"
    else:
        told = "whom they owe" if debtor else "who owes them"
    return Plan(made, (Shown(WHO), Shown(AMOUNT, ledger.unit)), told, key=WHO)
