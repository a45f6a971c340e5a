# ruff: noqa: E501 - patterns of questions, one line each.
"""Reads questions about shared expenses: balances, who owes whom, settling up, somebody's own share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_overpaid import read_overpaid
from madeleine_miniapp.domain.questions.balance_payments import read_moved, without_purpose
from madeleine_miniapp.domain.questions.balance_shares import read_share
from madeleine_miniapp.domain.questions.balance_sides import people_named, restrictions, take
from madeleine_miniapp.domain.questions.balance_splits import read_sharers, read_split, without_split
from madeleine_miniapp.domain.questions.balance_words import (
    BALANCE,
    GETS,
    MINE,
    MINE_AMOUNT,
    ONE_PAYMENT,
    OVERPAID,
    OWE,
    PASSED,
    SETTLE,
    SETTLING,
    SHARE,
    SIGN,
)
from madeleine_miniapp.domain.questions.chinese import plain
from madeleine_miniapp.domain.questions.debts import alone_settled, balance, pair
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.ledgers import AMOUNT, WHO, Ledger, ledger_of
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read_scan, scanned_with_texts
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import normalise

# What a balance is asked by is surer than any name of a field.
_SCORE = 100.0
_FAR = re.compile(r"\b(?:deepest|furthest|farthest)\b")
_WHOM = re.compile(r"\bwhom?\b|谁|哪些人")
_ALL = re.compile(r"\bsettle us\b|\bfor (?:us )?all\b")
_RECORDS = re.compile(
    r"(?:几|多少)[笔条项次个](?!人)|\bhow many (?:\w+ )?(?:expenses|bills|purchases|items|entries|records|times)\b"
)
# What settles is not meant: expenses are.
_PAID_BACK = re.compile(
    r"[,;(]* ?\b(?:before|without|not (?:counting|including)|excluding|ignoring|leaving (?:out|aside)|apart from|other than)(?: (?:any|the|all|our|my|of))*"
    r" (?:pay-?backs?|repayments?|settle(?:-ups?|ments?)|settling up|money (?:sent|paid) back|(?:(?:settle-up|settling) )?(?:payments|transfers)(?: (?:between|among) (?:us|each other|(?:the )?flatmates))?)\b(?! (?:over|under|above|below|of|to|from|by|via|in|since)\b)\)?"
    r"|[，,（(]?不算(?:互相|相互|室友间的?)?(?:转账|还款)的?[)）]?"
)
_AMOUNTS, _TWO = re.compile(r"\bhow much\b|多少(?![个笔条项次])"), 2


def read_balance(question: str, subjects: Sequence[tuple[Subject, Asker]], lexicon: Lexicon) -> Reading | None:
    """The reading of a question about who is owed what; None if it is none, or no app records shared expenses."""
    text = without_purpose(plain(normalise(question)))
    ledger = ledger_of(subjects)
    if ledger is None:
        return None
    if ledger.payments is not None and (bare := _PAID_BACK.sub("", text)) != text and not _of_debts(bare):
        scan = scanned_with_texts(bare, ledger.subject, ledger.asker, lexicon)
        return replace(read_scan(scan, ledger.subject, ledger.asker, lexicon), score=_SCORE)
    if (sharers := read_sharers(text, ledger, lexicon, _SCORE)) is not None:
        return sharers
    if (bare := without_split(text, ledger)) != text and not _of_debts(bare):
        return read_split(text, ledger, lexicon, _SCORE)
    settling = _settles(text) or _whom(text)
    sharing = SHARE.search(text) is not None
    if not settling and not sharing and (moved := read_moved(text, ledger, lexicon, _SCORE)) is not None:
        return moved
    if not _of_debts(text):
        return None
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
        scan = scanned_with_texts(rest, ledger.subject, ledger.asker, lexicon)
        facts = gather(ledger.subject, ledger.asker, lexicon, scan)
        if settling and (alone := MINE_AMOUNT.search(text)) and not _WHOM.search(text):
            plan = alone_settled(ledger, facts, pays=alone["pay"] is not None)
        elif settling and MINE.search(text) and not _ALL.search(text):
            plan = _settled(ledger, facts, ledger.name(facts.asker.person_id))
        elif settling and len(people_named(facts)) == 2:
            plan = pair(ledger, facts)
        elif settling:
            plan = _settled(ledger, facts)
        elif over:
            plan = _overpaid(ledger, facts, text)
        elif sharing and _RECORDS.search(text):
            raise Doubt("it asks how many such expenses there are; a share is an amount")
        elif sharing:
            plan = read_share(ledger, facts, text)
        else:
            plan = balance(ledger, facts, text)
    except Doubt as doubt:
        return Reading(ledger.subject, None, _SCORE, (), str(doubt))
    if plan is None or (len(plan.shown) < _TWO and len(_AMOUNTS.findall(text)) >= _TWO):
        # "How much did I put in, and how much is my share": one figure is but half of it.
        return None
    return Reading(ledger.subject, plan, _SCORE, tuple(facts.left_over()), facts=facts)


def _of_debts(text: str) -> bool:
    """Whether it asks who is owed what, or for somebody's share."""
    return _settles(text) or any(words.search(text) for words in (SHARE, BALANCE)) or _whom(text)


def _settles(text: str) -> bool:
    """Whether it asks how all get even, and not for one payment that was made."""
    return SETTLE.search(text) is not None and ONE_PAYMENT.search(text) is None


def _whom(text: str) -> bool:
    """Whether it asks whom the asker has to pay."""
    found = MINE.search(text)
    return found is not None and _WHOM.search(found.group()) is not None


def _settled(ledger: Ledger, facts: Facts, only: str = "") -> Plan:
    take(facts)
    spent, paid, spans = restrictions(ledger, facts)
    made = terms.settled(ledgers.lines(ledger, spent, paid), terms.column(WHO), terms.column(AMOUNT))
    told = "谁付给谁，直到两清" if is_chinese(facts.scan.text) else "who pays whom until all are even"
    if only:
        sides = [terms.call(q.FUNCTION_EQUAL, terms.column(n), terms.value(only)) for n in ("from", "to")]
        made = terms.filtered(made, terms.call(q.FUNCTION_OR, *sides))
        told = f"{told} ({only})"
    facts.people = []
    return Plan(made, (Shown("from"), Shown("to"), Shown(AMOUNT, ledger.unit)), told, spans)


def _overpaid(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """What somebody paid beside their share."""
    named = people_named(facts) or [facts.asker.person_id]
    if len(named) > 1:
        return None
    take(facts)
    facts.cue("more", "less")
    return read_overpaid(text, ledger, facts, named[0], tuple(facts.spans()))
