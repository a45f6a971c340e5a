"""Reads the part of CEL that apps may use into a tree: no maps, no indexing, macros only over a field's list.

CEL's own engine is not asked first: it panics on deep nesting, and knows no types before it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from madeleine_miniapp.domain.expressions.tokens import Token, Unreadable, tokens

MAX_DEPTH, MAX_NODES = 24, 200
_RELATIONS = ("==", "!=", "<", "<=", ">", ">=")
_MACROS = ("exists", "all")
# A larger literal is no figure of anybody's life, and no double holds its last digits.
_MAX_LITERAL = 1e15
_MAX_SIGNS = 2


@dataclass(frozen=True, slots=True)
class Literal:
    """A number (always a float), text, true or false; None is `null`."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A field, an aggregate, or a macro's own variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator ("+", "-" with one or two arguments, "!", "&&", "?:", "in", "list") or a function."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Macro:
    """`over.exists(variable, condition)` or `all`."""

    macro: str
    over: Node
    variable: str
    condition: Node


Node = Literal | Name | Call | Macro


def parse(expression: str) -> Node:
    """The tree of an expression; raises Unreadable with the reason."""
    if not expression.strip():
        raise Unreadable("must not be empty")
    return _Parser(tokens(expression)).whole()


def names_in(node: Node) -> Iterator[str]:
    """The fields (or aggregates) that a tree names, with repeats."""
    match node:
        case Name():
            yield node.name
        case Call():
            for argument in node.arguments:
                yield from names_in(argument)
        case Macro():
            yield from names_in(node.over)
            yield from (n for n in names_in(node.condition) if n != node.variable)
        case _:
            pass


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Node:
        node = self._choice()
        if self._at < len(self._tokens):
            raise Unreadable(f"has {self._tokens[self._at].value!r} where it should end")
        return node

    def _choice(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"is nested deeper than {MAX_DEPTH}")
        node = self._either()
        if self._takes("?"):
            then = self._choice()
            self._expect(":")
            node = self._call("?:", node, then, self._choice())
        self._depth -= 1
        return node

    def _either(self) -> Node:
        node = self._both()
        while self._takes("||"):
            node = self._call("||", node, self._both())
        return node

    def _both(self) -> Node:
        node = self._relation()
        while self._takes("&&"):
            node = self._call("&&", node, self._relation())
        return node

    def _relation(self) -> Node:
        node = self._sum()
        if sign := self._one_of(_RELATIONS):
            node = self._call(sign, node, self._sum())
        elif self._takes("in", "name"):
            node = self._call("in", node, self._sum())
        return node

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._one_of(("+", "-")):
            node = self._call(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._unary()
        while sign := self._one_of(("*", "/", "%")):
            node = self._call(sign, node, self._unary())
        return node

    def _unary(self) -> Node:
        signs: list[str] = []
        while sign := self._one_of(("-", "!")):
            signs.append(sign)
        if len(signs) > _MAX_SIGNS:
            raise Unreadable("has too many signs in a row")
        node = self._member()
        for sign in reversed(signs):
            node = self._call(sign, node)
        return node

    def _member(self) -> Node:
        node = self._primary()
        while self._takes("."):
            method = self._next("name", "a method").value
            self._expect("(")
            node = self._macro(method, node) if method in _MACROS else self._method(method, node)
        return node

    def _method(self, method: str, on: Node) -> Node:
        return self._call(method, on, *self._arguments(")"))

    def _macro(self, macro: str, over: Node) -> Node:
        variable = self._next("name", "a variable").value
        self._expect(",")
        condition = self._choice()
        self._expect(")")
        if any(isinstance(n, Macro) for n in _nodes(condition)) or not isinstance(over, Name):
            raise Unreadable(f"may use {macro} only over a field's list, and not within another")
        return Macro(macro, over, variable, condition)

    def _primary(self) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unreadable(f"has more than {MAX_NODES} parts")
        token = self._next("", "a value")
        match token.kind:
            case "number":
                if float(token.value) > _MAX_LITERAL:
                    raise Unreadable(f"holds a number above {_MAX_LITERAL:g}")
                return Literal(float(token.value))
            case "text":
                return Literal(token.value)
            case "name":
                return self._named(token.value)
            case _:
                pass
        if token.value == "(":
            node = self._choice()
            self._expect(")")
            return node
        if token.value == "[":
            return self._call("list", *self._arguments("]"))
        raise Unreadable(f"has {token.value!r} where a value should be")

    def _named(self, name: str) -> Node:
        if name in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[name])
        if self._takes("("):
            return self._call(name, *self._arguments(")"))
        return Name(name)

    def _arguments(self, end: str) -> list[Node]:
        found: list[Node] = []
        if self._takes(end):
            return found
        while True:
            found.append(self._choice())
            if self._takes(end):
                return found
            self._expect(",")

    def _call(self, function: str, *arguments: Node) -> Call:
        return Call(function, arguments)

    def _takes(self, value: str, kind: str = "sign") -> bool:
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == kind and token.value == value:
                self._at += 1
                return True
        return False

    def _one_of(self, signs: tuple[str, ...]) -> str:
        return next((sign for sign in signs if self._takes(sign)), "")

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            found = self._tokens[self._at].value if self._at < len(self._tokens) else "its end"
            raise Unreadable(f"has {found!r} where {sign!r} should be")

    def _next(self, kind: str, what: str) -> Token:
        if self._at >= len(self._tokens):
            raise Unreadable(f"ends where {what} should be")
        token = self._tokens[self._at]
        if kind and token.kind != kind:
            raise Unreadable(f"has {token.value!r} where {what} should be")
        self._at += 1
        return token


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Call():
            for argument in node.arguments:
                yield from _nodes(argument)
        case Macro():
            yield from _nodes(node.over)
            yield from _nodes(node.condition)
        case _:
            pass
