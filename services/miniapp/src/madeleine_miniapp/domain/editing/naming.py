"""Finds what of an app a phrase names: a field, a choice, a view, an entity; by words, endings and small slips."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming_words import MEANINGS, STOP
from madeleine_miniapp.domain.editing.text import bare, tokens
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.language import is_chinese

_ENDING = re.compile(r" (?:at|on|in|by|to|from|for|with|of)$")
# "每吨" of "吨数".
_COUNTED = ("数", "量", "额", "价", "值", "次", "期")
_STOP_ZH = re.compile(
    r"^(?:这个|那个|这|那|的|把|将|给|里的?|上面的?)+|(?:这|那)?(?:一|两)?(?:列|栏|栏目"
    r"|字段|项|那一栏|这一列|一栏|一列)?(?:里|中|里面)?的?$"
)


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field of one of the app's entities."""

    entity: str
    field: s.Field


@dataclass(frozen=True, slots=True)
class ChoiceRef:
    """An option of a choice field."""

    entity: str
    field: s.Field
    value: str


def _none() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a spec; `meant`: phrases (bare) that an embedding placed, to "entity.field"."""

    spec: s.AppSpec
    meant: Mapping[str, str] = field(default_factory=_none)
    known: KnownFields = field(default_factory=lambda: KnownFields(()))

    def fields(self, entity: str = "") -> list[FieldRef]:
        """All fields, or one entity's."""
        return [FieldRef(e.name, f) for e in self.spec.entities if entity in ("", e.name) for f in e.fields]

    def field(self, phrase: str, entity: str = "", least: float = 0.7) -> FieldRef | None:
        """The field that a phrase names best; None when none does, or two equally."""
        wanted = core(phrase)
        if not wanted:
            return None
        if placed := self.meant.get(wanted):
            return next((r for r in self.fields() if f"{r.entity}.{r.field.name}" == placed), None)
        # "Box" and "text" are words to pass over, and names of fields.
        said = {wanted, bare(phrase)}
        scored = sorted(
            ((max(self._same(wanted, r), *(_score(w, _forms(r.field)) for w in said)), r) for r in self.fields(entity)),
            # "Lent on" is the one of that name, though "on" is a word to pass over.
            key=lambda p: (-p[0], bare(phrase) not in _forms(p[1].field)),
        )
        if not scored or scored[0][0] < least:
            return None
        if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[0][0] < 1:
            return None
        return scored[0][1]

    def goes_beyond(self, phrase: str, ref: FieldRef) -> bool:
        """Whether a phrase names something else besides a field: "opening played" beside "played on"."""
        ending = _ENDING.search(bare(phrase))
        if ending and not any(form.endswith(ending[0]) for form in _forms(ref.field)):
            # "Bought at" is where, and "bought on" when.
            return True
        said = set(tokens(core(phrase)))
        forms = [set(tokens(form)) for form in _forms(ref.field)]
        beyond = min((said - form for form in forms if said & form), key=len, default=set[str]())
        # "Photo link" is a link "photo", "book title" the title of a book; "order number" is no "ordered on".
        return any(type_named(word) != ref.field.type and self.entity(word) is None for word in beyond)

    def _same(self, wanted: str, ref: FieldRef) -> float:
        """Whether a phrase and a field are words for the same in general ("remark", "notes")."""
        said = self.known.of(wanted)
        return 0.73 if said is not None and any(self.known.of(form) is said for form in _forms(ref.field)) else 0.0

    def choice(self, phrase: str, within: FieldRef | None = None) -> ChoiceRef | None:
        """The option that a phrase names, exactly but for case and plural."""
        wanted = core(phrase)
        for ref in [within] if within else self.fields():
            for value in ref.field.choices:
                if bare(value) in (wanted, bare(phrase)) or (
                    not is_chinese(value) and tokens(value) == tokens(wanted) != []
                ):
                    return ChoiceRef(ref.entity, ref.field, value)
        return None

    def choosing(self) -> list[FieldRef]:
        """Fields with options."""
        return [r for r in self.fields() if r.field.choices]

    def entity(self, phrase: str) -> s.Entity | None:
        """The kind of record that a phrase names."""
        wanted = core(phrase)
        if not wanted:
            return None
        for entity in self.spec.entities:
            forms = {bare(entity.label), bare(entity.name)}
            if any(wanted == f or (not is_chinese(f) and tokens(f) == tokens(wanted) != []) for f in forms):
                return entity
        return None

    def mentions(self, text: str, entity: str = "") -> list[tuple[int, int, FieldRef]]:
        """Every place at which a text names a field in its own words, leftmost and longest first."""
        found: list[tuple[int, int, FieldRef]] = []
        for ref in self.fields(entity):
            for form in _forms(ref.field):
                found += [(hit.start(), hit.end(), ref) for hit in _pattern(form).finditer(text.lower())]
        found.sort(key=lambda f: (f[0], f[0] - f[1]))
        kept: list[tuple[int, int, FieldRef]] = []
        for start, end, ref in found:
            if not kept or start >= kept[-1][1]:
                kept.append((start, end, ref))
        return kept

    def of_type(self, *types: s.FieldType.ValueType, entity: str = "") -> list[FieldRef]:
        """Fields of some types."""
        return [r for r in self.fields(entity) if r.field.type in types]


def meanings(word: str) -> frozenset[str]:
    """Words that mean the same as one, itself among them."""
    found = {word}
    for group in MEANINGS:
        if word in group:
            found |= group
    return frozenset(found)


def _forms(known: s.Field) -> list[str]:
    return list(dict.fromkeys(f for f in (bare(known.label), bare(known.name)) if f))


def core(phrase: str) -> str:
    """What a phrase names, without articles, "column" and the like, folded."""
    folded = bare(re.sub(r"\([^()]*\)", "", phrase))
    folded = re.sub(r"\bsquare (?:metre|meter|foot|feet)s?\b|\bm2\b|m²", "sqm", folded)
    if is_chinese(folded):
        return _STOP_ZH.sub("", folded.replace(" ", "")) or folded
    words = folded.replace("'s", "").split()
    return " ".join(w for w in words if w not in STOP) or folded


def _pattern(form: str) -> re.Pattern[str]:
    if is_chinese(form):
        return re.compile(re.escape(form))
    inner = re.escape(form).replace(r"\ ", r"[ _\-]")
    return re.compile(rf"(?<![^\W_]){inner}(?:'?s|es)?(?![^\W_])")


def _score(wanted: str, forms: Sequence[str]) -> float:
    return max((_likeness(wanted, core(form)) for form in forms), default=0.0)


def _likeness(wanted: str, form: str) -> float:
    if wanted == form:
        return 1.0
    if is_chinese(wanted) or is_chinese(form):
        shorter, longer = sorted((form, wanted), key=len)
        if len(shorter) >= 2 and shorter in longer:
            # Two characters of a long phrase are hardly what it names.
            return 0.55 + 0.43 * len(shorter) / len(longer)
        if len(wanted) == 1 and form[:1] == wanted and form[1:] in _COUNTED:
            return 0.78
        if len(wanted) == 1 and form[-2:-1] == wanted and form[-1:] in _COUNTED:
            return 0.76
        return 0.72 if form in meanings(wanted) else 0.0
    left, right = tokens(wanted), tokens(form)
    if left == right:
        return 0.98
    if not left or not right:
        return 0.0
    common = set(left) & set(right)
    if common and (common == set(left) or common == set(right)):
        return 0.75 + 0.2 * len(common) / max(len(left), len(right))
    if _slip(wanted, form):
        return 0.9
    if form in meanings(wanted) or (set(meanings(wanted)) & set(form.split()) and len(left) == 1):
        return 0.72
    if any(form in meanings(word) for word in wanted.split()):
        return 0.7
    return 0.0


def _slip(one: str, other: str) -> bool:
    """Whether two words differ by what a slip of the finger does: one edit, two in long ones."""
    shorter, longer = sorted((len(one), len(other)))
    most = 2 if shorter >= 8 else 1 if shorter >= 4 or (shorter == 3 and longer == 4 and one[0] == other[0]) else 0
    if abs(len(one) - len(other)) > most or not most:
        return False
    row = list(range(len(other) + 1))
    before: list[int] = []
    for i, a in enumerate(one, 1):
        last, previous, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1] <= most
