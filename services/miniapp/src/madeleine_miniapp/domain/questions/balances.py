# ruff: noqa: E501 - patterns of questions, one line each.
"""Reads questions about shared expenses: balances, who owes whom, settling up, somebody's own share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions import ledgers
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
from madeleine_miniapp.domain.questions.text import is_chinese, normalise

# What a balance is asked by is surer than any name of a field.
_SCORE = 100.0
_MOST_PAIRS = 12
_SETTLE = re.compile(
    r"\bsettle (?:us|it|things|everything|all of us)(?: all)? ?(?:up|out)?\b|\bsettle[- ]?up\b(?! payments?)|\b(?:get|make|call) (?:us|it|everyone) (?:all )?(?:even|square|quits)\b"
    r"|\bwho (?:has to|should|must|needs to|have to)? ?(?:pays?|gives?|owes?|transfers?|sends?)(?: back)?(?: how much to)? (?:whom|who|what to whom)\b"
    r"|\beven (?:us |things )?out\b|\bsquare (?:us |things )?up\b"
    r"|结[一个]?[下清]?账|结清|清账|平账|算[一清]?[下清]账|谁(?:该|要|应该|得|需要)?(?:给|付|转|还|欠)(?:钱)?(?:给)?谁"
)
_BALANCE = re.compile(
    r"\bbalances?\b|\bin the (?:red|black)\b|\b(?:owe[sd]?|owing|debts?|indebted)\b|\bhow do(?:es)? (?:i|we|\w+) stand\b|\bnet position\b"
    r"|欠|余额|结余|净额|净值|该(?:收|拿|要)回"
)
_SHARE = re.compile(
    r"\b(?:my|our|his|her|their|your|\w+'s)(?: (?:own|fair|personal|equal))? (?:share|part|portion|cut)\b(?! of the (?:records|entries))"
    r"|(?:自己|我|他|她)的?(?:那一?份|份额|应摊|分摊)|(?:应该?|该)(?:摊|出|承担|分摊)(?:的)?(?:部分|多少|了多少)?|摊到?了?多少|分摊了?多少"
)
_OWE = re.compile(r"\bowe[sd]?\b|\bowing\b|欠")
_PASSIVE = re.compile(r"\b(?:am|is|are|was|were|be|being|been)(?: \w+){0,2} owed\b")
# How a question goes on about settling, and what says that only the two named are meant.
_SAID = re.compile(
    r"\bwho(?:ever)? owes (?:the )?most pays? who(?:m?ever)? is owed (?:the )?most\b|\band so on\b|\b(?:un)?til+ (?:we're|we are|everyone is|everyone's|all is|all are|it's|it is) (?:all )?(?:even|square|quits|settled|zero)\b"
    r"|\bwho (?:has to |should |must )?pays? (?:whom|who)(?: what| how much)?\b|\b(?:just |only )?(?:between|among) (?:just )?(?:the )?(?:two|both) of (?:us|them)\b|\b(?:just|only) between (?:us|them)(?: two)?\b"
    r"|\bno matter who(?:'s| has)? (?:paid|pays|bought)(?: (?:for )?it)?\b|\b(?:regardless of|whoever|irrespective of)(?: who)? paid(?: (?:for )?it)?\b|\bover ?all\b|\ball in all\b|\bin total\b|\bat the moment\b"
    r"|\bevery?thing\b|\ba?m i (?=in the)|\bup or down\b|\bbalances?\b|(?<=owed )(?:money )?by\b|(?<=owe )(?:money )?to\b|\bmoney\b"
    r"|不管(?:是)?谁(?:付|买|垫)的?(?:钱)?|无论(?:是)?谁(?:付|买|垫)的?(?:钱)?|只?(?:看|算)?我们(?:两|俩)个?人?(?:之间)?|(?:我们)?之间|直到.{0,6}(?:平|清|两清)|最后|余额|结余|净额|净值|多少钱"
)


def read_balance(question: str, subjects: Sequence[tuple[Subject, Asker]], lexicon: Lexicon) -> Reading | None:
    """The reading of a question about who is owed what; None if it is none, or no app records shared expenses."""
    text = normalise(question)
    settling, sharing = _SETTLE.search(text) is not None, _SHARE.search(text) is not None
    if not (settling or sharing or _BALANCE.search(text)):
        return None
    ledger = ledger_of(subjects)
    if ledger is None:
        return None
    # What was said of settling is taken out: the rest must be understood like any other question.
    rest = text
    for pattern in (_SAID, _SETTLE, _BALANCE, _SHARE) if settling else (_SAID, _SHARE) if sharing else (_SAID,):
        rest = pattern.sub(" \x1f ", rest)
    try:
        facts = gather(ledger.subject, ledger.asker, lexicon, scanned(rest, ledger.subject, ledger.asker, lexicon))
        if settling:
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
    _taken(facts)
    spent, _, spans = _within(ledger, facts)
    rows = ledgers.expenses(ledger, ledgers.has_part(ledger, ledger.name(person)), *spent)
    rows = terms.extended(rows, terms.named(share=ledgers.share(ledger)))
    made = terms.grouped(rows, [], [terms.measure("share", q.MEASURE_FUNCTION_SUM, terms.column("share"))])
    facts.people, facts.of_money = [person], True
    told = "应分摊的份额" if _zh(facts) else "equal share of expenses"
    return Plan(made, (Shown("share", ledger.unit),), told, spans, figure="share")


def _balance(ledger: Ledger, facts: Facts, text: str) -> Plan | None:
    """What one person is owed or owes, only between two people, or of all."""
    debtor, creditor = _sides(facts, text)
    asked = facts.has("who") and bool(debtor) != bool(creditor) and _OWE.search(text) is not None
    superlative = facts.cue("sup")
    everyone = facts.has("who", "each", "rank", "us") and not (debtor and creditor)
    passive = _PASSIVE.search(text) is not None
    owing = _OWE.search(text) is not None
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
    owe = _OWE.search(text)
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
    return (creditor, debtor) if _PASSIVE.search(text) else (debtor, creditor)


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
