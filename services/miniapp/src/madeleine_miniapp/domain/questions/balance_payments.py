# ruff: noqa: E501 - patterns of questions, one line each.
"""What one of several people paid another, "sent", "gave back": filters on payments, read like any other question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.balance_words import ONE_PAYMENT, PRONOUN
from madeleine_miniapp.domain.questions.facts import Condition, Facts
from madeleine_miniapp.domain.questions.ledgers import Ledger
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.reading import Reading, read_scan, scanned_with_texts
from madeleine_miniapp.domain.questions.subjects import Asker
from madeleine_miniapp.domain.questions.text import unaccented

_ASKER = re.compile(r"(?<![^\W_'])(?:i(?=(?:'m|'ve|'d|'ll)?(?![\w']))|my|me|mine|myself)(?![\w])|我(?!们)的?")
_WHO = re.compile(r"\b(?:who|whom)\b|谁")
_NOUN = r"(?:re)?payments?|transfers?|pay-?backs?|paybacks?|转账|还款|付款"
# What is only done with money that goes from one to another, and what may be done with other things as well.
_SENDS = r"(?:sen[dt]|sends|sending|transferr?(?:ed|ing)|transfers?(?= (?:to|me|him|her|money|back)\b)|wired?|repa(?:y|id|ys)|(?:pa(?:y|id|ys|ying)|g[ai]ve|gives|given|return(?:ed)?|hand(?:ed)?)(?= (?:me |him |her |us |them |it |[^\W\d]+ )?(?:back|over)\b))"
_GIVES = r"(?:pa(?:y|id|ys|ying)|g[ai]ve|gives|given|ma[dk]e)"
_GETS = r"(?:get|gets|got|gotten|getting|receiv(?:e|es|ed|ing))"
_ZH_SENDS = r"(?:转[给了过账钱]|转(?=[几多]少?)|[汇打](?:给|了钱|钱|款)|还[给了过钱款账清](?!没)|付给)"
_NOTED = re.compile(rf"(?<!bank )(?<!wire )(?<!by )(?<!via )(?:\b(?:{_NOUN})\b|转账|还款|付款)")
_SURELY = re.compile(
    rf"\b{_SENDS}\b|{_ZH_SENDS}|收到|\bgot(?:ten)?(?: \w+)? back\b|\b(?:did|have|has) \w+ (?:get|gotten)(?: \w+)? back\b"
)
_HANDED = re.compile(rf"\b(?:g[ai]ve|gives|given|{_GETS})\b")
_MONEY = r"(?:(?:any |some |the |his |her |their )?(?:money|anything|something)|back|over)"
# Somebody is to pay, or may: not what was paid.
_TO_COME = re.compile(
    r"\b(?:owes?|owed|owing|should|must|would|will|can|could|(?:has|have|had|having|need|needs|supposed|going|gonna|due|got) to|gotta|next|due)\b|\bdoe?s? \w+ (?:still )?(?:get|pay|give|send|receive)\b|[该欠]|应|得[还付转]|[要需][还付转给]"
)
_WHO_WHOM = re.compile("[是由]?谁[转付还]钱?给谁的?")
_EACH_OTHER = re.compile(r"\b(?:each other|one another)\b")
# Whom it went to, where that is nobody in particular.
_ANYBODY = r"(?:(?:all )?(?:the|my) (?:others?|rest|(?:(?:flat|room|house)mates|friends)(?: of mine)?)|every(?:one|body)(?: else)?|any(?:one|body)(?: else)?|some(?:one|body)(?: else)?|other people|you (?:lot|all|guys|two|three)|y'all)"
# What was sent to be even was sent.
_PURPOSE = re.compile(
    r",? (?:(?:in order |so as )?to|for) (?:settl|squar|even|clear)(?:e|ing)?(?: (?:it|things|everything|that|debts?))?(?: (?:up|off|out))?(?= |[?.!,]|$)"
)
_BEFORE = r"(?:'s|'ve|'d)?(?: (?:has|have|had|did|do|does|last|ever|already|usually|also|then|first|just|actually|normally|always|mostly))*"


@dataclass(frozen=True, slots=True)
class _Side:
    """Where somebody is named, or asked for ("who"), with the words that say on which side they are."""

    start: int
    end: int
    person: str
    sends: bool


def read_moved(text: str, ledger: Ledger, lexicon: Lexicon, score: float) -> Reading | None:
    """ "How much did Ben pay me back", "my transfers to Ann", "who sent me the most": payments with their two sides."""
    if ledger.payments is None or _TO_COME.search(text):
        return None
    noun = _NOTED.search(text) is not None
    sides = _sides(text, ledger.asker, noun=noun)
    if sides is None or len({one.sends for one in sides}) < len(sides):
        return None
    surely = (noun and (sides or _EACH_OTHER.search(text))) or len(sides) > 1 or _SURELY.search(text)
    if not surely and not (_HANDED.search(text) and re.search(r"\b(?:money|cash)\b", text)):
        return None
    subject, asked = ledger.payments, [one for one in sides if not one.person]
    rest = text
    if len(asked) > 1 and ONE_PAYMENT.search(text):
        # The one payment tells both.
        rest, asked = _WHO_WHOM.sub("", text), []
    for side in sorted(sides, key=lambda one: -one.start):
        if side.person:
            rest = f"{rest[: side.start]} {rest[side.end :]}"
    rest = _without_verb(rest, "" if noun else f" {subject.entity.label or subject.entity.name} ".casefold())
    roles = {True: ledger.sent[1], False: ledger.sent[2]}

    def known(facts: Facts) -> None:
        for side in sides:
            if side.person:
                held = terms.call(q.FUNCTION_EQUAL, terms.column(roles[side.sends]), terms.value(side.person))
                told = f"{roles[side.sends]} = {ledger.name(side.person)}"
                facts.conditions.append(Condition(held, told, "", "", 0))
        if asked:
            facts.person_field = roles[asked[0].sends]
        facts.of_money = True

    ways = [re.escape(c.casefold()) for f in subject.fields(s.FIELD_TYPE_CHOICE) for c in f.choices]
    if ways:
        # "Sent by PayPal": that is no sender.
        rest = re.sub(rf"\b(?:by|via|through|over|per|in|as) (?=(?:a )?(?:{'|'.join(ways)})\b)", "", rest)
    scan = scanned_with_texts(rest, subject, ledger.asker, lexicon)
    return replace(read_scan(scan, subject, ledger.asker, lexicon, known=known), score=score)


def without_purpose(text: str) -> str:
    """The text of a question about what was sent without that it was sent to settle up."""
    return text if _TO_COME.search(text) or not _SURELY.search(text) else _PURPOSE.sub("", text)


def _without_verb(text: str, noun: str) -> str:
    """The text with a word for such a record in place of the first verb, and without the others and what goes with them."""
    verbs = re.compile(
        rf"\b(?:{_SENDS}|{_GIVES}|{_GETS})\b(?:\s+(?:{_MONEY}|{_ANYBODY}|to|from)\b)*|{_ZH_SENDS}|收到过?了?|(?<=[几多]次)[账钱]"
    )
    made = verbs.sub(noun, text, count=1)
    made = verbs.sub(" ", made)
    return re.sub(
        r"\s+", " ", re.sub(r"\b(?:each other|one another)\b|\b(?:back|to|from|by)(?=\s*(?:$|[?.,;]))", " ", made)
    ).strip()


def _people(text: str, asker: Asker) -> list[tuple[int, int, str]]:
    """Where somebody is spoken of, from, to, and who; nobody where it is asked who."""
    found = [
        (m.start(), m.end(), person)
        for name, person in asker.people.items()
        for said in {name.casefold(), unaccented(name.casefold())}
        for m in re.finditer(rf"(?<![a-zà-ÿ]){re.escape(said)}(?![a-zà-ÿ])", text)
        if name.isascii() or len(name) > 1
    ]
    others = {person for _, _, person in found} - {asker.person_id}
    found += [(*m.span(), asker.person_id) for m in _ASKER.finditer(text)]
    found += [(*m.span(), "") for m in _WHO.finditer(text)]
    if len(others) == 1:
        found += [(*m.span(), next(iter(others))) for m in PRONOUN.finditer(text)]
    return sorted(set(found))


def _sides(text: str, asker: Asker, *, noun: bool) -> list[_Side] | None:
    """Everybody that the question names, each with their side; None if it does not tell the side of one."""
    made: list[_Side] = []
    people = _people(text, asker)
    for index, (start, end, person) in enumerate(people):
        after = text[end : people[index + 1][0] if index + 1 < len(people) else len(text)]
        side = next(_said(text, start, end, after, person, noun=noun), None)
        if side is None:
            return None
        if not any((one.person, one.sends) == (side.person, side.sends) for one in made):
            made.append(side)
    return made


def _said(text: str, start: int, end: int, after: str, person: str, *, noun: bool) -> Iterator[_Side]:
    """On which side somebody is who is named there, the surest first."""
    before = text[:start]
    if found := re.search(r"\b(?:to|with) $|(?:转|还|付|汇|打)?(?:了|过)?给 ?$|(?:还了|还过) ?$", before):
        yield _Side(start if not person else found.start(), end, person, sends=False)
    if found := re.search(r"\b(?:from|by) $|[从由] ?$", before):
        yield _Side(start if not person else found.start(), end, person, sends=True)
    own = re.match(rf" (?:[^\W\d]+ ){{0,2}}?(?:{_NOUN})\b", after) if text[start:end] == "my" else None
    if own is None and re.search(rf"\b(?:{_SENDS}|{_GIVES})(?: (?:back|to))? $", before):
        yield _Side(start, end, person, sends=False)
    if (
        noun
        and (found := re.match(rf"'?s? (?:[^\W\d]+ ){{0,2}}?(?:{_NOUN})\b|的?(?:转账|还款|付款)", after))
        and person
    ):
        yield _Side(start, end + (2 if after.startswith("'s") else 0), person, sends=True)
    if found := re.match(
        rf"{_BEFORE} (?:{_SENDS}|{_GIVES})\b|[^，。？a-z]{{0,10}}?{_ZH_SENDS}|[^，。？]{{0,8}}?给(?:室友|$)", after
    ):
        yield _Side(start, end, person, sends=True)
    if found := re.match(rf"{_BEFORE} {_GETS}\b|[^，。？a-z]{{0,8}}?收", after):
        yield _Side(start, end, person, sends=False)
    if re.search(r"谁$", before + text[start:end]) and re.match(r"[^，。？a-z]{0,4}?给", after):
        yield _Side(start, end, person, sends=True)
