"""The sums behind shares in percent: what was reached of what could be, what did of all there was."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, Sum, ratio
from madeleine_miniapp.domain.editing.naming import Names
from madeleine_miniapp.domain.editing.text import tokens

_MOST = re.compile(r"\b(?:max(?:imum)?|possible|total|out of|of|available|full)\b", re.I)
# What a share is of: all that was sown, asked, tried.
_WHOLE = re.compile(
    r"\b(?:total|all|out of|of|max(?:imum)?|possible|sown|planted|set|invited|asked|tried|tries|attempts?|shots?|sent"
    r"|ordered|made|produced|generated|harvested|bought|started|applied|played|planned|target|goal|available|questions|capacity|seats|members)\b"
    r"|总|全部|应|播种?|投|报名|发|计划|目标",
    re.I,
)


def percent_of(word: str, names: Names, entity: str) -> Sum | None:
    """What was reached of what could be: "points" of "max points"."""
    wanted = set(tokens(word))
    numbers = names.of_type(*NUMBERS, entity=entity)
    most = [r for r in numbers if _MOST.search(r.field.label)]
    got = [r for r in numbers if r not in most and wanted <= set(tokens(r.field.label))]
    if len(got) == 2 and not most and (whole := names.field(word, entity, least=0.98)) in got:
        # "Percentage of pages i read" of pages and pages read.
        got, most = [r for r in got if r != whole], [r for r in got if r == whole]
    whole = names.field(word, entity, least=0.9)
    if whole in numbers and len(numbers) == 2 and _WHOLE.search(whole.field.label):
        # "Percent of the target" of words and target.
        got, most = [r for r in numbers if r != whole], [whole]
    made = ratio(got[0], most[0]) if len(got) == len(most) == 1 else None
    return made and Sum(f"{made.expression} * 100.0", made.entity, s.FIELD_TYPE_NUMBER, "%")


def percent_that(word: str, names: Names, entity: str) -> Sum | None:
    """Of what there was, the share that a word tells: "germinated" of "sown"; None where either is in doubt."""
    numbers = names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
    beginning = word.lower()[: 5 if word.isascii() else 2]
    numbers = [r for r in numbers if not r.field.formula] or numbers
    got = [r for r in numbers if beginning in r.field.label.lower()]
    others = [r for r in numbers if r not in got]
    whole = [r for r in others if _WHOLE.search(r.field.label)] or others
    made = ratio(got[0], whole[0]) if len(got) == len(whole) == 1 else None
    return made and Sum(f"({made.expression}) * 100.0", made.entity, s.FIELD_TYPE_NUMBER, "%")
