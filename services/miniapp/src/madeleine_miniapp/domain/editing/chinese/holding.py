"""What Chinese clauses say that a field is to hold."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.chinese.changing import COLUMN, named
from madeleine_miniapp.domain.editing.chinese.words import NAME
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene

_ONLY = re.compile(
    rf"^(?P<x>{NAME}){COLUMN}(?<![还也再])(?:只能|只可以|应该|要能|得能|要|可以|必须)(?:是|为|用)?(?:选|从)?(?P<y>.+)$"
)
_USE = re.compile(
    rf"^(?P<x>{NAME})(?:这?那?一?(?:列|栏|项)|字段)?(?:就|都|最好|还是|直接)?(?:用|按)"
    rf"(?P<y>.+?)(?:来(?:填|选|记|评|打))?(?:就?行|就?好|吧|比较好)*$"
)
# "要能写多行的长文本": so is every text.
_LONG_TEXT = re.compile(
    r"^(?P<x>[^,，]{1,8}?)??(?:要|得|能|可以|希望|最好|想|改成|应该)*(?:能|可以)?(?:写|填|打|输入|放|记)?(?:得?下)?"
    r"(?:(?:多行|很长|长一?点|长|大段|很多)的?(?:长?文[本字]|内容|字|文本框)?(?:的那种)?[,，]?){1,2}(?:就行|就好)?$"
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
    made = described(hit["x"], scene.prepared)
    if made is not None and made.type == s.FIELD_TYPE_DATE:
        # "要写有效期": a date is not written into another field.
        return False
    if scene.topic.field.type == s.FIELD_TYPE_BOOLEAN:
        # What is written is no tick.
        scene.act(ops.ChangeField(scene.topic.entity, scene.topic.field.name, type="text"))
    now = scene.names.field(scene.topic.field.label or scene.topic.field.name, scene.topic.entity)
    return now is not None and scene.act(
        ops.ChangeField(now.entity, now.field.name, hint=scene.prepared.plain(hit["x"])[:60])
    )
