"""The tree of a relation: what it is computed from."""

from __future__ import annotations

from dataclasses import dataclass, field

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.checking import MAX_DEPTH
from madeleine_miniapp.domain.columns import Columns
from madeleine_miniapp.domain.errors import Bad, Violation

MAX_APPS = 20
_ONE_INPUT = ("filter", "extend", "group", "sort", "runs", "settle", "unnest")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound node: its columns, its inputs, whether records stand below it, and whether it has one row at most."""

    node: q.Relation
    columns: Columns
    inputs: tuple[Checked, ...] = ()
    rests: bool = False
    single: bool = False
    # Of Records: whose they are.
    entity: s.Entity = field(default_factory=s.Entity)


def apps_read(relation: q.Relation, path: str = "relation") -> dict[str, str]:
    """The ids of the apps that a relation names, with a path of each; raises Bad for too many apps or levels."""
    found: dict[str, str] = {}
    level = [(path, relation)]
    for _ in range(MAX_DEPTH):
        for at, one in level:
            if one.WhichOneof("kind") == "records":
                found.setdefault(one.records.app_id, f"{at}.records.app_id")
        level = [(f"{at}.{name}", below) for at, one in level for name, below in inputs_of(one)]
        if len(found) > MAX_APPS:
            raise Bad([Violation(path, f"must read at most {MAX_APPS} apps")])
        if not level:
            return found
    raise Bad([Violation(path, f"must be nested at most {MAX_DEPTH} deep")])


def inputs_of(relation: q.Relation) -> list[tuple[str, q.Relation]]:
    """The relations that one is computed from, each with its path below it."""
    kind = relation.WhichOneof("kind")
    if kind == "join":
        return [("join.left", relation.join.left), ("join.right", relation.join.right)]
    if kind == "union":
        return [(f"union.inputs[{i}]", r) for i, r in enumerate(relation.union.inputs)]
    return [(f"{kind}.input", getattr(relation, kind).input)] if kind in _ONE_INPUT else []


def inner_settle(checked: Checked) -> Checked | None:
    """The Settle in a relation, if there is one; what stands around it has one input."""
    if checked.node.WhichOneof("kind") == "settle":
        return checked
    return next((found for one in checked.inputs if (found := inner_settle(one)) is not None), None)


def balances_of(settle: Checked) -> Checked:
    """What a Settle is computed from: each party with their balance."""
    given = settle.node.settle
    balance = q.Measure(name="balance", function=q.MEASURE_FUNCTION_SUM, value=given.balance)
    keys = [q.Named(name="who", value=given.who)]
    node = q.Relation(group=q.Relation.Group(input=given.input, keys=keys, measures=[balance]))
    columns = {"who": settle.columns["from"], "balance": settle.columns["amount"]}
    return Checked(node, columns, settle.inputs, settle.rests)
