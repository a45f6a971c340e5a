"""What one of several people paid another, and what somebody paid beside what was theirs to pay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import ledgers
from madeleine_miniapp.domain.questions.balance_words import MOVED, MOVES, OVERPAID, PRONOUN, RECEIVES
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.ledgers import Ledger
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, scanned
from madeleine_miniapp.domain.questions.spans import Span
from madeleine_miniapp.domain.questions.subjects import Asker
from madeleine_miniapp.domain.questions.text import unaccented

_ASKER = re.compile(r"(?<![^\W_'])(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)(?![\w'])|我(?!们)")
_WORDS = re.compile(
    r"\b(?:back|transfers?|payments?|repayments?|money|to|from|by|in|via|with|so far|over ?all)\b|[给从向]|多少钱|钱"
)
_SUM = q.MEASURE_FUNCTION_SUM


def read_moved(text: str, ledger: Ledger, lexicon: Lexicon, score: float) -> Reading | None:
    """ "How much did Ben pay me back", "my transfers to Ann": payments from one person to the other, added up."""
    if ledger.payments is None or MOVED.search(text) is None:
        return None
    sides = _sides(text, ledger.asker)
    if sides is None:
        return None
    sender, receiver = sides
    rest = _without_people(text, ledger.asker)
    for pattern in (MOVES, RECEIVES, _WORDS):
        rest = pattern.sub(" \x1f ", rest)
    subject = ledger.payments
    try:
        facts = gather(subject, ledger.asker, lexicon, scanned(rest, subject, ledger.asker, lexicon))
    except Doubt:
        return None
    counted = facts.cue("count", "times") is not None
    listed = facts.has("list", "which", "when", "last", "first", "sup", "each")
    if listed or not (counted or facts.has("how_much", "sum") or "total" in text or "多少" in text):
        return None
    facts.cue("how_much", "how_many", "sum", "exist", "what", "others", "verb", "money")
    facts.of_money = True
    for index, mention in enumerate(facts.items):
        if any(m.field is not None and m.field.name == ledger.sent[0] for m in mention.meanings):
            facts.used.add(index)
    spans, at = facts.spans(), facts.moment()
    who = [
        terms.call(q.FUNCTION_EQUAL, terms.column(field), terms.value(person))
        for field, person in zip(ledger.sent[1:], (sender, receiver), strict=True)
    ]
    rows = terms.filtered(base.chosen(facts, spans, at, people=False), *who)
    name = "count" if counted else ledger.sent[0]
    measure = (
        terms.measure(name, q.MEASURE_FUNCTION_COUNT)
        if counted
        else terms.measure(name, _SUM, terms.column(ledger.sent[0]))
    )
    made = terms.grouped(rows, [], [measure])
    facts.people = [sender, receiver]
    told = "前者转给后者的钱" if is_chinese(text) else "payments from the first to the second"
    unit = "" if counted else ledger.unit
    plan = Plan(made, (Shown(name, unit),), told, tuple(spans), figure=name, counts=counted)
    return Reading(subject, plan, score, tuple(facts.left_over()), facts=facts)


def _people(text: str, asker: Asker) -> list[tuple[int, int, str]]:
    """Where somebody is spoken of, from, to, and who."""
    found = [
        (m.start(), m.end(), person)
        for name, person in asker.people.items()
        for said in {name.casefold(), unaccented(name.casefold())}
        for m in re.finditer(rf"(?<![a-zà-ÿ]){re.escape(said)}(?:'s)?(?![a-zà-ÿ])", text)
        if name.isascii() or len(name) > 1
    ]
    others = {person for _, _, person in found} - {asker.person_id}
    found += [(*m.span(), asker.person_id) for m in _ASKER.finditer(text)]
    if len(others) == 1:
        found += [(*m.span(), next(iter(others))) for m in PRONOUN.finditer(text)]
    return sorted(set(found))


def _without_people(text: str, asker: Asker) -> str:
    for start, end, _ in reversed(_people(text, asker)):
        text = f"{text[:start]} \x1f {text[end:]}"
    return text


def _sides(text: str, asker: Asker) -> tuple[str, str] | None:
    """(sender, receiver), if the question speaks of two people."""
    found = _people(text, asker)
    named = list(dict.fromkeys(person for _, _, person in found))
    if len(named) != 2:
        return None

    def other(one: str) -> str:
        return next(person for person in named if person != one)

    for start, _, person in found:
        if re.search(r"\bfrom $|\bby $|从$|由$", text[:start]):
            return person, other(person)
        if re.search(r"\bto $|[给]$", text[:start]):
            return other(person), person
    gets, moves = RECEIVES.search(text), MOVES.search(text)
    turn = moves or gets
    if turn is None:
        return None
    before = [person for start, _, person in found if start < turn.start()]
    if not before:
        return None
    first = before[-1]
    return (first, other(first)) if moves else (other(first), first)


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
