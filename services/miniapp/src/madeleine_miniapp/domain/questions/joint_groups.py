"""Groupings by more than one thing: "by month and language"."""

from __future__ import annotations

import re
from itertools import pairwise

from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.groups import groupable, kind_field, tells_kinds
from madeleine_miniapp.domain.questions.mentions import Kind, Mention

_JOINED = re.compile(r"\s*(?:,|/|&|\+|×|x|and|and by|then|then by|by|和|与|及|以及|、|，)+\s*")
_BUCKETS = re.compile(r"(?:day|week|month|year|weekday|quarter|person|head|member|天|周|月|年|人)")


def further_groups(facts: Facts) -> None:
    """ "By month and language": what follows a grouping by "and" groups as well."""
    for place, mention in enumerate(facts.items[:-1]):
        if not (mention.cue("by") or mention.cue("per") or mention.cue("each")):
            continue
        ahead = facts.items[place : place + 5]
        for one, other in pairwise(ahead):
            between = facts.scan.text[one.end : other.start]
            itself = one is mention and not (mention.cue("per") or mention.cue("each"))
            if itself or not between.strip() or not _JOINED.fullmatch(between):
                if one is mention:
                    continue
                break
            if _groups_by(facts, one) and _groups_by(facts, other):
                _group_too(facts, facts.items.index(other), other)


def _group_too(facts: Facts, index: int, mention: Mention) -> None:
    unit = mention.cue("unit") or mention.cue("per")
    held = groupable(mention)
    if held:
        best = max(held, key=lambda m: m.strength).field
        if best is not None and best not in facts.groups:
            facts.groups.append(best)
    elif unit is not None and unit.value in ("day", "week", "month", "year"):
        facts.buckets.append(unit.value)
    elif tells_kinds(facts, mention):
        facts.groups.append(kind_field(facts))
    else:
        raise Doubt(f"it groups by {mention.text} as well")
    facts.used.add(index)


def _groups_by(facts: Facts, mention: Mention) -> bool:
    if (
        mention.cue("per")
        or mention.cue("each")
        or tells_kinds(facts, mention)
        or _BUCKETS.fullmatch(mention.text.rstrip("s"))
    ):
        return True
    named = groupable(mention)
    if mention.text in ("who", "whose", "谁"):
        # "... in one week, who and when": asked, not grouped by.
        return False
    return mention.kind is not Kind.CHOICE and any(m.strength >= 2 for m in named)
