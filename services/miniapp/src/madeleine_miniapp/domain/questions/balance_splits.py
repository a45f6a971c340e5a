# ruff: noqa: E501 - patterns of questions, one line each.
"""Among how many, and among whom, an expense is split: a filter on expenses like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_common.times.numbers import han
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions import words
from madeleine_miniapp.domain.questions.facts import Condition
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.ledgers import Ledger, has_part
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read_scan, scanned_with_texts
from madeleine_miniapp.domain.questions.text import unaccented

_N = r"(?:two|three|four|five|six|\d)"
_NUMBER = re.compile(
    rf"\b(?:were |was |are |is |that |which |we )*(?P<no>not |weren't |wasn't |aren't |isn't )?(?:were |was )?(?:shared|split)(?: up)? (?:by|among(?:st)?|between)? ?(?:only |just |exactly )?(?P<all>all )?(?:of )?(?:the )?(?P<n>{_N})(?: ways| people| persons| of us| of them| heads| flatmates)?"
    rf"|\b(?P<n2>{_N})[- ]way (?:split|share)s?\b|(?P<zno>没有?|不是)?(?:由|只?有?)?(?P<zn>[两二三四五六\d])个?人(?:一起)?(?:分摊|平摊|均摊|分)的?"
)
_PART = r"(?:in on|(?:a )?part of|included in|included|involved in|in(?: (?:the|a|any) splits?)?(?=\s*(?:[?.,;]|$)))"
_BE = r"(?:'m| am| was| were| is|'ve been| have been| has been)"
# Who has no part; ONE is who does something, OTHER to whom it is done.
_WITHOUT = (
    rf"\b(?:that |which )?ONE{_BE}?(?: not|n't) (?:{_PART}|sharing|share|split)",
    rf"\b(?:am not|wasn't|weren't|isn't) ONE {_PART}",
    r"\b(?:that |which )?(?:don't|didn't|doesn't|do not|did not|does not) (?:include|involve|concern) OTHER\b",
    r"\b(?:(?:(?:was|were|is|are) )?(?:shared|split|divided)(?: up)? )?without OTHER\b(?! (?:pay|know|notic)ing)|\b(?:(?:was|were|is|are|did|do) )?(?:not|(?:was|were|is|are|did|do)n't) (?:shared|shares?|split|divided?)(?: up)? (?:with|between|among|by) OTHER\b",
    rf"\b(?:that |which )?(?:(?:was|were|am|is|got|did|has|have) )?ONE(?:{_BE}| got| get| been| ever)* (?:left|kept|cut) out(?: of)?\b",
    r"\b(?:leaves?|leaving|left) OTHER out(?: of)?\b|\b(?:that |which )?excluded? OTHER\b",
    r"\b(?:that |which )?ONE (?:has|have|had) (?:no|nothing)(?: \w+)? (?:share|part)(?: in)?\b",
    r"(?:没有?|不)(?:算上?|算进|包括|包含|分摊给|分给|摊到|带)OTHER的?|OTHER(?:没有?|不)(?:参与|分摊|平摊|摊|有?份|在内|(?:被)?算进去?)的?",
    r"没有?[跟和与]OTHER(?:一起)?(?:分摊|平摊|均摊|分)的?|没有?OTHER的?份的?|OTHER被?(?:排除在外|落下)的?",
)  # fmt: skip
# Who has one.
_WITH = (
    r"\b(?:that |which )?(?:include|involve)[sd]? OTHER\b|\b(?:that |which |was |were |is |are )+(?:shared|split|divided)(?: up)? with OTHER\b",
    rf"\b(?:that |which )?ONE(?:{_BE})(?: also| actually)? {_PART}|\b(?:am|was|were|is) ONE(?: also| actually)? {_PART}",
    r"(?:包括|包含|算上?|算了)OTHER的|OTHER(?:有份|也?参与(?:分摊)?)的?",
)
# Between exactly these.
_AMONG = (
    r"\b(?:that |which |we |were |was |are |is )*(?:shared|split|divided)(?: up)? (?:only |just )?(?:between|among|by) (?:only |just )?SEVERAL\b",
    r"\b(?:that |which |was |were |are |is )*(?:(?:only|just) for|for (?:only|just)) SEVERAL\b|\b(?:that |which |was |were |are |is )*for SEVERAL (?:only|alone)\b",
)
# "A split" is an expense that is split; "split by two" says among how many.
_SPLIT = re.compile(
    r"(?P<lead>\b(?:a|an|the|any|our|of|many|which|every|what) )split(?P<s>s?)\b(?! (?:up|by|among|amongst|between|with|it)\b)"
)
_WHO_SHARED = re.compile(
    r"(?:so |and )?who (?:all )?(?:shared|split|shares|splits|(?:was|is|were) (?:in on|(?:a )?part of|included in)) (?P<it>(?:the |our |that |my )[^?.;:]+)[?. ]*$"
    r"|(?:so |and )?(?:between |among )?who(?:m)? (?:was|is|were|did we) (?P<it2>(?:the |our |that |my )[^?.;:]+?) (?:split|shared|divided)(?: up)?(?: (?:between|among|with|by))?[?. ]*$"
)
_ASKER = frozenset(("i", "me", "myself", "我"))


@dataclass(frozen=True, slots=True)
class _Split:
    """Where a question says among whom expenses are split, and which those are."""

    found: re.Match[str]
    holds: q.Expression


def read_split(text: str, ledger: Ledger, lexicon: Lexicon, score: float) -> Reading | None:
    """Expenses "shared by only two of us", "that I wasn't in on": counted, summed, listed like any others."""
    found = list(_splits(text, ledger))
    if len(found) != 1:
        return None
    start, end = found[0].found.span()
    asked = "was there " if start == 0 and re.match(r"(?:am|was|were|is)\b", text) else ""
    rest = re.sub(r"\s+", " ", f"{text[:start]} {asked}{text[end:]}")
    named = (ledger.subject.entity.label or ledger.subject.entity.name).casefold()
    rest = _SPLIT.sub(lambda m: f"{m['lead']}{named}{m['s']}", rest)
    split = Condition(found[0].holds, found[0].found.group().strip(), "", "", start, kind=Kind.VALUE)
    scan = scanned_with_texts(rest, ledger.subject, ledger.asker, lexicon)
    return replace(
        read_scan(scan, ledger.subject, ledger.asker, lexicon, known=lambda f: f.conditions.append(split)), score=score
    )


def read_sharers(text: str, ledger: Ledger, lexicon: Lexicon, score: float) -> Reading | None:
    """ "Who shared the pizza night", "who was the taxi split between": the people among whom it is split."""
    found = _WHO_SHARED.match(text)
    if found is None:
        return None
    scan = scanned_with_texts(f"list {found['it'] or found['it2']}", ledger.subject, ledger.asker, lexicon)
    reading = read_scan(scan, ledger.subject, ledger.asker, lexicon)
    if not reading.computable or reading.plan is None or reading.facts is None or not reading.facts.conditions:
        return None
    facts = reading.facts.copy()
    if not reading.plan.spans or facts.has("last", "first", "sup", "top"):
        # Which of several it is would have to be found.
        return None
    rows = terms.unnested(base.chosen(facts, facts.spans(), facts.moment()), ledger.split.name)
    key = terms.named(**{ledger.split.name: terms.column(ledger.split.name)})
    made = terms.ordered(terms.grouped(rows, key, []), terms.order(terms.column(ledger.split.name)))
    plan = Plan(made, (Shown(ledger.split.name),), "who shares it", reading.plan.spans)
    return replace(reading, plan=plan, score=score)


def _splits(text: str, ledger: Ledger) -> Iterator[_Split]:
    length = terms.call(q.FUNCTION_LENGTH, terms.column(ledger.split.name))
    names = tuple(sorted({x for n in ledger.asker.people for x in (n.casefold(), unaccented(n.casefold()))}))
    for found in _NUMBER.finditer(text):
        said = found["n"] or found["n2"] or found["zn"]
        many = float(words.number(said) or han(said) or 0)
        everyone = many == len(ledger.split.choices)
        negated = bool(found["no"] or found["zno"])
        sign = q.FUNCTION_EQUAL if not negated else q.FUNCTION_LESS if everyone else q.FUNCTION_NOT_EQUAL
        yield _Split(found, terms.call(sign, length, terms.value(many)))
    among, without, within = _patterns(names)
    for found in among.finditer(text):
        people = {_person(one, ledger) for one in re.split(r",? and |, ?| & ", _said(found))}
        exactly = terms.call(q.FUNCTION_EQUAL, length, terms.value(float(len(people))))
        yield _Split(found, terms.both(exactly, *(has_part(ledger, ledger.name(p)) for p in people)))
    for pattern, has in ((without, False), (within, True)):
        for found in pattern.finditer(text):
            part = has_part(ledger, ledger.name(_person(_said(found), ledger)))
            yield _Split(found, part if has else terms.call(q.FUNCTION_NOT, part))


def _said(found: re.Match[str]) -> str:
    return next(v for v in found.groupdict().values() if v)


def _person(said: str, ledger: Ledger) -> str:
    if said in _ASKER:
        return ledger.asker.person_id
    return next(p for n, p in ledger.asker.people.items() if said in (n.casefold(), unaccented(n.casefold())))


@lru_cache(maxsize=256)
def _patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """(between exactly these, without one, with one), of these names."""
    named = "|".join(re.escape(n) for n in names) or r"(?!)"
    one, other = rf"(?<![^\W_'])(?:i|{named})", rf"(?:me|我|{named})"
    several = rf"{other}(?:(?:,? and |, ?| & ){other})*"

    def of(patterns: tuple[str, ...]) -> re.Pattern[str]:
        made, count = "|".join(patterns), 0
        for mark, people in (("SEVERAL", several), ("ONE", one), ("OTHER", other)):
            while mark in made:
                made, count = made.replace(mark, f"(?P<who{count}>{people})", 1), count + 1
        return re.compile(made)

    return of(_AMONG), of(_WITHOUT), of(_WITH)


def without_split(text: str, ledger: Ledger) -> str:
    """The text without what it says of the people among whom expenses are split."""
    for split in _splits(text, ledger):
        text = text.replace(split.found.group(), " ")
    return text
