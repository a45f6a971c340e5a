"""What phrases about views and figures name: kinds, functions, times, and the field to go by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.language import is_chinese

_V = s.ViewType
FUNCTIONS: tuple[tuple[str, str], ...] = (
    (r"\b(?:percent(?:age)?s?|rates?|share|ratio|proportion)\b|%|率$|率|百分比|占比|比例", "percent"),
    (r"\b(?:average|avg|mean|on average|typical)\b|平均", "mean"),
    (r"\bmedian\b|中位数", "median"),
    (r"\b(?:highest|max(?:imum)?|most|largest|biggest|longest|best)\b|最高|最大|最多|最长", "max"),
    (r"\b(?:lowest|min(?:imum)?|smallest|fewest|shortest|least)\b|最低|最小|最少|最短", "min"),
    (
        r"\b(?:number of|how many|count(?: of)?|how often)\b|多少[个次场条本回]|几[场条本回顿单]|几次|次数|个数(?!字)"
        r"|多少人|人数|几个|条数",
        "count",
    ),
    (
        r"\b(?:total(?:s| of)?|sum(?: of)?|how much|overall|altogether|in total|sums|balance|all of (?:it|them)"
        r"|everything|it all)\b|"
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


def view_word(kind: s.ViewType.ValueType) -> str:
    return _V.Name(kind).removeprefix("VIEW_TYPE_").lower()


def function_named(plain: str) -> str:
    return next((name for pattern, name in FUNCTIONS if re.search(pattern, plain, re.I)), "")


def bucket_named(plain: str) -> str:
    return next((name for pattern, name in _BUCKETS if re.search(pattern, plain, re.I)), "")


def entity_meant(scene: Scene, plain: str) -> str:
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


def grouping(scene: Scene, plain: str, entity: str) -> FieldRef | None:
    """The field after "per", "by", "每个"."""
    if re.search(
        r"^(?:(?:show|see|know|display)\s+)?(?:(?:me|us)\s+)?who\s+\w+\s+(?:how (?:much|many)|what"
        r"|the most|most)\b",
        plain,
    ):
        # "Who spent how much".
        people = scene.names.of_type(s.FIELD_TYPE_PERSON, entity=entity)
        return people[0] if len(people) == 1 else None
    for hit in (_GROUP_ZH if is_chinese(plain) else _GROUP).finditer(plain):
        groups = hit.groupdict()
        phrase = groups.get("by") or groups.get("each") or ""
        ref = scene.names.field(phrase, entity)
        if ref is None:
            mentioned = scene.names.mentions(phrase, entity)
            ref = mentioned[0][2] if mentioned else None
        if ref is None and len(phrase) == 1 and is_chinese(phrase):
            # "每类" of 分类.
            alike = [r for r in scene.names.fields(entity) if r.field.choices and phrase in r.field.label]
            ref = alike[0] if len(alike) == 1 else None
        if ref is None and re.search(r"人|\b(?:person|people|member|one|us|everyone|\w+er)\b", phrase):
            people = scene.names.of_type(s.FIELD_TYPE_PERSON, entity=entity)
            named = [r for r in scene.names.choosing() if r.entity == entity and re.search("谁|人", r.field.label)]
            ref = people[0] if len(people) == 1 else named[0] if len(named) == 1 and not people else None
        if ref is not None and ref.field.type not in NUMBERS:
            return ref
    people = scene.names.of_type(s.FIELD_TYPE_PERSON, entity=entity)
    if len(people) == 1 and re.search(r"\bwho\b|^谁|[,，]谁", plain):
        return people[0]
    return None


def grouped_by_mention(scene: Scene, plain: str, entity: str) -> FieldRef | None:
    return mentioned(scene, plain, entity, (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_TEXT))


def mentioned(scene: Scene, plain: str, entity: str, types: tuple[s.FieldType.ValueType, ...]) -> FieldRef | None:
    return next((ref for *_, ref in scene.names.mentions(plain, entity) if ref.field.type in types), None)


def first_of(entity: str, fields: Sequence[s.Field], *kinds: tuple[s.FieldType.ValueType, ...]) -> FieldRef | None:
    """The first field of the first kind of which there is any."""
    for types in kinds:
        for known in fields:
            if known.type in types:
                return FieldRef(entity, known)
    return None


def latest_of(entity: str, fields: Sequence[s.Field], kind: s.FieldType.ValueType) -> FieldRef | None:
    found = [f for f in fields if f.type == kind]
    return FieldRef(entity, found[-1]) if found else None
