"""What the words of a question may mean in one kind of record: the interface that readers of questions plug into.

`scanning.scan` cuts a question into mentions, `gathering.gather` makes `facts.Facts` of them, and a *frame* (`frames/`)
makes a relation of the facts:

    def frame(facts: Facts) -> Plan | None

It returns None for a question that is not of its kind; otherwise it takes what it uses (`facts.cue("sum")`,
`facts.quantities()`, `facts.spans()`, ...), each of which marks the mentions as used, and returns a `Plan`. What a
frame left unused (but for soft words) was not understood: the reading is refused, whatever the plan is. So a frame
never needs to check for words that it does not know. It raises `Doubt` for a question that it knows and cannot answer.

Frames over one kind of record stand in `frames.FRAMES`. A question over several apps or entities is read from the
`Reading` of each subject: `Reading.facts` has the mentions with their places in the same normalised text for all
subjects, so that what one subject leaves unplaced another may place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.spans import Span


class Kind(Enum):
    """What a stretch of the question is."""

    PERSON = "person"
    CHOICE = "choice"
    FIELD = "field"
    ENTITY = "entity"
    TIME = "time"
    CUE = "cue"
    VALUE = "value"
    NUMBER = "number"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a stretch may mean; `strength` 3: by its own name, 2: by another word for it, 1: by its type."""

    kind: Kind
    # The field that is meant, or that holds the choice or value; the entity; the cue's name.
    name: str = ""
    # The choice, the phrase, the person's id, the cue's value.
    value: str = ""
    strength: int = 3
    number: float = 0.0
    span: Span | None = None
    field: s.Field | None = field(default=None, compare=False)


# Phrases of which the records told the meaning; by app and kind of record.
Placed = Mapping[tuple[str, str], Sequence[tuple[str, Meaning]]]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the normalised question and what it may mean, the likeliest first."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...]

    def of(self, *kinds: Kind) -> tuple[Meaning, ...]:
        """Its meanings of these kinds."""
        return tuple(m for m in self.meanings if m.kind in kinds)

    def typed(self, type_: s.FieldType.ValueType) -> s.Field | None:
        """The first field of this type that it may mean."""
        return next((m.field for m in self.of(Kind.FIELD) if m.field is not None and m.field.type == type_), None)

    def cue(self, name: str) -> Meaning | None:
        """Its meaning as a cue of that name."""
        return next((m for m in self.meanings if m.kind is Kind.CUE and m.name == name), None)

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return self.meanings[0].kind
