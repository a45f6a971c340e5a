"""What Chinese clauses take away, and what they say is to stay."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.chinese.changing import COLUMN, named
from madeleine_miniapp.domain.editing.chinese.words import NAME
from madeleine_miniapp.domain.editing.scene import Scene

_REMOVE = re.compile(
    r"^(?:把|将)?(?:删掉|删除|删去|删|去掉|去除|移除|取消|不要|不需要|不用|不再需要|"
    r"不想要|去|隐藏|砍掉|拿掉)(?:了|掉)?(?P<x>.+?)(?:了|吧|啦)?$"
)

_UNWANTED = re.compile(
    r"^(?:我们?|大家)?(?:不想|不用|不需要|没人|懒得|不必)(?:再)?(?:看|记|填|写|用|管)(?P<x>[^,，]+?)(?:了|啦)?$"
)

_REMOVE_AFTER = re.compile(
    rf"^(?:把|将)?(?P<x>{NAME}?){COLUMN}(?:那?[一这]?[列栏项])?(?:都|可以|就|也"
    rf"|我们?|大家|现在|早就?|已经|从来)*(?:不要|不用(?:再)?(?:记|填|写|看|管|录|留)?|不记|不再?[量测称数查拍写用](?=了|$)|不想(?:再)?(?:写|填|记|要|看)|不需要|没用|用不着|没人用"
    rf"|没人填|用不到|用不上|没什么用|没必要"
    rf"(?:留|要|有|保留|存在)?|删掉|删除|删去|删|去掉|去除|去(?=了)|移除|取消|拿掉|砍掉|不填|不看|不收|不算|不统计"
    rf"|无用|多余|浪费)(?:了|掉|的|它|吧|啦|着|过)*$"
)

_KEEP = re.compile(
    rf"^(?:把|将)?(?P<x>{NAME}){COLUMN}(?:还是|就|都|先|也|请|千万|一定)*(?:别|不要|不用|不许|先别|不能)(?:动|改|删除?|碰|去掉|移除)(?:掉|了|它)*$"
    rf"|^(?:别|不要|不用|不许|先别|千万别)(?:动|改|删除?|碰|去掉|移除)(?:掉|了)?(?P<x2>{NAME})$"
    rf"|^(?:把|将)?(?P<x3>{NAME}){COLUMN}(?:还是|就|都|先|也|要|请|得)*(?:留着|保留|留下|不变|照旧|保持原样|保持不变|别丢)(?:着|吧|了)*$"
    rf"|^(?:保留|留着|留下)(?P<x4>{NAME})(?:不变)?$"
)


def keep(text: str, scene: Scene) -> bool:
    """ "学号别删", "保留备注": what is named stays, whatever else was said of it."""
    hit = None if re.search(r"(?:没必要|不用|不想|不必|没用)[^,，]*(?:留|保留)", text) else _KEEP.match(text)
    said = next(g for g in hit.groups() if g) if hit else ""
    refs = [
        scene.first_names.field(scene.prepared.plain(named(scene, p))) for p in re.split(r"[、,，和跟与及]", said) if p
    ]
    for ref in refs:
        if ref is not None:
            scene.kept.add((ref.entity, ref.field.name))
            scene.spare(ref)
    return hit is not None


_ALL_BUT = re.compile(
    r"^除了?(?P<x>.+?)(?:以外|之外|外)?[,，]?(?:其他|其它|别|其余|剩下)?的?(?:字段|列|栏)?(?:都|全部?|统统|通通)+(?:可以)?(?:不要|删|去掉|不用|不需要)(?:掉|了|除)*$"
    r"|^(?:就|只|仅)(?:保留|留|要留)(?:下|着)?(?P<x2>.+?)(?:就行|就好|即可|吧|了)*$"
)


def all_but(text: str, scene: Scene) -> bool:
    """ "除了日期和金额都删掉", "只留日期和金额"."""
    hit = _ALL_BUT.match(text)
    parts = re.split(r"[、,，和跟与及]", hit["x"] or hit["x2"]) if hit else []
    return bool(parts) and acting.keep_only(scene, [named(scene, p) for p in parts if p.strip()])


def remove(text: str, scene: Scene) -> bool:
    for pattern, certain in ((_UNWANTED, True), (_REMOVE, True), (_REMOVE_AFTER, True)):
        hit = pattern.match(text)
        if hit is None:
            continue
        phrase = named(scene, re.sub(r"^(?:把|将)", "", hit["x"]))
        if re.search("[加改换叫算]|提醒", phrase) and scene.exact(phrase) is None:
            # Something else is asked for before it.
            return False
        if not phrase:
            if scene.topic is not None:
                return acting.remove(scene, "它")
            continue
        if acting.remove(scene, phrase, spoken=False):
            return True
        row = [r.field.label for *_, r in scene.names.mentions(phrase)]
        if len(row) > 1 and "".join(row) == phrase:
            # "早餐午餐晚餐都删了"
            done = [acting.remove(scene, label) for label in row]
            return all(done)
        parts = [p for p in re.split(r"[、,，和跟与及]|以及", phrase) if p.strip()]
        done = [acting.remove(scene, named(scene, p), spoken=certain) for p in parts]
        if any(done):
            return True
    return False
