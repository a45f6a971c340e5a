"""What Chinese clauses change or take away."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting, relabelling
from madeleine_miniapp.domain.editing.chinese.words import NAME
from madeleine_miniapp.domain.editing.options import options
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED
from madeleine_miniapp.domain.editing.viewing import add_view, view_type
from madeleine_miniapp.domain.units import unit_named

COLUMN = r"(?:这?那?一?(?:列|栏|栏目|项|个字段)|字段)?"
_RENAMES = tuple(
    re.compile(p)
    for p in (
        rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}的?(?:名字|名称|标题|标签)?(?:重命名|改名|更名)"
        rf"(?:叫做?|为|成|作)?(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}的?(?:名字|名称|标题)(?:改|换)(?:成|为|叫)(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}(?:改叫|改称|应该叫做?|要叫做?|叫做|换个名字叫)(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{QUOTED}){COLUMN}(?:叫|称为)(?P<y>.+)$",
        rf"^(?:重命名)(?P<x>{NAME})(?:为|成|叫)(?P<y>.+)$",
    )
)
_CALLS = re.compile(
    rf"^(?:把|将)?(?P<x>[^,，]{{1,12}}?){COLUMN}(?:就|还是|都|直接)?叫做?(?P<y>{QUOTED}|[^,，]{{1,8}}?)(?:吧"
    rf"|就好|就行|好了)*$"
)
_OF_FIELD = re.compile(
    rf"^(?:把|将)?(?P<f>[^,，:：\ue000]+?)(?:里面?的?|中的?|的选项|的)(?:选项)?(?P<x>{QUOTED}"
    rf"|[^,，:：]+?)(?:改成|改为|改叫|换成|改名为?|叫做?)(?P<y>.+)$"
)
_CHANGE = re.compile(
    rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}(?:改成|改为|换成|变成|改|做成|设成|设为|变为"
    rf"|转成|限定为|限定成|限制为|限制在|限定在|固定[为成]|统一[为成用])(?P<y>.+)$"
)
_SPLIT = re.compile(rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}(?:分成|拆成|拆分成|拆分为|分为)(?P<y>.+)$")
_REQUIRE = re.compile(
    rf"^(?:把|将|让)?(?P<x>{NAME})(?:这一?列|这一?项)?(?:改成|设为|设成|要|是|改为|应该"
    rf"|必须)?(?:都|一定|得)?(?:要|是)?(?P<y>必填|必选|必须选|必须填写?|一定要填|选填|可选填?|可以不[填选]|可以空着?"
    rf"|不必填|非必填)(?:的|项)?$"
)


def named(scene: Scene, text: str) -> str:
    return re.sub(r"(?:这|那)?一?(?:列|栏|项|字段)?(?:里面?|中)?的?$", "", text.strip()) or text


def rename_choice(text: str, scene: Scene) -> bool:
    """ "状态里“完成”改成“已解决”": an option of a field that is named before it."""
    hit = _OF_FIELD.match(text)
    ref = scene.field(named(scene, hit["f"]), spoken=False) if hit else None
    if hit is None or ref is None or not ref.field.choices:
        return False
    chosen = scene.choice(hit["x"], ref)
    return chosen is not None and relabelling.rename(scene, hit["x"], hit["y"])


def rename(text: str, scene: Scene) -> bool:
    if (
        (hit := _CALLS.match(text))
        and scene.exact(named(scene, hit["x"])) is not None
        and relabelling.rename(scene, named(scene, hit["x"]), hit["y"])
    ):
        return True
    return any((hit := p.match(text)) and relabelling.rename(scene, named(scene, hit["x"]), hit["y"]) for p in _RENAMES)


def called(text: str, scene: Scene) -> bool:
    """ "叫“蔬菜”吧" after the name was found fault with."""
    hit = re.match(
        rf"^(?:就|还是|不如|应该|最好)?(?:改?叫|改成叫|换成叫|合并?成|合并?为)(?P<y>{QUOTED})(?:吧|好了|就好|更好)*$",
        text,
    )
    spoken = scene.topic is not None or scene.chosen is not None
    return hit is not None and spoken and relabelling.rename(scene, "它", hit["y"])


def in_place(text: str, scene: Scene) -> bool:
    """ "换成烘焙度" after something was taken away."""
    hit = re.match(r"^(?:换成|改成|改为|换作|换为|分成|拆成|做成|变成|设[成为])(?P<y>.+)$", text)
    if hit and scene.topic is not None and scene.chosen is None and not scene.topic_gone:
        now = scene.names.field(scene.topic.field.label, scene.topic.entity, least=0.98)
        if now is not None and retype_field(scene, now, hit["y"].strip(":：")):
            return True
        if re.match("[做变设]", text):
            return False
    if hit and (chosen := scene.chosen) is not None and not scene.topic_gone:
        # "“一半”太笼统，换成“分手练”和“合手练”"
        fresh = list(options(hit["y"], scene.prepared))
        holder = scene.names.field(chosen.field.name, chosen.entity)
        if len(fresh) == 1 or holder is None:
            return relabelling.rename(scene, "它", hit["y"])
        acting.add_choices(scene, holder, fresh, chosen.value)
        return scene.act(ops.RemoveChoice(chosen.entity, chosen.field.name, chosen.value))
    made = described(hit["y"], scene.prepared) if hit and scene.topic_gone else None
    return made is not None and acting.add_described(scene, made)


_NAMED_KIND = re.compile(r"的[^,，的]{2,8}$")


def change(text: str, scene: Scene) -> bool:
    hit = _CHANGE.match(text)
    if hit is None:
        return False
    x, y = named(scene, hit["x"]), hit["y"]
    if (old := view_type(x)) and view_type(y) and old:
        add_view(scene, y)
        return acting.remove(scene, x)
    if view_type(y):
        return add_view(scene, text)
    chosen = None if scene.exact(x) else scene.choice(x)
    if chosen is not None or (re.match(QUOTED, y) and scene.exact(x)):
        return relabelling.rename(scene, x, y)
    ref = scene.exact(x) or (None if relabelling.names_app(x) else scene.field(x))
    if ref is None:
        return relabelling.names_app(x) and relabelling.rename(scene, x, y)
    if "换成" in text or "换为" in text:
        made = described(y, scene.prepared)
        if (
            made is not None
            and made.type not in (ref.field.type, s.FIELD_TYPE_TEXT)
            and not made.choices
            and _NAMED_KIND.search(y)
        ):
            # "好评换成1到5星的口味评分": another field, of another type.
            label = re.sub(r"^[\d一]+\s*(?:到|-)\s*[\d五十]+[颗星分]*的?", "", made.label)
            return acting.add_described(scene, replace(made, label=label), ref.entity) and acting.remove(
                scene, ref.field.label
            )
    head, _, more = re.sub(r"[,，]", "\0", y, count=1).partition("\0")
    if not more.startswith("单位") and retype_field(scene, ref, y):
        return True
    if retype_field(scene, ref, head):
        if (
            more
            and (unit := re.search(r"单位(?:是|为|用)?(.+)$", more))
            and (now := scene.names.field(ref.field.name, ref.entity))
        ):
            made = described(f"x in {unit[1].strip()}", scene.prepared)
            if made is not None and made.unit:
                scene.act(ops.ChangeField(now.entity, now.field.name, unit=made.unit))
        return True
    # "改成打星的" says of what kind it is to be, and is no name.
    return not head.endswith("的") and relabelling.rename(scene, x, head)


def unit(text: str, scene: Scene) -> bool:
    """ "奶量单位写毫升": what a number is measured in."""
    hit = re.match(r"^(?P<x>[^,，]{1,12}?)的?单位(?:都|就)?(?:写|用|是|为|改成|改为|换成|设成)(?P<u>\S{1,6})$", text)
    ref = scene.exact(hit["x"]) if hit else None
    known = unit_named(hit["u"]) if hit else ""
    if ref is None or not known:
        return False
    scene.spoken_of(ref)
    return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=known))


def split(text: str, scene: Scene) -> bool:
    if (bare_hit := re.match(r"^(?:拆成|拆分成|拆分为|分成)(?P<y>.+)$", text)) and scene.topic is not None:
        return acting.split(scene, "它", options(bare_hit["y"], scene.prepared))
    hit = _SPLIT.match(text)
    return hit is not None and acting.split(scene, named(scene, hit["x"]), options(hit["y"], scene.prepared))


def require(text: str, scene: Scene) -> bool:
    hit = _REQUIRE.match(text)
    return hit is not None and acting.require(scene, hit["x"], bool(re.match(r"必[填选须]|一定", hit["y"])))
