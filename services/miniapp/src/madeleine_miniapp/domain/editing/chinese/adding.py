"""What Chinese clauses add, show, compute and remind of."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.chinese.options import ADD, option_values
from madeleine_miniapp.domain.editing.computing import compute
from madeleine_miniapp.domain.editing.derived_sums import product
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.naming import ChoiceRef, FieldRef
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.reminding import reminder
from madeleine_miniapp.domain.editing.retyping import retype
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import is_pronoun
from madeleine_miniapp.domain.editing.text import QUOTED, bare, polished
from madeleine_miniapp.domain.editing.told_sums import computable, computes, spelled
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type

_ALSO = re.compile(
    r"^(?P<x>[^,，:：]{1,12}?)也(?:要|想|得|需要|应该|能|可以)?(?:有|放|传|加上?|记|记录|填|标|写)?(?:一?下"
    r"|上)?(?P<b>\ue001\d+\ue002)?$"
)
_WRITE = re.compile(
    r"^(?P<x>[^,，:：]{1,12}?)(?:也|都)?(?:(?:写|填|记|标)(?:一下|上)|(?:想|要|得)(?:写|填|记|标)(?:一下|上|下来)?)$"
)
# "工人电话、合同照片都要有"
_ALL_WANTED = re.compile(r"^(?P<x>[^:：]+?[、,，和][^:：]+?)都(?:要|得|需要|想)(?:有|加上?|记)?(?:一下|上)?$")
_BY_ITSELF = re.compile(r"(?:都|也|要|能|可以)*(?:自动|帮我|给我)+(?:计算|算)(?:出来|好|一下)?$")
_SCALED = re.compile(r"^[1一]\s*(?:到|-|~|至)\s*(?:\d+|[五十三四])(?:颗?星|分)?$")
_ADD_AFTER = re.compile(
    r"^(?:把)?(?P<x>.+?)(?:也)?(?:要)?(?:加一个|加个|加一下|加上去?|加进去|加进来|加上"
    r"|加一列|加|添上|记一下|也?要记(?:一下|上)?|也记上)(?:吧|啊|呢)?$"
)
# "每小时50块，加班费自动算"
_RATE = re.compile(r"^(?:按)?每一?(?:个|张|页|份)?(?P<u>[^\d,，]{1,4}?)(?P<n>\d+(?:\.\d+)?)(?:块钱?|元)(?:钱)?$")
_WORKED_OUT = re.compile(r"^(?P<l>[^,，]{2,8}?)(?:都|也|要|能|可以|帮我|给我|自动)*计?算(?:一下|出来|好)?$")
_GLANCE = re.compile(r"(?:也|都|最好|要|想|能|可以)*(?:一眼就?|一目了然)(?:地|能|可以)*(?:看到|看见|看出来?|知道)?$")
# What is computed of the fields there are, if they are there.
_DERIVED = re.compile(r"(?:平均)?(?:配速|速度|时速|油耗|利润|盈利|差价|净胜球|分差|人均|小计)")
_PICTURES = re.compile(r"^(?:做|画|弄|来|加|出)(?:一?个|张)?(?:图|图表)$")


def offer(text: str, scene: Scene) -> bool:
    """ "分类要加一下：吃饭、交通": a field with its options, the verb between them."""
    hit = re.match(
        r"^(?P<x>[^:：,，]{1,12}?)(?:也|还|都)?(?:要|需要|得|想)?(?:加|有|补)(?:一下|上|" r"个|一个)?[:：](?P<y>.+)$",
        text,
    ) or re.match(
        r"^(?P<x>[^:：,，]{2,12}?)(?:也|还|都)?(?:(?:要|需要|得|想|最好|可以)能?|能)(?:下拉|点|勾|挑)?(?:选"
        r"|着?选择)(?:一下)?[:：](?P<y>.+)$",
        text,
    )
    hit = hit or re.match(
        r"^(?P<x>[^:：,，]{1,8}?)(?:分为|分成"
        r"|(?<![一二三四五六七八九十两几半\d])分(?![钟数类]))(?P<y>[^,，:：]+[、和或].+)$",
        text,
    )
    if hit is None or ((ref := scene.names.field(hit["x"])) is not None and ref.field.choices):
        return False
    if scene.exact(hit["x"]) is not None:
        # Options of a field that is there.
        return False
    return item(f"{hit['x']}：{hit['y']}", scene)


def reminding(text: str, scene: Scene) -> bool:
    return reminder(scene, text, add=None)


def computing(text: str, scene: Scene) -> bool:
    if rate := _RATE.match(text):
        scene.rate = (float(rate["n"]), rate["u"])
        return True
    if (
        scene.rate is not None
        and (named_so := _WORKED_OUT.match(text))
        and (found := product(scene.names, scene.home, scene.rate)) is not None
    ):
        return scene.act(ops.AddField(found.entity, named_so["l"], "money", formula=found.expression))
    if not computes(text):
        return False
    parts = [p for p in re.split(r"[、,，]", _BY_ITSELF.sub("", text)) if p.strip()]
    if (
        len(parts) > 1
        and not any(re.match("等于|就是|[=是用]", p) for p in parts)
        and sum(spelled(scene, p) for p in parts) > 1
    ):
        done = [compute(scene, p) or item(p, scene) for p in parts]
        return all(done)
    if compute(scene, text):
        return True
    done = [compute(scene, part) for part in re.split(r"[、,，]|和(?=[^,，]{1,6}多少)", text) if part.strip()]
    return any(done)


def view(text: str, scene: Scene) -> bool:
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
    if computable(scene, plain):
        return compute(scene, plain)
    if _GLANCE.search(plain):
        # "卖了多少本、一共卖了多少钱也想一眼看到"
        parts = [p for p in re.split("[、,，]", _GLANCE.sub("", text)) if re.search("多少|几|总", p)]
        done = [add_view(scene, p, s.VIEW_TYPE_METRIC) for p in parts]
        return any(done)
    if asks_for_figure(plain) and re.search(r"显示|看|统计|汇总|算|想知道|每", plain):
        return add_view(scene, text)
    return False


def add(text: str, scene: Scene) -> bool:
    if hit := re.match(r"^(?:打|评)个?分(?:[,，]?满分(?P<most>\d+|五|十|百|一百)[星分]?)?$", text):
        most = {"五": 5.0, "十": 10.0, "百": 100.0, "一百": 100.0}.get(hit["most"] or "五") or float(hit["most"])
        return acting.add_described(scene, Described("评分", s.FIELD_TYPE_RATING, most=min(most, 10.0)))
    if hit := re.match(
        r"^给(?P<x>[^,，:：]{1,10}?)(?:打个?分|评个?分|打星|评星)(?:吧|啊)?(?:[,，]?满分.{1,3})?$", text
    ):
        # "给书打个分": a rating beside what is rated.
        label = "评分" if is_pronoun(hit["x"]) else f"{hit['x']}评分"
        return acting.add_described(scene, Described(label, s.FIELD_TYPE_RATING))
    if (
        hit := re.match(r"^(?P<x>[^,，:：]{1,10}?)(?:来|要)?(?:打个?分|打星|评星)(?:吧|啊)?$", text)
    ) and scene.names.field(hit["x"], least=0.9) is None:
        return acting.add_described(scene, Described(hit["x"], s.FIELD_TYPE_RATING))
    for pattern in (_ALL_WANTED, _ALSO, _WRITE, _ADD_AFTER, ADD):
        hit = pattern.match(text)
        if hit is None or not re.search(r"\w", hit["x"]):
            continue
        body = polished(hit["x"]) + (hit.groupdict().get("b") or "")
        _, colon, tail = re.sub(r"[:：]", "\0", body, count=1).partition("\0")
        parts = [body] if colon and tail else [p for p in re.split(r"[、,，]|和|以及|还有", body) if p.strip()]
        if re.search(r"可以?选|选项|分为|默认", body):
            parts = [body]
        if "\ue001" in body or re.search(r"[和与](?:谁|什么)", body):
            parts = (
                [p for p in re.split(r"[、,，]|(?<=\ue002)和|和(?=[^\ue000]*\ue001)", body) if p.strip()]
                if not colon
                else [body]
            )
        done = [item(p, scene) for p in parts]
        return any(done)
    return False


def item(text: str, scene: Scene) -> bool:
    plain = scene.prepared.plain(text)
    if (computes(text) or _DERIVED.fullmatch(plain) or computable(scene, plain)) and compute(scene, text):
        return True
    kind = view_type(plain)
    if kind and not re.search(r"(?:照片|图片|截图)$", plain):
        return add_view(scene, text, kind)
    person = re.fullmatch(r"[老小阿大]\w", plain)
    if person and (of := scene.only_choice_of_people()) is not None:
        return acting.add_choices(scene, of, [plain])
    made = described(text, scene.prepared)
    if made is None or len(bare(made.label)) > 24:
        return False
    return acting.add_described(scene, made)


def bare_field(text: str, scene: Scene) -> bool:
    """ "提前三天提醒" has gone; a bare "是谁喂的" after "加上" goes on adding."""
    if hit := re.match(r"^(?:知道|记)?(?P<x>[^,，]{1,12}?)(?:是|在)?(?:什么时候|哪一?天|几号)$", text):
        return acting.add_described(scene, Described(hit["x"], s.FIELD_TYPE_DATE))
    if hit := re.match(r"^(?P<x>[^,，]{1,12}?)(?:(?:也|要|得|想|能)*(?:打|有|加)一?个?[勾钩]|勾一下)$", text):
        return acting.add_described(scene, Described(hit["x"], s.FIELD_TYPE_BOOLEAN))
    if hit := re.match(r"^(?P<v>[^,，]{1,6}?)也(?:放|养|有|种|买|开|摆)了?[^,，]{0,4}$", text):
        holder = None if scene.exact(hit["v"]) else scene.only_choice()
        return holder is not None and acting.add_choices(scene, holder, option_values(hit["v"], scene))
    if (
        hit := re.match(
            r"^(?P<x>[^:：,，]{2,8})[:：][^:：,，]+(?:、|和|或"
            r"|/)[^:：,，]+$",
            text,
        )
    ) and scene.names.field(hit["x"], least=0.9) is None:
        # "甜度:无糖、半糖、全糖": a field with its options.
        return item(text, scene)
    if scene.topic is not None and not scene.topic_gone and _SCALED.match(text):
        return scene.topic.field.type == s.FIELD_TYPE_RATING or retype(scene, scene.topic, text)
    if re.match(r"^多久[^,，]{1,6}一次", text):
        return acting.add_described(
            scene, Described(scene.prepared.plain(text)[:12], s.FIELD_TYPE_INTEGER, unit="days")
        )
    if scene.known.of(text) is not None or re.search(r"(\w{1,3})[没不]\1", text):
        return item(text, scene)
    if re.match(r"^(?:是否|有没有|有无|是谁|谁)", text) or re.search(r"(?:日期|链接|照片)$", text):
        return item(text, scene)
    parts = [p for p in re.split(r"[、,，]|和|以及|还有", text) if p.strip()]
    if scene.led and all(len(p) <= 8 and not re.search(r"[是不没吗]|了$|可以|应该", p) for p in parts):
        done = [item(p, scene) for p in parts]
        return any(done)
    return False


def topic(text: str, scene: Scene) -> bool:
    plain = scene.prepared.plain(text)
    told = [
        ChoiceRef(r.entity, r.field, c)
        for r in scene.names.choosing()
        for c in r.field.choices
        if len(c) > 1 and c in plain
    ]
    if len(told) == 1:
        # "2号琴房拆掉了": what "换成4号" speaks of.
        scene.topic, scene.chosen, scene.choosing = None, told[0], FieldRef(told[0].entity, told[0].field)
        return False
    said = re.findall(QUOTED, text)
    if len(said) == 1 and scene.choice(said[0]) is not None:
        scene.topic = None
        return False
    mentioned = scene.names.mentions(scene.prepared.plain(text))
    if mentioned:
        scene.spoken_of(mentioned[0][2])
    return False
