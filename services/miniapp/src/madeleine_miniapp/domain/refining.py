"""What a model may change of a drafted app: its title, and fields for phrases of the prompt that the draft left out."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.errors import Bad, Violation
from madeleine_miniapp.domain.known_fields import folded
from madeleine_miniapp.domain.operations import AddField, Applied, Operation, SetApp, apply, operations_from_json
from madeleine_miniapp.domain.operations.form import operations_schema

MAX_TITLE, MAX_ADDED, MAX_PHRASES = 40, 2, 8
# Types that need nothing further.
TYPES = ("text", "number", "boolean", "date", "money", "person", "rating", "url")
# From so many named fields on the rest of a prompt is talk: what a small model would add from it is noise.
_LISTED = 4
_BREAKS = re.compile(r"\s*(?:[,;:.!?()\n/，、；：。！？（）“”\"]|\band\b|\bor\b|\bwith\b|\bplus\b|还有|以及|和|跟)\s*")
# Names, ages, talk and family: a small model makes fields of them, too.
_TALK = re.compile(
    r"\d|(?<=\s)[A-Z][a-z]+|^[A-Z][a-z]+$|\b(?:gets?|got|otherwise|maybe|brother|sister|mother|father|mum|mom|dad|wife|husband"
    r"|son|daughter|friends?|family|flatmates?|kids?|keeps?|goes|going|always|never)\b|[我你他她它们]|能|最好|提醒|可以|哪|谁|怎么|忘"
)
_DULL = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "i'd",
        "we",
        "my",
        "our",
        "me",
        "us",
        "it",
        "its",
        "that",
        "this",
        "these",
        "those",
        "to",
        "of",
        "for",
        "in",
        "on",
        "at",
        "by",
        "from",
        "what",
        "when",
        "where",
        "who",
        "how",
        "much",
        "many",
        "want",
        "need",
        "would",
        "like",
        "please",
        "can",
        "could",
        "you",
        "make",
        "build",
        "app",
        "log",
        "track",
        "record",
        "keep",
        "see",
        "show",
        "note",
        "write",
        "down",
        "if",
        "is",
        "are",
        "was",
        "were",
        "be",
        "so",
        "some",
        "each",
        "every",
        "per",
        "all",
        "have",
        "has",
        "do",
        "does",
        "did",
        "not",
        "get",
        "them",
        "they",
        "he",
        "she",
        "his",
        "her",
    ]
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a model is asked about one draft."""

    spec: s.AppSpec
    prompt: str
    # "entity.field" of what the person named: none of it may change.
    named: frozenset[str]
    # Phrases that no field of the draft is called by.
    phrases: tuple[str, ...]
    # The prompt itself says what the app is called: the title stays.
    titled: bool = False

    @property
    def closed(self) -> bool:
        """Whether nothing is left to be said."""
        return self.titled and not self.phrases


def scope(spec: s.AppSpec, prompt: str, named: Collection[str], *, titled: bool = False) -> Scope:
    """The scope of a refinement of this draft; a prompt that has listed its fields is not searched for more."""
    if len(named) >= _LISTED:
        return Scope(spec, prompt, frozenset(named), (), titled)
    called = {folded(w) for e in spec.entities for f in e.fields for w in (f.label, f.name)}
    words = {word for name in called for word in name.split(" ")}
    found: dict[str, str] = {}
    for piece in _BREAKS.split(prompt):
        kept = [w for w in piece.split() if w.casefold().strip("'") not in _DULL]
        phrase = " ".join(kept)
        chinese = re.search(r"[\u3400-\u9fff]", phrase)
        if not phrase.isprintable() or not 2 <= len(phrase) <= (8 if chinese else 28) or len(kept) > 3:
            continue
        if _TALK.search(phrase):
            continue
        inside = any(folded(phrase) in name or name in folded(phrase) for name in called) if chinese else False
        if inside or folded(phrase) in called or any(folded(w) in words for w in kept):
            continue
        found.setdefault(phrase.casefold(), phrase)
    return Scope(spec, prompt, frozenset(named), tuple(found.values())[:MAX_PHRASES], titled)


def schema(asked: Scope) -> str:
    """JSON Schema of the operations that a model may write; every string and list is bounded."""
    only = {op for op, open_to_it in (("set_app", not asked.titled), ("add_field", bool(asked.phrases))) if open_to_it}
    whole = operations_schema(asked.spec, only=only, most=MAX_ADDED + 1)
    for variant in whole["properties"]["operations"]["items"]["anyOf"]:
        properties: dict[str, Any] = variant["properties"]
        if properties["op"]["const"] == "set_app":
            variant["properties"] = {
                "op": properties["op"],
                "title": {"type": "string", "minLength": 2, "maxLength": MAX_TITLE},
            }
            variant["required"] = ["op", "title"]
        else:
            variant["properties"] = {
                "op": properties["op"],
                "entity": properties["entity"],
                "label": {"enum": list(asked.phrases)},
                "type": {"enum": list(TYPES)},
            }
    return json.dumps(whole, ensure_ascii=False)


def refine(text: str, asked: Scope) -> Applied:
    """The draft with what the model wrote; raises Bad with every fault, such as touching what the person named."""
    operations = operations_from_json(text)
    bad: list[Violation] = []
    for index, operation in enumerate(operations):
        bad += [Violation(f"operations[{index}].{field}", reason) for field, reason in _faults(operation, asked)]
    if len(operations) > MAX_ADDED + 1 or len({repr(o) for o in operations}) < len(operations):
        bad.append(Violation("operations", "must be few and different from each other"))
    if bad:
        raise Bad(bad)
    applied = apply(asked.spec, operations)
    lost = [name for name in sorted(asked.named) if _field(applied.spec, name) != _field(asked.spec, name)]
    if lost:
        raise Bad([Violation("operations", f"must leave {name} as the person named it") for name in lost])
    return applied


def _faults(operation: Operation, asked: Scope) -> Sequence[tuple[str, str]]:
    match operation:
        case SetApp() if asked.titled:
            return [("op", "must be add_field: the person has named the app")]
        case SetApp(title=str(title)) if operation == SetApp(title=title):
            if not title.isprintable() or len(title) > MAX_TITLE or not any(c.isalnum() for c in title):
                return [("title", f"must be a short name of at most {MAX_TITLE} printable characters")]
            if re.search(r"[,，、;；:：]|\b(?:me|my|between|and)$", title):
                return [("title", "must be a name, not a list or part of a sentence")]
            if not _speaks_of(title, f"{asked.prompt} {asked.spec.title}"):
                return [("title", "must speak of what the person asked for")]
            return []
        case AddField(label=label, type=kind):
            return [] if label in asked.phrases and kind in TYPES else [("label", "must be a phrase of the prompt")]
        case _:
            return [("op", "must be set_app or add_field")]


def _speaks_of(title: str, about: str) -> bool:
    """Whether a title shares a word, or two Chinese characters, with what it is about."""
    chinese = re.findall(r"[\u3400-\u9fff]+", title)
    if chinese:
        return any(run[i : i + 2] in about for run in chinese for i in range(max(1, len(run) - 1)))
    words = set(folded(re.sub(r"[^\w\s]", " ", about)).split(" ")) - _DULL
    return bool(words & set(folded(re.sub(r"[^\w\s]", " ", title)).split(" ")))


def _field(spec: s.AppSpec, path: str) -> s.Field | None:
    entity, _, name = path.partition(".")
    return next((f for e in spec.entities if e.name == entity for f in e.fields if f.name == name), None)
