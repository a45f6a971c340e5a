"""Views that a phrase asks for: "a board by status", "再来个相册"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import TIMES
from madeleine_miniapp.domain.editing.charting import figure
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.view_words import (
    bucket_named,
    entity_meant,
    first_of,
    function_named,
    grouping,
    latest_of,
    mentioned,
    view_word,
)
from madeleine_miniapp.domain.language import is_chinese

_TYPES: tuple[tuple[str, s.ViewType.ValueType], ...] = (
    (
        r"\b(?:gallery|galleries|photo (?:wall|grid)|picture (?:wall|grid)|card view|cards view"
        r"|as cards)\b|相册|画廊|图库|图片墙|照片墙|卡片视图",
        s.VIEW_TYPE_GALLERY,
    ),
    (r"\b(?:kanban(?: board)?|boards?|swim ?lanes)\b|看板", s.VIEW_TYPE_BOARD),
    (r"\bcalend[ae]rs?\b|日历|月历", s.VIEW_TYPE_CALENDAR),
    (
        r"\b(?:check ?lists?|tick ?lists?|check-lists?|to-?do list view)\b"
        r"|勾选清单|待办视图|清单视图|清单[^,，]{0,2}打勾|打勾[^,，]{0,2}清单",
        s.VIEW_TYPE_CHECKLIST,
    ),
    (
        r"\b(?:(?:bar |line |pie |column |trend )?(?:charts?|graphs?|plots?|diagrams?)|histogram"
        r"|(?:as|in|on) (?:an? )?(?:pie|bars?|lines?|curves?)$|trend ?line|trend over time|leader ?board|score"
        r" ?board|ranking|league table)\b"
        r"|柱状图|折线图|饼图|条形图|曲线|走势|排行榜?|排名|排个名|排一下名|趋势图|统计图|图表|图$|个图|做图",
        s.VIEW_TYPE_CHART,
    ),
    (
        r"\b(?:metrics?|kpis?|one (?:big )?number|(?:an?|one|the) (?:\w+ )?(?:figure|stat|number) (?:with|for|of"
        r"|showing|that shows) (?:the |our |my )?"
        r"(?:total|sum|overall|average)|a (?:big )?number (?:for|showing|with)"
        r"|(?:an?|one) (?:\w+ )?(?:number|figure) (?:on top|at the top|up top|above)"
        r"|counter|number tile|tile|headline (?:number|figure)|big number)\b"
        r"|指标|(?:总|一共|平均)[^,，]*的?数字$|总数卡片|数字卡片|大数字|一个数字",
        s.VIEW_TYPE_METRIC,
    ),
    (
        r"\b(?:table view|table layout|as a table|in a table|spreadsheet(?: view)?)\b"
        r"|^an? (?:simple |plain |normal |big |proper |second )?table(?=$| (?:so|where|that|to see|sorted"
        r"|ordered|grouped|instead|please))"
        r"|表格视图|表格形式|表格",
        s.VIEW_TYPE_TABLE,
    ),
    (
        r"\b(?:list view|as a list|plain list|simple list|^list$|the list$|^a list$"
        r"|^an? (?:simple |plain |normal |proper )?list(?=$| (?:so|where|to see|sorted|ordered|grouped|instead"
        r"|please)))|列表视图|列表形式|^列表$",
        s.VIEW_TYPE_LIST,
    ),
)
_WORDS = tuple((re.compile(p, re.I), t) for p, t in _TYPES)


# "A photo of the final board" is a photo.
_THING_OF = re.compile(
    r"^(?:an?\s+|the\s+)?(?:\w+\s+){0,2}?(?:photos?|pictures?|images?|links?|urls?|names?|notes?|comments?"
    r"|dates?|place|location"
    r"|colou?r|owner|size)\s+(?:of|for|to|from)\s+(?:the|our|my|an?|each)\s(?!.*\s(?:as|in|on)\s+an?\s)",
    re.I,
)


def view_type(text: str) -> s.ViewType.ValueType:
    """The kind of view that a phrase names; unspecified for none."""
    if _THING_OF.match(text):
        return s.VIEW_TYPE_UNSPECIFIED
    for pattern, kind in _WORDS:
        if pattern.search(text):
            return kind
    return s.VIEW_TYPE_UNSPECIFIED


def _columns(plain: str) -> tuple[str, ...]:
    """The columns that a board is asked for with, when they are told one by one."""
    hit = re.search(
        r"(?:\b(?:with|for|having)\s+|:\s*)(?:the\s+)?(?:columns?\s+|lanes?\s+|stages?\s+)?:?\s*(?P<c>[^:]+)$", plain
    )
    parts = [p.strip() for p in re.split(r"\s*[,/|]\s*(?:and\s+)?|\s+and\s+", hit["c"])] if hit else []
    return tuple(parts) if len(parts) > 2 and all(0 < len(p.split()) <= 3 for p in parts) else ()


_OF_IT = re.compile(r"\b(?:for|of|by|with) (?:it|that|this|them)$|^用看板")
_DAYS_SINCE = re.compile(r"多少天|几天|多久")


def asks_for_figure(text: str) -> bool:
    """Whether a phrase asks for a figure over records: a function word, and what it is for or grouped by."""
    if _DAYS_SINCE.search(text) and not re.search("总|平均", text):
        # How long something has been is no figure over records.
        return False
    return (
        bool(re.search(r"\b(?:per|for each|by|each|every)\b|总|平均|每|一共|合计|统计|汇总", text))
        and function_named(text) != ""
    )


def add_view(scene: Scene, phrase: str, kind: s.ViewType.ValueType = s.VIEW_TYPE_UNSPECIFIED) -> bool:
    """Adds the view that a phrase asks for, with the figure that it shows; False when something is lacking."""
    plain = scene.prepared.plain(phrase).lower()
    kind = kind or view_type(plain)
    entity = entity_meant(scene, plain)
    fields = next(e.fields for e in scene.spec.entities if e.name == entity)
    function, bucket = function_named(plain), bucket_named(plain)
    by = grouping(scene, plain, entity)
    if kind == s.VIEW_TYPE_UNSPECIFIED:
        kind = s.VIEW_TYPE_CHART if by or bucket else s.VIEW_TYPE_METRIC
    if kind == s.VIEW_TYPE_CHART or kind == s.VIEW_TYPE_METRIC:
        return figure(scene, plain, kind, entity, by, function, bucket)
    if kind == s.VIEW_TYPE_BOARD and by is None and (columns := _columns(plain)):
        scene.act(ops.AddField(entity, "状态" if is_chinese(plain) else "Status", "choice", choices=columns))
        by = scene.names.field("状态" if is_chinese(plain) else "Status", entity, least=0.95)
    if kind == s.VIEW_TYPE_BOARD and by is None and _OF_IT.search(plain):
        # "A status and a board for it": of what was just spoken of.
        now = scene.topic and scene.names.field(scene.topic.field.label, scene.topic.entity, least=0.98)
        by = now if now and now.entity == entity and now.field.type == s.FIELD_TYPE_CHOICE else None
    if kind == s.VIEW_TYPE_BOARD and by is None:
        by = mentioned(
            scene, plain, entity, (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN)
        ) or first_of(entity, fields, (s.FIELD_TYPE_CHOICE,), (s.FIELD_TYPE_PERSON,), (s.FIELD_TYPE_BOOLEAN,))
    if kind == s.VIEW_TYPE_CALENDAR:
        by = mentioned(scene, plain, entity, tuple(TIMES)) or first_of(entity, fields, tuple(TIMES))
    if kind == s.VIEW_TYPE_CHECKLIST:
        by = mentioned(scene, plain, entity, (s.FIELD_TYPE_BOOLEAN,)) or latest_of(entity, fields, s.FIELD_TYPE_BOOLEAN)
    lacking = {
        s.VIEW_TYPE_BOARD: "a board needs a field with options, a person or a yes/no field",
        s.VIEW_TYPE_CALENDAR: "a calendar needs a field with a date",
        s.VIEW_TYPE_CHECKLIST: "a checklist needs a yes/no field",
    }
    if kind in lacking and by is None and scene.views_waiting is not None:
        scene.views_waiting.append((phrase, kind))
        return True
    if kind == s.VIEW_TYPE_CHECKLIST and by is None:
        # What is to be ticked off has to have a tick.
        label = "完成" if is_chinese(plain) else "Done"
        scene.act(ops.AddField(entity, label, "boolean"))
        by = scene.names.field(label, entity, least=0.98)
    if kind in lacking and by is None:
        scene.not_done.append(lacking[kind])
        return True
    keyed = by.field.name if by and kind in lacking else ""
    if any(v.type == kind and v.entity == entity and v.by == keyed for v in scene.spec.views):
        return True
    return scene.act(ops.AddView(view_word(kind), entity, by=keyed))
