"""A choice whose name is also that of a figure: the average nap is of the nap length, the bottle size of its amount."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention

_SIZE = re.compile(r" (?:sizes?|amounts?|lengths?|volumes?|durations?)\b")


def take_own_figure(facts: Facts) -> None:
    """Names the figure of a choice beside it, where a mean is of one such thing, or its size is spoken of."""
    for place, mention in enumerate(facts.items):
        figure = _figure(mention)
        if figure is None:
            continue
        size = _SIZE.match(facts.scan.text, mention.end)
        if size is not None and any(m.start < size.end() and mention.end < m.end for m in facts.items):
            size = None
        before = facts.items[place - 1] if place else None
        averaged = (
            before is not None and (before.cue("mean") or before.cue("median")) and mention.start - before.end <= 1
        )
        if size is not None or (averaged and not mention.text.endswith("s")):
            facts.put_before(place, replace(figure, strength=3))
            if size is not None:
                left = tuple(u for u in facts.scan.unplaced if not (u[0] < size.end() and mention.end < u[1]))
                facts.scan = replace(facts.scan, unplaced=left)
            return


def _figure(mention: Mention) -> Meaning | None:
    """The one figure that is called by the name of a choice, too."""
    held = [m for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type in NUMERIC and m.strength >= 2]
    return held[0] if len(held) == 1 and mention.kind is Kind.CHOICE else None
