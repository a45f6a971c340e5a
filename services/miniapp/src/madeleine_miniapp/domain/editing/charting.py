"""Charts and figures that a phrase asks for: "amount per goal", "每个负责人花了多少钱"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, TIMES
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.editing.view_words import first_of, grouped_by_mention, grouping, mentioned, view_word
from madeleine_miniapp.domain.language import is_chinese

# What of a label says no more than that it is a number.
_PASSED_OVER = frozenset(["per", "each", "every", "with", "bar", "bars", "chart", "graph", "for", "the", "and", "show"])
_COUNTING = "量数额值次的分总"
_SPENT = re.compile(r"\b(?:spent|spend|paid|cost|costs|earned|revenue)\b|花|钱|收入|赚")


def figure(
    scene: Scene, plain: str, kind: s.ViewType.ValueType, entity: str, by: FieldRef | None, function: str, bucket: str
) -> bool:
    fields = next(e.fields for e in scene.spec.entities if e.name == entity)
    dated = first_of(entity, fields, tuple(TIMES))
    if bucket and by is None:
        by = dated
    if kind == s.VIEW_TYPE_CHART and by is None and re.search(r"排行|排名|\brank|\bleader|league table", plain):
        # Of whom a ranking is: of people, else of what bears a name.
        by = first_of(entity, fields, (s.FIELD_TYPE_PERSON,)) or (
            FieldRef(entity, fields[0]) if fields and fields[0].type == s.FIELD_TYPE_TEXT else None
        )
    if kind == s.VIEW_TYPE_CHART and by is None:
        ranked = re.search(r"\b(?:rank\w*|leader ?board|league|score ?board)\b|排行|排名", plain)
        by = (first_of(entity, fields, (s.FIELD_TYPE_PERSON,), (s.FIELD_TYPE_CHOICE,)) if ranked else None) or (
            mentioned(scene, plain, entity, tuple(TIMES))
            or grouped_by_mention(scene, plain, entity)
            or dated
            or first_of(entity, fields, (s.FIELD_TYPE_CHOICE,), (s.FIELD_TYPE_PERSON,))
        )
        first = scene.spec.entities[0].name
        if by is None and entity != first:
            # Of the kind that was just added there is nothing to draw.
            return figure(scene, plain, kind, first, grouping(scene, plain, first), function, bucket)
        if by is None:
            scene.not_done.append("a chart needs a field to go by")
            return True
    if (compared := _compared(scene, plain, entity)) is not None:
        by, bucket, kind = compared, "", s.VIEW_TYPE_CHART
    where, told = _condition(scene, plain, entity, by)
    measure = _measure(scene, plain, entity, by)
    chinese = is_chinese(plain)
    days = _recent(plain) if dated is not None else 0
    group = by.field.name if by else ""
    if function == "percent":
        share = where or _only_flag(entity, fields)
        if share:
            return _percentage(scene, plain, kind, entity, group, share, chinese)
        function = "mean"
    if function == "" or (function == "sum" and measure is None):
        function = "sum" if measure is not None and not where else "count"
    if function not in ("count",) and measure is None:
        measure = _only_number(entity, fields)
        if measure is None:
            function = "count"
    if function == "sum" and measure is not None and measure.field.type == s.FIELD_TYPE_RATING:
        function = "mean"
    if function == "count" and measure is not None and _counts(measure, plain):
        # "How many minutes": of a field that holds a number, the sum.
        function = "sum"
    counted = function == "count"
    what = "" if counted or measure is None else measure.field.label or measure.field.name
    label = _label(function, what, by, bucket, told, chinese)
    if any(a.label == label for a in scene.spec.aggregates):
        return _shown(scene, kind, entity, group, label)
    scene.act(
        ops.AddAggregate(
            label,
            entity=entity,
            function=function,
            field="" if counted or measure is None else measure.field.name,
            group_by=group if kind == s.VIEW_TYPE_CHART else "",
            bucket=(bucket or ("day" if by and by.field.type in TIMES else ""))
            if kind == s.VIEW_TYPE_CHART and by and by.field.type in TIMES
            else "",
            where=where,
            days=days,
        )
    )
    return _shown(scene, kind, entity, group, label)


def _counts(measure: FieldRef, plain: str) -> bool:
    shown = re.escape(bare(measure.field.label or measure.field.name))
    return bool(re.search(rf"(?:how many|number of|amount of)\s+(?:the\s+)?{shown}\b|多少个?{shown}", plain))


def _recent(plain: str) -> int:
    """The days that "this week", "of the last 30 days" mean; 0 for all."""
    if hit := re.search(r"\b(?:last|past) (\d{1,3}) days\b|最近(\d{1,3})天", plain):
        return int(hit[1] or hit[2])
    named = (("week|7 days", 7), ("month", 30), ("year", 365))
    return next((days for word, days in named if re.search(rf"\b(?:this|last|past) (?:{word})\b", plain)), 0)


def _percentage(
    scene: Scene, plain: str, kind: s.ViewType.ValueType, entity: str, group: str, share: str, chinese: bool
) -> bool:
    grouped = group if kind == s.VIEW_TYPE_CHART else ""
    label = ("比率" if chinese else "Share") + (f" ({share.split(' ')[0]})" if not chinese else "")
    flag = next(
        (f for e in scene.spec.entities if e.name == entity for f in e.fields if f.name == share.split(" ")[0]), None
    )
    if flag is not None:
        shown = flag.label or flag.name
        label = f"{shown}率" if chinese else f"{shown[:1].upper()}{shown[1:]} in percent"
    part, whole = (f"{label} · {word}" for word in (("是", "全部") if chinese else ("yes", "all")))
    taken = {a.name for a in scene.spec.aggregates}
    part_name, whole_name = (
        _free(stem, taken) for stem in (f"{share.split(' ')[0][:28]}_yes", f"{share.split(' ')[0][:28]}_all")
    )
    scene.act(
        ops.AddAggregate(part, entity=entity, function="count", where=share, group_by=grouped, name=part_name),
        ops.AddAggregate(whole, entity=entity, function="count", group_by=grouped, name=whole_name),
        ops.AddAggregate(
            label, entity=entity, expression=f"{part_name} / {whole_name} * 100.0", group_by=grouped, unit="%"
        ),
    )
    return _shown(scene, kind, entity, group, label)


def _shown(scene: Scene, kind: s.ViewType.ValueType, entity: str, group: str, label: str) -> bool:
    by = group if kind == s.VIEW_TYPE_CHART else ""
    if any(v.type == kind and v.title == label for v in scene.spec.views):
        return True
    return scene.act(ops.AddView(view_word(kind), entity, by=by, aggregate=label, title=label))


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _label(function: str, what: str, by: FieldRef | None, bucket: str, told: str, chinese: bool) -> str:
    grouped = by.field.label or by.field.name if by else ""
    if grouped in ("who", "谁"):
        grouped = "人" if chinese else "person"
    if chinese:
        words = {"sum": "总计", "mean": "平均", "median": "中位数", "max": "最高", "min": "最低", "count": "数量"}
        each = {"day": "每天", "week": "每周", "month": "每月", "year": "每年"}.get(
            bucket, f"按{grouped}" if grouped else ""
        )
        if function == "count":
            return f"{each}{told or '记录'}数"[:60]
        return f"{each}{told}{what}{words[function]}"[:60]
    words = {
        "sum": "total",
        "mean": "average",
        "median": "median",
        "max": "highest",
        "min": "lowest",
        "count": "number",
    }
    each = f" per {bucket or grouped}" if bucket or grouped else ""
    if function == "count":
        return f"Number of {f'“{told}”' if told else 'entries'}{each.lower()}"[:60]
    if what.lower() == words[function]:
        what = ""
    label = " ".join(w for w in (words[function], what.lower() if what else "", told) if w) + each.lower()
    return (label[:1].upper() + label[1:])[:60]


def _measure(scene: Scene, plain: str, entity: str, by: FieldRef | None) -> FieldRef | None:
    numeric = [
        r
        for *_, r in scene.names.mentions(plain, entity)
        if r.field.type in NUMBERS and (not by or r.field.name != by.field.name)
    ]
    if numeric:
        return numeric[0]
    last = scene.operations[-6:]
    computed = [
        o.label
        for o in last
        if isinstance(o, ops.AddField) and o.formula and (o.type == "money" or not _SPENT.search(plain))
    ]
    if computed and re.search(r"\b(?:total|sum|how much|owes?|pays?)\b|多少|花|总|付", plain):
        # What was computed a moment ago.
        return scene.names.field(computed[-1], entity, least=0.98)
    if (
        scene.topic is not None
        and scene.topic.field.type in NUMBERS
        and re.search(r"\b(?:of|for) (?:it|that|this|them)\b", plain)
    ):
        return scene.topic
    money = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    if money and re.search(
        r"\b(?:cost|costs|spent|spend|paid|pay|pays|money|how much|got|earned|owe|income|revenue|"
        r"turnover|earnings|spending|expenses?)\b|钱|花|费|收入|支出",
        plain,
    ):
        # Of several the one that the phrase has a part of the name of.
        told = [r for r in money if _shares(bare(r.field.label or r.field.name), plain)]
        return (told or money)[0]
    numbers = scene.names.of_type(*NUMBERS, entity=entity)
    if len(numbers) == 1 and re.search(r"\b(?:how much|total|sum|average)\b|多少|总|平均", plain):
        return numbers[0]
    alike = [r for r in numbers if is_chinese(r.field.label)]
    alike = [r for r in alike if (set(r.field.label) - set(_COUNTING)) & set(plain)]
    if len(alike) == 1 and re.search("多少|总|合计", plain):
        return alike[0]
    for word in re.findall(r"[^\W_]+", plain) if not is_chinese(plain) else ():
        ref = scene.names.field(word, entity, least=0.7)
        if ref is not None and ref.field.type in NUMBERS and len(word) > 2 and word not in _PASSED_OVER:
            return ref
    return None


def _shares(label: str, plain: str) -> bool:
    """Whether a phrase holds a telling part of a label: a word, a character that says no more than that it is money."""
    if is_chinese(label):
        return any(c in plain for c in label if c not in "价钱费额金总的")
    return any(
        re.search(rf"\b{re.escape(w)}", plain) for w in label.split() if w not in ("price", "cost", "amount", "of")
    )


def _compared(scene: Scene, plain: str, entity: str) -> FieldRef | None:
    """The choice field of which a phrase names several options, side by side: a chart goes by it."""
    for ref in scene.names.fields(entity):
        named = [c for c in ref.field.choices if len(c) > 1 and bare(c) in plain]
        if ref.field.type == s.FIELD_TYPE_CHOICE and len(named) > 1:
            return ref
    return None


def _condition(scene: Scene, plain: str, entity: str, by: FieldRef | None) -> tuple[str, str]:
    """What only counts: an option or a yes/no field that the phrase names, as CEL and in words."""
    for ref in scene.names.fields(entity):
        if ref.field.type == s.FIELD_TYPE_CHOICE and (by is None or ref.field.name != by.field.name):
            for value in ref.field.choices:
                folded = bare(value)
                pattern = (
                    re.escape(folded) if is_chinese(folded) else rf"(?<![^\W_]){re.escape(folded)}(?:'?e?s)?(?![^\W_])"
                )
                if folded and re.search(pattern, plain):
                    return (
                        f"{ref.field.name} == '{value.replace(chr(92), '').replace(chr(39), chr(92) + chr(39))}'",
                        value,
                    )
    for flag in scene.names.of_type(s.FIELD_TYPE_BOOLEAN, entity=entity):
        if re.search(rf"\b(?:un|not yet |not ){re.escape(bare(flag.field.label or flag.field.name))}\b", plain):
            return f"{flag.field.name} == false", f"not {(flag.field.label or flag.field.name).lower()}"
    for *_, ref in scene.names.mentions(plain, entity):
        if ref.field.type == s.FIELD_TYPE_BOOLEAN and (by is None or ref.field.name != by.field.name):
            negative = re.search(r"\b(?:not|un|isn't|aren't|haven't|hasn't|still to be)\b|没|未", plain)
            return f"{ref.field.name} == {'false' if negative else 'true'}", (ref.field.label or ref.field.name).lower()
    return "", ""


def _only_flag(entity: str, fields: Sequence[s.Field]) -> str:
    flags = [f for f in fields if f.type == s.FIELD_TYPE_BOOLEAN]
    return f"{flags[0].name} == true" if len(flags) == 1 else ""


def _only_number(entity: str, fields: Sequence[s.Field]) -> FieldRef | None:
    numbers = [f for f in fields if f.type in NUMBERS]
    return FieldRef(entity, numbers[0]) if len(numbers) == 1 else None
