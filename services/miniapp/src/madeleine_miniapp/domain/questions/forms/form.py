"""A plan's answer beside the question: what a check of its form looks at."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from google.protobuf import text_format

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.naming import names_people
from madeleine_miniapp.domain.questions.plans import Plan
from madeleine_miniapp.domain.questions.whose import people_fields

MEAN = re.compile(r"\b(?:averag\w*|avg|means?|typical\w*|usual\w*|normal\w*|median)\b")
# Columns that stand for times.
BUCKETS = frozenset({"day", "night", "week", "month", "year", "weekday", "period", "from"})
# Columns that name the times which are compared, in a row each.
COMPARED_TIMES = frozenset({"period", "days", "hours"})


@dataclass(frozen=True, slots=True)
class Form:
    """What was asked, and the columns of the plan that is to answer it."""

    facts: Facts
    plan: Plan
    text: str
    # The plan's columns, and the types of the fields of the records.
    names: frozenset[str]
    types: dict[str, s.FieldType.ValueType]
    # Columns that say who.
    people: frozenset[str]

    def said(self, pattern: re.Pattern[str]) -> str:
        """The words of the question that a pattern finds; empty: none."""
        found = pattern.search(self.text)
        return found.group() if found else ""

    def reads(self, name: str) -> bool:
        """Whether the answer rests on a field."""
        told = text_format.MessageToString(self.plan.relation, as_utf8=True)
        return f'column: "{name}"' in told

    @property
    def single(self) -> bool:
        """Whether the answer is one figure of all records."""
        return self.plan.figure != "" and not self.plan.key

    @property
    def listed(self) -> bool:
        """Whether the answer is a list of records, with no figure, no row for each of something and no yes or no."""
        return not self.plan.figure and not self.plan.key and not self.plan.verdict

    @property
    def tells_people(self) -> bool:
        """Whether a column says who it was: members, or people that a text names."""
        shown = [f for f in self.facts.subject.entity.fields if f.name in self.names]
        person = any(f.type == s.FIELD_TYPE_PERSON or names_people(f) for f in shown)
        return person or bool(self.names & self.people)

    def figures(self, *, but: Collection[str]) -> int:
        """How many columns are figures: of the fields those that are numbers, and what was computed `but` for these."""
        others = {*but, self.plan.key}
        shown = (c.name for c in self.plan.shown)
        return sum(self.types[n] in NUMERIC if n in self.types else n not in others for n in shown)


def form_of(facts: Facts, plan: Plan) -> Form:
    """The form of a plan's answer to a question."""
    types = {f.name: f.type for f in facts.subject.entity.fields}
    lists = (f.name for f in people_fields(facts))
    people = frozenset({"who", "entered_by", facts.person, *facts.subject.person_fields, *lists})
    return Form(facts, plan, facts.scan.text, frozenset(c.name for c in plan.shown), types, people)
