"""Is a relation of the query language sound for the apps that it reads, and which columns has each of its nodes?

The columns of a table have the types of `domain.columns`. Those of type "person" hold ids of people in every table:
whoever shows one to people puts names there (`tables.named`), since only they know who is reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.buckets import FIRST, LAST, buckets
from madeleine_miniapp.domain.checking import MAX_DEPTH, Faults, check
from madeleine_miniapp.domain.columns import (
    DATE,
    MOMENT,
    TEXT,
    Column,
    Columns,
    Unfit,
    measured,
    type_of,
    unit_of,
)
from madeleine_miniapp.domain.errors import Bad
from madeleine_miniapp.domain.relation_tree import Checked, inner_settle, inputs_of

MAX_NODES, MAX_CALENDAR, MAX_COLUMNS, MAX_KEYS, MAX_ORDER, MAX_LIMIT = 200, 4_000, 80, 8, 8, 100_000
_MAX_NAME = 60
# What may stand around Settle, which is not computed by the database.
_AROUND_SETTLE = ("filter", "extend", "group", "sort", "runs", "unnest")


def check_relation(relation: q.Relation, apps: Mapping[str, s.AppSpec], path: str = "relation") -> Checked:
    """The relation with the columns of every node; raises Bad with the path of each fault.

    `apps`: the specs, by id, of the apps that it may read.
    """
    checking = _Checking(apps)
    checked = checking.node(relation, path, 1)
    if checking.faults.bad or checked is None:
        raise Bad(checking.faults.bad)
    return checked


class _Checking:
    def __init__(self, apps: Mapping[str, s.AppSpec]) -> None:
        self.apps = apps
        self.faults = Faults()
        self.nodes = 0

    def node(self, relation: q.Relation, path: str, depth: int) -> Checked | None:
        self.nodes += 1
        kind = relation.WhichOneof("kind")
        if self.nodes > MAX_NODES:
            if self.nodes == MAX_NODES + 1:
                self.faults.add(path, f"must be at most {MAX_NODES} relations in all")
            return None
        if depth > MAX_DEPTH:
            self.faults.add(path, f"must be nested at most {MAX_DEPTH} deep")
            return None
        if kind is None:
            self.faults.add(path, "must be set")
            return None
        below = [self.node(r, f"{path}.{name}", depth + 1) for name, r in inputs_of(relation)]
        inputs = tuple(c for c in below if c is not None)
        if len(inputs) < len(below):
            return None
        before = len(self.faults.bad)
        made: Checked | None = getattr(self, f"_{kind}")(relation, getattr(relation, kind), f"{path}.{kind}", inputs)
        if made is None or len(self.faults.bad) > before:
            return None
        if len(made.columns) > MAX_COLUMNS:
            self.faults.add(path, f"must have at most {MAX_COLUMNS} columns; it has {len(made.columns)}")
            return None
        if kind not in _AROUND_SETTLE and any(inner_settle(c) for c in inputs):
            self.faults.add(path, "must not be computed from a Settle: only one input may stand around it")
            return None
        return made

    def _records(self, relation: q.Relation, given: q.Relation.Records, path: str, _: object) -> Checked | None:
        spec = self.apps.get(given.app_id)
        if spec is None:
            self.faults.add(f"{path}.app_id", "must be an app that this query may read")
            return None
        entity = next((e for e in spec.entities if e.name == given.entity), None)
        if entity is None and not given.entity and len(spec.entities) == 1:
            entity = spec.entities[0]
        if entity is None:
            self.faults.add(f"{path}.entity", f"must be one of {', '.join(e.name for e in spec.entities)}")
            return None
        columns = {"record_id": TEXT}
        columns |= {f.name: Column(type_of(f), unit_of(spec, f)) for f in entity.fields}
        columns |= {"entered_by": Column("person"), "entered_at": MOMENT}
        return Checked(relation, columns, rests=True, entity=entity)

    def _calendar(self, relation: q.Relation, given: q.Relation.Calendar, path: str, _: object) -> Checked:
        try:
            first, last = date.fromisoformat(getattr(given, "from")), date.fromisoformat(given.to)
            if not FIRST <= first <= last <= LAST:
                raise ValueError
        except ValueError:
            self.faults.add(path, f"must go from one ISO date to a later one, in the years {FIRST.year} to {LAST.year}")
        else:
            if self._bucket(given.bucket, path) and buckets(first, last, given.bucket, MAX_CALENDAR) is None:
                self.faults.add(path, f"must have at most {MAX_CALENDAR} rows")
        return Checked(relation, {"from": DATE, "to": DATE})

    def _filter(self, relation: q.Relation, given: q.Relation.Filter, path: str, inputs: Sequence[Checked]) -> Checked:
        self._boolean(given.condition, inputs[0].columns, f"{path}.condition")
        return self._like(relation, inputs[0], inputs[0].columns)

    def _extend(self, relation: q.Relation, given: q.Relation.Extend, path: str, inputs: Sequence[Checked]) -> Checked:
        computed = self._named(given.columns, inputs[0].columns, f"{path}.columns")
        if given.only and not given.columns:
            self.faults.add(f"{path}.columns", "must name at least one column")
        return self._like(relation, inputs[0], computed if given.only else {**inputs[0].columns, **computed})

    def _group(self, relation: q.Relation, given: q.Relation.Group, path: str, inputs: Sequence[Checked]) -> Checked:
        below = inputs[0].columns
        columns = self._keys(given.keys, below, f"{path}.keys")
        if not given.keys and not given.measures:
            self.faults.add(path, "must have keys or measures")
        for index, one in enumerate(given.measures):
            at = f"{path}.measures[{index}]"
            self._name(one.name, columns, f"{at}.name")
            held = check(one.value, below, f"{at}.value", self.faults) if one.HasField("value") else None
            if one.HasField("where"):
                self._boolean(one.where, below, f"{at}.where")
            if held is not None or not one.HasField("value"):
                try:
                    columns[one.name] = measured(one.function, held)
                except Unfit as error:
                    self.faults.add(at, str(error))
        return Checked(relation, columns, tuple(inputs), inputs[0].rests, single=not given.keys)

    def _join(self, relation: q.Relation, given: q.Relation.Join, path: str, inputs: Sequence[Checked]) -> Checked:
        left, right = inputs
        if given.kind not in q.JoinKind.values() or given.kind == q.JOIN_KIND_UNSPECIFIED:
            self.faults.add(f"{path}.kind", "must be one of the known kinds")
        if len(given.left_keys) != len(given.right_keys) or len(given.left_keys) > MAX_KEYS:
            self.faults.add(f"{path}.right_keys", f"must be as many as left_keys, at most {MAX_KEYS}")
        half = given.kind in (q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)
        if not given.left_keys and not half and not (left.single or right.single):
            self.faults.add(f"{path}.left_keys", "may be left out only where one side has a single row")
        for index, (a, b) in enumerate(zip(given.left_keys, given.right_keys, strict=False)):
            of_left = check(a, left.columns, f"{path}.left_keys[{index}]", self.faults)
            of_right = check(b, right.columns, f"{path}.right_keys[{index}]", self.faults)
            if of_left and of_right and (of_left.base != of_right.base or of_left.base == "list"):
                self.faults.add(f"{path}.right_keys[{index}]", f"is {of_right.type}, the left key {of_left.type}")
        columns = left.columns if half else {**right.columns, **left.columns}
        # The left's first, in the order that a reader of the table sees.
        columns = {**left.columns, **columns}
        return Checked(
            relation, columns, (left, right), left.rests or right.rests, left.single and (half or right.single)
        )

    def _union(
        self, relation: q.Relation, given: q.Relation.Union, path: str, inputs: Sequence[Checked]
    ) -> Checked | None:
        if not inputs:
            self.faults.add(f"{path}.inputs", "must not be empty")
            return None
        columns = dict(inputs[0].columns)
        for index, other in enumerate(inputs[1:], start=1):
            if {n: c.base for n, c in other.columns.items()} != {n: c.base for n, c in columns.items()}:
                told = ", ".join(f"{n} ({c.base})" for n, c in columns.items())
                self.faults.add(f"{path}.inputs[{index}]", f"must have the columns of the first: {told}")
                continue
            for name, column in other.columns.items():
                if column.type != columns[name].type:
                    columns[name] = TEXT
                elif not column.exact or column.unit != columns[name].unit:
                    unit = columns[name].unit if column.unit == columns[name].unit else ""
                    columns[name] = Column(column.type, unit, exact=column.exact and columns[name].exact)
        return Checked(relation, columns, tuple(inputs), any(c.rests for c in inputs))

    def _sort(self, relation: q.Relation, given: q.Relation.Sort, path: str, inputs: Sequence[Checked]) -> Checked:
        if not 1 <= len(given.by) <= MAX_ORDER:
            self.faults.add(f"{path}.by", f"must be 1 to {MAX_ORDER}")
        for index, one in enumerate(given.by):
            held = check(one.value, inputs[0].columns, f"{path}.by[{index}].value", self.faults)
            if held is not None and held.type == "list":
                self.faults.add(f"{path}.by[{index}].value", "must not be a list")
        if not 0 <= given.limit <= MAX_LIMIT:
            self.faults.add(f"{path}.limit", f"must be 0 to {MAX_LIMIT}")
        if given.with_ties and not given.limit:
            self.faults.add(f"{path}.with_ties", "needs a limit")
        one_row = inputs[0].single or (given.limit == 1 and not given.with_ties)
        return Checked(relation, inputs[0].columns, tuple(inputs), inputs[0].rests, one_row)

    def _runs(self, relation: q.Relation, given: q.Relation.Runs, path: str, inputs: Sequence[Checked]) -> Checked:
        below = inputs[0].columns
        columns = self._keys(given.partition, below, f"{path}.partition")
        held = check(given.day, below, f"{path}.day", self.faults)
        if held is not None and held.type != "date":
            self.faults.add(f"{path}.day", f"must be a date; it is {held.type}")
        self._bucket(given.bucket, path)
        for name in ("from", "to", "length"):
            self._name(name, columns, f"{path}.partition")
        unit = {q.BUCKET_DAY: "days", q.BUCKET_WEEK: "weeks", q.BUCKET_MONTH: "months"}.get(given.bucket, "years")
        columns |= {"from": DATE, "to": DATE, "length": Column("number", unit)}
        return Checked(relation, columns, tuple(inputs), inputs[0].rests)

    def _settle(self, relation: q.Relation, given: q.Relation.Settle, path: str, inputs: Sequence[Checked]) -> Checked:
        who = check(given.who, inputs[0].columns, f"{path}.who", self.faults)
        balance = check(given.balance, inputs[0].columns, f"{path}.balance", self.faults)
        if who is not None and who.base != "text":
            self.faults.add(f"{path}.who", f"must be a person or text; it is {who.type}")
        if balance is not None and balance.type != "number":
            self.faults.add(f"{path}.balance", f"must be a number; it is {balance.type}")
        person, unit = who or TEXT, balance.unit if balance else ""
        columns = {"from": person, "to": person, "amount": Column("number", unit)}
        return Checked(relation, columns, tuple(inputs), inputs[0].rests)

    def _unnest(self, relation: q.Relation, given: q.Relation.Unnest, path: str, inputs: Sequence[Checked]) -> Checked:
        held = inputs[0].columns.get(given.column)
        if held is None or held.type != "list":
            self.faults.add(f"{path}.column", "must name a column that holds lists")
        return Checked(relation, {**inputs[0].columns, given.column: TEXT}, tuple(inputs), inputs[0].rests)

    def _keys(self, given: Iterable[q.Named], below: Columns, path: str) -> dict[str, Column]:
        keys = self._named(given, below, path)
        for name, column in keys.items():
            if column.type == "list":
                self.faults.add(path, f"{name} must not be a list; Unnest it")
        if len(keys) > MAX_KEYS:
            self.faults.add(path, f"must be at most {MAX_KEYS}")
        return keys

    def _named(self, given: Iterable[q.Named], below: Columns, path: str) -> dict[str, Column]:
        columns: dict[str, Column] = {}
        for index, one in enumerate(given):
            self._name(one.name, columns, f"{path}[{index}].name")
            held = check(one.value, below, f"{path}[{index}].value", self.faults)
            if held is not None:
                columns[one.name] = held
        return columns

    def _name(self, name: str, taken: Columns, path: str) -> None:
        if not 1 <= len(name) <= _MAX_NAME or not name.isprintable():
            self.faults.add(path, f"must be printable text of 1 to {_MAX_NAME} characters")
        elif name in taken:
            self.faults.add(path, f"{name} is taken")

    def _boolean(self, given: q.Expression, below: Columns, path: str) -> None:
        held = check(given, below, path, self.faults)
        if held is not None and held.type != "boolean":
            self.faults.add(path, f"must be true or false; it is {held.type}")

    def _bucket(self, given: q.Bucket.ValueType, path: str) -> bool:
        known = given in q.Bucket.values() and given != q.BUCKET_UNSPECIFIED
        if not known:
            self.faults.add(f"{path}.bucket", "must be one of the known buckets")
        return known

    @staticmethod
    def _like(relation: q.Relation, below: Checked, columns: Columns) -> Checked:
        return Checked(relation, columns, (below,), below.rests, below.single)
