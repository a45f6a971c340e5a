"""Options that Chinese clauses add to choice fields."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.chinese.changing import named
from madeleine_miniapp.domain.editing.chinese.words import NAME
from madeleine_miniapp.domain.editing.defaulting import default
from madeleine_miniapp.domain.editing.options import options
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED, polished

_BETWEEN = re.compile(
    rf"^(?:在)?(?:[^,，\ue000]{{1,8}}?(?=\ue000))?(?P<a>{QUOTED}|[^,，和与]+?)(?:和|与|跟|、)(?P<b>{QUOTED}"
    rf"|[^,，]+?)(?:之间"
    rf"|中间|当中|间)(?:再|还|要|应该|需要)?(?:加上?|增加|添加|插入?|有|补|缺|差|少)(?:了"
    rf"|一个|个|上|一步|一项)*(?P<v>.+)$"
)
_AFTER = re.compile(
    rf"^(?:在)?(?P<a>{QUOTED}|[^,，]+?)(?P<w>后面|之后|前面|之前|后|前)(?:再)?(?:加上?"
    rf"|增加|添加|插入?)(?:了|一个|个|上)*(?P<v>.+)$"
)
_LACKS = re.compile(
    rf"^(?P<x>{NAME})(?:里面?|中|的选项里?|选项)?(?:还)?(?:少了|缺了?|没有|还差|应该有"
    rf"|[还也]会?有|有时候?(?:是|会)|还要有|还要|要有|要)(?P<v>.+)$"
)
_PLUS = re.compile(
    rf"^(?:给|在)?(?P<x>{NAME})(?:里面?|中|的选项里?|选项)?(?:再|也|还)?(?:要|可以)?"
    rf"(?:多(?=[一个出两几]|\ue000)|加上?|增加|添加|新增|补上?|加入)(?:了|出|一个|个|上|一项|选项|两个"
    rf"|几个)*(?P<v>.+)$"
)
_NEW = re.compile(
    r"^(?:.*?)(?:新来了|来了|新买了?|又买了|买了|又有了?|领养了?|收养了?|请了|招了|多了|新增了|新养了?|又养了?"
    r"|有了)(?:一|两|三)?(?:只|个|条|盆|位|辆|名|瓶|家|双|台|匹)?(?:新的?)?(?P<n>[^,，叫\ue000]*?)"
    r"(?:叫做?|名叫|是|:|：)?(?P<v>\ue000\d+\ue002|[^,，]+)$"
)
_CALLED_NEW = re.compile(
    r"^(?:加|添加?|增加|新增|多了?|养了|有了?)(?:上|了)?(?:一|两|几)?(?:只|个|条|盆|"
    r"位|辆|名|家|种|款|台|间)?(?:新的?)?(?P<x>[^,，:：叫]{1,6}?)(?:叫做?|名叫|:|：)"
    r"(?P<v>.+)$"
)
_JOINED = re.compile(
    r"^(?P<v>[^,，]{1,10}?)(?:的|也|刚刚?|最近|现在|要|都)*(?<![不没别])(?:加进来|[放算带]进来|加入"
    r"|(?:也?[住搬])进来|住过来|搬来|进来|进群|来)(?:了|我们|吧|啦)+$"
)
_CALLED = re.compile(r"(?:叫做?|名叫|名字是)(?P<v>\ue000\d+\ue002|[^,，]+)$")
# "专业课也要加到科目里"
_INTO = re.compile(
    r"^(?:把|将)?(?P<v>[^,，]{1,20}?)(?:也|都)?(?:要|得|想)?(?:加|添|补)(?:到|进|入"
    r"|在)(?P<x>[^,，]{1,10}?)(?:的?选项)?(?:里面?|中|里头)?(?:去|来|吧)*$"
)
_GONE = re.compile(r"^(?:去掉|删掉|删除|删|不要|去|移除|取消)(?=.)")
ADD = re.compile(
    r"^(?:给(?:它|他|应用|表格?|每\S{1,4}))?(?:加(?!班)上?|增加|添加|新增|补上?|补充|加入|"
    r"放|要有|要|来|需要|想加|想要|设置?|弄|搞|做|有(?!没有|无|效|机|氧|关|限|趣)|记录?(?:一下)?|显示|写上?|看看?"
    r"|少了?|缺)(?:上(?!次|一|个月|周|班|课|学|午)|了|一个|一列|一栏|一项|一下|个|两个|两列|几个|列|栏|些|:"
    r"|：)*(?P<x>.+)$"
)


def between(text: str, scene: Scene) -> bool:
    hit = _BETWEEN.match(text)
    if hit is None:
        return False
    low, high = scene.choice(hit["a"]), scene.choice(hit["b"])
    if low is None or high is None or low.field.name != high.field.name:
        return False
    order = list(low.field.choices)
    after = min((low.value, high.value), key=order.index)
    ref = scene.names.field(low.field.name, low.entity)
    return ref is not None and acting.add_choices(scene, ref, option_values(hit["v"], scene), after)


def choices(text: str, scene: Scene) -> bool:
    if not scene.names.choosing():
        return False
    if (hit := _AFTER.match(text)) and (anchor := scene.choice(hit["a"])):
        ref = scene.names.field(anchor.field.name, anchor.entity)
        order = list(anchor.field.choices)
        at = order.index(anchor.value) - (1 if hit["w"] in ("前面", "之前", "前") else 0)
        return ref is not None and acting.add_choices(
            scene, ref, option_values(hit["v"], scene), order[at] if at >= 0 else ""
        )
    for pattern in (_PLUS, _LACKS):
        if (
            (hit := pattern.match(text))
            and (ref := scene.field(named(scene, hit["x"]), spoken=False))
            and ref.field.choices
        ):
            said, _, standard = re.sub(r"[,，](?=默认)", "\0", hit["v"]).partition("\0")
            said = re.sub(rf"(?:的|这个){re.escape(ref.field.label)}$", "", said)
            values = option_values(said, scene)
            for gone in (v for v in values if _GONE.match(v)):
                # "尺寸加12寸、去掉6寸"
                if (chosen := scene.choice(_GONE.sub("", gone), ref)) is not None:
                    scene.act(ops.RemoveChoice(ref.entity, ref.field.name, chosen.value))
            acting.add_choices(scene, ref, [v for v in values if not _GONE.match(v)])
            return not standard or default(standard, scene)
    if (hit := _INTO.match(text)) and (ref := scene.exact(hit["x"])) is not None and ref.field.choices:
        return acting.add_choices(scene, ref, option_values(hit["v"], scene))
    if (hit := _NEW.match(text)) and (
        ref := scene.alike(scene.prepared.plain(hit["v"])) or scene.only_choice()
    ) is not None:
        called = _CALLED.search(text)
        value = called["v"] if called else hit["v"]
        if called or len(value) <= 6:
            return acting.add_choices(scene, ref, option_values(value, scene))
    if (hit := _CALLED_NEW.match(text)) and (ref := scene.field(hit["x"], spoken=False)) and ref.field.choices:
        return acting.add_choices(scene, ref, option_values(hit["v"], scene))
    if (
        (hit := ADD.match(text))
        and (
            of := re.fullmatch(
                r"(?:一个|个|一种|新的)?(?P<v>[^,，:：]{1,20})(?:的|这个|这种)(?P<x>[^,，:：的]{1,10})", hit["x"]
            )
        )
        and (ref := scene.exact(of["x"])) is not None
        and ref.field.choices
        and not described_by_words(of["v"])
    ):
        # "再加一个引体向上的动作"
        return acting.add_choices(scene, ref, option_values(of["v"], scene))
    if (hit := ADD.match(text)) and re.fullmatch(rf"(?:{QUOTED}[、,，和]?)+(?:选项)?", hit["x"]):
        ref = scene.choosing or scene.only_choice()
        return ref is not None and acting.add_choices(scene, ref, option_values(hit["x"], scene))
    return False


def described_by_words(phrase: str) -> bool:
    """Whether a phrase tells of a field rather than naming an option: 新的, 每次的, 别人的."""
    return bool(re.search(r"^(?:新|每|别|其他|更多|单独|另)|[谁几多少]|什么|怎么", phrase))


def joined(text: str, scene: Scene) -> bool:
    """ "小张也加进来了": one more of the people who are to choose from."""
    hit = _JOINED.match(text)
    holder = scene.only_choice_of_people() if hit else None
    return hit is not None and holder is not None and acting.add_choices(scene, holder, option_values(hit["v"], scene))


def option_values(text: str, scene: Scene) -> list[str]:
    found = options(re.sub(r"(?:这?[一两三几]?(?:个|种)?选项|进去|进来)$", "", polished(text)), scene.prepared)
    return [
        re.sub(r"^(?:[又再新]?[买养来请招收领]养?了?一?[辆只条个位盆台把双家本匹名](?=.)|一个|个|一项)", "", f)
        for f in found
    ]
