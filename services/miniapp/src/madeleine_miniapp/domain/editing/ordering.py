"""What an app's lists are sorted by, and what they are grouped"
" by: "newest first", "按日期倒序", "grouped by owner"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import TIMES
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import polished
from madeleine_miniapp.domain.editing.view_words import entity_meant
from madeleine_miniapp.domain.editing.viewing import view_type
from madeleine_miniapp.domain.language import is_chinese

_SORTED = re.compile(
    r"(?:\b(?:sort(?:ed)?|order(?:ed)?|arrange[d]?|rank(?:ed)?)\b(?!\s*(?:of|number))[\w ]*?\s(?:by|after|on"
    r"|according to)\s+"
    r"(?:the\s+|their\s+|its\s+)?(?P<x>[\w ]+?)(?=$|[,.;]|\s+(?:and|with|so|please|descending|ascending|desc|asc"
    r"|from|in"
    r"|newest|oldest|highest|lowest|latest)\b))"
    r"|^(?:the\s+|with\s+(?:the\s+)?|show\s+(?:the\s+)?|put\s+(?:the\s+)?)?(?P<end>newest|latest|most recent"
    r"|oldest|earliest"
    r"|highest|lowest|biggest|largest|smallest|cheapest|dearest|most expensive|best|longest|shortest)"
    r"(?:\s+(?P<of>[\w ]+?))?\s+(?:first|on top|at the top)$",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:descending|desc|newest|latest|most recent|highest|biggest|largest|dearest|most expensive|best|longest"
    r"|high to low|reverse)\b|倒序|降序|从[高大新多贵晚]到|最[新近晚高大多贵好长]的?(?:在|排|放)",
    re.I,
)
_SORTED_ZH = re.compile(
    r"(?:按照?|根据|用)(?P<x>[^,，]{1,10}?)(?:的)?(?:从[高低大小新旧早晚多少贵]\S{0,2}到[高低大小新旧早晚多少便宜贵]+)?(?:来)?"
    r"(?:排序|排列|排(?!行|名)|倒序|降序|升序)|最(?P<end>[新早近高低大小贵好差长短多少]|便宜)的?(?P<of>[^,，]{0,4}?)(?:排|放"
    r"|显示)?(?:在|到)?(?:最?(?:前|上)面?)"
)
_FLAGGED = re.compile(
    r"^(?:put\s+|show\s+|with\s+)?(?:the\s+)?(?P<x>[\w ]+?)(?:\s+(?:ones?|jobs|tasks|items|entries"
    r"|things))?\s+(?:first|on top|at the top|(?P<last>last|at the bottom|at the end))$"
    r"|^(?:把)?(?P<z>[^,，]{1,8}?)的?(?:都)?(?:排|放|显示)(?:在|到)?(?:最?(?:前|上)面?|(?P<behind>最?(?:后|下)面?))$",
    re.I,
)
_GROUPED = re.compile(
    r"\b(?:group(?:ed)?|split)\b[\w ]*?\s(?:by|per|into)\s+(?:the\s+|their\s+)?(?P<x>[\w ]+?)(?=$|[,.;]"
    r"|\s+(?:and|with|so"
    r"|please)\b)",
    re.I,
)
_GROUPED_ZH = re.compile(r"(?:按照?|根据)(?P<x>[^,，]{1,10}?)(?:来)?(?:分组|分栏|分开|归类)")
_NOT = re.compile(r"^(?:un(?=[a-z]{3})|not |还?没有?|未|不)", re.I)
_SORTABLE = (s.VIEW_TYPE_LIST, s.VIEW_TYPE_TABLE, s.VIEW_TYPE_GALLERY, s.VIEW_TYPE_CHECKLIST)
_BY_TIME = re.compile(r"newest|latest|recent|oldest|earliest|[新早近]", re.I)


_BY_NAME = re.compile(r"^(?:sort|order|list|show|arrange)\b.*\b(?:alphabetical(?:ly)?|a (?:to|-) z)\b", re.I)


def arrange(text: str, scene: Scene) -> bool:
    """Sorts the lists, or adds a board of the groups, that a clause asks for; False where it names no field."""
    plain = scene.prepared.plain(polished(text))
    chinese = is_chinese(plain)
    hit = (_SORTED_ZH if chinese else _SORTED).search(plain)
    grouped = (_GROUPED_ZH if chinese else _GROUPED).search(plain)
    done = False
    entity = entity_meant(scene, plain)
    if grouped and not view_type(plain) and (ref := scene.names.field(grouped["x"], entity)) is not None:
        done = _group(scene, ref)
    flagged = _FLAGGED.match(plain)
    said = (flagged["x"] or flagged["z"] or "") if flagged else ""
    if flagged and (mark := _flag(scene, said, entity)) is not None:
        return _sort(scene, mark, descending=(not (flagged["last"] or flagged["behind"])) != bool(_NOT.match(said)))
    if hit is None and _BY_NAME.search(plain):
        texts = scene.names.of_type(s.FIELD_TYPE_TEXT, entity=entity)
        return bool(texts) and _sort(scene, texts[0], descending=False)
    if hit and (ref := _sorted_by(scene, hit, entity)) is not None:
        done = _sort(scene, ref, descending=bool(_DOWN.search(plain)))
    return done


def _flag(scene: Scene, said: str, entity: str) -> FieldRef | None:
    """The yes/no field that a phrase says or denies: "unpaid", "没付的" of 已付."""
    plain = _NOT.sub("", said)
    for ref in scene.names.of_type(s.FIELD_TYPE_BOOLEAN, entity=entity):
        told = re.sub("^(?:已经?|是否)|了$", "", ref.field.label)
        if plain and (scene.names.field(plain, entity, least=0.9) == ref or (is_chinese(told) and told in plain)):
            return ref
    return None


def _sorted_by(scene: Scene, hit: re.Match[str], entity: str) -> FieldRef | None:
    if hit["x"]:
        return scene.names.field(hit["x"], entity)
    ref = scene.names.field(hit["of"], entity) if hit["of"] else None
    if ref is None and hit["end"] in ("贵", "便宜", "cheapest", "dearest", "most expensive"):
        money = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
        return money[0] if money else None
    if ref is None and _BY_TIME.search(hit["end"]):
        dates = scene.names.of_type(*TIMES, entity=entity)
        ref = dates[0] if dates else None
    return ref


def _sort(scene: Scene, ref: FieldRef, *, descending: bool) -> bool:
    views = [v.name for v in scene.spec.views if v.entity == ref.entity and v.type in _SORTABLE]
    for name in views:
        scene.act(ops.ChangeView(name, sort_by=ref.field.name, descending=descending))
    return bool(views) or scene.act(ops.AddView("table", ref.entity, sort_by=ref.field.name, descending=descending))


def _group(scene: Scene, ref: FieldRef) -> bool:
    """A board has a column for each group; of what cannot be one, lists are sorted, so that alike stand together."""
    if ref.field.type not in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN):
        return _sort(scene, ref, descending=False)
    there = any(v.type == s.VIEW_TYPE_BOARD and v.by == ref.field.name for v in scene.spec.views)
    return there or scene.act(ops.AddView("board", ref.entity, by=ref.field.name))
