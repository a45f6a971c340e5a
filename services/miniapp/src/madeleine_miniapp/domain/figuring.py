"""The figures that a prompt asks for, as aggregates over the fields there are."""

from __future__ import annotations

from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.blueprint import Blueprint
from madeleine_miniapp.domain.known_fields import KnownFields, folded
from madeleine_miniapp.domain.labelling import aggregate_label
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.naming import stable_name
from madeleine_miniapp.domain.questions.text import normalise, term_pattern
from madeleine_miniapp.domain.wishes.model import Figure, Wishes

_QUANTITIES = (s.FIELD_TYPE_MONEY, s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER)
_NUMERIC = (*_QUANTITIES, s.FIELD_TYPE_RATING)
_GROUPS = (s.FIELD_TYPE_PERSON, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN, *TEMPORAL)
_PEOPLE = frozenset(
    ["person", "people", "member", "us", "one", "friend", "flatmate", "child", "kid", "family", "人", "人员", "成员"]
)
# In a chart over time, unless the prompt says otherwise.
_USUAL_BUCKET = "week"


def words_of(field: s.Field, blueprint: Blueprint, known: KnownFields) -> list[str]:
    """What a field may be called in a prompt."""
    words = [field.label, field.name.replace("_", " ")]
    own = next((f for e in blueprint.entities for f in e.fields if f.name == field.name), None)
    for one in (own, known.named(field.name)):
        words += one.words() if one is not None else ()
    return [w for w in words if len(w) > 1]


class Numbers:
    """Makes aggregates of a spec's main entity; each is in the spec once."""

    def __init__(self, spec: s.AppSpec, wishes: Wishes, blueprint: Blueprint, known: KnownFields) -> None:
        self._spec = spec
        self._main = spec.entities[0]
        self._wishes = wishes
        self._blueprint = blueprint
        self._known = known

    def wished(self) -> list[s.Aggregate]:
        """The figures of the prompt, as far as there are fields for them."""
        made = [self._of(figure) for figure in self._wishes.figures]
        return list({a.name: a for a in made if a is not None}.values())

    def over_time(self, *, counted: bool) -> s.Aggregate | None:
        """A figure along the first date; None without a date, or without a number unless records are counted."""
        if not any(f.type in TEMPORAL for f in self._main.fields) or not (counted or self._number("")):
            return None
        return self._of(Figure(s.AGGREGATE_FUNCTION_UNSPECIFIED, bucket=_USUAL_BUCKET))

    def single(self) -> s.Aggregate:
        """The one figure that sums the app up."""
        return self._add(*self._function(Figure(s.AGGREGATE_FUNCTION_UNSPECIFIED), self._number("")), "", "", 0)

    def _of(self, figure: Figure) -> s.Aggregate | None:
        field = self._number(figure.of)
        group = self._group(figure)
        if (figure.by or figure.bucket) and group is None:
            return None
        bucket = (figure.bucket or _USUAL_BUCKET) if group is not None and group.type in TEMPORAL else ""
        function, of = self._function(figure, field)
        return self._add(function, of, group.name if group else "", bucket, figure.days)

    def _function(self, figure: Figure, field: s.Field | None) -> tuple[s.AggregateFunction.ValueType, s.Field | None]:
        if field is None or figure.function == s.AGGREGATE_FUNCTION_COUNT:
            return s.AGGREGATE_FUNCTION_COUNT, None
        if figure.function == s.AGGREGATE_FUNCTION_UNSPECIFIED or (
            figure.function == s.AGGREGATE_FUNCTION_SUM and not self._additive(field)
        ):
            return (s.AGGREGATE_FUNCTION_SUM if self._additive(field) else s.AGGREGATE_FUNCTION_MEAN), field
        return figure.function, field

    def _add(
        self,
        function: s.AggregateFunction.ValueType,
        field: s.Field | None,
        group: str,
        bucket: str,
        days: int,
    ) -> s.Aggregate:
        of = field.name if field is not None else ""
        for there in self._spec.aggregates:
            same = (
                there.function,
                there.field,
                there.group_by,
                there.bucket,
                there.days,
                there.where,
                there.expression,
            )
            if there.entity == self._main.name and same == (function, of, group, bucket, days, "", ""):
                return there
        kind = s.AggregateFunction.Name(function).removeprefix("AGGREGATE_FUNCTION_").lower()
        stem = "_".join(p for p in (kind, of or self._main.name, "by" if group else "", bucket or group) if p)
        labels = {f.name: f.label for f in self._main.fields}
        label = aggregate_label(
            function, labels.get(of, self._main.label), labels.get(group, ""), bucket, self._wishes.language
        )
        if days:
            label = f"{label}（近{days}天）" if self._wishes.language == "zh" else f"{label}, last {days} days"
        made = s.Aggregate(
            name=stable_name(stem[:36], {a.name for a in self._spec.aggregates}),
            function=function,
            entity=self._main.name,
            field=of,
            label=label[:60],
            group_by=group,
            bucket=bucket,
            days=days,
            unit=field.unit if field is not None else "",
        )
        self._spec.aggregates.append(made)
        return self._spec.aggregates[-1]

    def _number(self, said: str) -> s.Field | None:
        """The number that a clause names, or the main one: money first, then a quantity, then a rating."""
        text = normalise(said)
        numbers = [f for f in self._main.fields if f.type in _NUMERIC]
        named = [(self._longest(f, text), i) for i, f in enumerate(numbers)]
        if named and max(named)[0] > 0:
            return numbers[max(named, key=lambda n: (n[0], -n[1]))[1]]
        for kinds in ((s.FIELD_TYPE_MONEY,), _QUANTITIES, _NUMERIC):
            entered = [f for f in numbers if f.type in kinds and not f.formula]
            additive = [f for f in entered if self._additive(f)]
            if additive or entered:
                return (additive or entered)[0]
        return None

    def _longest(self, field: s.Field, text: str) -> int:
        words = words_of(field, self._blueprint, self._known)
        return max((len(w) for w in words if term_pattern(w).search(text)), default=0)

    def _group(self, figure: Figure) -> s.Field | None:
        fields: Sequence[s.Field] = [f for f in self._main.fields if f.type in _GROUPS and not f.formula]
        if figure.by:
            wanted = folded(figure.by)
            for words in (wanted, wanted.split(" ")[0]):
                for field in fields:
                    if words in {folded(w) for w in words_of(field, self._blueprint, self._known)}:
                        return field
            if set(wanted.split(" ")) & _PEOPLE:
                return next((f for f in fields if f.type == s.FIELD_TYPE_PERSON), None)
            # "per bike" where the bike is called "Which bike".
            return next((f for f in fields if wanted in folded(f.label)), None)
        if figure.bucket:
            return next((f for f in fields if f.type in TEMPORAL), None)
        return None

    def _additive(self, field: s.Field) -> bool:
        if field.type == s.FIELD_TYPE_RATING or field.unit in ("°C", "°F", "%", "bpm", "mmHg", "mg/L", "mmol/L"):
            return False
        own = next((f for f in self._blueprint.main.fields if f.name == field.name), None)
        general = own or self._known.named(field.name)
        return general.additive if general is not None else True
