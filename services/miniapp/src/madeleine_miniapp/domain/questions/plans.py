"""What a reading computes: a relation, the columns that it shows, and how its verdict follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain.questions.spans import Span

# What stands for no value in a table; it is told in the language of the question.
NO_VALUE = "(none)"
# The column that holds a time of day: a moment, or hours since midnight.
CLOCK = "at_what_time"


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of the answer: its name in the relation, its unit, and what is said of it."""

    name: str
    unit: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is computed and told."""

    relation: q.Relation
    shown: tuple[Shown, ...]
    # What is computed, as told in the reading, in the question's language: "sum of calories per day".
    told: str
    # The times that it goes over, for the reading.
    spans: tuple[Span, ...] = ()
    # Column whose value is the answer, where it is one figure.
    figure: str = ""
    # Column that names the rows, and the one with their values, where rows are compared.
    key: str = ""
    # How the verdict follows: "any" (yes if there are rows or the figure is above zero), "none" (its opposite),
    # "more" (yes if the first row's or column's value is larger than the second's), "less", "who" (the key of the
    # largest value), "least" (of the smallest), "cell" (the text in the first cell), "passes" (the boolean column
    # of that name).
    verdict: str = ""
    # Where a missing figure is a zero: counts.
    counts: bool = False
    # Filters that a frame made: limits, weekdays, hours.
    notes: tuple[str, ...] = field(default=())
