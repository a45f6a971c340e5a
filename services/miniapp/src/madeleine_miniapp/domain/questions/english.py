# ruff: noqa: E501 - tables of words.
"""What English words mostly are: `english.txt`, made from WordNet by `tools/english_words.py`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PARTICLES = frozenset(("up", "down", "out", "off", "in", "over", "back", "around", "away", "along", "by", "on"))
# What is meant to be done is not done yet; what is hardly done is not, either; what is left or waited for is not all.
_NOT_YET = frozenset(
    (
        "plan", "intend", "aim", "mean", "schedule", "promise", "postpone", "hardly", "barely", "scarcely", "rarely", "seldom",
        "almost", "except", "without", "minus", "bar", "leave", "remain", "wait",
    )
)  # fmt: skip
_STATES = frozenset(("be", "feel", "seem", "look", "stay", "get", "go"))
# Endings of forms, and what stands in their place in the word.
_ENDINGS = (
    ("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ying", "ie"), ("ing", "e"), ("ing", ""),
    ("ier", "y"), ("iest", "y"), ("er", "e"), ("er", ""), ("est", "e"), ("est", ""), ("in", ""),
)  # fmt: skip

_COMPARING = ("ier", "iest", "er", "est")


@dataclass(frozen=True, slots=True)
class Word:
    """Shares in tenths of the parts of speech; of verbs the commonest kind, a letter of `english.txt`, and how many senses."""

    verb: int = 0
    adjective: int = 0
    adverb: int = 0
    noun: int = 0
    kind: str = ""
    senses: int = 0
    # A common sense is one of not doing.
    denies: bool = False


@cache
def _shipped() -> dict[str, dict[str, str]]:
    """The lines of each section by their first word."""
    made: dict[str, dict[str, str]] = {"words": {}, "forms": {}, "kin": {}, "nouns": {}, "phrases": {}}
    section = ""
    for line in (files("madeleine_miniapp.domain.questions") / "english.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            section = line.partition("[")[2].partition("]")[0] or section
            continue
        name, _, told = line.partition(" ")
        bare = name.rstrip("!")
        made[section][bare.replace("_", " ")] = f"! {told}" if bare != name else told
    return made


@cache
def _kin() -> dict[str, frozenset[str]]:
    made: dict[str, set[str]] = defaultdict(set)
    for noun, told in _shipped()["kin"].items():
        for base in told.split():
            made[noun].add(base)
            made[base].add(noun)
    for phrase, told in _shipped()["phrases"].items():
        for base in told.split():
            made[base].add(phrase)
    for form, base in _shipped()["forms"].items():
        # What is withdrawn is what one withdrew.
        made[base] |= {form, base}
    return {one: frozenset(others) for one, others in made.items()}


def kin(text: str) -> frozenset[str]:
    """Words made of a word or what it is made of: "rejected": rejection, turn down; "confidence": confident."""
    return (_kin().get(text, frozenset[str]()) | _kin().get(lemma(text), frozenset[str]())) - {text}


@cache
def _word(lemma: str) -> Word | None:
    line = _shipped()["words"].get(lemma)
    if line is None:
        return None
    share = dict.fromkeys("varn", 0)
    kind, senses = "", 0
    for part in line.removeprefix("! ").split(" "):
        told = part[1:]
        digits = len(told) - len(told.lstrip("0123456789"))
        share[part[0]] = int(told[:digits])
        if part[0] == "v":
            kind = told[digits:].rstrip("0123456789")
            senses = int(told[digits + len(kind) :])
    return Word(share["v"], share["a"], share["r"], share["n"], kind, senses, line.startswith("! "))


def _compares(lemma_: str) -> bool:
    """Whether it has degrees: "harder" is hard, "plumber" is no form of plumb."""
    held = _word(lemma_)
    return held is not None and (held.adjective >= 3 or held.adverb >= 8)


@cache
def lemma(text: str) -> str:
    """The word that a form is of, as far as it is known: "gave" give, "opened" open, "hungrier" hungry."""
    known, forms = _shipped()["words"], _shipped()["forms"]
    if text in forms:
        return forms[text]
    if text in known and not text.endswith(("ed", "ing")):
        return text
    for ending, instead in _ENDINGS:
        if text.endswith(ending) and len(text) - len(ending) >= 2:
            bare = text[: -len(ending)]
            for one in (bare + instead, bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] and not instead else ""):
                if one in known and not (ending in _COMPARING and not _compares(one)):
                    return one
    return text if text in known else ""


def word(text: str) -> Word | None:
    """What a word mostly is; None for one that is a noun only, or that is not known."""
    return _word(lemma(text))


def is_past(text: str) -> bool:
    """Whether a word is what somebody did, or what was done: "sent", "opened", "thrown"."""
    base = lemma(text)
    held = _word(base)
    return text.endswith("ed") or (
        base not in ("", text) and not text.endswith(("s", "ing")) and bool(held and held.verb)
    )


def forms(text: str) -> list[str]:
    """The past and the other forms of a verb, as they may be written: "roll": rolled, rolls, rolling; none of others."""
    held, base = word(text), lemma(text)
    if held is None or held.verb < 3:
        return []
    bare = base.removesuffix("e")
    ends = base[-1] in "bdgmnprt" and base[-2:-1] in tuple("aeiou") and base[-3:-2] not in tuple("aeiou")
    made = [f for f, of in _shipped()["forms"].items() if of == base]
    made += [f"{stem_}{ending}" for stem_ in (bare, base + base[-1] if ends else bare) for ending in ("ed", "ing")]
    if base.endswith("y") and base[-2:-1] not in tuple("aeiou"):
        made.append(f"{base[:-1]}ied")
    return [f for f in dict.fromkeys([base, *made, f"{base}s"]) if f != text]


def deed(text: str) -> str:
    """The verb of an agent: winner, win; driver, drive; empty: it is none."""
    bare = text.removesuffix("er") if text.endswith("er") else text.removesuffix("or")
    known = _shipped()["words"]
    doubled = bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] else bare
    forms = (bare, f"{bare}e", doubled) if bare != text else ()
    return next((f for f in forms if len(f) > 2 and (held := _word(f)) and held.verb and f in known), "")


def is_person(text: str) -> bool:
    """Whether a noun mostly names people: "teacher", "opponents"."""
    return any(_shipped()["nouns"].get(one) == "p" for one in _singulars(text))


def is_doing(text: str) -> bool:
    """Whether a noun mostly names something that is done: "interviews", "repair", "delivery"."""
    return any(_shipped()["nouns"].get(one) == "d" or one in _shipped()["kin"] for one in _singulars(text))


def _singulars(text: str) -> tuple[str, ...]:
    return text, text.removesuffix("s"), text.removesuffix("es"), f"{text.removesuffix('ies')}y"


def is_name(text: str) -> bool:
    """Whether a word may name a thing: "again", "long" and "can't" are no texts to look for."""
    held = word(text)
    return "'" not in text.removesuffix("'s") and (held is None or held.noun >= 3)


def is_adjective(text: str) -> bool:
    """Whether a word is mostly an adjective."""
    held = word(text)
    return held is not None and held.adjective >= 5


def is_particle(before: str, text: str) -> bool:
    """Whether a word belongs to the verb before it: "put down", "logged in"."""
    held = word(before)
    return text in PARTICLES and held is not None and held.verb >= 5 and lemma(before) not in _STATES


def denies(text: str) -> bool:
    """Whether a word or phrase says that something is not done: "skip", "give up"."""
    first, _, rest = text.partition(" ")
    base = lemma(first)
    held = _word(f"{base} {rest}" if rest else base)
    return base in _NOT_YET or first in _NOT_YET or (held is not None and held.denies)


def phrase_denies(verb: str, particle: str) -> bool:
    """Whether a verb with its particle, and not the verb alone, says that something is not done: "turn down"."""
    held = _word(f"{lemma(verb)} {particle}")
    return held is not None and held.denies
