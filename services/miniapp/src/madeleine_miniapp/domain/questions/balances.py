"""Reads questions about shared expenses: balances, who owes whom, settling up, somebody's own share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_payments import read_moved, read_overpaid
from madeleine_miniapp.domain.questions.balance_shares import part_of, parts_of_all, read_split
from madeleine_miniapp.domain.questions.balance_words import (
    BALANCE,
    BETWEEN,
    EACH_OTHER,
    GETS,
    MINE,
    MOVED,
    OVERPAID,
    OWE,
    PASSED,
    PASSIVE,
    PRONOUN,
    SETTLE,
    SETTLING,
    SHARE,
    SIGN,
    SPLIT_N,
    SPLIT_WITHOUT,
)
from madeleine_miniapp.domain.questions.chinese import plain
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
_TOGETHER = re.compile(r"\b(?:and|plus)\b|[和与跟]")
_AHEAD = re.compile(r"\bin (?:the black|credit)\b|\bahead\b|\bcoming (?:back )?to\b|\bget\w* back\b|[收拿要]回|被欠")
_SIGNED = re.compile(r"\bbalance|\bposition\b|\bnet\b|in the (?:red|black)\b|\bstand\b|余额|结余|净[额值]|收支")
_FAR = re.compile(r"\b(?:deepest|furthest|farthest)\b")
_ALL = re.compile(r"\bsettle us\b|\bfor (?:us )?all\b")
_RECORDS = re.compile(
    r"(?:几|多少)[笔条项次个](?!人)|\bhow many (?:\w+ )?(?:expenses|bills|purchases|items|entries|records|times)\b"
)
_AMOUNTS, _TWO = re.compile(r"\bhow much\b|多少(?![个笔条项次])"), 2
_BEHIND = re.compile(r"owe|欠")


def read_balance(question: str, subjects: Sequence[tuple[Subject, Asker]], lexicon: Lexicon) -> Reading | None:
    """The reading of a question about who is owed what; None if it is none, or no app records shared expenses."""
    text = plain(normalise(question))
    settling = SETTLE.search(text) is not None or _whom(text)
    sharing = SHARE.search(text) is not None
    splitting = (SPLIT_N.search(text) or SPLIT_WITHOUT.search(text)) is not None
    moving = MOVED.search(text) is not None and not settling
    if not (settling or sharing or splitting or moving or BALANCE.search(text)):
        return None
    ledger = ledger_of(subjects)
    if ledger is None:
        return None
    if moving and not sharing and (moved := read_moved(text, ledger, lexicon, _SCORE)) is not None:
        return moved
    if not (settling or sharing or splitting or BALANCE.search(text)):
        return None
    if splitting and not sharing:
        return read_split(text, ledger, lexicon, _SCORE)
    # What was said of settling is taken out: the rest must be understood like any other question.
    rest = SIGN.sub(" \x1f ", text)
    passed = (MINE, PASSED, SETTLE, SETTLING, BALANCE, SHARE) if settling else (PASSED, SHARE) if sharing else (PASSED,)
    over = OVERPAID.search(text) if sharing and not settling else None
    for pattern in (OVERPAID, *passed) if over else passed:
        rest = pattern.sub(" \x1f ", rest)
    if not settling and not sharing:
        rest = OWE.sub(lambda m: " 欠 " if is_chinese(m.group()) else " owe ", rest)
        rest = GETS.sub(lambda m: "从" if is_chinese(m.group()) else " get from ", rest)
        rest = _FAR.sub("most", rest)
    try:
        facts = gather(ledger.subject, ledger.asker, lexicon, scanned(rest, ledger.subject, ledger.asker, lexicon))
        if settling and MINE.search(text) and not _ALL.search(text):
            plan = _settled(ledger, facts, ledger.name(facts.asker.person_id))
        elif settling and len(_named(facts)) == 2:
            plan = _pair(ledger, facts)
        elif settling:
            plan = _settled(ledger, facts)
        elif over:
            plan = _overpaid(ledger, facts, text)
        elif sharing and _RECORDS.search(text):
            raise Doubt("it asks how many such expenses there are; a share is an amount")
        elif sharing:
            plan = _share(ledger, facts, text)
        else:
            plan = _balance(ledger, facts, text)
    except Doubt as doubt:
        return Reading(ledger.subject, None, _SCORE, (), str(doubt))
    if plan is None or (len(plan.shown) < _TWO and len(_AMOUNTS.findall(text)) >= _TWO):
        # "How much did I put in, and how much is my share": one figure is but half of it.
        return None
    return Reading(ledger.subject, plan, _SCORE, tuple(facts.left_over()), facts=facts)


def _whom(text: str) -> bool:
    """Whether it asks whom the asker has to pay."""
    found = MINE.search(text)
    return found is not None and re.search(r"\bwhom?\b|谁|哪些人", found.group()) is not None


def _settled(ledger: Ledger, facts: Facts, only: str = "") -> Plan:
    _taken(facts)
    spent, paid, spans = _within(ledger, facts)
    made = terms.settled(ledgers.lines(ledger, spent, paid), terms.column(WHO), terms.column(AMOUNT))
    told = "谁付给谁，直到两清" if _zh(facts) else "who pays whom until all are even"
    if only:
        sides = [terms.call(q.FUNCTION_EQUAL, terms.column(n), terms.value(only)) for n in ("from", "to")]
        made = terms.filtered(made, terms.call(q.FUNCTION_OR, *sides))
        told = f"{told} ({only})"
    facts.people = []
    return Plan(made, (Shown("from"), Shown("to"), Shown(AMOUNT, ledger.unit)), told, spans)


def _overpaid(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """What somebody paid beside their share."""
    named = _named(facts) or [facts.asker.person_id]
    if len(named) > 1:
        return None
    _taken(facts)
    facts.cue("more", "less")
    return read_overpaid(text, ledger, facts, named[0], tuple(facts.spans()))


def _share(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """Somebody's equal shares, whoever paid."""
    if re.search(r"%|percent|per cent|百分", text):
        return None
    named = list(dict.fromkeys(m.of(Kind.PERSON)[0].value for m in facts.items if m.of(Kind.PERSON)))
    if (
        named
        and any(m.cue("me") for m in facts.items)
        and _TOGETHER.search(text)
        and facts.asker.person_id not in named
    ):
        named.append(facts.asker.person_id)
    each = facts.cue("each", "who", "rank") is not None and not named
    _taken(facts)
    spent, _, spans = _within(ledger, facts)
    facts.of_money = True
    if each:
        facts.people = []
        return parts_of_all(ledger, spent, spans, zh=_zh(facts))
    people = named or [facts.asker.person_id]
    facts.people = people
    return part_of(ledger, facts, people, spent, spans, zh=_zh(facts))


def _named(facts: Facts) -> list[str]:
    """The people that the question names, the asker among them."""
    return list(dict.fromkeys(person for _, person in _people(facts, facts.scan.text)))


def _people(facts: Facts, text: str) -> list[tuple[int, str]]:
    """Where the question speaks of whom; "he" is the one other that it names."""
    people = [(m.start, m.of(Kind.PERSON)[0].value) for m in facts.items if m.of(Kind.PERSON)]
    others = {p for _, p in people} - {facts.asker.person_id}
    people += [(m.start, facts.asker.person_id) for m in facts.items if m.cue("me") and not m.of(Kind.PERSON)]
    if len(others) == 1:
        people += [(m.start(), next(iter(others))) for m in PRONOUN.finditer(text)]
    return sorted(people)


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
    directed = OWE.search(facts.scan.text) or GETS.search(facts.scan.text)
    two = len(_named(facts)) == 2
    if two and (EACH_OTHER.search(text) or (BETWEEN.search(text) and not directed)):
        return _pair(ledger, facts)
    debtor, creditor = _sides(facts, facts.scan.text, passive=PASSIVE.search(text) is not None)
    both_ways = debtor != "" and debtor == creditor
    if both_ways:
        debtor = ""
    asked = facts.has("who", "anybody") and bool(debtor) != bool(creditor) and directed is not None and not both_ways
    superlative = facts.cue("sup")
    everyone = facts.has("who", "each", "rank", "us") and not (debtor and creditor)
    passive = (PASSIVE.search(text) or _AHEAD.search(text)) is not None
    owing = OWE.search(facts.scan.text) is not None and not both_ways
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
    debt = bool(debtor) and owing and not _SIGNED.search(text)
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


def _sides(facts: Facts, text: str, *, passive: bool) -> tuple[str, str]:
    """(who owes, whom), as far as the question names them; one person on both sides: which of them is asked.

    Raises Doubt for several on one side.
    """
    people = _people(facts, text)
    named = list(dict.fromkeys(p for _, p in people))
    owe, gets = OWE.search(text), GETS.search(text)
    turn = owe or gets
    if len(named) > 2:
        raise Doubt("it names several people; I can tell one balance at a time, or all")
    if turn is None:
        others = [p for p in named if p != facts.asker.person_id] or named
        return "", others[0] if others else ""
    before = [p for at, p in people if at < turn.start()]
    after = [p for at, p in people if at >= turn.start()]
    if len(named) == 1:
        one = named[0]
        if before and after:
            return one, one
        debtor, creditor = (one, "") if before or not _BEHIND.match(turn.group()) else ("", one)
    elif len(named) == 2:
        # The nearest one says who; "Ben, how much do I owe?" too.
        first = before[-1] if before else after[0]
        debtor, creditor = first, next(p for p in named if p != first)
    else:
        return "", ""
    if owe is None:
        debtor, creditor = creditor, debtor
    # "How much am I owed by Ben?"
    return (creditor, debtor) if passive else (debtor, creditor)


def _within(ledger: Ledger, facts: Facts) -> tuple[list[q.Expression], list[q.Expression], tuple[Span, ...]]:
    """Conditions on expenses and on payments, and the times meant."""
    today = facts.asker.now.date()
    # As of today: all that was until now.
    spans = [span for span in facts.spans() if (span.first, span.last) != (today, today)]
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
