"""New kinds of record that Chinese clauses ask for, and what their records belong to."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import kinds
from madeleine_miniapp.domain.editing.options import options
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED
from madeleine_miniapp.domain.editing.viewing import view_type

_ENTITY = re.compile(
    r"^(?:再)?(?:单独|另外|另|独立)?(?:再)?(?:建|做|加|来|开|新建|增加|添加|设)(?:立"
    r"|上)?(?:一个|个|一张|张)(?:单独的?|独立的?|新的?)?(?P<x>[^,，:：有]{1,12}?)(?:的)?"
    r"(?:列表|清单|表格?|名单|库|页)(?:[,，:：]?(?:里面|包括|包含|有|要有|要|记录|字段)?"
    r"(?:有|是|为)?[:：]?(?P<r>.+))?$"
)
_ENTITY_OF = re.compile(
    r"^(?:把|将)?(?P<x>[^,，:：]{1,12}?)(?:也|都|要|想|得|需要)*(?:单独|另外|独立|分开)(?:地)?(?:列|建|做|开"
    r"|放|存|弄)?(?:成|为|出来|出)?(?:一个|个|一张|张)?(?:的)?(?:列表|清单|表格?|名单"
    r"|库)(?:[,，:：]?(?:里面|包括|包含|有|要有|要|记录|字段)?(?:有|是|为)?[:：]?(?P<r>.+))?$"
)
_ENTITY_EACH = re.compile(
    r"^(?:把|将)?(?:每一?次的?|每一?场的?|每一?个|每一?笔)?(?P<x>[^,，:：]{1,10}?)(?:也|都)?(?:要|想|得)?(?:单独|另外|分开|独立)(?:地)?(?:记录?|登记|管理?|存|列)"
    r"(?:一下|下来|起来|出来)?[,，:：](?:里面|包括|包含|要记|要有|有|记录?|字段)?[:：]?(?P<r>.+)$"
)
_EACH_HAS = re.compile(
    r"^每一?(?:个|次|条|本|场|位|种|家)?(?P<of>[^,，:：]{1,8}?)(?:下面|里面?|都)?(?:要|应该|可以|需要|得)*(?:能)?(?:有|带|加|记|关联|对应)(?:好?几|多|若干|很多|一些|不止一)(?:个|条|位|次|种|项)?"
    r"(?P<x>[^,，:：]{1,10}?)[:：,，](?:里面?|包括|包含|有|记录?|要有)?[:：]?(?P<r>.+)$"
)
_LINK = re.compile(
    r"^(?:要|并|都|能|可以)*(?:关联|链接|连接|对应|连|挂)(?:到|上|着|在)?(?:一?[个本条场次])?(?P<x>.+?)(?:上|下面|里)?$"
)


def new_entity(text: str, scene: Scene) -> bool:
    if (hit := _EACH_HAS.match(text)) and (of := scene.names.entity(hit["of"])) is not None:
        parts = options(hit["r"], scene.prepared)
        return kinds.add_entity(scene, hit["x"], parts, linked=of.label or of.name)
    hit = _ENTITY.match(text) or _ENTITY_OF.match(text) or _ENTITY_EACH.match(text)
    if hit is None or view_type(text):
        return False
    parts = options(hit["r"] or scene.prepared.bracket(text).strip("() "), scene.prepared)
    name = re.sub(BRACKETED, "", hit["x"])
    return kinds.add_entity(scene, name, [re.split(r"[,，]", p)[0] for p in parts if p])


def drawn(text: str, scene: Scene) -> bool:
    """ "会员有姓名、微信和等级" after what is chosen from them was told."""
    name, holder = scene.drawn
    hit = re.match(rf"^{re.escape(name)}(?:要|得|都)*(?:有|包括|包含|记)(?P<r>.+[、和,，].+)$", text) if name else None
    if hit is None:
        return False
    kinds.add_entity(scene, name, options(hit["r"], scene.prepared))
    scene.drawn = ("", "")
    made = next((e for e in scene.spec.entities if e.label == name), None)
    return made is not None and kinds.relate(scene, holder, made)


def link(text: str, scene: Scene) -> bool:
    """ "关联到读的那本书": the records of the kind that was just added belong to those of another."""
    hit = _LINK.match(text)
    added = next((o for o in reversed(scene.operations) if isinstance(o, ops.AddEntity)), None)
    if hit is None or added is None:
        return False
    of = scene.names.entity(added.label)
    last = [e for e in scene.spec.entities if of and e.name != of.name and hit["x"].endswith(e.label or e.name)]
    return of is not None and len(last) == 1 and kinds.relate(scene, of.name, last[0])
