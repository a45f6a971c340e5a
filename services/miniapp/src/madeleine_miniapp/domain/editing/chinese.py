"""Clauses of a Chinese request, each read by the first rule that it fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.computing import compute, computes
from madeleine_miniapp.domain.editing.permitting import permit
from madeleine_miniapp.domain.editing.phrases import described, options
from madeleine_miniapp.domain.editing.reminding import reminder
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED, bare
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type

Rule = Callable[[str, Scene], bool]
_JOINTS = re.compile(
    r"([,，、](?:另外|还有|并且|而且|同时|然后|顺便|以及再|再(?=[加来添给做把单建补])"
    r"|并(?=[把加删将])|但是?|不过)[,，]?|(?<=[^,，、])(?:另外|并且|而且|同时|然后|顺便"
    r"|不过)[,，]?|[,，])"
)
_STARTS = re.compile(
    r"^(?:再|也|还|请|帮|把|将|给|我|要|想|需要|加|增加|添加|新增|补|来|删|去掉|移除"
    r"|取消|不要|不用|不需要|改|换|叫|做|算|自动|提前|提醒|显示|看|按|用|单独|只有|大家"
    r"|其他|别的|能不能|可以|在|每)"
)
_ENDS = re.compile(
    r"(?:分为|拆分|也要|不要了?|不用[记填写看管录留]?了?|不需要了?|要选|选人|要填|限定"
    r"|限制|没用|删掉?吧?|删了|删除|去掉|去了|移除|取消|改成|"
    r"改为|改叫|改名|换成|叫做?|分成|拆成|要提醒|提醒|加上|加进去|少了|缺|之间|没必要"
    r"|多余|用不[着到上]|做成|变成|设成|设为|换成|用.{1,6}(?:评分|打分)|应该|必须|必填"
    r"|可以去掉|算出来|计算|只能|也要|没人用|就行)"
)
_LEADS = re.compile(
    r"^(?:(?:另外|还有|并且|而且|同时|然后|顺便|但是?|不过|再|也|还|请|麻烦|能不能|可以"
    r"|可不可以|帮我|帮忙|我想要?|我要|我们想要?|我们要|我们需要|我需要|最好|希望|想要"
    r"|其实|对了|嗯|好的|先|一下|给我|给应用|在应用里|应用里)[,，]?)+"
)
_NOISE = re.compile(
    r"^(?:谢谢|多谢|谢了|辛苦了|好|好的|就这些|就这样|拜托|麻烦了?|你好|嗨)?(?:吧|了|啦|哦)?$"
    r"|^(?:其他|其它|别的|其余|剩下|其余的|其他的)\S{0,6}(?:不要?动|不变|别动|保持|不用改"
    r"|别改|不改|照旧|原样|一样)\S*$|^(?:保持)?(?:其他|其它|其余)\S*(?:不变|原样|照旧)$"
    r"|^什么都不要?改$|^没人用$|^太乱了?$|^没什么用$|^(?:补上|加上|加进去|添上|补充一下"
    r"|加一下)(?:去|吧)?$"
)
_TAKE_BACK = re.compile(r"^(?:算了|不对|等等|等一下|还是不用了?|还是算了)[,，]?")
_NAME = rf"(?:{QUOTED}|[^,，]+?)"
_COLUMN = r"(?:这?那?一?(?:列|栏|栏目|项|个字段)|字段)?"
_RENAMES = tuple(
    re.compile(p)
    for p in (
        rf"^(?:把|将)?(?P<x>{_NAME}){_COLUMN}的?(?:名字|名称|标题|标签)?(?:重命名|改名|更名)"
        rf"(?:叫做?|为|成|作)?(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{_NAME}){_COLUMN}的?(?:名字|名称|标题)(?:改|换)(?:成|为|叫)(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{_NAME}){_COLUMN}(?:改叫|改称|应该叫做?|要叫做?|叫做|换个名字叫)(?P<y>.+)$",
        rf"^(?:把|将)?(?P<x>{QUOTED}){_COLUMN}(?:叫|称为)(?P<y>.+)$",
        rf"^(?:重命名)(?P<x>{_NAME})(?:为|成|叫)(?P<y>.+)$",
    )
)
_OF_FIELD = re.compile(
    rf"^(?:把|将)?(?P<f>[^,，:：\ue000]+?)(?:里面?的?|中的?|的选项|的)(?:选项)?(?P<x>{QUOTED}"
    rf"|[^,，:：]+?)(?:改成|改为|改叫|换成|改名为?|叫做?)(?P<y>.+)$"
)
_CHANGE = re.compile(
    rf"^(?:把|将)?(?P<x>{_NAME}){_COLUMN}(?:改成|改为|换成|变成|改|做成|设成|设为|变为"
    rf"|转成|限定为|限定成|限制为|限制在|限定在|固定为|统一为)(?P<y>.+)$"
)
_ONLY = re.compile(rf"^(?P<x>{_NAME}){_COLUMN}(?:只能|只可以|应该|要|可以|必须)(?:是|为|用)?(?:选|从)?(?P<y>.+)$")
_SPLIT = re.compile(rf"^(?:把|将)?(?P<x>{_NAME}){_COLUMN}(?:分成|拆成|拆分成|拆分为|分为)(?P<y>.+)$")
_REQUIRE = re.compile(
    rf"^(?:把|将|让)?(?P<x>{_NAME})(?:这一?列|这一?项)?(?:改成|设为|设成|要|是|改为|应该"
    rf"|必须)?(?:都|一定|得)?(?:要|是)?(?P<y>必填|必须填写?|一定要填|选填|可选填?|可以不填"
    rf"|不必填|非必填)(?:的|项)?$"
)
_REMOVE = re.compile(
    r"^(?:把|将)?(?:删掉|删除|删去|删|去掉|去除|移除|取消|不要|不需要|不用|不再需要|"
    r"不想要|去|隐藏|砍掉|拿掉)(?:了|掉)?(?P<x>.+?)(?:了|吧|啦)?$"
)
_REMOVE_AFTER = re.compile(
    rf"^(?:把|将)?(?P<x>{_NAME}?){_COLUMN}(?:那?[一这]?[列栏项])?(?:都|可以|就|也|用不着"
    rf"|我们|从来)*(?:不要|不用(?:再)?(?:记|填|写|看|管|录|留)?|不记|不需要|没用|没人用"
    rf"|没人填|用不到|用不上|没什么用|没必要"
    rf"(?:留|要|有|保留|存在)?|删掉|删除|删去|删|去掉|去除|移除|取消|拿掉|砍掉|不填|不看"
    rf"|无用|多余|浪费)(?:了|掉|的|它|吧|啦|着|过)*$"
)
_BETWEEN = re.compile(
    rf"^(?:在)?(?P<a>{QUOTED}|[^,，和与]+?)(?:和|与|跟|、)(?P<b>{QUOTED}|[^,，]+?)(?:之间"
    rf"|中间|当中|间)(?:再|还|要|应该|需要)?(?:加上?|增加|添加|插入?|有|补|缺|少)(?:了"
    rf"|一个|个|上|一步|一项)*(?P<v>.+)$"
)
_AFTER = re.compile(
    rf"^(?:在)?(?P<a>{QUOTED}|[^,，]+?)(?P<w>后面|之后|前面|之前|后|前)(?:再)?(?:加上?"
    rf"|增加|添加|插入?)(?:了|一个|个|上)*(?P<v>.+)$"
)
_LACKS = re.compile(
    rf"^(?P<x>{_NAME})(?:里面?|中|的选项里?|选项)?(?:还)?(?:少了|缺了?|没有|还差|应该有"
    rf"|还要有|还要|要有|要)(?P<v>.+)$"
)
_PLUS = re.compile(
    rf"^(?:给|在)?(?P<x>{_NAME})(?:里面?|中|的选项里?|选项)?(?:再|也|还)?(?:要|可以)?"
    rf"(?:加上?|增加|添加|新增|补上?|加入)(?:了|一个|个|上|一项|选项|两个|几个)*(?P<v>.+)$"
)
_NEW = re.compile(
    r"^(?:.*?)(?:新来了|来了|新买了?|又买了|买了|又有了?|多了|新增了|新养了?|又养了?"
    r"|有了)(?:一|两|三)?(?:只|个|条|盆|位|辆|名|瓶|家|双|台|匹)?(?:新的?)?(?P<n>[^,，叫\ue000]*?)"
    r"(?:叫做?|名叫|是|:|：)?(?P<v>\ue000\d+\ue002|[^,，]+)$"
)
_CALLED_NEW = re.compile(
    r"^(?:加|添加?|增加|新增|多了?|养了|有了?)(?:上|了)?(?:一|两|几)?(?:只|个|条|盆|"
    r"位|辆|名|家|种|款|台|间)?(?:新的?)?(?P<x>[^,，:：叫]{1,6}?)(?:叫做?|名叫|:|：)"
    r"(?P<v>.+)$"
)
_CALLED = re.compile(r"(?:叫做?|名叫|名字是)(?P<v>\ue000\d+\ue002|[^,，]+)$")
_ENTITY = re.compile(
    r"^(?:再)?(?:单独|另外|另|独立)?(?:再)?(?:建|做|加|来|开|新建|增加|添加|设)(?:立"
    r"|上)?(?:一个|个|一张|张)(?:单独的?|独立的?|新的?)?(?P<x>[^,，:：有]{1,12}?)(?:的)?"
    r"(?:列表|清单|表格?|名单|库|页)(?:[,，:：]?(?:里面|包括|包含|有|要有|要|记录|字段)?"
    r"(?:有|是|为)?[:：]?(?P<r>.+))?$"
)
_ENTITY_OF = re.compile(
    r"^(?:把|将)?(?P<x>[^,，:：]{1,12}?)(?:单独|另外|独立|分开)(?:地)?(?:列|建|做|开"
    r"|放|存|弄)?(?:成|为|出来|出)?(?:一个|个|一张|张)?(?:的)?(?:列表|清单|表格?|名单"
    r"|库)(?:[,，:：]?(?:里面|包括|包含|有|要有|要|记录|字段)?(?:有|是|为)?[:：]?(?P<r>.+))?$"
)
_USE = re.compile(
    rf"^(?P<x>{_NAME})(?:这?那?一?(?:列|栏|项)|字段)?(?:就|都|最好|还是|直接)?(?:用|按)"
    rf"(?P<y>.+?)(?:来(?:填|选|记|评|打))?(?:就?行|就?好|吧|比较好)*$"
)
_ADD = re.compile(
    r"^(?:给(?:它|他|应用|表格?|每\S{1,4}))?(?:加上?|增加|添加|新增|补上?|补充|加入|"
    r"放|要有|要|来|需要|想加|想要|设置?|弄|搞|做|有|记录?(?:一下)?|显示|写上?|看看?"
    r"|少了?|缺)(?:上|了|一个|一列|一栏|一项|一下|个|两个|两列|几个|列|栏|些|:|：)*(?P<x>.+)$"
)
_ALSO = re.compile(r"^(?P<x>[^,，:：]{1,12}?)也(?:要|得|需要|应该)(?:有|加上?|记|记录|填)?$")
_ADD_AFTER = re.compile(
    r"^(?:把)?(?P<x>.+?)(?:也)?(?:要)?(?:加一个|加个|加一下|加上去?|加进去|加进来|加上"
    r"|加一列|加|添上|记一下|也要记|也记上)(?:吧|啊|呢)?$"
)
_PICTURES = re.compile(r"^(?:做|画|弄|来|加|出)(?:一?个|张)?(?:图|图表)$")


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence: cut where something new is asked, never within an enumeration."""
    pieces = _JOINTS.split(sentence)
    found = [pieces[0]]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece.strip():
            continue
        text = piece.strip()
        enumerating = re.search(r"(?:[:：]|、|有|要写)[^,，]*$", found[-1]) and not re.search(r"[,，]", joint[:0] + "")
        if re.match(r"(?:可以?|能)?(?:多选|单选|选项|选多个)[:：]|(?:里面)?(?:包括|包含|有|分别是)", text):
            found[-1] += joint + piece
            continue
        fresh = joint.strip(",，") != "" or _STARTS.match(text) or _ENDS.search(text) or view_type(text)
        if fresh and not (
            enumerating
            and not joint.strip(",，")
            and len(text) <= 4
            and not _ENDS.search(text)
            and not _STARTS.match(text)
        ):
            found.append(text)
        else:
            found[-1] += joint + piece
    return [f.strip(" ,，、") for f in found if f.strip(" ,，、")]


def read(clause: str, scene: Scene) -> bool:
    """Takes the operations of one clause on; False when it is not understood."""
    text = _LEADS.sub("", clause.strip(" ,，、。")).strip(" ,，、。") or clause.strip(" ,，、。")
    if _NOISE.match(text) or _NOISE.match(clause.strip(" ,，、。")):
        return True
    if _TAKE_BACK.match(text):
        scene.cancel()
        rest = _TAKE_BACK.sub("", text)
        return not rest or read(rest, scene)
    return any(rule(text, scene) for rule in _RULES)


def _named(scene: Scene, text: str) -> str:
    return re.sub(r"(?:这|那)?一?(?:列|栏|项|字段)?(?:里面?|中)?的?$", "", text.strip()) or text


def _rename_choice(text: str, scene: Scene) -> bool:
    """ "状态里“完成”改成“已解决”": an option of a field that is named before it."""
    hit = _OF_FIELD.match(text)
    ref = scene.field(_named(scene, hit["f"]), spoken=False) if hit else None
    if hit is None or ref is None or not ref.field.choices:
        return False
    chosen = scene.choice(hit["x"], ref)
    return chosen is not None and acting.rename(scene, hit["x"], hit["y"])


def _rename(text: str, scene: Scene) -> bool:
    return any((hit := p.match(text)) and acting.rename(scene, _named(scene, hit["x"]), hit["y"]) for p in _RENAMES)


def _change(text: str, scene: Scene) -> bool:
    hit = _CHANGE.match(text)
    if hit is None:
        return False
    x, y = _named(scene, hit["x"]), hit["y"]
    if (old := view_type(x)) and view_type(y) and old:
        add_view(scene, y)
        return acting.remove(scene, x)
    if view_type(y) and not scene.exact(x):
        return add_view(scene, text)
    chosen = None if scene.exact(x) else scene.choice(x)
    if chosen is not None or (re.match(QUOTED, y) and scene.exact(x)):
        return acting.rename(scene, x, y)
    ref = scene.exact(x) or scene.field(x)
    if ref is None:
        return False
    head, _, more = re.sub(r"[,，]", "\0", y, count=1).partition("\0")
    if not more.startswith("单位") and acting.retype(scene, ref, y):
        return True
    if acting.retype(scene, ref, head):
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


def _only(text: str, scene: Scene) -> bool:
    hit = _ONLY.match(text)
    if hit is None or not (ref := scene.field(_named(scene, hit["x"]), spoken=False)):
        return False
    return acting.retype(scene, ref, hit["y"])


def _use(text: str, scene: Scene) -> bool:
    hit = _USE.match(text)
    ref = scene.names.field(scene.prepared.plain(_named(scene, hit["x"])), least=0.9) if hit else None
    return bool(hit and ref) and acting.retype(scene, ref, hit["y"])  # type: ignore[arg-type, index]


def _colon(text: str, scene: Scene) -> bool:
    hit = re.match(r"^(?P<x>[^:：,，]{1,12})[:：](?P<y>.+)$", text)
    ref = scene.exact(hit["x"]) if hit else None
    return bool(hit and ref) and acting.retype(scene, ref, hit["y"])  # type: ignore[arg-type, index]


def _hint(text: str, scene: Scene) -> bool:
    """ "要写名字和电话的": what is to be written into the field last spoken of."""
    hit = re.match(r"^(?:里面?|这里)?(?:要|可以|是)?(?:写|填)(?:上|的是)?(?P<x>.+?)的?$", text)
    if hit is None or scene.topic is None or scene.topic_gone:
        return False
    now = scene.names.field(scene.topic.field.label or scene.topic.field.name, scene.topic.entity)
    return now is not None and scene.act(
        ops.ChangeField(now.entity, now.field.name, hint=scene.prepared.plain(hit["x"])[:60])
    )


def _offer(text: str, scene: Scene) -> bool:
    """ "分类要加一下：吃饭、交通": a field with its options, the verb between them."""
    hit = re.match(
        r"^(?P<x>[^:：,，]{1,12}?)(?:也|还|都)?(?:要|需要|得|想)?(?:加|有|补)(?:一下|上|" r"个|一个)?[:：](?P<y>.+)$",
        text,
    )
    if hit is None or ((ref := scene.names.field(hit["x"])) is not None and ref.field.choices):
        return False
    return _item(f"{hit['x']}：{hit['y']}", scene)


def _split(text: str, scene: Scene) -> bool:
    hit = _SPLIT.match(text)
    return bool(hit) and acting.split(scene, _named(scene, hit["x"]), options(hit["y"], scene.prepared))  # type: ignore[index]


def _require(text: str, scene: Scene) -> bool:
    hit = _REQUIRE.match(text)
    return bool(hit) and acting.require(scene, hit["x"], bool(re.match(r"必填|必须|一定", hit["y"])))  # type: ignore[index]


def _reminder(text: str, scene: Scene) -> bool:
    return reminder(scene, text, add=None)


def _remove(text: str, scene: Scene) -> bool:
    for pattern, certain in ((_REMOVE, True), (_REMOVE_AFTER, True)):
        hit = pattern.match(text)
        if hit is None:
            continue
        phrase = _named(scene, re.sub(r"^(?:把|将)", "", hit["x"]))
        if not phrase:
            if scene.topic is not None:
                return acting.remove(scene, "它")
            continue
        if acting.remove(scene, phrase, spoken=False):
            return True
        parts = [p for p in re.split(r"[、,，和跟与及]|以及", phrase) if p.strip()]
        done = [acting.remove(scene, _named(scene, p), spoken=certain) for p in parts]
        if any(done):
            return True
    return False


def _between(text: str, scene: Scene) -> bool:
    hit = _BETWEEN.match(text)
    if hit is None:
        return False
    low, high = scene.choice(hit["a"]), scene.choice(hit["b"])
    if low is None or high is None or low.field.name != high.field.name:
        return False
    order = list(low.field.choices)
    after = min((low.value, high.value), key=order.index)
    ref = scene.names.field(low.field.name, low.entity)
    return ref is not None and acting.add_choices(scene, ref, _values(hit["v"], scene), after)


def _choices(text: str, scene: Scene) -> bool:
    if not scene.names.choosing():
        return False
    if (hit := _AFTER.match(text)) and (anchor := scene.choice(hit["a"])):
        ref = scene.names.field(anchor.field.name, anchor.entity)
        order = list(anchor.field.choices)
        at = order.index(anchor.value) - (1 if hit["w"] in ("前面", "之前", "前") else 0)
        return ref is not None and acting.add_choices(
            scene, ref, _values(hit["v"], scene), order[at] if at >= 0 else ""
        )
    for pattern in (_PLUS, _LACKS):
        if (
            (hit := pattern.match(text))
            and (ref := scene.field(_named(scene, hit["x"]), spoken=False))
            and ref.field.choices
        ):
            return acting.add_choices(scene, ref, _values(hit["v"], scene))
    if (hit := _NEW.match(text)) and (ref := scene.only_choice()) is not None:
        called = _CALLED.search(text)
        value = called["v"] if called else hit["v"]
        if called or len(value) <= 6:
            return acting.add_choices(scene, ref, _values(value, scene))
    if (hit := _CALLED_NEW.match(text)) and (ref := scene.field(hit["x"], spoken=False)) and ref.field.choices:
        return acting.add_choices(scene, ref, _values(hit["v"], scene))
    if (hit := _ADD.match(text)) and re.fullmatch(rf"(?:{QUOTED}[、,，和]?)+(?:选项)?", hit["x"]):
        ref = scene.choosing or scene.only_choice()
        return ref is not None and acting.add_choices(scene, ref, _values(hit["x"], scene))
    return False


def _values(text: str, scene: Scene) -> list[str]:
    found = options(re.sub(r"(?:这?[一两三几]?(?:个|种)?选项|进去|进来)$", "", acting.polished(text)), scene.prepared)
    return [re.sub(r"^(?:一个|个|一项)", "", f) for f in found]


def _entity(text: str, scene: Scene) -> bool:
    hit = _ENTITY.match(text) or _ENTITY_OF.match(text)
    if hit is None or view_type(text):
        return False
    parts = options(hit["r"] or "", scene.prepared) if hit["r"] else ()
    return acting.add_entity(scene, hit["x"], [re.split(r"[,，]", p)[0] for p in parts if p])


def _compute(text: str, scene: Scene) -> bool:
    return computes(text) and compute(scene, text)


def _view(text: str, scene: Scene) -> bool:
    plain = scene.prepared.plain(text)
    kind = view_type(plain)
    if _PICTURES.match(plain):
        # "做个图" of the figure that was just asked for.
        kinds = {v.type for v in scene.spec.views[-1:]}
        return bool(kinds & {s.VIEW_TYPE_CHART, s.VIEW_TYPE_METRIC}) or add_view(scene, text, s.VIEW_TYPE_CHART)
    if re.search(r"(?:照片|图片|截图)$", plain):
        return False
    if kind:
        return add_view(scene, text, kind)
    if asks_for_figure(plain) and re.search(r"显示|看|统计|汇总|算|想知道|每", plain):
        return add_view(scene, text)
    return False


def _add(text: str, scene: Scene) -> bool:
    for pattern in (_ALSO, _ADD_AFTER, _ADD):
        hit = pattern.match(text)
        if hit is None or not re.search(r"\w", hit["x"]):
            continue
        body = acting.polished(hit["x"])
        _, colon, tail = re.sub(r"[:：]", "\0", body, count=1).partition("\0")
        parts = [body] if colon and tail else [p for p in re.split(r"[、,，]|和|以及|还有", body) if p.strip()]
        if "\ue001" in body or re.search(r"[和与](?:谁|什么)", body):
            parts = (
                [p for p in re.split(r"[、,，]|(?<=\ue002)和|和(?=[^\ue000]*\ue001)", body) if p.strip()]
                if not colon
                else [body]
            )
        done = [_item(p, scene) for p in parts]
        return any(done)
    return False


def _item(text: str, scene: Scene) -> bool:
    plain = scene.prepared.plain(text)
    if computes(text) and compute(scene, text):
        return True
    kind = view_type(plain)
    if kind and not re.search(r"(?:照片|图片|截图)$", plain):
        return add_view(scene, text, kind)
    made = described(text, scene.prepared)
    if made is None or len(bare(made.label)) > 24:
        return False
    return acting.add_described(scene, made)


def _bare_field(text: str, scene: Scene) -> bool:
    """ "提前三天提醒" has gone; a bare "是谁喂的" after "加上" goes on adding."""
    if re.match(r"^(?:是否|有没有|有无|是谁|谁)", text) or re.search(r"(?:日期|链接|照片)$", text):
        return _item(text, scene)
    return False


def _topic(text: str, scene: Scene) -> bool:
    mentioned = scene.names.mentions(scene.prepared.plain(text))
    if mentioned:
        scene.topic = mentioned[0][2]
    return False


_RULES: tuple[Rule, ...] = (
    _rename_choice,
    _rename,
    _split,
    _require,
    permit,
    _between,
    _reminder,
    _entity,
    _hint,
    _offer,
    _remove,
    _compute,
    _change,
    _only,
    _use,
    _colon,
    _view,
    _choices,
    _add,
    _bare_field,
    _topic,
)
