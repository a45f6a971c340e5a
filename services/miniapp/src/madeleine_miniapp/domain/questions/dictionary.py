"""What the fields, choices, values and records of one kind are called, and people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import FIELDS, Stems
from madeleine_miniapp.domain.questions.derived_names import (
    CHOOSING,
    SAID_WITH_ALL,
    by_part,
    deeds,
    lists_people,
    much,
    named_by_deed,
    not_yet,
    roles,
    verb_of,
)
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.naming import names_of, names_some, title_names
from madeleine_miniapp.domain.questions.opposites import NOT_SO, opposites
from madeleine_miniapp.domain.questions.text import names_of_records, normalise, stems, tokens
from madeleine_miniapp.domain.questions.words import is_void

_REMARKS = frozenset(
    stems(w) for w in ("note", "notes", "comment", "comments", "remark", "remarks", "memo", "备注", "笔记")
)
_STATES = frozenset(stems(w) for w in ("status", "state", "stage", "progress", "状态", "进度"))
# 虹桥飞昆明 机票 is a ticket as well.
_WINS = ("赢", "赢了", "赢过", "获胜", "胜", "胜了", "胜出", "won", "win", "wins", "winner")
_CHINESE = re.compile("(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,5}(?![\u4e00-\u9fff])")
_PARTS = re.compile("[,:;] |(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|[、，：；]")


class Dictionary:
    """The names of what one kind of record holds, each with all that it may mean."""

    def __init__(
        self,
        spec: s.AppSpec,
        entity: s.Entity,
        lexicon: Lexicon,
        people: Mapping[str, str],
        texts: Mapping[str, Sequence[str]],
        placed: Iterable[tuple[str, Meaning]] = (),
        beside: Iterable[s.Entity] = (),
    ) -> None:
        self.terms: dict[Stems, list[Meaning]] = defaultdict(list)
        # States whose other forms mean something else, with their words.
        self.exact: dict[Stems, tuple[str, ...]] = {}
        # How a word of the records' texts is written there, by its stem.
        self.written: dict[str, str] = {}
        # How many words the longest name has.
        self.longest = 1
        self._entity = entity
        self._called = names_of_records(entity.name, entity.label)
        self._people = {stems(n) for f in entity.fields if f.type == s.FIELD_TYPE_PERSON for n in (f.name, f.label)}
        self._of_others = {
            part
            for other in (*spec.entities, *beside)
            if other.name != entity.name
            for held in (other.name, other.label, *(f.name for f in other.fields))
            for part in stems(held, camel=True)
        }
        self._takings = lexicon.takings(entity)
        for f in entity.fields:
            self._field(f, spec, lexicon)
        self._records(lexicon, spec)
        self._kinds(lexicon)
        for key, meaning in title_names(spec, entity, lexicon):
            self._put(key, meaning)
        for name, person in people.items():
            self._put(stems(name), Meaning(Kind.PERSON, value=person))
        for name, held in texts.items():
            field = next((f for f in entity.fields if f.name == name), None)
            for text in held:
                self._value(name, field, text)
                self._owned(name, field, text, people)
            self._parts(name, field, held)
            self._chinese_parts(name, field, held)
            for text in held:
                for part in {text, *_PARTS.split(text)}:
                    for key in lexicon.of_choice(part) if len(part) < 20 else ():
                        self._put(key, Meaning(Kind.VALUE, name, part, strength=1, field=field))
        self._of_values()
        self._kin(people, lexicon)
        self._first_words()
        for phrase, meaning in placed:
            self._put(stems(phrase), meaning)

    def _put(self, key: Stems, meaning: Meaning) -> None:
        if not key or (meaning.kind is Kind.ENTITY and meaning.strength < 3 and len(key) > 1 and self._chosen_in(key)):
            return
        held = self.terms[key]
        for index, other in enumerate(held):
            if (other.kind, other.name, other.value) == (meaning.kind, meaning.name, meaning.value):
                if meaning.strength > other.strength:
                    held[index] = meaning
                return
        held.append(meaning)
        self.longest = max(self.longest, len(key))

    def _field(self, f: s.Field, spec: s.AppSpec, lexicon: Lexicon) -> None:
        for key, strength in names_of(f, lexicon, takings=f.name in self._takings):
            self._put(key, Meaning(Kind.FIELD, f.name, strength=strength, field=f))
        for key in opposites(f) if f.type == s.FIELD_TYPE_BOOLEAN else ():
            self._put(key, Meaning(Kind.FIELD, f.name, NOT_SO, strength=2, field=f))
        for choice in f.choices if f.type in CHOOSING else ():
            self._choice(f, choice, lexicon)
        others = (e for e in spec.entities if e.name != self._entity.name and stems(e.name) == stems(f.name))
        if other := next(others, None):
            # The book of a session is called as books are.
            kinds = {key for field in other.fields for choice in field.choices for key in (stems(choice),)}
            for key in lexicon.of_entity(other) - kinds:
                self._put(key, Meaning(Kind.FIELD, f.name, strength=1, field=f))

    def _choice(self, f: s.Field, choice: str, lexicon: Lexicon) -> None:
        own = stems(choice)
        meaning = Meaning(Kind.CHOICE, f.name, choice, field=f)
        self._put(own, meaning)
        under_way = bool({stems(f.name), stems(f.label)} & _STATES) and choice.casefold().endswith("ing")
        if under_way:
            # "pages that I read" are not those of books that I am reading.
            self.exact[own] = tuple(t.text for t in tokens(normalise(choice)))
        if choice.endswith("中") and len(choice) > 2:
            # 使用中 is 在用.
            for said in (choice[:-1], *choice[:-1]):
                self._put(stems(f"在{said}"), Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))
        if choice[0] == "待" and is_chinese(choice) and len(choice) > 1:
            # 待换 is what 该换了.
            for said in (f"{need}{choice[1:]}" for need in ("该", "要", "得", "需要", "应该", "等着")):
                self._put(stems(said), Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))
        if choice.endswith("球") and sum(c.endswith("球") for c in f.choices) == 1 and len(choice) > 2:
            # Where one ball game is played, 打球 is that.
            self._put(stems("打球"), Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))
        if (verb := verb_of(choice)) and sum(verb_of(other) == verb for other in f.choices) == 1:
            # 存入 is what was 存.
            for said in (f"{verb}了", f"{verb}过", f"{verb}的", verb):
                self._put(stems(said), Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))
        for said in not_yet(normalise(choice)):
            self._put(stems(said), Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))
        for key in lexicon.of_choice(choice, sure=under_way):
            # A climb is any record of a log of climbs, not only one whose style is bouldering.
            if key != ("no",) and key not in self._called | self._people:
                self._put(key, Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))

    def _first_words(self) -> None:
        """ "Oakley" for the client "Oakley Dental": a name of several words is called by its first."""
        choices = [(f, c, c.split()) for f in self._entity.fields if f.type in CHOOSING for c in f.choices]
        firsts = Counter((f.name, words[0].casefold()) for f, _, words in choices)
        known = frozenset(self.terms)
        for f, choice, words in choices:
            named = len(words) > 1 and len(words[0]) > 3 and all(w[0].isupper() for w in words if w.isalpha())
            key = stems(words[0])
            if named and firsts[f.name, words[0].casefold()] == 1 and key not in known and english.is_name(words[0]):
                self._put(key, Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))

    def _records(self, lexicon: Lexicon, spec: s.AppSpec) -> None:
        entity = self._entity
        for key in self._called:
            self._put(key, Meaning(Kind.ENTITY, entity.name))
        for key in self._called if entity.name.isascii() else ():
            # "The vet" for a VetVisit, where no other kind of record has that word.
            for part in (key[0],) if len(key) > 1 and len(key[0]) > 2 else ():
                if (part,) not in self.terms and not is_void(part) and part not in self._of_others:
                    self._put((part,), Meaning(Kind.ENTITY, entity.name, strength=2))
        others = [other for other in spec.entities if other.name != entity.name]
        # An interview is what other records of the app are called, and no other word for an application.
        theirs = {key for other in others for key in lexicon.heading(other)} - lexicon.heading(entity)
        for key in (lexicon.of_entity(entity) | named_by_deed(entity, lexicon)) - theirs:
            if not names_some(entity, "".join(key), lexicon):
                self._put(key, Meaning(Kind.ENTITY, entity.name, strength=2))
        if _takes_time(entity, lexicon):
            # What takes its time is done in sessions; where several do, the name says which.
            alone = () if any(_takes_time(other, lexicon) for other in others) else ("session",)
            for said in (*alone, *(f"{' '.join(name)} session" for name in self._called if name[0].isascii())):
                self._put(stems(said), Meaning(Kind.ENTITY, entity.name, strength=2))

    def _kinds(self, lexicon: Lexicon) -> None:
        """A Chinese choice that other apps have records of is called as those are, where it alone is: 睡 for 睡觉."""
        known = frozenset(self.terms)
        # Where nothing says how long it took, the verb alone tells no kind: 住了几晚 is asked of any night.
        for f in self._entity.fields if _lasts(self._entity) else ():
            owners: dict[Stems, set[str]] = defaultdict(set)
            for choice in f.choices if f.type in CHOOSING else ():
                for key in lexicon.of_kind(choice) if is_chinese(choice) else ():
                    owners[key].add(choice)
            for key, (choice, *others) in ((k, list(v)) for k, v in owners.items()):
                if not others and key not in known:
                    self._put(key, Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f))

    def _value(self, name: str, field: s.Field | None, text: str) -> None:
        if len(text) > 80:
            return
        said = tokens(normalise(text))
        key = tuple(t.stem for t in said)
        if len("".join(key)) < 2 or len(key) > 12:
            return
        meaning = Meaning(Kind.VALUE, name, text, strength=2, field=field)
        self._put(key, meaning)
        self.written |= {t.stem: t.text for t in said}
        # "weekly shop at Lidl" for "weekly shop Lidl" and the like: empty words may be left out.
        bare = tuple(t.stem for t in said if not is_void(t.text))
        # Half of a remark names no record: "something sweet" is not the note "needed something sweet".
        remark = field is not None and bool({stems(field.name), stems(field.label)} & _REMARKS)
        if len(bare) >= 2 and bare != key and not remark:
            self._put(bare, meaning)

    def _parts(self, name: str, field: s.Field | None, held: Sequence[str]) -> None:
        """ "The market" for "market: fruit and veg", where no other text speaks of it."""
        if field is not None and {stems(field.name), stems(field.label)} & _REMARKS:
            return
        texts = {text: re.split("[,:;] ", text) for text in set(held)}
        in_how_many = Counter(word for text in texts for word in set(stems(text)))
        for text, parts in texts.items():
            for key in (stems(part) for part in parts if len(parts) > 1):
                if key and any(in_how_many[word] == 1 for word in key):
                    self._put(key, Meaning(Kind.VALUE, name, text, strength=1, field=field))

    def _chinese_parts(self, name: str, field: s.Field | None, held: Sequence[str]) -> None:
        """天斧 for 尤尼克斯 天斧77: a part of a name that stands by itself, where nothing else is called so."""
        if field is not None and {stems(field.name), stems(field.label)} & _REMARKS:
            return
        for part in {p for text in held if len(text) < 20 for p in _CHINESE.findall(text) if p != text}:
            if stems(part) not in self.terms:
                self._put(stems(part), Meaning(Kind.VALUE, name, part, strength=2, field=field))

    def _owned(self, name: str, field: s.Field | None, text: str, people: Mapping[str, str]) -> None:
        """ "Lena's birthday cake" for "birthday cake for Lena"."""
        found = re.fullmatch(r"(?P<thing>.+) (?:for|of) (?P<whose>[^\W\d]+)", normalise(text))
        if found is not None and found["whose"] in {n.casefold() for n in people}:
            meaning = Meaning(Kind.VALUE, name, text, strength=2, field=field)
            self._put(stems(f"{found['whose']} {found['thing']}"), meaning)

    def _of_values(self) -> None:
        """ "Gym sessions" are no sessions of any kind where records say that they were in the gym."""
        for key, meant in self.terms.items():
            named = any(m.kind is Kind.VALUE and m.strength == 2 for word in key for m in self.terms.get((word,), ()))
            if len(key) > 1 and named:
                meant[:] = [m for m in meant if m.kind is not Kind.ENTITY or m.strength == 3]

    def _kin(self, people: Iterable[str], lexicon: Lexicon) -> None:
        """ "Rejections" for what is rejected, "confident" for confidence, unless something else is called so."""
        entity, known = self._entity, frozenset(self.terms)
        named = [(name, Meaning(Kind.ENTITY, entity.name, strength=2)) for name in (entity.name, entity.label)]
        for f in entity.fields:
            named += [(choice, Meaning(Kind.CHOICE, f.name, choice, strength=2, field=f)) for choice in f.choices]
            if f.type == s.FIELD_TYPE_BOOLEAN:
                # What is "dreamt" is so where one did dream.
                verbs = {english.lemma(normalise(name)) for name in (f.name, f.label)} - SAID_WITH_ALL - {""}
                named += [(verb, Meaning(Kind.FIELD, f.name, strength=2, field=f)) for verb in verbs]
            else:
                named += [(name, Meaning(Kind.FIELD, f.name, strength=2, field=f)) for name in (f.name, f.label)]
            if f.type == s.FIELD_TYPE_PERSON and (won := {"胜", "赢"} & {*f.name, *f.label}):
                named += [(verb, Meaning(Kind.FIELD, f.name, strength=2, field=f)) for verb in _WINS if won]
            for deed in deeds(f) if f.type == s.FIELD_TYPE_PERSON or lists_people(f, people) else ():
                # Who won is the winner, and no winning score.
                known -= self._partly(stems(deed)) if f.type == s.FIELD_TYPE_PERSON else {stems(deed)}
                named.append((deed, Meaning(Kind.FIELD, f.name, strength=2, field=f)))
            named += [(role, Meaning(Kind.FIELD, f.name, strength=2, field=f)) for role in roles(f)]
            named += [(adjective, high) for adjective, high in much(f)]
            named += by_part(f, lexicon)
        for name, meaning in named:
            said = normalise(name)
            for other in (said, *english.kin(said)):
                if (key := stems(other)) not in known:
                    self._put(key, meaning)

    def _partly(self, key: Stems) -> set[Stems]:
        """The word, where it is but a part of the names of figures, which it then names no more."""
        meant = self.terms.get(key, [])
        parts = [m.kind is Kind.FIELD and m.strength < 3 and m.field and m.field.type in NUMERIC for m in meant]
        if not meant or not all(parts):
            return set()
        del self.terms[key]
        return {key}

    def _chosen_in(self, key: Stems) -> bool:
        """Whether a word of a phrase is a choice: the water meter is not any meter where some are of water."""
        return any(
            m.kind is Kind.CHOICE and m.strength == 3
            for word in key
            if len(word) > 1
            for m in self.terms.get((word,), ())
        )


def _lasts(entity: s.Entity) -> bool:
    """Whether records say how long something took."""
    return any(f.type == s.FIELD_TYPE_DURATION for f in entity.fields)


def _takes_time(entity: s.Entity, lexicon: Lexicon) -> bool:
    """Whether each record says how long it was itself, not a part of it: duration, and no nap_length."""
    named = lexicon.of_words(FIELDS, "duration")
    held = (f for f in entity.fields if f.type == s.FIELD_TYPE_DURATION)
    return any({stems(f.name), stems(f.label)} & named for f in held)
