"""Words of daily talk that may be passed over: `everyday.txt`, by what an app is about.

A verb that fits the records ("how much did we eat up on food") restricts nothing; a noun that nothing was made of may
be what is asked about, and is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions.concepts import Stems
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.text import Token, names_of_records, stems
from madeleine_miniapp.domain.questions.words import is_void

_TYPES = {
    "@money": frozenset({s.FIELD_TYPE_MONEY}),
    "@date": frozenset(TEMPORAL),
    "@rating": frozenset({s.FIELD_TYPE_RATING}),
    "@text": frozenset({s.FIELD_TYPE_TEXT}),
    "@person": frozenset({s.FIELD_TYPE_PERSON}),
}
# A classifier stands after a number or a word for one: 面 and 包 are none in 面包.
_COUNTED = re.compile(r"[\d一二两三四五六七八九十百千几少每这那哪各半整多]$")

# Nobody need sleep on what is called a night for what is done on it.
_EVENINGS = frozenset(part for word in ("night", "evening") for part in stems(word))

_LONGEST_WORD = 5
# What a name is followed by where its value is meant: 页数, 心情分, 交通费.
MEASURES = frozenset("数量类费款值分率额项次时")

_DENIES = re.compile("(?:没有?|未|不|无|(?<![分特区])别)(?:怎么|去|再)?$")
_DENIED = re.compile(
    r"\b(?:no|not|never|without|nobody|none|neither|nothing|cannot)\b|n't\b|没|未|(?<!要)不(?!到|足|少|超|低|同|管|论|算|只|过)|无"
)


@dataclass(frozen=True, slots=True)
class _Verbs:
    anchors: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shipped:
    anywhere: frozenset[str]
    classifiers: frozenset[str]
    verbs: tuple[_Verbs, ...]


@cache
def _shipped() -> _Shipped:
    kept: dict[str, set[str]] = {"any": set(), "classifiers": set()}
    verbs: list[_Verbs] = []
    section = ""
    for line in (files("madeleine_miniapp.domain.questions") / "everyday.txt").read_text("utf-8").splitlines():
        if head := re.match(r"# \[(\w+)\]", line):
            section = head[1]
        elif line and not line.startswith("#"):
            anchors, _, told = line.rpartition(">")
            words = {w for part in told.split("|") for word in part.split(",") if (w := word.strip())}
            if section == "verbs":
                verbs.append(_Verbs(tuple(anchors.split()), frozenset(words)))
            else:
                kept[section] |= words
    return _Shipped(frozenset(kept["any"]), frozenset(kept["classifiers"]), tuple(verbs))


def said_for(verb: str) -> frozenset[str]:
    """Every word that is said of what a verb is said of: "seen", 看 for "watch"."""
    return frozenset(word for verbs in _shipped().verbs if verb in verbs.words for word in verbs.words)


class Everyday:
    """Which words of a question may be passed over when it is read over one kind of record."""

    def __init__(
        self,
        spec: s.AppSpec,
        entity: s.Entity,
        lexicon: Lexicon,
        known: Container[Stems],
        beside: Iterable[s.Entity] = (),
    ) -> None:
        shipped, called = _shipped(), _called(entity, lexicon)
        beside_it = [other for other in (*spec.entities, *beside) if other.name != entity.name]
        others = [name for other in beside_it for name in _called(other, lexicon) if name]
        self._others = {"".join(name) for name in others if is_chinese(name[0])} - {"".join(name) for name in called}
        # What a choice, a field or another kind of record of the app is called by is more than a verb.
        taken = _in_choices(entity) | {name[0] for name in others if len(name) == 1 and name not in known}
        self._anywhere = {w for w in shipped.anywhere if taken.isdisjoint(_alone(w))}
        fitting = _verbs(entity, lexicon) - self._others
        self._words = self._anywhere | {w for w in fitting if taken.isdisjoint(_alone(w))}
        self._classifiers = shipped.classifiers
        self._longest = max((len(w.split()) for w in self._words), default=1)
        # 加 and 油 are words for a refuel, apart as well: 加了多少油.
        self._parts = {part for name in called if 1 < len(name) <= 3 for part in name if is_chinese(part)}

    def passed(self, text: str, given: Sequence[Token]) -> list[bool]:
        """Which English words of a question may be passed over."""
        made, words = [False] * len(given), self._fitting(text)
        for at in range(len(given)):
            for size in range(min(self._longest, len(given) - at), 0, -1):
                if " ".join(t.text for t in given[at : at + size]) in words:
                    made[at : at + size] = [True] * size
                    break
        return made

    def find(self, text: str, given: Sequence[Token], cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
        """Words that are passed over, and whether they fit this kind of record: (start, end, fits).

        Chinese is cut into words at `cuts`: a word may be several of them, but no part of one.
        """
        words, torn = self._fitting(text), self._of_others(text)
        made = [
            (start, end, text[start:end] not in self._anywhere)
            for start, end in _runs(cuts)
            if end - start > 1 and self._passes(text, start, end) and not any(torn[start:end])
        ]
        for at in range(len(given)):
            if is_chinese(given[at].text):
                continue
            for size in range(min(self._longest, len(given) - at), 0, -1):
                if (said := " ".join(t.text for t in given[at : at + size])) in words:
                    if said not in self._anywhere and not is_void(said):
                        made.append((given[at].start, given[at + size - 1].end, True))
                    break
        return made

    def unknown(self, text: str, start: int, end: int, cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The words of a stretch of Chinese characters that may restrict something; unknown neighbours as one."""
        torn = self._of_others(text)

        def known(at: int, to: int, *, whole: bool) -> bool:
            if any(torn[at:to]):
                return False
            one = text[at:to]
            if to - at > 1:
                return self._passes(text, at, to) or (not whole and all(map(is_void, one)))
            counted = one in self._classifiers and _COUNTED.search(text[:at])
            after_name = at == start and at and one in MEASURES
            return bool(self._passes(text, at, to) or counted or after_name or is_void(one) or one in self._parts)

        made: list[tuple[int, int]] = []
        alone = False
        for first, last in cuts:
            at, to = max(first, start), min(last, end)
            if at >= to or known(at, to, whole=(at, to) == (first, last)):
                continue
            joins = made and made[-1][1] == at and (alone or to - at == 1)
            if joins:
                # Characters that are no words of the dictionary are parts of one that is not in it.
                made[-1] = (made[-1][0], to)
            else:
                made.append((at, to))
            alone = to - at == 1
        return made

    def _passes(self, text: str, start: int, end: int) -> bool:
        """Whether a Chinese word restricts nothing; a verb does where it is denied: 没学习的日子."""
        one = text[start:end]
        return one in self._anywhere or (one in self._words and _DENIES.search(text[:start]) is None)

    def _of_others(self, text: str) -> list[bool]:
        """Which characters belong to a name of another kind of record: 练 in 排练."""
        made = [False] * len(text)
        for name in self._others:
            at = text.find(name) if len(name) > 1 else -1
            while at >= 0:
                made[at : at + len(name)] = [True] * len(name)
                at = text.find(name, at + 1)
        return made

    def _fitting(self, text: str) -> set[str]:
        """A verb that is denied says which records are meant: "days without studying"."""
        return self._anywhere if _DENIED.search(text) else self._words


def _runs(cuts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches of up to three neighbouring words."""
    for place, (start, end) in enumerate(cuts):
        yield start, end
        for _, further in cuts[place + 1 : place + 3]:
            if further - start <= _LONGEST_WORD:
                yield start, further


def _called(entity: s.Entity, lexicon: Lexicon) -> set[Stems]:
    return {*names_of_records(entity.name, entity.label), *lexicon.of_entity(entity)}


def _in_choices(entity: s.Entity) -> set[str]:
    return {part for f in entity.fields for choice in f.choices for part in stems(choice)}


def _alone(word: str) -> Stems:
    """The stem of a single word; nothing of several."""
    key = stems(word)
    return key if len(key) == 1 else ()


def _verbs(entity: s.Entity, lexicon: Lexicon) -> set[str]:
    """The verbs that fit what the records are about."""
    named = [entity.name, entity.label, *(name for f in entity.fields for name in (f.name, f.label) if name)]
    held = {part for name in named for part in stems(name, camel=True)} | _in_choices(entity)
    held |= {word[0] for word in lexicon.of_entity(entity) if len(word) == 1} - _EVENINGS
    chinese = "\n".join(name for name in named if is_chinese(name))
    choices = "\n".join(c for f in entity.fields for c in f.choices if is_chinese(c))
    fitting = {
        word
        for verbs in _shipped().verbs
        if any(
            _fits(a, entity, held, chinese) or (len(a) > 1 and is_chinese(a) and a in choices) for a in verbs.anchors
        )
        for word in verbs.words
    }
    # 跑了 is said of runs, where run is a choice: who runs does not do just anything.
    chosen = {"".join(key) for f in entity.fields for c in f.choices for key in (stems(c), *lexicon.of_choice(c))}
    kinds = [kind for f in entity.fields for c in f.choices if (kind := lexicon.of_kind(c))]
    if len(kinds) > 1:
        # Where records are of several kinds, "fed" says which: it is no mere verb of all of them.
        own, telling = _called(entity, lexicon), frozenset[Stems]().union(*kinds)
        fitting = {w for w in fitting if stems(w) in own or stems(w) not in telling}
    return {w for w in fitting if not any(is_chinese(c) and c in w for c in chosen)}


def _fits(anchor: str, entity: s.Entity, held: set[str], chinese: str) -> bool:
    if types := _TYPES.get(anchor):
        return any(f.type in types for f in entity.fields)
    if is_chinese(anchor):
        return anchor in chinese
    key = stems(anchor)
    return len(key) == 1 and key[0] in held
