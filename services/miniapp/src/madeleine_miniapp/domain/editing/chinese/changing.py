"""What Chinese clauses change or take away."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
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
_ONLY = re.compile(
    rf"^(?P<x>{NAME}){COLUMN}(?<![还也再])(?:只能|只可以|应该|要能|得能|要|可以|必须)(?:是|为|用)?(?:选|从)?(?P<y>.+)$"
)
_SPLIT = re.compile(rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}(?:分成|拆成|拆分成|拆分为|分为)(?P<y>.+)$")
_REQUIRE = re.compile(
    rf"^(?:把|将|让)?(?P<x>{NAME})(?:这一?列|这一?项)?(?:改成|设为|设成|要|是|改为|应该"
    rf"|必须)?(?:都|一定|得)?(?:要|是)?(?P<y>必填|必选|必须选|必须填写?|一定要填|选填|可选填?|可以不[填选]|可以空着?"
    rf"|不必填|非必填)(?:的|项)?$"
)
_USE = re.compile(
    rf"^(?P<x>{NAME})(?:这?那?一?(?:列|栏|项)|字段)?(?:就|都|最好|还是|直接)?(?:用|按)"
    rf"(?P<y>.+?)(?:来(?:填|选|记|评|打))?(?:就?行|就?好|吧|比较好)*$"
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
    return chosen is not None and acting.rename(scene, hit["x"], hit["y"])


def rename(text: str, scene: Scene) -> bool:
    if (
        (hit := _CALLS.match(text))
        and scene.exact(named(scene, hit["x"])) is not None
        and acting.rename(scene, named(scene, hit["x"]), hit["y"])
    ):
        return True
    return any((hit := p.match(text)) and acting.rename(scene, named(scene, hit["x"]), hit["y"]) for p in _RENAMES)


def called(text: str, scene: Scene) -> bool:
    """ "叫“蔬菜”吧" after the name was found fault with."""
    hit = re.match(
        rf"^(?:就|还是|不如|应该|最好)?(?:改?叫|改成叫|换成叫|合并?成|合并?为)(?P<y>{QUOTED})(?:吧|好了|就好|更好)*$",
        text,
    )
    spoken = scene.topic is not None or scene.chosen is not None
    return hit is not None and spoken and acting.rename(scene, "它", hit["y"])


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
            return acting.rename(scene, "它", hit["y"])
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
        return acting.rename(scene, x, y)
    ref = scene.exact(x) or (None if acting.names_app(x) else scene.field(x))
    if ref is None:
        return acting.names_app(x) and acting.rename(scene, x, y)
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
    return acting.rename(scene, x, head)


def unit(text: str, scene: Scene) -> bool:
    """ "奶量单位写毫升": what a number is measured in."""
    hit = re.match(r"^(?P<x>[^,，]{1,12}?)的?单位(?:都|就)?(?:写|用|是|为|改成|改为|换成|设成)(?P<u>\S{1,6})$", text)
    ref = scene.exact(hit["x"]) if hit else None
    known = unit_named(hit["u"]) if hit else ""
    if ref is None or not known:
        return False
    scene.spoken_of(ref)
    return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=known))


# "要能写多行的长文本": so is every text.
_LONG_TEXT = re.compile(
    r"^(?P<x>[^,，]{1,8}?)??(?:要|得|能|可以|希望|最好|想|改成)*(?:能|可以)?(?:写|填|打|输入|放|记)?(?:得?下|很多)?"
    r"(?:多行|很长|长|大段)的?(?:长?文[本字]|内容|字|文本框)(?:就行|就好)?$"
)


def long_text(text: str, scene: Scene) -> bool:
    """Whether more is to be written into a text: there is room for it already."""
    hit = _LONG_TEXT.match(text)
    if hit is None:
        return False
    ref = scene.exact(hit["x"]) if hit["x"] else scene.topic
    if ref is None or scene.topic_gone:
        return False
    return ref.field.type == s.FIELD_TYPE_TEXT


def only(text: str, scene: Scene) -> bool:
    picked = re.match(r"^(?:要|得|能|只能)*从(?P<y>.+?)(?:里面?|中|之中)(?:选|挑)(?:一个|择)?$", text)
    of_list = re.match(
        r"^(?P<f>[^,，]{1,10}?)(?:要|得|能|只能|可以)*从(?P<x>[^,，、和]{1,8}?)(?:表|名单|列表|库)?(?:里面?"
        r"|中)(?:选|挑)(?:一个|择)?$",
        text,
    )
    if of_list and (held := scene.exact(of_list["f"])) is not None and held.field.type == s.FIELD_TYPE_TEXT:
        scene.drawn = (of_list["x"], held.entity)
        return False
    if picked and scene.topic is not None:
        return not scene.topic_gone and retype_field(scene, scene.topic, picked["y"])
    several = re.match(
        r"^(?P<x>[^,，]{1,10}?)(?:要|得|能|只能|可以)*从(?P<y>[^,，]+[、或和][^,，]+?)(?:里面?|中|之中)(?:选"
        r"|挑)(?:一个|择)?$",
        text,
    )
    if several and (ref := scene.exact(several["x"])) is not None:
        return retype_field(scene, ref, several["y"])
    of_all = re.match(r"^(?P<x>[^,，]{2,20}?)都(?:只)?(?:要|用|改成|改为|填)(?P<y>[^,，]+)$", text)
    refs = [r for *_, r in scene.names.mentions(of_all["x"])] if of_all else []
    if of_all and len(refs) > 1 and sum(len(r.field.label) for r in refs) >= len(re.sub("[、和与跟]", "", of_all["x"])):
        done = [retype_field(scene, ref, of_all["y"]) for ref in refs]
        return any(done)
    hit = _ONLY.match(text)
    if hit and re.match(r"[删去留不]", hit["y"]):
        return False
    if hit is None or not (ref := scene.field(named(scene, hit["x"]), spoken=False)):
        return False
    return retype_field(scene, ref, re.sub(r"(?:里面?|中|之中)(?:选|挑)(?:一个|择)?$", "", hit["y"]))


def use(text: str, scene: Scene) -> bool:
    hit = _USE.match(text)
    ref = scene.names.field(scene.prepared.plain(named(scene, hit["x"])), least=0.9) if hit else None
    return hit is not None and ref is not None and retype_field(scene, ref, hit["y"])


def colon_options(text: str, scene: Scene) -> bool:
    hit = re.match(r"^(?P<x>[^:：,，]{1,12})[:：](?P<y>.+)$", text)
    said = (
        re.sub(
            r"(?:就|只|一共|总共|固定)*(?:有|分|要|用|选|是)?(?:这)?[一二两三四五六七八九\d]+(?:种|个|档|类|级"
            r"|项|位|家|间|名|样|只)$",
            "",
            hit["x"],
        )
        if hit
        else ""
    )
    ref = scene.exact(said) if said else None
    return hit is not None and ref is not None and retype_field(scene, ref, hit["y"])


# "有毒不用勾了": it is to be something else.
_NOT_SO = re.compile(
    r"^(?P<x>[^,，]{1,10}?)(?:这?一?[栏列项])?(?:就|也)?(?:不用|不要|别|不想|不再)(?:再)?(?:打|填|用|写"
    r"|评)?(?:勾选?|钩|数字|文字|星星?|分数?|日期|金额)(?:了|啦|吧)*$"
)


def found_fault(text: str, scene: Scene) -> bool:
    """ "车位不是有没有": what is spoken of, and not what is asked for."""
    hit = re.match(r"^(?P<x>[^,，]{1,10}?)(?:不是|不光是|不只是|光是)[^,，]{1,10}$", text) or _NOT_SO.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    if ref is not None:
        scene.spoken_of(ref)
    return ref is not None


def hint(text: str, scene: Scene) -> bool:
    """ "要写名字和电话的": what is to be written into the field last spoken of."""
    hit = re.match(r"^(?:里面?|这里)?(?:要|可以|是)?(?:写|填)(?:上|的是)?(?P<x>.+?)的?$", text)
    if hit is None or scene.topic is None or scene.topic_gone:
        return False
    if scene.topic.field.type == s.FIELD_TYPE_BOOLEAN:
        # What is written is no tick.
        scene.act(ops.ChangeField(scene.topic.entity, scene.topic.field.name, type="text"))
    now = scene.names.field(scene.topic.field.label or scene.topic.field.name, scene.topic.entity)
    return now is not None and scene.act(
        ops.ChangeField(now.entity, now.field.name, hint=scene.prepared.plain(hit["x"])[:60])
    )


def split(text: str, scene: Scene) -> bool:
    if (bare_hit := re.match(r"^(?:拆成|拆分成|拆分为|分成)(?P<y>.+)$", text)) and scene.topic is not None:
        return acting.split(scene, "它", options(bare_hit["y"], scene.prepared))
    hit = _SPLIT.match(text)
    return hit is not None and acting.split(scene, named(scene, hit["x"]), options(hit["y"], scene.prepared))


def require(text: str, scene: Scene) -> bool:
    hit = _REQUIRE.match(text)
    return hit is not None and acting.require(scene, hit["x"], bool(re.match(r"必[填选须]|一定", hit["y"])))
