"""Brings two changes of one spec together, when they touch different things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from google.protobuf.json_format import MessageToDict, ParseDict

from madeleine.miniapp.v1.spec_pb2 import AppSpec
from madeleine_miniapp.domain.errors import Overtaken

Path = tuple[str, ...]
# What tells the items of a list apart.
_KEYS: Mapping[str, Callable[[Any], str]] = {
    "rules": lambda rule: rule["expression"],
    "permissions": lambda permission: f"{permission.get('role', '')}/{permission.get('entity', '')}",
}
_LISTS = frozenset({"entities", "fields", "rules", "views", "aggregates", "automations", "permissions", "choices"})


def merge(base: AppSpec, mine: AppSpec, theirs: AppSpec) -> AppSpec:
    """`theirs` with what `mine` changed of `base`; raises Overtaken with the paths that both changed."""
    clashes: list[Path] = []
    merged: Any = _merge(_tree(base), _tree(mine), _tree(theirs), (), clashes)
    if clashes:
        named = ", ".join(sorted(".".join(step.removeprefix("=") for step in path) for path in clashes))
        raise Overtaken(f"the app was changed meanwhile, and both changes touch: {named}")
    return ParseDict(_plain(merged), AppSpec())


def _tree(spec: AppSpec) -> Any:
    return _keyed(MessageToDict(spec, preserving_proto_field_name=True))


def _merge(base: Any, mine: Any, theirs: Any, path: Path, clashes: list[Path]) -> Any:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if not all(isinstance(tree, dict) for tree in (base, mine, theirs)):
        clashes.append(path)
        return theirs
    merged: dict[str, Any] = {}
    for name in _order(mine, theirs):
        value = _merge(base.get(name), mine.get(name), theirs.get(name), (*path, name), clashes)
        if value is not None:
            merged[name] = value
    return merged


def _order(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Their order, with what only mine has behind what it follows there."""
    order = list(theirs)
    for before, name in zip([None, *mine], mine, strict=False):
        if name not in theirs:
            order.insert(order.index(before) + 1 if before in order else 0, name)
    return order


def _keyed(tree: Any, name: str = "") -> Any:
    """Named lists as maps by what tells their items apart; their order stays that of the map."""
    if isinstance(tree, dict):
        items = cast("dict[str, Any]", tree)
        return {key: _keyed(value, key) for key, value in items.items()}
    if isinstance(tree, list) and name in _LISTS:
        listed = cast("list[Any]", tree)
        if all(isinstance(item, str) for item in listed):
            return {f"={item}": item for item in listed}
        key = _KEYS.get(name, lambda item: item["name"])
        return {f"={key(item)}": _keyed(item) for item in listed}
    return cast("Any", tree)


def _plain(tree: Any, name: str = "") -> Any:
    if not isinstance(tree, dict):
        return tree
    items = cast("dict[str, Any]", tree)
    if name in _LISTS:
        return [_plain(value) for value in items.values()]
    return {key: _plain(value, key) for key, value in items.items()}
