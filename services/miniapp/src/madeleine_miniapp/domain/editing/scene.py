"""What the reading of a request has come to: the app as it would be by now, and what was last spoken of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import ChoiceRef, FieldRef, Names
from madeleine_miniapp.domain.editing.scene_words import PEOPLE, ends, is_pronoun, shape
from madeleine_miniapp.domain.editing.text import Prepared, bare
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.language import is_chinese


def _nothing() -> list[str]:
    return []


def _no_views() -> list[tuple[str, s.ViewType.ValueType]]:
    return []


def _no_operations() -> list[ops.Operation]:
    return []


@dataclass(slots=True)
class Scene:
    """A request half read. `spec` is the app after `operations`."""

    prepared: Prepared
    spec: s.AppSpec
    meant: Mapping[str, str]
    known: KnownFields
    operations: list[ops.Operation] = field(default_factory=_no_operations)
    not_done: list[str] = field(default_factory=_nothing)
    # Phrases that ought to name something of the app and do not, by words.
    unplaced: list[str] = field(default_factory=_nothing)
    # Fields that the request says to keep.
    kept: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    topic: FieldRef | None = None
    choosing: FieldRef | None = None
    chosen: ChoiceRef | None = None
    entity: str = ""
    # What the app could not bear when it was said: a later clause may change that.
    put_off: list[ops.Operation] = field(default_factory=_no_operations)
    # Operations, and those put off, before the last clause: what "never mind" takes back.
    before: tuple[int, int] = (0, 0)
    # "How much is still open?": what the sum that follows is called.
    question: str = ""
    # "We pay 12 euros an hour": the price, and the word for what it is the price of.
    rate: tuple[float, str] | None = None
    # "Picked from members": a list that there is not yet, and the kind of record that draws from it.
    drawn: tuple[str, str] = ("", "")
    # Sums of fields that the request has yet to add.
    waiting: list[str] = field(default_factory=_nothing)
    # Views of fields that the request has yet to add; None once all has been read.
    views_waiting: list[tuple[str, s.ViewType.ValueType]] | None = field(default_factory=_no_views)
    # A mere "no" was said just before.
    denied: bool = False
    # The clause begins with "and", "also".
    led: bool = False
    asked: str = ""
    # "X isn't tracked": what "add it" means.
    lacking: str = ""
    # The clause before, where it was a remark: what "a checkbox for that" is about.
    remark: str = ""
    # A remark was about something that is not known.
    lost: bool = False
    first: s.AppSpec = field(default_factory=s.AppSpec)

    @property
    def names(self) -> Names:
        """What can be named by now."""
        return Names(self.spec, self.meant, self.known)

    @property
    def first_names(self) -> Names:
        """What could be named before the request."""
        return Names(self.first, self.meant, self.known)

    @property
    def home(self) -> str:
        """The entity that is meant where none is named: the one last spoken of, else the app's first."""
        if any(e.name == self.entity for e in self.spec.entities):
            return self.entity
        return self.spec.entities[0].name if self.spec.entities else ""

    def act(self, *operations: ops.Operation) -> bool:
        """Takes operations on; one that the app cannot bear is told as not done, with the reason. True."""
        for operation in operations:
            if operation in self.operations:
                continue
            try:
                self.spec = ops.apply(self.spec, [operation]).spec
            except Bad as error:
                # What is so already need not be done.
                if not all("changes nothing" in v.reason for v in error.violations):
                    self.put_off.append(operation)
            else:
                self.operations.append(operation)
        return True

    def finish(self) -> None:
        """Tries once more what could not be done when it was said; what still cannot is told with the reason."""
        waiting, self.put_off = self.put_off, []
        gone = {(o.entity, o.field) for o in self.operations if isinstance(o, ops.RemoveField)}
        for operation in waiting:
            if (getattr(operation, "entity", ""), getattr(operation, "field", "")) in gone:
                continue
            try:
                self.spec = ops.apply(self.spec, [operation]).spec
            except Bad as error:
                if all("changes nothing" in v.reason for v in error.violations):
                    continue
                self.not_done.append(self._readable("; ".join(v.reason for v in error.violations)))
            else:
                self.operations.append(operation)

    def cancel(self) -> None:
        """Takes the last clause back."""
        del self.operations[self.before[0] :]
        del self.put_off[self.before[1] :]
        self.spec = ops.apply(self.first, self.operations).spec if self.operations else self.first

    def field(self, phrase: str, *, spoken: bool = True) -> FieldRef | None:
        """The field that a phrase names, pronouns included; one that none is found for is remembered as unplaced."""
        plain = self.prepared.plain(phrase)
        if is_pronoun(plain):
            return self._current(self.topic)
        ref = self.names.field(plain, self.entity) or self.names.field(plain) or self._typed(plain)
        if ref is None:
            if spoken:
                self.unplaced.append(plain)
        else:
            self.spoken_of(ref)
        return ref

    def _typed(self, plain: str) -> FieldRef | None:
        """The field that a phrase names with a word for its type behind: "photo link" of a link "meter photo"."""
        name, _, word = bare(plain).rpartition(" ")
        kind = type_named(word) if name else None
        ref = self.names.field(name, self.home) if kind is not None else None
        return ref if ref is not None and ref.field.type == kind else None

    def spoken_of(self, ref: FieldRef) -> None:
        """Takes a field for what the request speaks of now."""
        self.topic, self.chosen, self.lost, self.entity = ref, None, False, ref.entity
        if ref.field.choices:
            self.choosing = ref

    @property
    def topic_gone(self) -> bool:
        """Whether what was last spoken of is no longer there."""
        return self.topic is not None and self._current(self.topic) is None

    def exact(self, phrase: str) -> FieldRef | None:
        """The field of exactly this name."""
        return self.names.field(self.prepared.plain(phrase), self.home, least=0.98)

    def choice(self, phrase: str, within: FieldRef | None = None) -> ChoiceRef | None:
        """The option that a phrase names, pronouns included."""
        plain = self.prepared.plain(phrase)
        if is_pronoun(plain):
            return self.chosen
        found = self.names.choice(plain, within) or (None if within else self._choice_of_named(phrase))
        if found:
            self.chosen, self.choosing = found, FieldRef(found.entity, found.field)
        return found

    def _choice_of_named(self, phrase: str) -> ChoiceRef | None:
        """The option that a phrase names after the field that it is of ("weather 'cloud'", "状态里的想看")."""
        if hit := re.fullmatch(r"(?P<f>[^\ue000]+?)(?:里面?|中)?的?(?P<x>\ue000\d+\ue002)", phrase):
            cuts = [(hit["f"], hit["x"])]
        elif is_chinese(phrase):
            cuts = [
                (f, x) for f, sign, x in (re.sub("里面?的?|中的?|的", "\0", phrase, count=1).partition("\0"),) if sign
            ]
        else:
            words = phrase.split(" ")
            cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, min(len(words), 5))]
        for named, value in cuts:
            holder = self.names.field(self.prepared.plain(named), least=0.9)
            if holder is not None and holder.field.choices:
                found = self.names.choice(self.prepared.plain(value), holder)
                if found is not None:
                    return found
        return None

    def _readable(self, reason: str) -> str:
        """A reason with labels for names."""
        for ref in self.names.fields():
            if ref.field.label:
                reason = re.sub(rf"(?<!\w){re.escape(ref.field.name)}(?!\w)", f"“{ref.field.label}”", reason)
        return reason

    def alike(self, label: str) -> FieldRef | None:
        """The choice field whose options all begin or end as a label does ("Team A", "Team B"; "一组", "二组")."""
        for ref in self.names.choosing():
            parts = [ends(c) for c in ref.field.choices]
            own = ends(label)
            if len(parts) > 1 and any(
                own[i] and own[i] != bare(label) and all(p[i] == own[i] for p in parts) for i in (0, 1)
            ):
                return ref
        return None

    def shaped(self, value: str) -> FieldRef | None:
        """The choice field whose options all have the shape of a value with a digit: "B2" among A1, A2."""
        wanted = shape(value)
        if "9" not in wanted or len(wanted) > 6:
            return None
        found = [r for r in self.names.choosing() if all(shape(c) == wanted for c in r.field.choices)]
        return found[0] if len(found) == 1 else None

    def only_choice(self, *, numbers: bool = False) -> FieldRef | None:
        """The choice field that is meant where none is named: the only one, or the only one with numbers."""
        found = self.names.choosing()
        if numbers and (numeric := [r for r in found if all(c.isdecimal() for c in r.field.choices)]):
            found = numeric
        if len(found) > 1:
            # One that the request has just added has its options already.
            before = {(r.entity, r.field.name) for r in self.first_names.choosing()}
            found = [r for r in found if (r.entity, r.field.name) in before]
        return found[0] if len(found) == 1 else None

    def only_choice_of_people(self) -> FieldRef | None:
        """The choice field whose options are people: the one so named, else the only one."""
        named = [r for r in self.names.choosing() if PEOPLE.search(r.field.label or r.field.name)]
        return named[0] if len(named) == 1 else None if named else self.only_choice()

    def chose_before(self, ref: FieldRef) -> bool:
        """Whether a field had options to choose from before the request."""
        return any((r.entity, r.field.name) == (ref.entity, ref.field.name) for r in self.first_names.choosing())

    def mentions_any(self, text: str) -> bool:
        """Whether a text names a field in the app's own words."""
        return bool(self.names.mentions(text))

    def spare(self, ref: FieldRef) -> None:
        """Takes back the removal of a field that the request says to keep."""
        self.retract(ops.RemoveField(ref.entity, ref.field.name))

    def retract(self, operation: ops.Operation) -> None:
        """Takes one operation back, if it was taken on."""
        if operation in self.operations:
            self.operations.remove(operation)
            self.spec = ops.apply(self.first, self.operations).spec if self.operations else self.first

    def _current(self, ref: FieldRef | None) -> FieldRef | None:
        """A field as it is by now; None when it is gone."""
        if ref is None:
            return None
        return next((r for r in self.names.fields(ref.entity) if r.field.name == ref.field.name), None)
