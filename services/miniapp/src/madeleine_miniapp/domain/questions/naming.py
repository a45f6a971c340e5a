# ruff: noqa: E501 - tables of words, one line each.
"""What fields and apps may be called in a question: own names, parts of them, units, words of their type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.times.numbers import CARDINALS
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.concepts import FIELDS, RECORDS, Stems, translated
from madeleine_miniapp.domain.questions.english import is_past, is_person
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.text import stem, stems
from madeleine_miniapp.domain.questions.words import is_void

_UNITS = {
    "kcal": "kcal kilocalories calories cals 大卡 千卡 卡",
    "g": "g grams gram 克",
    "kg": "kg kilos kilograms kilo 公斤 千克",
    "h": "hours hour hrs h 小时 钟头",
    "hours": "hours hour hrs h 小时",
    "min": "minutes minute mins min 分钟",
    "minutes": "minutes minute mins min 分钟",
    "s": "seconds secs 秒",
    "km": "km k kms kilometres kilometers kilometre metres meters miles mile 公里 千米 英里",
    "m": "m metres meters metre meter 米",
    "mi": "miles mile 英里",
    "ml": "ml millilitres milliliters 毫升",
    "l": "l litres liters litre 升",
    "litres": "l litres liters litre 升",
    "bpm": "bpm beats",
    "°c": "degrees celsius 度",
    "c": "degrees celsius 度",
    "mmhg": "mmhg",
    "cm": "cm centimetres 厘米",
    "eur": "eur euros euro 欧元 欧 钱 块",
    "usd": "usd dollars dollar bucks 美元",
    "gbp": "gbp pounds pound quid 英镑",
    "cny": "cny yuan rmb 元 块 块钱 钱",
    "steps": "steps 步",
    "pages": "pages 页",
    "pcs": "pieces 个 件",
    "%": "percent",
}
# What comes in, where the records are of what is sold or earned.
_TAKINGS = (
    "takings", "revenue", "turnover", "income", "earnings", "proceeds", "gross", "intake", "made", "earned", "take", "sales",
    "took in", "takeings", "profit before costs", "营业额", "销售额", "流水", "收入", "营收", "进账", "收益", "赚", "卖了多少钱", "业绩",
)  # fmt: skip
# What is sold by number is counted so.
_POURED = "杯瓶份包袋盒罐块颗件只斤"
COUNTED = re.compile("([条只杯瓶份包袋盒罐箱块颗棵粒枚件张片本册头匹根支枝朵桶篮串])数")
_OF_KIND = re.compile("([\u4e00-\u9fff]{1,3})(?:种类?|品种)")
_PORTIONS = ("cups", "pieces", "portions", "servings", "bottles", "bags", "units", "packets", "boxes")
_BY_TYPE = {
    s.FIELD_TYPE_MONEY: "cost,price,money,spend,spending,spent,pay,paid,how expensive,costs,钱,花,花了,多少钱,金额,花费,费用",
    s.FIELD_TYPE_DURATION: "minutes,mins,hours,time,how long,long,duration,分钟,小时,时间,多久,时长",
    s.FIELD_TYPE_RATING: "stars,star,rating,rated,score,星,评分,打分,分,分数,得分,分值",
}
_LOOSE = frozenset({"at", "by", "on", "in", "of", "to", "for", "is", "the", "and", "no", "per", "id", "a", "read", "between", "name", "total", "time", "date", "day", "avg", "average", "last", "first", "min", "max"})  # fmt: skip
_SPELLED = {str(number): stem(word) for word, number in CARDINALS.items()}
_SUFFIX = re.compile(r"(?:日记|记录|账本|打卡|清单|计划|日志|追踪|管理|本|表)$")
# What holds the records names none of them: 账本里.
_BOOK = re.compile(r"(?:账本|日记|日志|台账|俱乐部|小组|社团|协会)$")
# 家里的冰箱 is called 冰箱, too.
_TITLE_PARTS = re.compile(r"我们?的?|咱们?的?|家里?的?|的|里|[与和及&·]|\s+")
_DATED = re.compile(r"(?:的?日期|的?时间|日)$")
_CLASSIFIED = re.compile(r"([条只件张本页杯瓶份包袋盒块颗斤株棵朵头匹])数量?")
_COUNTED = re.compile(r"(?:number|count|no|times)(?:[_ ]|$)|.*[_ ](?:times|count)$", re.IGNORECASE)
# 下次扣款 is when the next 扣款 is.
_WHICH_ONE = re.compile(r"^(?:下一?次|预计|计划)")
_PERSONS = frozenset(
    ("医生", "老师", "教练", "对手", "客户", "顾客", "面试官", "嘉宾", "客人", "师傅", "理发师", "作者", "歌手", "导演")
)
_ROLES = (s.FIELD_TYPE_PERSON, s.FIELD_TYPE_BOOLEAN)
_ROLE = re.compile(r"^(?:由谁|谁|已经?|是否|是不是|有没有|有无)|(?:的?人|人员|者|员|的|了|没有?|吗)$")
_MEASURED = re.compile(r"(?:次数|数量|量|数|时间|金额)$")
ACCOMPLISHED = frozenset(
    stems(w) for w in ("packed", "returned", "bought", "paid", "settled", "delivered", "sent", "submitted", "已打包", "已还", "已归还", "已买", "已购", "已付", "已付款", "已结清", "已交", "已提交", "已寄")
)  # fmt: skip
_FUNCTIONS = frozenset(
    stem(w) for w in ("average", "avg", "mean", "total", "sum", "max", "maximum", "min", "minimum", "number", "count")
)
_AVERAGES = frozenset(stem(w) for w in ("average", "avg"))
# A single word that is also a word for asking is no name by itself, unless it is the field's own.
_GENERIC = frozenset({("time",), ("long",), ("count",), ("number",), ("amount",), ("total",), ("what",), ("when",), ("day",), ("date",), ("who",), ("where",), ("new",), ("high",), ("low",), ("ok",), ("good",), ("bad",), ("by",), ("from",), ("to",), ("through",), ("none",), ("no",), ("yes",), ("hour",), ("name",), ("one",)})  # fmt: skip


def names_of(f: s.Field, lexicon: Lexicon, *, takings: bool) -> Iterator[tuple[Stems, int]]:
    """What a field is called, with the strength of a `Meaning`; `takings`: its amounts come in, they are not spent."""
    yield from _own(f, lexicon)
    for name in (f.name, f.label):
        if is_chinese(name):
            yield from ((stems(bare), 2) for bare in _without_ending(f, name))
    if f.type in NUMERIC and (counted := _CLASSIFIED.fullmatch(f.label or f.name) or _CLASSIFIED.fullmatch(f.name)):
        # 几条 are as many as 条数 says.
        yield from ((stems(f"{how_many}{counted[1]}"), 3) for how_many in ("几", "多少"))
    # What an order is worth is no word for whether it is paid.
    amounts = lexicon.of_words(FIELDS, "cost") - _names(f) if f.type == s.FIELD_TYPE_BOOLEAN else frozenset[Stems]()
    for key in lexicon.of_field(f):
        if key in amounts:
            continue
        # "average hours" asks for a mean; only a field's own name may hold such a word.
        # When it was last watered is no amount of water.
        first, *more = key
        of_a_day = bool(more) and first in ("last", "next") and f.type in NUMERIC
        if key not in _GENERIC and first not in _FUNCTIONS and not of_a_day:
            yield key, 2
            if _AVERAGES & {part for name in _names(f) for part in name}:
                # avg_hr is called "average heart rate".
                yield from (((word, *key), 3) for word in _AVERAGES)
    if f.type == s.FIELD_TYPE_BOOLEAN:
        # Whether a thank_you_sent is so is asked of a thank you.
        for thing, _, verb in (" ".join(re.split("[_ ]", n)).rpartition(" ") for n in (f.name, f.label)):
            if thing and is_past(verb):
                yield from ((stems(said), 2) for said in (thing, f"{thing}s"))
    if f.type == s.FIELD_TYPE_BOOLEAN and _names(f) & ACCOMPLISHED:
        # What is packed is done with.
        yield from ((key, 1) for key in lexicon.of_words(FIELDS, "done"))
    if (counted := COUNTED.fullmatch(f.label or f.name)) and f.type in NUMERIC:
        # 几条 of what is told by its 条数 are as many as that says.
        yield from ((stems(f"{how_many}{counted[1]}"), 3) for how_many in ("几", "多少"))
    if f.type in NUMERIC and f.type != s.FIELD_TYPE_MONEY and _names(f) & lexicon.of_words(FIELDS, "quantity"):
        # 几杯 of what is sold by number are as many as the number says.
        yield from ((stems(f"{how_many}{word}"), 3) for word in _POURED for how_many in ("几", "多少"))
        yield from ((stems(word), 2) for word in _PORTIONS)
    if f.unit:
        yield from ((stems(word), 2) for word in _UNITS.get(f.unit.casefold(), f.unit).split())
    yield from ((stems(word), 1) for word in _BY_TYPE.get(f.type, "").split(","))
    if takings and f.type == s.FIELD_TYPE_MONEY:
        yield from ((stems(word), 2) for word in _TAKINGS)


def _names(f: s.Field) -> set[Stems]:
    return {stems(f.name, camel=True), stems(f.name), stems(f.label)} - {()}


def _own(f: s.Field, lexicon: Lexicon) -> Iterator[tuple[Stems, int]]:
    """Its own names and their parts: "pages_read" is called pages, "started_at" started."""
    for key in _names(f):
        yield key, 3
        if spelled := tuple(_SPELLED.get(part, part) for part in key) if len(key) > 1 else ():
            # "Coffee after three" for coffee_after_3.
            yield spelled, 3
        for part in key if len(key) > 1 else ():
            if len(part) > 2 and part not in _LOOSE:
                yield (part,), 2 if f.type in NUMERIC | TEMPORAL | {s.FIELD_TYPE_PERSON} else 1
                if f.type in NUMERIC and not _COUNTED.match(f.name):
                    # "Brew temp" is a temperature; "times reviewed" are no time.
                    yield from ((other, 1) for other in lexicon.of_part(part))


def _without_ending(f: s.Field, name: str) -> Iterator[str]:
    """A Chinese name without what only says its type."""
    if f.type in NUMERIC and (bare := _MEASURED.sub("", name)) != name and bare:
        # 奶量 is how much 奶.
        yield bare
    if f.type in NUMERIC and name.startswith("最") and len(name) > 2:
        yield f"{name[:2]}的{name[2:]}"
    for bare in (_DATED.sub("", name), _WHICH_ONE.sub("", name)) if f.type in TEMPORAL else ():
        if bare != name and len(bare) > 1:
            yield bare
    if f.type == s.FIELD_TYPE_BOOLEAN:
        # 没开自动续费: what is so or not is switched on.
        yield from (f"{switched}{name}" for switched in ("开", "开了", "开启", "开通"))
    listed = f.type == s.FIELD_TYPE_MULTI_CHOICE and name.endswith(("者", "人", "人员"))
    if (f.type in _ROLES or listed) and len(bare := _ROLE.sub("", name)) > 1:
        # 负责人 is who is 负责; 已备好 is whether it is 备好.
        yield bare


def title_names(spec: s.AppSpec, entity: s.Entity, lexicon: Lexicon) -> Iterator[tuple[Stems, Meaning]]:
    """What the app is called by its title, and its records by the title's words."""
    yield stems(spec.title), Meaning(Kind.ENTITY, "", strength=2)
    for key in lexicon.of_words(RECORDS, spec.title):
        yield key, Meaning(Kind.ENTITY, "", strength=2)
    for f in entity.fields:
        if f.type == s.FIELD_TYPE_CHOICE and (kind := _OF_KIND.fullmatch(f.label or f.name)):
            # 鱼种 tells fish apart: fish are what the records are of.
            yield stems(kind[1]), Meaning(Kind.ENTITY, "", strength=1)
    if is_chinese(spec.title):
        bare = _SUFFIX.sub("", spec.title)
        book = _BOOK.search(spec.title)
        for part in (bare, *_TITLE_PARTS.split(bare), *([book.group()] if book else [])):
            if len(part) > 1:
                yield stems(part), Meaning(Kind.ENTITY, "", strength=1)
        return
    for word in stems(spec.title):
        if not is_void(word):
            yield (word,), Meaning(Kind.ENTITY, "", strength=1)
            for key in lexicon.of_entity_titled(entity, word):
                yield key, Meaning(Kind.ENTITY, entity.name, strength=2)


def names_people(f: s.Field) -> bool:
    """Whether a text or choice says who it was: "interviewer", 医生."""
    known = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE)
    return f.type in known and any(is_person(n) or n in _PERSONS for n in (f.name.casefold(), f.label.casefold()))


def names_some(entity: s.Entity, word: str, lexicon: Lexicon) -> bool:
    """Whether a Chinese word for the records is one for some of their choices: 茶, where there is green tea and wine."""
    said = {stems(w) for w in translated(word)} if is_chinese(word) else set[Stems]()
    for f in entity.fields:
        if any(stems(word) in lexicon.of_choice(c) for c in f.choices):
            continue
        held = [
            any(len(w) == 1 and w[0] in stems(c) for w in said) or (is_chinese(word) and word in c) for c in f.choices
        ]
        if any(held) and not all(held):
            return True
    return False
