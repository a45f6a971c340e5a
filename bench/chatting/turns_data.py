"""Talks in which the AI should speak or be silent: our own, invented for the fit, and a data set's to measure on."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from madeleine_chat.domain.judge import Line

OWN = Path(__file__).with_name("turns.jsonl")
NAME = "Madeleine"
FOLDS = 8
# Kinds of our own talks after which the AI should speak.
SPEAK = frozenset(("open_factual", "request_task", "calculation", "self_correction", "follow_up", "addressed"))
_OPENING = "opening"
_NAMES = {
    "en": "Ana Ben Cleo Dan Eve Finn Gita Hal Iris Jon Kofi Lena Mo Nina Omar Pia Quinn Ravi Sara Tom Uma Vik Wanda "
    "Yara Zoe Aunt_Jo Uncle_Pete Mum Grandpa Dr_Lee Mei Ivo Sunil Ines Rosa",
    "zh": "小王 小李 阿强 丽丽 老张 大明 婷婷 阿宝 三姐 二叔 佳佳 小陈 阿玲 胖子 妈 爸 晓东 阿May 文文 老刘",
}


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk; `acts` says what each line does (madeleine_chat.domain.judge.state.ACTS), "" where nobody said."""

    id: str
    lang: str
    kind: str
    speak: bool
    lines: Sequence[Line]
    acts: Sequence[str]
    # Without the AI.
    members: Sequence[str]
    fold: int


def own_talks(copies: int) -> list[Talk]:
    """Our own talks, each `copies` times with other names, and other small talk before what matters.

    A row's copies, and what it shares with nobody, are in one fold.
    """
    rows = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]
    openings = {lang: [r for r in rows if r["kind"] == _OPENING and r["lang"] == lang] for lang in _NAMES}
    talks: list[Talk] = []
    for at, row in enumerate(rows):
        if row["kind"] != _OPENING:
            chance = random.Random(at)  # noqa: S311 (nothing secret)
            cast = [_cast(row, openings[row["lang"]], chance, f"own-{at}", at % FOLDS) for _ in range(copies)]
            talks += cast
            talks += [shorter for talk in cast if (shorter := _shorter(talk, chance))]
            talks += [taken for talk in cast[:1] if (taken := _taken(talk))]
    return talks


def _shorter(talk: Talk, chance: random.Random) -> Talk | None:
    """The talk up to an earlier line, as it stood then: so that whatever a line does, it is the last one at times."""
    ends = [at for at, act in enumerate(talk.acts[:-1], 1) if act]
    if not ends:
        return None
    end = chance.choice(ends)
    kind = _kind_after(talk.acts[:end])
    return replace(talk, kind=kind, speak=kind in SPEAK, lines=talk.lines[:end], acts=talk.acts[:end])


def _kind_after(acts: Sequence[str]) -> str:
    """What a talk is after lines that do this: what is asked stays open till it is answered, taken, or left behind."""
    asks = ""
    for act in acts:
        if act in _ASKS:
            asks = act
        elif act in _ENDS:
            asks = ""
    return _ASKS.get(asks) or _KINDS[acts[-1]]


# What asks the AI, what ends it ("" is the AI's own line), and what a talk is called that ends otherwise.
_ASKS = {
    "f": "open_factual",
    "t": "request_task",
    "c": "calculation",
    "m": "addressed",
    "u": "follow_up",
    "x": "self_correction",
}
_ENDS = ("", "a", "v", "h", "o", "r", "e", "p", "g", "3")
_KINDS = {
    "h": "to_named_human",
    "o": "human_opinion",
    "r": "rhetorical",
    "e": "emotions",
    "p": "private_sensitive",
    "g": "argument",
    "3": "third_person",
    "a": "answered",
    "v": "lets_ask_human",
    "k": "thanks_closing",
    "j": "banter",
    "n": "banter",
    "s": "banter",
}


def _taken(talk: Talk) -> Talk | None:
    """The same talk while the AI is answering already what is open in it; None where the last line asks itself."""
    asked = max((at for at, act in enumerate(talk.acts) if act in _ASKS), default=-1)
    if not talk.speak or not 0 <= asked < len(talk.lines) - 1:
        return None
    lines = [*talk.lines[: asked + 1], Line("", ""), *talk.lines[asked + 1 :]]
    acts = [*talk.acts[: asked + 1], "", *talk.acts[asked + 1 :]]
    return replace(talk, kind="answered", speak=False, lines=lines, acts=acts)


def _cast(row: dict[str, Any], openings: Sequence[dict[str, Any]], chance: random.Random, name: str, fold: int) -> Talk:
    names = [n.replace("_", " ") for n in chance.sample(_NAMES[row["lang"]].split(), 4)]
    cast = dict(zip("ABCD", names, strict=True))
    lines: list[Line] = []
    acts: list[str] = []

    def say(said: Sequence[Sequence[str]], who: dict[str, str]) -> None:
        for letter, act, text in said:
            for other, full in who.items():
                text = text.replace(f"{{{other}}}", full)
            if letter == "M" and said is not row["lines"] and chance.random() < 0.2:
                # Still being answered.
                text = ""
            lines.append(Line("" if letter == "M" else who[letter], text))
            acts.append(act)

    for opening in chance.sample(openings, chance.choice((0, 0, 1, 1, 2))):
        shuffled = dict(zip("ABC", chance.sample(names[:3], 3), strict=True))
        say(opening["lines"], shuffled)
    say(row["lines"], cast)
    present = {"A", "B", *(letter for letter, _, _ in row["lines"])}
    members = [full for letter, full in cast.items() if letter in present or chance.random() < 0.3]
    return Talk(name, row["lang"], row["kind"], row["kind"] in SPEAK, lines, acts, members, fold)


def read_talks(path: Path) -> list[Talk]:
    """The talks of a data set in the format of turntaking.jsonl."""
    talks: list[Talk] = []
    for at, raw in enumerate(path.read_text("utf-8").splitlines()):
        item = json.loads(raw)
        lines = [Line("" if said["from"] == NAME else said["from"], said["text"]) for said in item["history"]]
        members = [member for member in item["members"] if member != NAME]
        speak = item["label"] == "speak"
        talks.append(Talk(item["id"], item["lang"], item["kind"], speak, lines, [""] * len(lines), members, at % FOLDS))
    return talks
