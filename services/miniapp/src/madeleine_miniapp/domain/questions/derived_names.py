"""What fields, choices and records are called by words that are made of their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import RECORDS, Stems
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.text import normalise, stems
from madeleine_miniapp.domain.questions.words import is_void

_BY = re.compile(r"(?P<deed>[a-z]+) by")
CHOOSING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)
# Other words for a name that are said with anything.
SAID_WITH_ALL = frozenset(
    (
        "do", "did", "does", "done", "have", "had", "has", "get", "got", "go", "went", "take", "took", "make", "made",
        "put", "one", "be", "is", "are",
    )
)  # fmt: skip


def verb_of(choice: str) -> str:
    """The verb of a Chinese choice that says which way: 存 of 存入, 卖 of 卖出; empty: it is none."""
    return choice[0] if len(choice) == 2 and is_chinese(choice) and choice[1] in "入出进回掉走" else ""


def named_by_deed(entity: s.Entity, lexicon: Lexicon) -> set[Stems]:
    """What records are called by what was done on their one date: "measured_at" makes measurements, and readings."""
    dates = [f for f in entity.fields if f.type in TEMPORAL]
    done = stems(dates[0].name)[:1] if len(dates) == 1 and len(stems(dates[0].name)) == 2 else ()
    verb = english.lemma(dates[0].name.partition("_")[0].casefold()) if done else ""
    if not verb or verb in SAID_WITH_ALL or not dates[0].name.partition("_")[0].endswith(("ed", "en", "t")):
        return set()
    return {
        key
        for noun in english.kin(verb)
        if english.is_doing(noun)
        for key in (stems(noun), *lexicon.of_words(RECORDS, noun))
    }


def lists_people(f: s.Field, names: Iterable[str]) -> bool:
    """Whether the choices of a field are people: who was there."""
    known = {name.casefold() for name in names}
    return f.type == s.FIELD_TYPE_MULTI_CHOICE and len(f.choices) > 1 and {c.casefold() for c in f.choices} <= known


def deeds(f: s.Field) -> set[str]:
    """What those do whom a field names as agents: watch, of watchers."""
    agents = {normalise(name) for name in (f.name, f.label)}
    return {verb for name in agents for one in (name, name.removesuffix("s")) if (verb := english.deed(one))}


def roles(f: s.Field) -> set[str]:
    """What somebody did who is named as "chosen by"."""
    found = [_BY.fullmatch(normalise(name).replace("_", " ")) for name in (f.name, f.label)]
    return {m["deed"] for m in found if m is not None} if f.type == s.FIELD_TYPE_PERSON else set()


def not_yet(choice: str) -> list[str]:
    """ "To watch" is what is waiting to be watched, and was not watched yet."""
    verb = choice.removeprefix("want ").removeprefix("to ")
    if verb == choice or " " in verb or english.word(verb) is None:
        return []
    forms = {verb, *(form for form in english.kin(verb) if english.lemma(form) == verb)}
    denials = ("not", "haven't", "hasn't", "never")
    return [
        *(f"{waits} {verb}" for waits in ("still to", "left to", "yet to", "want to")),
        *(f"{waits} {form}" for form in forms for waits in ("waiting to be", "to be", "yet to be", "still to be")),
        *(f"{denial} {said}" for form in forms for denial in denials for said in (f"{form} yet", f"yet {form}")),
    ]


def by_part(f: s.Field, lexicon: Lexicon) -> list[tuple[str, Meaning]]:
    """ "Piano", or "practise the piano", for the one choice "piano practice" that has the word."""
    made: list[tuple[str, Meaning]] = []
    held = Counter(part for choice in f.choices for part in normalise(choice).split())
    for choice in f.choices if f.type in CHOOSING else ():
        words = normalise(choice).split()
        if len(words) != 2 or not all(w.isascii() and w.isalpha() and len(w) > 3 for w in words):
            continue
        meaning = Meaning(Kind.CHOICE, f.name, choice, strength=1, field=f)
        things = [w for w in words if held[w] == 1 and _is_thing(w)]
        made += [(w, meaning) for w in things]
        made += [("".join(key), meaning) for w in things for key in lexicon.of_choice(w) if is_chinese(key[0])]
        verbs = [v for v in (words[1], *english.kin(words[1])) if (known := english.word(v)) and known.verb]
        made += [(said, meaning) for verb in verbs for said in (verb, f"{verb} {words[0]}") if held[words[1]] == 1]
    return made


def _is_thing(text: str) -> bool:
    """Whether a word is a noun and nothing else."""
    held = english.word(text)
    return not is_void(text) and (held is None or held.noun >= 9)


def much(f: s.Field) -> list[tuple[str, Meaning]]:
    """What is urgent is of high urgency."""
    high = next((c for c in f.choices if normalise(c) == "high"), "")
    named = {other for name in (f.name, f.label) for other in english.kin(normalise(name))} if high else set[str]()
    return [
        (other, Meaning(Kind.CHOICE, f.name, high, strength=2, field=f))
        for other in named
        if english.is_adjective(other)
    ]
