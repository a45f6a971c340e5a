"""Reads questions about shared expenses: balances, who owes whom, settling up, somebody's own share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_words import BALANCE, BETWEEN, OWE, PASSIVE, SAID, SETTLE, SHARE
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.ledgers import AMOUNT, WHO, Ledger, ledger_of
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, scanned
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import normalise

# What a balance is asked by is surer than any name of a field.
_SCORE = 100.0
_MOST_PAIRS = 12


def read_balance(question: str, subjects: Sequence[tuple[Subject, Asker]], lexicon: Lexicon) -> Reading | None:
    """The reading of a question about who is owed what; None if it is none, or no app records shared expenses."""
    text = normalise(question)
    settling, sharing = SETTLE.search(text) is not None, SHARE.search(text) is not None
    if not (settling or sharing or BALANCE.search(text)):
        return None
    ledger = ledger_of(subjects)
    if ledger is None:
        return None
    # What was said of settling is taken out: the rest must be understood like any other question.
    rest = text
    for pattern in (SAID, SETTLE, BALANCE, SHARE) if settling else (SAID, SHARE) if sharing else (SAID,):
        rest = pattern.sub(" \x1f ", rest)
    try:
        facts = gather(ledger.subject, ledger.asker, lexicon, scanned(rest, ledger.subject, ledger.asker, lexicon))
        if settling and len(_named(facts)) == 2:
            plan = _pair(ledger, facts)
        elif settling:
            plan = _settled(ledger, facts)
        elif sharing:
            plan = _share(ledger, facts, text)
        else:
            plan = _balance(ledger, facts, facts.scan.text)
    except Doubt as doubt:
        return Reading(ledger.subject, None, _SCORE, (), str(doubt))
    if plan is None:
        return None
    return Reading(ledger.subject, plan, _SCORE, tuple(facts.left_over()), facts=facts)


def _settled(ledger: Ledger, facts: Facts) -> Plan:
    _taken(facts)
    spent, paid, spans = _within(ledger, facts)
    made = terms.settled(ledgers.lines(ledger, spent, paid), terms.column(WHO), terms.column(AMOUNT))
    told = "谁付给谁，直到两清" if _zh(facts) else "who pays whom until all are even"
    facts.people = []
    return Plan(made, (Shown("from"), Shown("to"), Shown(AMOUNT, ledger.unit)), told, spans)


def _share(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """Somebody's equal shares, whoever paid."""
    if re.search(r"%|percent|per cent|百分", text):
        return None
    named = [m.of(Kind.PERSON)[0].value for m in facts.items if m.of(Kind.PERSON)]
    person = named[0] if named else facts.asker.person_id
    each = facts.cue("each", "who", "rank") is not None and not named
    _taken(facts)
    spent, _, spans = _within(ledger, facts)
    facts.of_money = True
    if each:
        facts.people = []
        return _shares(ledger, spent, spans, _zh(facts))
    rows = ledgers.expenses(ledger, ledgers.has_part(ledger, ledger.name(person)), *spent)
    rows = terms.extended(rows, terms.named(share=ledgers.share(ledger)))
    made = terms.grouped(rows, [], [terms.measure("share", q.MEASURE_FUNCTION_SUM, terms.column("share"))])
    facts.people = [person]
    told = "应分摊的份额" if _zh(facts) else "equal share of expenses"
    return Plan(made, (Shown("share", ledger.unit),), told, spans, figure="share")


def _shares(ledger: Ledger, spent: Sequence[q.Expression], spans: tuple[Span, ...], zh: bool) -> Plan:
    rows = terms.extended(ledgers.expenses(ledger, *spent), terms.named(share=ledgers.share(ledger)))
    rows = terms.unnested(rows, ledger.split.name)
    total = terms.measure("share", q.MEASURE_FUNCTION_SUM, terms.column("share"))
    made = terms.grouped(rows, terms.named(who=terms.column(ledger.split.name)), [total])
    made = terms.ordered(made, terms.order(terms.column("share"), descending=True))
    told = "每个人应分摊的份额" if zh else "each person's equal share of expenses"
    return Plan(made, (Shown(WHO), Shown("share", ledger.unit)), told, spans, key=WHO)


def _named(facts: Facts) -> list[str]:
    """The people that the question names, the asker among them."""
    people = [(m.start, m.of(Kind.PERSON)[0].value) for m in facts.items if m.of(Kind.PERSON)]
    people += [(m.start, facts.asker.person_id) for m in facts.items if m.cue("me") and not m.of(Kind.PERSON)]
    return list(dict.fromkeys(person for _, person in sorted(people)))


def _pair(ledger: Ledger, facts: Facts) -> Plan:
    """Which of two people owes the other, and how much."""
    one, other = _named(facts)
    _taken(facts)
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
    told = "两人之间谁欠谁" if _zh(facts) else "who owes the other, only between the two"
    return Plan(made, (Shown("from"), Shown("to"), Shown(AMOUNT, ledger.unit)), told)


def _balance(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """What one person is owed or owes, only between two people, or of all."""
    if BETWEEN.search(text) and not OWE.search(text) and len(_named(facts)) == 2:
        return _pair(ledger, facts)
    debtor, creditor = _sides(facts, text)
    asked = facts.has("who", "anybody") and bool(debtor) != bool(creditor) and OWE.search(text) is not None
    superlative = facts.cue("sup")
    everyone = facts.has("who", "each", "rank", "us") and not (debtor and creditor)
    passive = PASSIVE.search(text) is not None
    owing = OWE.search(text) is not None
    _taken(facts)
    spent, paid, spans = _within(ledger, facts)
    zh = _zh(facts)
    if (asked or (debtor and creditor)) and spans:
        raise Doubt("what two people owe each other is told for all times")
    if asked and not superlative:
        facts.cue("who", "each")
        return _each(ledger, facts, debtor, creditor)
    if debtor and creditor:
        rows = ledgers.owed(ledger, ledger.name(debtor), ledger.name(creditor), spent)
        made = terms.grouped(rows, [], [terms.measure(AMOUNT, q.MEASURE_FUNCTION_SUM, terms.column(AMOUNT))])
        facts.people, facts.of_money = [debtor, creditor], True
        told = "前者欠后者的净额（负数则相反）" if zh else "what the first owes the second (below zero: the other way)"
        return Plan(made, (Shown(AMOUNT, ledger.unit),), told, spans, figure=AMOUNT)
    person = debtor or creditor
    # Payments are for no category: they settle what all expenses came to.
    of = replace(ledger, payments=None) if facts.conditions else ledger
    all_of = ledgers.balances(of, ledgers.lines(of, spent, paid))
    facts.of_money = True
    if everyone or not person:
        facts.people = []
        told = "每个人的余额（正数：别人欠他）" if zh else "balances (above zero: is owed)"
        if superlative or (facts.cue("who") and not facts.has("each", "rank")):
            most = passive == (superlative is None or superlative.value.startswith("max"))
            best = terms.ordered(all_of, terms.order(terms.column(AMOUNT), descending=most), limit=1, with_ties=True)
            return Plan(best, (Shown(WHO), Shown(AMOUNT, ledger.unit)), told, spans, key=WHO, verdict="cell")
        facts.cue("who", "each", "rank", "us")
        return Plan(all_of, (Shown(WHO), Shown(AMOUNT, ledger.unit)), told, spans, key=WHO)
    facts.people = [person]
    mine = terms.filtered(all_of, terms.call(q.FUNCTION_EQUAL, terms.column(WHO), terms.value(ledger.name(person))))
    held = terms.column(AMOUNT)
    # "How much do I owe": the debt is the figure; a balance is above zero for who is owed.
    debt = owing and not passive and not re.search(r"\bbalance|in the (?:red|black)\b|余额", text)
    made = terms.extended(mine, terms.named(amount=ledgers.negative(held) if debt else held), only=True)
    told = (
        ("欠款（负数：别人欠他）" if debt else "余额（正数：别人欠他）")
        if zh
        else ("what is owed (below zero: is owed)" if debt else "balance (above zero: is owed)")
    )
    return Plan(made, (Shown(AMOUNT, ledger.unit),), told, spans, figure=AMOUNT)


def _each(ledger: Ledger, facts: Facts, debtor: str, creditor: str) -> Plan:
    """Who owes somebody, or whom they owe, and how much, each only between the two."""
    one = debtor or creditor
    parts: list[q.Relation] = []
    for other in ledger.asker.names:
        if other != one:
            pair = (ledger.name(debtor or other), ledger.name(creditor or other))
            who = terms.named(who=terms.value(ledger.name(other)), amount=terms.column(AMOUNT))
            parts.append(terms.extended(ledgers.owed(ledger, *pair), who, only=True))
    if len(parts) > _MOST_PAIRS:
        raise Doubt("these are too many people to tell what each owes the other")
    some = terms.call(q.FUNCTION_GREATER_OR_EQUAL, terms.column(AMOUNT), terms.value(0.005))
    made = terms.filtered(ledgers.balances(ledger, terms.united(*parts)), some)
    facts.people, facts.of_money = [one], True
    told = ("他欠谁" if debtor else "谁欠他") if _zh(facts) else ("whom they owe" if debtor else "who owes them")
    return Plan(made, (Shown(WHO), Shown(AMOUNT, ledger.unit)), told, key=WHO)


def _sides(facts: Facts, text: str) -> tuple[str, str]:
    """(who owes, whom), as far as the question names them; raises Doubt for several on one side."""
    people = [(m.start, m.of(Kind.PERSON)[0].value) for m in facts.items if m.of(Kind.PERSON)]
    people += [(m.start, facts.asker.person_id) for m in facts.items if m.cue("me") and not m.of(Kind.PERSON)]
    people.sort()
    owe = OWE.search(text)
    if owe is None:
        named = list(dict.fromkeys(p for _, p in people))
        others = [p for p in named if p != facts.asker.person_id] or named
        if len(others) > 1:
            raise Doubt("it names several people; I can tell one balance at a time, or all")
        return "", others[0] if others else ""
    before = list(dict.fromkeys(p for at, p in people if at < owe.start()))
    after = list(dict.fromkeys(p for at, p in people if at >= owe.start()))
    if not before and len(after) == 2:
        before, after = after[:1], after[1:]
    elif len(before) == 2 and not after:
        # "What do Ben and I owe" has no direction; "Ben, how much do I owe him?" has.
        before, after = before[1:], before[:1]
    if len(before) > 1 or len(after) > 1 or (before and before == after):
        raise Doubt("I can tell what one person owes another")
    debtor, creditor = (before[0] if before else "", after[0] if after else "")
    # "How much am I owed by Ben?"
    return (creditor, debtor) if PASSIVE.search(text) else (debtor, creditor)


def _within(ledger: Ledger, facts: Facts) -> tuple[list[q.Expression], list[q.Expression], tuple[Span, ...]]:
    """Conditions on expenses and on payments, and the times meant."""
    spans = facts.spans()
    if len(spans) > 1:
        raise Doubt("it speaks of two times")
    at = facts.moment()
    spent = [*base.conditions(facts), *base.record_limits(facts)]
    paid: list[q.Expression] = []
    if spans:
        spent.append(facts.within(spans[0], at))
        timed = ledger.payments.temporal[0].name if ledger.payments and ledger.payments.temporal else "entered_at"
        paid.append(facts.within(spans[0], terms.column(timed)))
    return spent, paid, tuple(spans)


def _taken(facts: Facts) -> None:
    """What every question about balances says in some way."""
    facts.cue("debt", "me", "others", "how_much", "how_many", "sum", "exist", "what", "now", "money", "list", "share")
    facts.cue("which", "anybody", "only_between", "number_wanted", "more_or_less", "verb")
    for index, mention in facts.free(Kind.PERSON, Kind.FIELD):
        known = next((m.field for m in mention.of(Kind.FIELD) if m.field is not None), None)
        if mention.of(Kind.PERSON) or (known is not None and mention.cue("money") is not None):
            facts.used.add(index)


def _zh(facts: Facts) -> bool:
    return is_chinese(facts.scan.text)
