"""Of whom, of which expenses and of when a question about balances speaks: who owes, and whom."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.balance_words import (
    GETS,
    OWE,
    PRONOUN,
)
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.ledgers import Ledger
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.spans import Span

_BEHIND = re.compile(r"owe|欠")


def people_named(facts: Facts) -> list[str]:
    """The people that the question names, the asker among them."""
    return list(dict.fromkeys(person for _, person in _spoken_of(facts, facts.scan.text)))


def _spoken_of(facts: Facts, text: str) -> list[tuple[int, str]]:
    """Where the question speaks of whom; "he" is the one other that it names."""
    people = [(m.start, m.of(Kind.PERSON)[0].value) for m in facts.items if m.of(Kind.PERSON)]
    others = {p for _, p in people} - {facts.asker.person_id}
    people += [(m.start, facts.asker.person_id) for m in facts.items if m.cue("me") and not m.of(Kind.PERSON)]
    if len(others) == 1:
        people += [(m.start(), next(iter(others))) for m in PRONOUN.finditer(text)]
    return sorted(people)


def who_owes(facts: Facts, text: str, *, passive: bool) -> tuple[str, str]:
    """(who owes, whom), as far as the question names them; one person on both sides: which of them is asked.

    Raises Doubt for several on one side.
    """
    people = _spoken_of(facts, text)
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


def restrictions(ledger: Ledger, facts: Facts) -> tuple[list[q.Expression], list[q.Expression], tuple[Span, ...]]:
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


def take(facts: Facts) -> None:
    """Takes what every question about balances says in some way."""
    facts.cue("debt", "me", "others", "how_much", "how_many", "sum", "exist", "what", "now", "money", "list", "share")
    facts.cue("which", "anybody", "only_between", "number_wanted", "more_or_less", "verb")
    for index, mention in facts.free(Kind.PERSON, Kind.FIELD):
        known = next((m.field for m in mention.of(Kind.FIELD) if m.field is not None), None)
        if mention.of(Kind.PERSON) or (known is not None and mention.cue("money") is not None):
            facts.used.add(index)
