"""Views, charts and figures that a phrase asks for: "a chart of amount per goal", "想看每个负责人花了多少钱的图表"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, TIMES
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.text import bare, is_chinese

if TYPE_CHECKING:
    from madeleine_miniapp.domain.editing.scene import Scene

_V = s.ViewType
_TYPES: tuple[tuple[str, s.ViewType.ValueType], ...] = (
    (
        r"\b(?:gallery|galleries|photo (?:wall|grid)|picture (?:wall|grid)|card view|cards view"
        r"|as cards)\b|相册|画廊|图库|图片墙|照片墙|卡片视图",
        s.VIEW_TYPE_GALLERY,
    ),
    (r"\b(?:kanban(?: board)?|boards?|swim ?lanes)\b|看板", s.VIEW_TYPE_BOARD),
    (r"\bcalend[ae]rs?\b|日历|月历", s.VIEW_TYPE_CALENDAR),
    (
        r"\b(?:check ?lists?|tick ?lists?|check-lists?|to-?do list view)\b|勾选清单|待办视图|清单视图",
        s.VIEW_TYPE_CHECKLIST,
    ),
    (
        r"\b(?:(?:bar |line |pie |column |trend )?(?:charts?|graphs?|plots?|diagrams?)|histogram"
        r"|trend ?line|trend over time|leader ?board|score ?board|ranking|league table)\b"
        r"|柱状图|折线图|饼图|条形图|曲线|走势|排行榜?|排名|趋势图|统计图|图表|图$|个图|做图",
        s.VIEW_TYPE_CHART,
    ),
    (
        r"\b(?:metrics?|kpis?|one (?:big )?number|a (?:big )?number (?:for|showing|with)"
        r"|counter|number tile|tile|headline (?:number|figure)|big number)\b"
        r"|指标|总数卡片|数字卡片|大数字|一个数字",
        s.VIEW_TYPE_METRIC,
    ),
    (
        r"\b(?:table view|table layout|as a table|in a table|spreadsheet(?: view)?)\b|表格视图|表格形式|表格",
        s.VIEW_TYPE_TABLE,
    ),
    (
        r"\b(?:list view|as a list|plain list|simple list|^list$|the list$|^a list$)|列表视图|列表形式|^列表$",
        s.VIEW_TYPE_LIST,
    ),
)
_WORDS = tuple((re.compile(p, re.I), t) for p, t in _TYPES)
_FUNCTIONS: tuple[tuple[str, str], ...] = (
    (r"\b(?:percent(?:age)?s?|rates?|share|ratio|proportion)\b|%|率$|率|百分比|占比|比例", "percent"),
    (r"\b(?:average|avg|mean|on average|typical)\b|平均", "mean"),
    (r"\bmedian\b|中位数", "median"),
    (r"\b(?:highest|max(?:imum)?|most|largest|biggest|longest|best)\b|最高|最大|最多|最长", "max"),
    (r"\b(?:lowest|min(?:imum)?|smallest|fewest|shortest|least)\b|最低|最小|最少|最短", "min"),
    (
        r"\b(?:number of|how many|count(?: of)?|how often)\b|多少个|多少次|几次|次数|个数" r"|多少人|人数|几个|条数",
        "count",
    ),
    (
        r"\b(?:total(?:s| of)?|sum(?: of)?|how much|overall|altogether|in total|sums)\b|"
        r"总|合计|一共|多少钱|多少|花了",
        "sum",
    ),
)
_BUCKETS = (
    (r"\b(?:per|by|each|every|a) day\b|\bdaily\b|每天|每日|按天|按日", "day"),
    (r"\b(?:per|by|each|every|a) week\b|\bweekly\b|每周|按周|每星期", "week"),
    (r"\b(?:per|by|each|every|a) month\b|\bmonthly\b|每月|每个月|按月", "month"),
    (r"\b(?:per|by|each|every|a) year\b|\byearly\b|\bannual\b|每年|按年", "year"),
)
_GROUP = re.compile(
    r"\b(?:per|by|for each|for every|of each|each|every|grouped by|group by|sorted into"
    r"|broken down by|split by|over|across|with a column for each|one column (?:per|"
    r"for each))\s+(?:the\s+)?(?P<by>[^,.;:]+?)"
    r"(?=$|[,.;:]|\s+(?:would|please|as|in|on|too|got|gets?|has|have|had|is|are|was|"
    r"we|i|over|with|and|for|so|spent|ran|did|made|paid|earned|drank|ate)\b)",
    re.I,
)
_GROUP_ZH = re.compile(
    r"(?:按照?|根据)(?P<by>[^，。的看分]{1,10}?)(?:来|分列|分组|分类|统计|显示|分|看"
    r"|的|$)|每个?一?(?:个|位|种|家)?(?P<each>[^，。]{1,6}?)(?=总|的|花|跑|一共|平均"
    r"|有|多少|出|$)"
)
_PICTURES = (s.FIELD_TYPE_IMAGE,)


def view_type(text: str) -> s.ViewType.ValueType:
    """The kind of view that a phrase names; unspecified for none."""
    for pattern, kind in _WORDS:
        if pattern.search(text):
            return kind
    return s.VIEW_TYPE_UNSPECIFIED


def asks_for_figure(text: str) -> bool:
    """Whether a phrase asks for a figure over records: a function word, and what it is for or grouped by."""
    return bool(re.search(r"\b(?:per|for each|by)\b|总|平均|每", text)) and _function(text) != ""


def add_view(scene: Scene, phrase: str, kind: s.ViewType.ValueType = s.VIEW_TYPE_UNSPECIFIED) -> bool:
    """Adds the view that a phrase asks for, with the figure that it shows; False when something is lacking."""
    plain = scene.prepared.plain(phrase).lower()
    kind = kind or view_type(plain)
    entity = _entity(scene, plain)
    fields = next(e.fields for e in scene.spec.entities if e.name == entity)
    function, bucket = _function(plain), _bucket(plain)
    by = _grouping(scene, plain, entity)
    if kind == s.VIEW_TYPE_UNSPECIFIED:
        kind = s.VIEW_TYPE_CHART if by or bucket else s.VIEW_TYPE_METRIC
    if kind == s.VIEW_TYPE_CHART or kind == s.VIEW_TYPE_METRIC:
        return _figure(scene, plain, kind, entity, by, function, bucket)
    if kind == s.VIEW_TYPE_BOARD and by is None:
        by = _mentioned(
            scene, plain, entity, (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN)
        ) or _first(entity, fields, (s.FIELD_TYPE_CHOICE,), (s.FIELD_TYPE_PERSON,), (s.FIELD_TYPE_BOOLEAN,))
    if kind == s.VIEW_TYPE_CALENDAR:
        by = _mentioned(scene, plain, entity, tuple(TIMES)) or _first(entity, fields, tuple(TIMES))
    if kind == s.VIEW_TYPE_CHECKLIST:
        by = _mentioned(scene, plain, entity, (s.FIELD_TYPE_BOOLEAN,)) or _latest(entity, fields, s.FIELD_TYPE_BOOLEAN)
    lacking = {
        s.VIEW_TYPE_BOARD: "a board needs a field with options, a person or a yes/no field",
        s.VIEW_TYPE_CALENDAR: "a calendar needs a field with a date",
        s.VIEW_TYPE_CHECKLIST: "a checklist needs a yes/no field",
    }
    if kind in lacking and by is None:
        scene.not_done.append(lacking[kind])
        return True
    keyed = by.field.name if by and kind in lacking else ""
    if any(v.type == kind and v.entity == entity and v.by == keyed for v in scene.spec.views):
        return True
    return scene.act(ops.AddView(_word(kind), entity, by=keyed))


def _figure(
    scene: Scene, plain: str, kind: s.ViewType.ValueType, entity: str, by: FieldRef | None, function: str, bucket: str
) -> bool:
    fields = next(e.fields for e in scene.spec.entities if e.name == entity)
    dated = _first(entity, fields, tuple(TIMES))
    if bucket and by is None:
        by = dated
    if kind == s.VIEW_TYPE_CHART and by is None:
        by = (
            _mentioned(scene, plain, entity, tuple(TIMES))
            or _grouped_by_mention(scene, plain, entity)
            or dated
            or _first(entity, fields, (s.FIELD_TYPE_CHOICE,), (s.FIELD_TYPE_PERSON,))
        )
        if by is None:
            scene.not_done.append("a chart needs a field to go by")
            return True
    where, told = _condition(scene, plain, entity, by)
    measure = _measure(scene, plain, entity, by)
    chinese = is_chinese(plain)
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
    counted = function == "count"
    what = "" if counted or measure is None else measure.field.label or measure.field.name
    label = _label(function, what, by, bucket, told, chinese)
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
        )
    )
    return _shown(scene, kind, entity, group, label)


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
    return scene.act(ops.AddView(_word(kind), entity, by=by, aggregate=label, title=label))


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _label(function: str, what: str, by: FieldRef | None, bucket: str, told: str, chinese: bool) -> str:
    grouped = by.field.label or by.field.name if by else ""
    if chinese:
        words = {"sum": "总计", "mean": "平均", "median": "中位数", "max": "最高", "min": "最低", "count": "数量"}
        each = {"day": "每天", "week": "每周", "month": "每月", "year": "每年"}.get(
            bucket, f"按{grouped}" if grouped else ""
        )
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
    label = " ".join(w for w in (words[function], what.lower() if what else "", told) if w) + each.lower()
    return (label[:1].upper() + label[1:])[:60]


def _word(kind: s.ViewType.ValueType) -> str:
    return _V.Name(kind).removeprefix("VIEW_TYPE_").lower()


def _function(plain: str) -> str:
    return next((name for pattern, name in _FUNCTIONS if re.search(pattern, plain, re.I)), "")


def _bucket(plain: str) -> str:
    return next((name for pattern, name in _BUCKETS if re.search(pattern, plain, re.I)), "")


def _entity(scene: Scene, plain: str) -> str:
    """The entity that a phrase names, or whose fields it names; else the one spoken of."""
    for entity in scene.spec.entities:
        label = bare(entity.label or entity.name)
        if (
            len(scene.spec.entities) > 1
            and label
            and re.search(
                rf"(?<![^\W_]){re.escape(label)}s?(?![^\W_])" if not is_chinese(label) else re.escape(label), plain
            )
        ):
            return entity.name
    mentioned = scene.names.mentions(plain, scene.home) or scene.names.mentions(plain)
    return mentioned[0][2].entity if mentioned else scene.home


def _grouping(scene: Scene, plain: str, entity: str) -> FieldRef | None:
    """The field after "per", "by", "每个"."""
    for hit in (_GROUP_ZH if is_chinese(plain) else _GROUP).finditer(plain):
        groups = hit.groupdict()
        phrase = groups.get("by") or groups.get("each") or ""
        ref = scene.names.field(phrase, entity)
        if ref is None:
            mentioned = scene.names.mentions(phrase, entity)
            ref = mentioned[0][2] if mentioned else None
        if ref is None and re.search(r"人|\b(?:person|people|member|one|us|everyone|\w+er)\b", phrase):
            people = scene.names.of_type(s.FIELD_TYPE_PERSON, entity=entity)
            ref = people[0] if len(people) == 1 else None
        if ref is not None and ref.field.type not in NUMBERS:
            return ref
    return None


def _grouped_by_mention(scene: Scene, plain: str, entity: str) -> FieldRef | None:
    return _mentioned(scene, plain, entity, (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT))


def _mentioned(scene: Scene, plain: str, entity: str, types: tuple[s.FieldType.ValueType, ...]) -> FieldRef | None:
    return next((ref for *_, ref in scene.names.mentions(plain, entity) if ref.field.type in types), None)


def _measure(scene: Scene, plain: str, entity: str, by: FieldRef | None) -> FieldRef | None:
    numeric = [
        r
        for *_, r in scene.names.mentions(plain, entity)
        if r.field.type in NUMBERS and (not by or r.field.name != by.field.name)
    ]
    if numeric:
        return numeric[0]
    money = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    if len(money) == 1 and re.search(
        r"\b(?:cost|costs|spent|spend|paid|money|how much|got|earned|owe)\b|钱|花|费", plain
    ):
        return money[0]
    numbers = scene.names.of_type(*NUMBERS, entity=entity)
    if len(numbers) == 1 and re.search(r"\b(?:how much|total|sum|average)\b|多少|总|平均", plain):
        return numbers[0]
    for word in re.findall(r"[^\W_]+", plain) if not is_chinese(plain) else ():
        ref = scene.names.field(word, entity, least=0.7)
        if ref is not None and ref.field.type in NUMBERS and len(word) > 2:
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


def _first(entity: str, fields: Sequence[s.Field], *kinds: tuple[s.FieldType.ValueType, ...]) -> FieldRef | None:
    """The first field of the first kind of which there is any."""
    for types in kinds:
        for known in fields:
            if known.type in types:
                return FieldRef(entity, known)
    return None


def _latest(entity: str, fields: Sequence[s.Field], kind: s.FieldType.ValueType) -> FieldRef | None:
    found = [f for f in fields if f.type == kind]
    return FieldRef(entity, found[-1]) if found else None
