"""Clauses of a Chinese request, each read by the first rule that it fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.bounding import bound
from madeleine_miniapp.domain.editing.chinese.adding import (
    add,
    bare_field,
    computing,
    offer,
    reminding,
    topic,
    view,
)
from madeleine_miniapp.domain.editing.chinese.changing import (
    called,
    change,
    in_place,
    rename,
    rename_choice,
    require,
    split,
    unit,
)
from madeleine_miniapp.domain.editing.chinese.holding import colon_options, found_fault, hint, long_text, only, use
from madeleine_miniapp.domain.editing.chinese.kinds import drawn, link, new_entity
from madeleine_miniapp.domain.editing.chinese.options import between, choices, joined
from madeleine_miniapp.domain.editing.chinese.removing import all_but, keep, remove
from madeleine_miniapp.domain.editing.defaulting import default
from madeleine_miniapp.domain.editing.ordering import arrange
from madeleine_miniapp.domain.editing.permitting import permit
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.uniting import unite

Rule = Callable[[str, Scene], bool]
_LEADS = re.compile(
    r"^(?:(?:另外|还有|并且|而且|同时|然后|顺便|但是?|不过|再|也|还|多(?=[加添])|请(?![假客教款])|麻烦|能不能|可以"
    r"|可不可以|帮我们?|帮忙|我想要?|我要|我们想要?|我们要|我们需要|我需要|还?想(?=记|知道|看)|最好|希望|想要"
    r"|其实|对了|嗯|好的|先|一下|给我们?|给应用|在应用里|应用里)[,，]?)+"
)
# "还有封面": it goes on adding.
_GOES_ON = re.compile(r"^[,，]?(?:另外|还有|以及|再|还要|外加)")
_EACH_PAYS = re.compile(
    r"每个?人(?:各自?)?(?:应该|需要|该|要|应)?(?:付|出|交|摊|给|分摊)(?:多少钱?|的钱)|人均(?=$|[,，])"
)
_NOISE = re.compile(
    r"^(?:谢谢|多谢|谢了|辛苦了|好|好的|就这些|就这样|拜托|麻烦了?|你好|嗨)?(?:吧|了|啦|哦)?$"
    r"|^(?:其他|其它|别的|其余|剩下|其余的|其他的)\S{0,6}(?:不要?动|不变|别动|保持|不用改"
    r"|别改|不改|照旧|原样|一样)\S*$|^(?:保持)?(?:其他|其它|其余)\S*(?:不变|原样|照旧)$"
    r"|^什么都不要?改$|^没人用$|^太乱了?$|^(?:不光|不只|而不)(?:是|要)?.{0,6}$|^(?:这|那)?[两三四几]个?(?:都|也)?(?:自动|算)(?:算|计算|出来)*$|^没什么用$|^(?:补上|加上|加进去|添上|补充一下"
    r"|加一下)(?:去|吧)?$|^(?:自动|帮我)*算(?:一下|出来|算)?$"
)
_TAKE_BACK = re.compile(r"^(?:算了|不对|等等|等一下|还是不用了?|还是算了)[,，]?")


def _unite(text: str, scene: Scene) -> bool:
    return unite(text, scene, chinese=True)


_RULES: tuple[Rule, ...] = (
    all_but,
    keep,
    _unite,
    called,
    rename_choice,
    rename,
    split,
    require,
    default,
    bound,
    permit,
    between,
    reminding,
    new_entity,
    drawn,
    link,
    found_fault,
    long_text,
    hint,
    offer,
    remove,
    computing,
    in_place,
    unit,
    change,
    only,
    use,
    colon_options,
    arrange,
    view,
    choices,
    joined,
    add,
    bare_field,
    topic,
)


def read(clause: str, scene: Scene) -> bool:
    """Takes the operations of one clause on; False when it is not understood."""
    scene.led = bool(_GOES_ON.match(clause))
    text = _LEADS.sub("", clause.strip(" ,，、。")).strip(" ,，、。") or clause.strip(" ,，、。")
    for entity in scene.spec.entities:
        # "每个订单都要有照片": what each record has.
        text = re.sub(
            rf"^每一?[个次条本位场]?{re.escape(entity.label)}(?:都|也)+(?:要|应该|需要|得|能)*(?=有|带|加|记|填)",
            "",
            text,
        )
    paid = scene.names.of_type(s.FIELD_TYPE_MONEY, entity=scene.home)
    if len(paid) == 1 and any(re.search("人数|几人", r.field.label) for r in scene.names.fields(scene.home)):
        # "每个人该付多少" of what is shared by so many.
        text = _EACH_PAYS.sub(f"人均{paid[0].field.label}", text)
    if _NOISE.match(text) or _NOISE.match(clause.strip(" ,，、。")):
        return True
    if _TAKE_BACK.match(text):
        scene.cancel()
        rest = _TAKE_BACK.sub("", text)
        return not rest or read(rest, scene)
    return any(rule(text, scene) for rule in _RULES)
