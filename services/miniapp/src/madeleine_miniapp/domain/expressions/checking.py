"""Finds an expression's type and writes it anew for the engine: numbers as floats, names and functions prefixed.

Missing values: arithmetic, comparison and functions over one are missing; `&&` and `||` decide when one side does;
a missing yes/no field is false and a missing list is empty; `x == null`, `is_missing(x)` and `coalesce(x, ...)` look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madeleine_miniapp.domain.expressions import functions as f
from madeleine_miniapp.domain.expressions.syntax import Call, Literal, Macro, Name, Node, names_in, parse
from madeleine_miniapp.domain.expressions.tokens import Unreadable, quoted

FIELD, VARIABLE, HELPER = "f_", "v_", "x_"
_ORDERED = frozenset({f.NUMBER, f.DATE, f.MOMENT})
_CALLED = {"+": "+", "-": "-", "*": "×", "/": "÷", "%": "%"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that was checked: its type, the text for the engine, and the fields that it names."""

    type: str
    engine_text: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Typed:
    type: str
    text: str


def check(expression: str, scope: Mapping[str, str], wanted: Sequence[str] = ()) -> Compiled:
    """Checks an expression against the types of what it may name; raises Unreadable with the reason.

    `wanted`: the types that the result may have, if that matters.
    """
    node = parse(expression)
    typed = _Checker(scope).typed(node)
    if wanted and typed.type not in wanted:
        raise Unreadable(f"gives {_article(typed.type)}, not {_article(wanted[0])}")
    return Compiled(typed.type, typed.text, frozenset(names_in(node)))


class _Checker:
    def __init__(self, scope: Mapping[str, str]) -> None:
        self._scope = scope
        self._variables: set[str] = set()

    def typed(self, node: Node) -> _Typed:
        match node:
            case Literal():
                return _literal(node)
            case Name():
                return self._name(node)
            case Macro():
                return self._macro(node)
            case Call():
                return self._call(node)

    def _name(self, node: Name) -> _Typed:
        if node.name in self._variables:
            return _Typed(f.TEXT, VARIABLE + node.name)
        if node.name not in self._scope:
            known = ", ".join(sorted(self._scope)) or "nothing"
            raise Unreadable(f"names {node.name}, which is not there (there is {known})")
        return _Typed(self._scope[node.name], FIELD + node.name)

    def _macro(self, node: Macro) -> _Typed:
        over = self.typed(node.over)
        if over.type != f.LIST:
            raise Unreadable(f"may use {node.macro} only over a field that holds a list")
        self._variables = {node.variable}
        condition = self._boolean(node.condition, node.macro)
        self._variables = set()
        return _Typed(f.BOOLEAN, f"{over.text}.{node.macro}({VARIABLE}{node.variable}, {condition.text})")

    def _call(self, node: Call) -> _Typed:
        match node.function:
            case "&&" | "||":
                left, right = (self._boolean(a, node.function) for a in node.arguments)
                return _Typed(f.BOOLEAN, f"({left.text} {node.function} {right.text})")
            case "!":
                return _Typed(f.BOOLEAN, f"!({self._boolean(node.arguments[0], '!').text})")
            case "?:":
                return self._choice(node)
            case "==" | "!=":
                return self._equal(node)
            case "<" | "<=" | ">" | ">=":
                left, right = self._alike(node, _ORDERED)
                return _Typed(f.BOOLEAN, f"({left.text} {node.function} {right.text})")
            case "in":
                return self._within(node)
            case "+" | "-" | "*" | "/" | "%":
                return self._arithmetic(node)
            case "list":
                raise Unreadable("may use a list only after “in”")
            case "coalesce":
                return self._coalesce(node)
            case "is_missing" | "has":
                return self._missing(node)
            case _:
                return self._function(node)

    def _boolean(self, node: Node, where: str) -> _Typed:
        typed = self.typed(node)
        if typed.type != f.BOOLEAN:
            raise Unreadable(f"has {_article(typed.type)} where {where} needs true or false")
        return typed

    def _choice(self, node: Call) -> _Typed:
        condition = self._boolean(node.arguments[0], "?")
        then, other = self.typed(node.arguments[1]), self.typed(node.arguments[2])
        kinds = {then.type, other.type} - {f.MISSING}
        if len(kinds) != 1:
            raise Unreadable(f"gives {_article(then.type)} or {_article(other.type)}; both must be alike")
        return _Typed(kinds.pop(), f"({condition.text} ? {then.text} : {other.text})")

    def _equal(self, node: Call) -> _Typed:
        left, right = (self.typed(a) for a in node.arguments)
        sign = node.function
        if f.MISSING in (left.type, right.type):
            return _Typed(f.BOOLEAN, f"({left.text} {sign} {right.text})")
        if left.type != right.type or left.type == f.LIST:
            raise Unreadable(f"compares {_article(left.type)} with {_article(right.type)}")
        same = f"{HELPER}same({left.text}, {right.text})"
        return _Typed(f.BOOLEAN, same if sign == "==" else f"!({same})")

    def _alike(self, node: Call, kinds: frozenset[str]) -> tuple[_Typed, _Typed]:
        left, right = (self.typed(a) for a in node.arguments)
        if left.type != right.type or left.type not in kinds:
            raise Unreadable(f"uses {node.function} on {_article(left.type)} and {_article(right.type)}")
        return left, right

    def _within(self, node: Call) -> _Typed:
        item, holder = self.typed(node.arguments[0]), node.arguments[1]
        if isinstance(holder, Call) and holder.function == "list":
            items = [self.typed(a) for a in holder.arguments]
            if any(i.type != item.type for i in items) or not all(isinstance(a, Literal) for a in holder.arguments):
                raise Unreadable(f"looks for {_article(item.type)} in a list of something else")
            same = " || ".join(f"{HELPER}same({item.text}, {i.text})" for i in items) or "false"
            return _Typed(f.BOOLEAN, f"({same})")
        held = self.typed(holder)
        if held.type != f.LIST or item.type != f.TEXT:
            raise Unreadable(f"looks for {_article(item.type)} in {_article(held.type)}")
        return _Typed(f.BOOLEAN, f"({item.text} in {held.text})")

    def _arithmetic(self, node: Call) -> _Typed:
        sign = node.function
        typed = [self.typed(a) for a in node.arguments]
        kinds = tuple(t.type for t in typed)
        if kinds == (f.NUMBER,):
            return _Typed(f.NUMBER, f"-({typed[0].text})")
        if kinds == (f.NUMBER, f.NUMBER):
            helper = {"/": "divided", "%": "remainder"}.get(sign)
            text = f"{typed[0].text} {sign} {typed[1].text}"
            return _Typed(f.NUMBER, f"{HELPER}{helper}({typed[0].text}, {typed[1].text})" if helper else f"({text})")
        if sign == "+" and kinds == (f.TEXT, f.TEXT):
            return _Typed(f.TEXT, f"({typed[0].text} + {typed[1].text})")
        if sign == "-" and kinds == (f.DATE, f.DATE):
            return _Typed(f.NUMBER, f"{HELPER}days_between({typed[1].text}, {typed[0].text})")
        if sign in ("+", "-") and kinds == (f.DATE, f.NUMBER):
            return _Typed(f.DATE, f"{HELPER}add_days({typed[0].text}, {'-' if sign == '-' else ''}({typed[1].text}))")
        hint = "; use hours_between(from, to)" if kinds == (f.MOMENT, f.MOMENT) else ""
        hint = "; use string(...) for the number" if set(kinds) == {f.TEXT, f.NUMBER} and sign == "+" else hint
        raise Unreadable(f"uses {_CALLED[sign]} on {' and '.join(_article(k) for k in kinds)}{hint}")

    def _coalesce(self, node: Call) -> _Typed:
        typed = [self.typed(a) for a in node.arguments]
        kinds = {t.type for t in typed}
        if len(kinds) != 1 or f.MISSING in kinds:
            raise Unreadable("must give coalesce values of one type")
        return _Typed(kinds.pop(), f"{HELPER}first_of({', '.join(t.text for t in typed)})")

    def _missing(self, node: Call) -> _Typed:
        if len(node.arguments) != 1:
            raise Unreadable(f"must give {node.function} one value")
        sign = "==" if node.function == "is_missing" else "!="
        return _Typed(f.BOOLEAN, f"({self.typed(node.arguments[0]).text} {sign} null)")

    def _function(self, node: Call) -> _Typed:
        known = f.FUNCTIONS.get(node.function)
        if known is None:
            names = ", ".join([*f.FUNCTIONS, "coalesce", "is_missing"])
            raise Unreadable(f"calls {node.function}, which is not a function here (there is {names})")
        typed = [self.typed(a) for a in node.arguments]
        most = len(known.takes) if not known.many else 20
        if not len(known.takes) - known.optional <= len(typed) <= most:
            raise Unreadable(f"gives {node.function} {len(typed)} values; it takes {len(known.takes)}")
        for index, argument in enumerate(typed):
            taken = known.takes[min(index, len(known.takes) - 1)]
            if argument.type not in taken:
                raise Unreadable(f"gives {node.function} {_article(argument.type)}, not {_article(min(taken))}")
        name = node.function
        if name == "string" and typed[0].type in (f.DATE, f.MOMENT):
            name = f"{typed[0].type}_text"
        return _Typed(known.gives, f"{HELPER}{name}({', '.join(t.text for t in typed)})")


def _literal(node: Literal) -> _Typed:
    if node.value is None:
        return _Typed(f.MISSING, "null")
    if isinstance(node.value, bool):
        return _Typed(f.BOOLEAN, "true" if node.value else "false")
    if isinstance(node.value, str):
        return _Typed(f.TEXT, quoted(node.value))
    text = repr(node.value)
    return _Typed(f.NUMBER, text if "." in text or "e" in text else f"{text}.0")


_ARTICLES = {
    f.NUMBER: "a number",
    f.TEXT: "text",
    f.BOOLEAN: "true or false",
    f.DATE: "a date",
    f.MOMENT: "a date-time",
    f.LIST: "a list",
    f.MISSING: "null",
}


def _article(kind: str) -> str:
    return _ARTICLES[kind]
