"""Words that only point back, and what the options of a field have in common."""

from __future__ import annotations

import re
from collections.abc import Mapping

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.language import is_chinese

_PRONOUNS = frozenset(
    [
        "it",
        "that",
        "this",
        "them",
        "those",
        "these",
        "they",
        "one",
        "its",
        "theirs",
        "him",
        "her",
        "he",
        "she",
        "它",
        "它们",
        "这个",
        "那个",
        "这",
        "那",
        "这列",
        "那列",
        "这一列",
        "那一列",
        "这一栏",
        "那一栏",
        "这个选项",
        "那个选项",
    ]
) | {f"{which} {what}" for which in ("the", "this", "that") for what in ("field", "column", "one", "option", "choice")}
PEOPLE = re.compile(
    r"\b(?:who|people|persons?|members?|players?|singers?|names?|kids?|child(?:ren)?|pupils?|students?"
    r"|\w*mates?|friends?|team"
    r"|driver|cook|crew|staff|family|guests?|patients?|clients?|"
    r"assigned to|paid by|winner|[a-z]{2,}ers?)\b|谁|人$|成员|孩子",
    re.I,
)


def is_pronoun(phrase: str) -> bool:
    """Whether a phrase only points back."""
    return bare(phrase) in _PRONOUNS


def ends(label: str) -> tuple[str, str]:
    """The first and last word of a label; of Chinese the characters at its ends."""
    folded = bare(label)
    if is_chinese(folded):
        return (folded[0], folded[-1]) if len(folded) > 1 else ("", "")
    words = folded.split()
    return (words[0], words[-1]) if len(words) > 1 else ("", "")


def shape(value: str) -> str:
    """A value with its digits and letters made alike."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d+", "9", value.strip()))


TYPE_WORDS: Mapping[s.FieldType.ValueType, str] = {
    value: name.removeprefix("FIELD_TYPE_").lower() for name, value in s.FieldType.items()
}
