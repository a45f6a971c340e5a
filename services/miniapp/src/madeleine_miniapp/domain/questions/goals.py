# ruff: noqa: E501 - patterns of words, one line each.
"""What somebody has set out to do: "my goal is 3 runs a week, in how many weeks did I make it" asks for weeks of three or more."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.references import REACHED, REACHED_ZH

_GOAL = re.compile(
    r"\b(?:goals?|targets?|aims?|aiming|resolutions?|quota|promised|planned|plan|(?:want|wanted|try|trying|tried|like|meant|supposed|hoping) to)\b|目标|计划|打算|想要?|指标"
)
# "3 runs a week", 每周跑3次.
_SO_MUCH = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|ten)\b.*\b(?:a|per|each|every) (?:day|week|month)\b|\b(?:daily|weekly|monthly)\b.*\d|每[天周月].*[\d一二两三四五六七八九十]"
)
_TIMES = ("day", "week", "month")
_NEAR = 40
_REACHED = re.compile(
    rf"\b(?:(?:{REACHED}|d[io]d?|done|stuck to|stick to|kept|keep|succeed(?:ed)?|pull(?:ed)?|fulfil(?:led)?|clear(?:ed)?)(?: (?:it|that|this|there|to it|my|the|our|off|up))*(?: (?:weekly |monthly |daily )?(?:goals?|targets?|aims?|quota))?)\b"
    rf"|(?:{REACHED_ZH}|达成|实现|达)(?:了)?(?:这个)?(?:目标|指标|标)?"
)
_MISSED = re.compile(r"\b(?:miss\w*|fail\w*|short|not|never|n't)\b|n't\b|没|未|差")


def states_goal(text: str) -> bool:
    """Whether a sentence says how much somebody has set out to do in each day, week or month."""
    goal = _GOAL.search(text)
    return goal is not None and bool(_SO_MUCH.search(text[goal.end() :]))


def take_goal(facts: Facts) -> None:
    """Reads the number of a goal as the least that is to be reached in each day, week or month that is counted."""
    text = facts.scan.text
    goal = _GOAL.search(text)
    if goal is None or _MISSED.search(text):
        return
    for place, mention in enumerate(facts.items[:-1]):
        if not any(m.number for m in mention.of(Kind.NUMBER)) or mention.start < goal.start():
            continue
        if not facts.items[place + 1].of(Kind.FIELD, Kind.ENTITY, Kind.CHOICE, Kind.CUE) or not _counts(facts, mention):
            return
        if not (place and facts.items[place - 1].cue("cmp")):
            facts.put_before(place, Meaning(Kind.CUE, "cmp", ">="))
        _explain(facts, goal)
        return


def _counts(facts: Facts, number: Mention) -> bool:
    """Whether weeks are asked for in which so much was done, or whether it was: "3 runs a week" says of which, taken."""
    found = [(i, x.value) for i, m in enumerate(facts.items) if (x := m.cue("per")) and x.value in _TIMES]
    near = [(i, unit) for i, unit in found if abs(facts.items[i].start - number.start) <= _NEAR]
    asked = {x.value for m in facts.items if (x := m.cue("unit"))}
    if not asked:
        return bool(near and facts.has("count", "times", "streak")) or (not near and facts.has("exist"))
    facts.used |= {i for i, unit in near if unit in asked}
    return any(unit in asked for _, unit in near)


def _explain(facts: Facts, goal: re.Match[str]) -> None:
    """The words of the goal and of reaching it say nothing more."""
    known = [goal.span(), *(m.span() for m in _REACHED.finditer(facts.scan.text))]

    def left(start: int, phrase: str) -> bool:
        end = start + len(phrase)
        covered = sum(max(0, min(end, b) - max(start, a)) for a, b in known)
        return covered < len(phrase.replace(" ", ""))

    facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if left(u[0], u[2])))
