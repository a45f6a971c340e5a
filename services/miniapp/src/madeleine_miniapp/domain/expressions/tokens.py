"""Cuts a CEL expression into tokens, and follows renames of what it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LENGTH = 500
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\[^\n])*\"|'(?:[^'\\\n]|\\[^\n])*')"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])"
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_WORDS = frozenset({"true", "false", "null", "in"})


class Unreadable(Exception):
    """The expression is not one; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: "number", "name", "text" (`value` unquoted) or "sign", and where it begins."""

    kind: str
    value: str
    start: int
    end: int


def tokens(expression: str) -> list[Token]:
    """The tokens of an expression; raises Unreadable."""
    if len(expression) > MAX_LENGTH:
        raise Unreadable(f"must have at most {MAX_LENGTH} characters")
    found: list[Token] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise Unreadable(f"cannot be read at {expression[at : at + 12]!r}")
        kind = match.lastgroup or ""
        if kind != "space":
            value = _unquoted(match.group()) if kind == "text" else match.group()
            found.append(Token(kind, value, at, match.end()))
        at = match.end()
    return found


def names(expression: str) -> frozenset[str]:
    """The fields (or aggregates) that an expression may name; none for one that cannot be read."""
    try:
        return frozenset(token.value for token in _naming(tokens(expression)))
    except Unreadable:
        return frozenset()


def renamed(expression: str, old: str, new: str) -> str:
    """The expression with a field's new name."""
    found = [token for token in _naming(_tokens_or_none(expression)) if token.value == old]
    return _replaced(expression, {token.start: (token.end, new) for token in found})


def reworded(expression: str, old: str, new: str) -> str:
    """The expression with a choice's new wording in its literals."""
    found = {t.start: (t.end, quoted(new)) for t in _tokens_or_none(expression) if t.kind == "text" and t.value == old}
    return _replaced(expression, found)


def quoted(text: str) -> str:
    """A text as a literal."""
    escaped = "".join({v: f"\\{k}" for k, v in _ESCAPES.items() if v != '"'}.get(c, c) for c in text)
    return f"'{escaped}'"


def _naming(found: list[Token]) -> list[Token]:
    # A name before "(" is a function, one after "." a method.
    return [
        token
        for index, token in enumerate(found)
        if token.kind == "name"
        and token.value not in _WORDS
        and not (index + 1 < len(found) and found[index + 1].value == "(" and found[index + 1].kind == "sign")
        and not (index > 0 and found[index - 1].value == "." and found[index - 1].kind == "sign")
    ]


def _tokens_or_none(expression: str) -> list[Token]:
    try:
        return tokens(expression)
    except Unreadable:
        return []


def _replaced(expression: str, found: dict[int, tuple[int, str]]) -> str:
    for start in sorted(found, reverse=True):
        end, text = found[start]
        expression = expression[:start] + text + expression[end:]
    return expression


def _unquoted(literal: str) -> str:
    def meant(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter not in _ESCAPES:
            raise Unreadable(f"holds the unknown escape \\{letter}")
        return _ESCAPES[letter]

    return re.sub(r"\\(.)", meant, literal[1:-1])
