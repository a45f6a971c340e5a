"""Field phrases of a Chinese prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.wishes import cues
from madeleine_miniapp.domain.wishes.model import Wish

MAX_LABEL = 16
_NOUN_MOST = 8
_MARK = "\u2060"
_BRACKET = re.compile(r"[（(\[【]([^（()）\[\]【】]*)[）)\]】]")
_SENTENCES = re.compile(r"[。！？!?；;\n]+")
_COMMAS = re.compile(
    r"\s*(?:[，,、]|以及|还有|并且|而且|另外|此外|同时|[和跟与及](?!谁|朋友|家人|室友|同事|老公|老婆|妈妈|爸爸))\s*"
)
_COLON = re.compile(r"[：:](?!\d)")
_LEADS = re.compile(
    r"^(?:我们家|我们|咱们|大家|我想要|我想|我要|我家|我|想要|想|要|帮我们|帮我|帮忙|给我们|给我|请|做一个|做个|弄一个|弄个|来个|建一个|建个|搞个|设计|做"
    r"|一个|一款|一份|用来|可以|能够|能|需要|希望|最好|每一次|每次|每天|每个人|每人|每个|每条|每种|每本|每只|每件|每|都要|都|还要|还能|还想|还|也要|也|再|顺便|记录一下|记录下"
    r"|记录|记下来|记下|记一下|记上|记好|记清|记(?![住得性者])|登记|统计|写上|写下|写|填写|填上|填|标注|标记|标上|标出|列出|列|显示|知道|看到|看看|看出|看清|看|查|管理|跟踪|追踪"
    r"|包括|包含|有(?!没有|无)|是(?!否|不是|谁)|把|按|对|在(?!哪)|每月|每周|每年|总(?=.{2})|平均|累计|合计|早晚|早上|晚上|从|到(?!期)"
    r"|的|了|下|个|这些|那些|各自|各|到底|究竟|分别|方便|随时|一下|一共|总共)"
)
_TAILS = re.compile(
    r"(?:也要|都要|要一目了然|一目了然|各打|各|都|都要记|要记|记录|记一下|就行了?|就好了?|即可|什么的|之类的?|等等|等|这些|吧|呢|啊|哦|哈|的|了|信息|情况下)$"
)
_WHO = re.compile(r"(?:是)?谁(.{0,6})$")
_WHEN = re.compile(r"(?:什么时候|何时|哪天|几号|哪一天|几点)(.{0,6})$|^(.{1,6})(?:是)?(?:什么时候|哪天|几号|几点)$")
_MONEY = re.compile(r"多少钱|花了多少|几块钱|多少元|[费钱价额款]$|花费|开销|价格|成本")
_HOW_LONG = re.compile(r"多久|多长时间|几分钟|多少分钟|几个?小时|多少小时|几天|时长$|用时$")
_HOW_MANY = re.compile(
    r"^(.{0,6}?)(?:多少|几)(?:个|只|次|页|本|人|件|份|杯|条|张|瓶|袋|斤|组|公里|里|米|度|克|毫升|升|步|颗|盒|箱|字|道|集|场|局)?(.{0,6})$"
)
_HOW_ADJ = re.compile(r"^(.{0,6}?)多[高重远大深快宽厚](.{0,4})$")
_YES = re.compile(
    r"^(.{0,6}?)(?:是否|有没有|是不是|能不能|会不会)(.{1,8})$|^(.{1,8}?)(?:了没有?|没有|与否|了吗|没)$|^(.{0,6}?)(.)[没不]\5(.{0,3})$"
)
_WHERE = re.compile(r"(?:在哪里?|在哪儿|哪里|哪儿|什么地方)(.{0,4})$")
_WHICH = re.compile(
    r"^哪(?:个|只|本|款|种|家|位|盆|块|条|一)?(.{1,6})$|^(.{1,6}?)(?:是什么|是哪个|叫什么)$|^什么(.{1,6})$"
)
_RATED = re.compile(r"(?:怎么样|好不好|如何|好吃吗|好不好吃|满意度)$|打分|评分|几分$|几颗星|星级")
_EACH = re.compile(r"各|都|分别|每项")
_SUFFIXES: Sequence[tuple[re.Pattern[str], s.FieldType.ValueType]] = (
    (re.compile(r"(?:日期|时间|日子|期限|到期日?)$"), s.FIELD_TYPE_DATE),
    (re.compile(r"(?:照片|图片|截图|相片)$"), s.FIELD_TYPE_IMAGE),
    (re.compile(r"(?:链接|网址)$"), s.FIELD_TYPE_URL),
    (re.compile(r"(?:负责人|经手人|担当|值日生)$"), s.FIELD_TYPE_PERSON),
    (
        re.compile(r"(?:数量|次数|个数|人数|页数|天数|数|量|率|重量|长度|温度|湿度|浓度|分数|里程)$"),
        s.FIELD_TYPE_NUMBER,
    ),
    (re.compile(r"(?:费用|价格|金额|单价|[费钱价额款])$"), s.FIELD_TYPE_MONEY),
)
# What an app and its parts are called: no fields.
_APP_WORDS = re.compile(
    r"(?:应用|小程序|软件|工具|程序|记录本|记录表|日记|日志|打卡|清单|看板|图表|曲线图?|折线图|柱状图|日历|表格|列表|统计|提醒|账本|本子|系统|app|表|一览|汇总|合计|总计"
    r"|趋势|走势|变化|东西|朋友|家人|室友|同事|一起|大家|我们)$",
    re.IGNORECASE,
)
_VERBAL = re.compile(
    r"[我你他她它们咱]|因为|所以|如果|可是|但是|不过|老是|总是|经常|有时|不知道|忘|就|让|会|怕|免得|以免|方便|好让|想|喜欢|打算|准备"
)


def fields(prompt: str, known: KnownFields) -> list[Wish]:
    """The fields that a Chinese prompt names, in order."""
    details: list[str] = []

    def mark(found: re.Match[str]) -> str:
        details.append(found[1])
        return f"{_MARK}{len(details) - 1}{_MARK}"

    wishes: list[Wish] = []
    for sentence in _SENTENCES.split(_BRACKET.sub(mark, prompt)):
        for phrase, listed, opening in _phrases(sentence):
            said, rest = _detail_of(phrase, details)
            if _EACH.search(phrase) and (said.type == s.FIELD_TYPE_RATING or _RATED.search(phrase)):
                rated = said if said.type is not None else cues.Detail(s.FIELD_TYPE_RATING)
                wishes = [w if w.certain else rated.on(w) for w in wishes]
            read = _read(rest, known, listed=listed, opening=opening)
            if read:
                wishes += [*read[:-1], said.on(read[-1])]
            elif said != cues.Detail() and not rest and wishes:
                wishes[-1] = said.on(wishes[-1])
            elif said.type == s.FIELD_TYPE_RATING:
                wishes.append(said.on(Wish("评分", "rating", s.FIELD_TYPE_RATING)))
    seen: set[str] = set()
    kept: list[Wish] = []
    for wish in wishes:
        if (wish.name or wish.label) not in seen and wish.label not in seen:
            kept.append(wish)
        seen |= {wish.name or wish.label, wish.label}
    return kept


def _phrases(sentence: str) -> Iterator[tuple[str, bool, bool]]:
    """Phrases; whether each stands in a list, and whether it only opens one."""
    parts = _COLON.split(sentence)
    for index, part in enumerate(parts):
        pieces = [p for p in _COMMAS.split(part) if p.strip()]
        for number, piece in enumerate(pieces):
            # The opening words say what the app is; a list follows a colon, or stands between commas.
            opening = index == 0 and number == 0 and (len(parts) > 1 or "记" not in piece)
            yield piece.strip(), (index > 0 or len(pieces) > 1) and not opening, opening and len(parts) > 1


def _detail_of(phrase: str, details: Sequence[str]) -> tuple[cues.Detail, str]:
    said = cues.Detail()
    for number in re.findall(rf"{_MARK}(\d+){_MARK}", phrase):
        found = cues.detail(details[int(number)])
        said = found if found != cues.Detail() else said
    text = re.sub(rf"{_MARK}\d+{_MARK}", "", phrase)
    if said == cues.Detail() and (found := cues.scale(text)):
        said = found
        text = cues.without_scale(text)
    return said, text.strip(" ：:，,")


def _read(text: str, known: KnownFields, *, listed: bool, opening: bool) -> list[Wish]:
    stripped = _stripped(text)
    if opening and not (known.of(stripped) or _WHO.search(stripped)):
        return []
    several = _several(stripped, known)
    if len(several) > 1:
        return several
    one = _one(text, stripped, known, listed=listed)
    return [one] if one else []


def _several(text: str, known: KnownFields) -> list[Wish]:
    """Known fields that stand one behind the other without a comma."""
    found: list[Wish] = []
    rest = text
    if re.match(r"多少|几|谁|哪|什么|多|是否|有没有", text):
        return []
    while rest and (field := known.starting(rest)) is not None:
        found.append(_known(rest[: field.end], field.field.name, known))
        rest = rest[field.end :]
    return found if not rest else []


def _one(text: str, stripped: str, known: KnownFields, *, listed: bool) -> Wish | None:
    for candidate in dict.fromkeys((text, stripped)):
        if field := known.of(candidate):
            return _known(candidate, field.name, known)
    if not stripped:
        return None
    if wish := _asked(stripped, known):
        if wish.label == stripped and text.startswith(stripped) and len(text) - len(stripped) == 1:
            # "谁骑的" as it was written.
            wish = replace(wish, label=text)
        return (
            wish
            if not wish.name or known.of(stripped) or wish.name in ("who", "date", "rating")
            else _unnamed(wish, stripped, known)
        )
    if len(stripped) > _NOUN_MOST or _VERBAL.search(stripped):
        found = known.inside(stripped)
        # Inside a longer phrase only what ends it is its head.
        if found and (found.end == len(stripped) or listed) and not _APP_WORDS.search(stripped):
            return _known(stripped[found.start : found.end], found.field.name, known)
        return None
    if _APP_WORDS.search(stripped):
        return None
    found = known.inside(stripped)
    if found and found.end == len(stripped):
        return Wish(stripped, "", found.field.type, found.field.unit)
    for pattern, kind in _SUFFIXES:
        if pattern.search(stripped) and listed:
            return Wish(stripped, "", kind)
    if found and found.end - found.start >= len(stripped) - 2:
        return _known(stripped, found.field.name, known)
    if listed and re.search(r"[\u3400-\u9fff]|^[A-Za-z]{2,}$", stripped):
        return Wish(stripped, "", None, certain=False)
    return None


def _asked(text: str, known: KnownFields) -> Wish | None:
    """A phrase with a question word."""
    if text.endswith(("打勾", "打钩", "勾选", "勾掉")):
        return Wish("完成", "done", s.FIELD_TYPE_BOOLEAN)
    if _RATED.search(text):
        label = _stripped(_RATED.sub("", text)) or "评分"
        if field := known.of(label):
            rated = s.FIELD_TYPE_RATING if "分" in text or "星" in text else field.type
            return replace(_known(label, field.name, known), type=rated)
        return Wish(label[:MAX_LABEL], "rating" if label == "评分" else "", s.FIELD_TYPE_RATING)
    if found := _WHO.search(text):
        inside = known.of("谁" + found[1])
        label = ("谁" + found[1])[:MAX_LABEL]
        if inside:
            return _known(label, inside.name, known)
        return Wish(label, "who" if not found[1] else "", s.FIELD_TYPE_PERSON)
    if found := _WHEN.search(text):
        rest = found[1] or found[2] or ""
        label = f"{_stripped(rest)}日期" if rest else "日期"
        return Wish(label[:MAX_LABEL], "" if rest else "date", s.FIELD_TYPE_DATE)
    if re.search(r"多少钱|花了多少|几块钱|多少元", text):
        return Wish(text[:MAX_LABEL], "amount", s.FIELD_TYPE_MONEY)
    if _HOW_LONG.search(text):
        unit = "h" if "小时" in text else "days" if "几天" in text else "min"
        return Wish(text[:MAX_LABEL], "duration" if unit == "min" else "", s.FIELD_TYPE_NUMBER, unit)
    if (found := _HOW_ADJ.match(text)) or (found := _HOW_MANY.match(text)):
        inside = known.inside(text)
        name = inside.field.name if inside and inside.field.type in _NUMERIC else ""
        unit = inside.field.unit if inside and name else ""
        return Wish(text[:MAX_LABEL], name, s.FIELD_TYPE_NUMBER, unit)
    if found := _YES.match(text):
        return Wish(text[:MAX_LABEL], "", s.FIELD_TYPE_BOOLEAN)
    if _WHERE.search(text):
        return Wish(text[:MAX_LABEL], "place", s.FIELD_TYPE_TEXT)
    if found := _WHICH.match(text):
        noun = next(g for g in found.groups() if g)
        if field := known.of(noun):
            return _known(noun, field.name, known)
        return Wish(noun[:MAX_LABEL], "", s.FIELD_TYPE_TEXT)
    if _MONEY.search(text) and len(text) <= _NOUN_MOST and not known.of(text):
        return Wish(text[:MAX_LABEL], "cost", s.FIELD_TYPE_MONEY)
    return None


def _unnamed(wish: Wish, text: str, known: KnownFields) -> Wish:
    """Several costs or amounts are told apart by their own words; a mere "how much" keeps the known name."""
    bare = re.sub(r"多少|几|花了|一共|[个只次页本人件份杯条张瓶袋斤组里米度克升步颗盒箱元钱块]", "", text)
    return (
        wish
        if (len(bare) <= 2 and not _MONEY.search(text)) or re.fullmatch(r".{0,2}多少钱", text)
        else replace(wish, name="")
    )


_NUMERIC = (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY)


def _stripped(text: str) -> str:
    before = ""
    while before != text:
        before = text
        text = _LEADS.sub("", text).strip()
        if len(text) > 2:
            text = _TAILS.sub("", text).strip()
    return text


def _known(label: str, name: str, known: KnownFields) -> Wish:
    field = known.named(name)
    if field is None:
        return Wish(label[:MAX_LABEL], name)
    return Wish(label[:MAX_LABEL], name, field.type, field.unit, (), field.least, field.most)
