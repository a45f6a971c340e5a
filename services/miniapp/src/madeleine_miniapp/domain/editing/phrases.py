"""What field a phrase describes: "protein in grams", "where I ate (home, canteen)", "是谁浇的"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.text import BRACKETED, Prepared, bare, is_chinese, listed


@dataclass(frozen=True, slots=True)
class Described:
    """A field as people describe it."""

    label: str
    type: s.FieldType.ValueType
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    default: str = ""
    required: bool = False


_UNITS = {
    "g": "gram grams g gr 克",
    "kg": "kilo kilos kg kilogram kilograms 公斤 千克",
    "mg": "mg milligram milligrams 毫克",
    "lb": "pound pounds lb lbs 磅",
    "km": "km kilometre kilometres kilometer kilometers 公里 千米",
    "m": "metre metres meter meters m 米",
    "cm": "cm centimetre centimetres centimeter centimeters 厘米",
    "mm": "mm millimetre millimetres 毫米",
    "mi": "mile miles mi 英里",
    "l": "litre litres liter liters l 升",
    "ml": "ml millilitre millilitres milliliter milliliters 毫升",
    "min": "minute minutes min mins 分钟",
    "h": "hour hours hrs hr h 小时",
    "s": "second seconds sec secs 秒",
    "d": "days 天",
    "°C": "°c celsius degrees degree 摄氏度 度",
    "%": "percent % 百分比",
    "kcal": "kcal calories 大卡 千卡",
    "km/h": "km/h kmh kph",
    "bpm": "bpm",
    "m²": "m2 sqm m²  平方米 平米",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_UNIT_WORDS = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_CURRENCIES = re.compile(
    r"(?:\b(?:euros?|dollars?|pounds sterling|eur|usd|gbp|chf|yuan|rmb|bucks)\b|[€$£¥]|元|块)", re.I
)
_TYPE_WORDS: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (r"date and time|datetime|date-time|timestamp|time stamp", s.FIELD_TYPE_DATETIME),
    (r"(?:calendar )?dates?|days?|(?:date )?picker", s.FIELD_TYPE_DATE),
    (r"(?:clock )?time", s.FIELD_TYPE_DATETIME),
    (r"whole numbers?|integers?|counts?", s.FIELD_TYPE_INTEGER),
    (r"numbers?|numeric|decimals?|figures?", s.FIELD_TYPE_NUMBER),
    (r"(?:check|tick) ?box(?:es)?|booleans?|yes[ /-]*(?:or )?no|y/n|toggle|flag|switch|tick", s.FIELD_TYPE_BOOLEAN),
    (
        r"(?:(?:pick|choose|select|chosen|picked|selected)(?:ed)? )?(?:from |out of |one of "
        r"|of )?(?:the |our )?(?:group |app )?"
        r"(?:persons?|people|members?|us|somebody|someone)",
        s.FIELD_TYPE_PERSON,
    ),
    (r"stars?|(?:star )?ratings?|star scale", s.FIELD_TYPE_RATING),
    (r"durations?|length of time", s.FIELD_TYPE_DURATION),
    (r"money|prices?|currency|amounts? of money", s.FIELD_TYPE_MONEY),
    (r"links?|urls?|web ?(?:address|links?)", s.FIELD_TYPE_URL),
    (r"photos?|pictures?|images?", s.FIELD_TYPE_IMAGE),
    (r"(?:free |plain |long |short )?text|words|string|notes?", s.FIELD_TYPE_TEXT),
)
_TYPE_WORDS_ZH: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (r"日期时间|时间点|具体时间|时间", s.FIELD_TYPE_DATETIME),
    (r"日期|日子", s.FIELD_TYPE_DATE),
    (r"整数", s.FIELD_TYPE_INTEGER),
    (r"数字|数值|数", s.FIELD_TYPE_NUMBER),
    (r"是否|是/否|是或否|勾选框?|打勾|复选框|勾选", s.FIELD_TYPE_BOOLEAN),
    (r"(?:从)?(?:选择?)?(?:一个)?(?:人员?|成员|人名|群成员)(?:里?选)?", s.FIELD_TYPE_PERSON),
    (
        r"(?:[一二三四五六七八九十\d]+)?(?:颗?星|分制?)?(?:的?(?:评分|打分|评星))|星级|[一二三四五六七八九十\d]+颗?星"
        r"|星星",
        s.FIELD_TYPE_RATING,
    ),
    (r"时长", s.FIELD_TYPE_DURATION),
    (r"金额|钱|价格", s.FIELD_TYPE_MONEY),
    (r"链接|网址", s.FIELD_TYPE_URL),
    (r"照片|图片|图", s.FIELD_TYPE_IMAGE),
    (r"文字|文本|长文本", s.FIELD_TYPE_TEXT),
)
_HEADS: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (
        r"^(?:still|already|ever) \w+(?:ing|ed|en)$|^(?:whether|if)\b|^(?:is|are|was|were|has|have|did|does|do) \w",
        s.FIELD_TYPE_BOOLEAN,
    ),
    (r"^(?:date and time|datetime)\b", s.FIELD_TYPE_DATETIME),
    (r"\b(?:link|url|website|web ?page|homepage|web address)s?\b", s.FIELD_TYPE_URL),
    (
        r"\b(?:photo|picture|image|pic|selfie|screenshot|scan|poster|portrait|logo|thumbnail"
        r"|avatar|cover(?! letter))s?\b",
        s.FIELD_TYPE_IMAGE,
    ),
    (r"^(?:number of|no\. of|how many|count of|amount of)\b", s.FIELD_TYPE_INTEGER),
    (
        r"\bhow long\b|\bduration\b|\btime (?:taken|spent|needed|it took|used)\b"
        r"|\b(?:cooking|prep|preparation|travel|waiting|baking|screen|running|playing|finish"
        r"(?:ing)?|rest(?:ing)?|reading) time\b",
        s.FIELD_TYPE_DURATION,
    ),
    (
        r"\b(?:price|cost|fee|budget|salary|rent|wage|tip|deposit|expense|spending|revenue"
        r"|income|payment|money|discount)s?\b"
        r"|^how much (?:it|i|we|they|that|this|he|she)?\s*(?:costs?|paid|spent|pay|spend|cost)",
        s.FIELD_TYPE_MONEY,
    ),
    (r"\b(?:name|names|e-?mail|address|phone|telephone|mobile)\b", s.FIELD_TYPE_TEXT),
    (
        r"^(?:who|whom|whose|by whom)\b|\b(?:person|assignee|responsible|in charge|payer"
        r"|organi[sz]er|member|helper|owner)\b",
        s.FIELD_TYPE_PERSON,
    ),
    (
        r"\b(?:deadline|due|birthday|birth ?date|anniversary|expiry|expiration|expires?|date|day)s?\b|^when\b|\bon$"
        r"|^(?:last|next|first) \w+(?:ed|t)\b|\buntil\b|\bbest before\b",
        s.FIELD_TYPE_DATE,
    ),
    (r"\btimes?\b(?! of year)|\b\w+ at$", s.FIELD_TYPE_DATETIME),
    (r"\b(?:rating|stars?)\b", s.FIELD_TYPE_RATING),
    (
        r"\b(?:how much|weight|height|distance|age|temperature|temp|speed|tempo|bpm|quantity"
        r"|amount|score|percent(?:age)?"
        r"|calories|protein|carbs|fat|fibre|fiber|sugar|steps|sets|reps|pulse|heart rate"
        r"|volume|depth|width|length|mileage"
        r"|humidity|pages|laps|points|size in|kids|children|number|count|value|worth|kilos?"
        r"|altitude|elevation|dose|dosage)\b",
        s.FIELD_TYPE_NUMBER,
    ),
    (
        r"^(?:paid|done|finished|completed|booked|confirmed|returned|sold|seen|read|checked"
        r"|packed|approved|urgent|favou?rite"
        r"|[a-z]{4,}ed|vegetarian|vegan|veggie|gluten[- ]free)$",
        s.FIELD_TYPE_BOOLEAN,
    ),
)
_HEADS_ZH: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (r"^是否|^有没有|^有无|^要不要|是不是|^能不能|^已\w{1,3}$|了没$|与否$", s.FIELD_TYPE_BOOLEAN),
    (r"(?:链接|网址|网站)$", s.FIELD_TYPE_URL),
    (r"(?:照片|图片|相片|截图|图)$", s.FIELD_TYPE_IMAGE),
    (r"谁|人$|负责人|经手人|主持人|司机$|成员$|队员$", s.FIELD_TYPE_PERSON),
    (r"范围$|原因|备注|说明|名称$|名字$|地址|电话|邮箱|微信|手机|编号", s.FIELD_TYPE_TEXT),
    (r"多少钱|花费|费用|价格|金额|预算|工资|薪资|薪水|单价|租金|押金|花销|开销|成本|小费|钱$", s.FIELD_TYPE_MONEY),
    (r"日期|截止|日子|生日|到期|保质期|哪天|什么时候|日$", s.FIELD_TYPE_DATE),
    (r"时长|用时|多久|多长时间|耗时", s.FIELD_TYPE_DURATION),
    (r"时间|几点|时刻", s.FIELD_TYPE_DATETIME),
    (r"评分|星级|打分|几颗星", s.FIELD_TYPE_RATING),
    (r"个数|人数|次数|件数|页数|步数|组数|几个|多少个|几次|几人|数量|年龄", s.FIELD_TYPE_INTEGER),
    (
        r"多少|重量|体重|身高|高度|距离|温度|体温|速度|心率|分数|扣分|得分|积分|成绩|热量"
        r"|卡路里|蛋白质|脂肪|水量|面积|血压|血糖|公里|百分比|率$|量$|数$",
        s.FIELD_TYPE_NUMBER,
    ),
)
_LEAD = re.compile(
    r"^(?:(?:please|also|too|just|and|maybe|perhaps|a|an|the|one|another|new|extra|additional"
    r"|some|optional|required|mandatory"
    r"|separate|simple|our|my|your|his|her|their|its|to (?:log|track|record|note|enter"
    r"|know|see|have|write down|add)|in"
    r"|(?:a |one |another )?(?:new )?(?:columns?|fields?|box|place|spot|space|entry|"
    r"way|option|somewhere|slot|property|info(?:rmation)?)"
    r"(?: (?:for|to (?:enter|record|note|put|write|log|track|store|say)|about|with|called"
    r"|named|labelled|labeled|of|on|where we (?:note|put)))?"
    r"|(?:for|called|named))\s+)+",
    re.I,
)
_TAIL = re.compile(
    r"(?:\s+(?:too|as well|please|field|column|columns|fields|in there|on there|there"
    r"|again|now|to it|to them|for each"
    r"|(?:for|to|on|in) (?:each|every|all|the) (?:\w+|entry|record|row|table|list|form)"
    r"|in here|somewhere|optionally))+$",
    re.I,
)
_LEAD_ZH = re.compile(
    r"^(?:再|还|也|要|想|给|上(?!次|一|个月|周)|一下|一个|一列|一栏|一项|个|列|新的|"
    r"叫做?|记录|写|关于|有|字段|的|是(?!否|不是))+"
)
_TAIL_ZH = re.compile(r"(?:这?一?(?:列|栏|项)|字段|的?选项|一下|吧|呢|哦|啊|也|进去|进来|上去|的)+$")
_SCALE = re.compile(r"(?:\b(?:from\s+)?(\d{1,2})\s*(?:-|to|–|到|至|~)\s*(\d{1,3})\b|\bout of (\d{1,3})\b)", re.I)


def described(text: str, prepared: Prepared) -> Described | None:
    """The field that a phrase describes; None for one without a word."""
    text, default = _default(text)
    inside = prepared.bracket(text)
    outside = re.sub(BRACKETED, " ", text)
    label_part, colon, after = re.sub(r"(?<!\d)[:：](?!//)", "\0", outside, count=1).partition("\0")
    choices: tuple[str, ...] = ()
    if colon and after.strip():
        choices = options(after, prepared)
    label_part, offered = _offered(label_part, prepared)
    choices = choices or offered
    quoted = prepared.quoted(label_part)
    phrase = prepared.plain(label_part)
    made = _typed(phrase, quoted[0] if len(quoted) == 1 else "")
    if made is None:
        return None
    if inside and not choices:
        made = _with_bracket(made, inside, prepared)
    if choices:
        made = _with_choices(made, choices, phrase)
    return replace(made, default=default if default in made.choices or not made.choices else "")


def _with_choices(made: Described, choices: tuple[str, ...], phrase: str) -> Described:
    if {bare(c) for c in choices} in ({"yes", "no"}, {"y", "n"}, {"是", "否"}, {"有", "没有"}):
        return replace(made, type=s.FIELD_TYPE_BOOLEAN, choices=(), unit="")
    if len(choices) < 2:
        return made
    several = re.search(
        r"\b(?:several|multiple|multi|more than one|any of|tickable|all that apply)\b|多选" r"|可多选|几个都",
        phrase,
        re.I,
    )
    if several:
        return replace(made, type=s.FIELD_TYPE_MULTI_CHOICE, choices=choices, unit="")
    return replace(made, label=_singular(made.label), type=s.FIELD_TYPE_CHOICE, choices=choices, unit="")


def _singular(label: str) -> str:
    """ "Categories" as "Category": of its options a record has one."""
    words = label.split(" ")
    last = words[-1]
    if last.endswith("ies") and len(last) > 4:
        words[-1] = last[:-3] + "y"
    elif re.search(r"(?:ch|sh|x|ss)es$", last):
        words[-1] = last[:-2]
    elif re.search(r"[^sui]s$", last) and len(last) > 3 and last.islower() | last.istitle():
        words[-1] = last[:-1]
    return " ".join(words)


def _with_bracket(made: Described, inside: str, prepared: Prepared) -> Described:
    folded = bare(inside)
    if folded in ("multiple", "several", "multi-select", "多选"):
        return made
    if unit := _UNIT_OF.get(folded.removeprefix("in ")):
        return _measured(made, unit)
    if kind := type_named(inside):
        return replace(made, type=kind)
    if scale := _SCALE.fullmatch(inside.strip()):
        return _scaled(made, scale)
    remark = re.search(
        r"[,;]?\s*(?:[-–—]\s*)?(?:more than one|several|multiple|any number)(?: (?:is|are))?"
        r"(?: possible| allowed| at once)?\s*$|[,，]?\s*(?:可以?多选|可选多个)\s*$",
        inside,
        re.I,
    )
    if remark and remark.start() > 0:
        parts = options(inside[: remark.start()], prepared)
        return replace(made, type=s.FIELD_TYPE_MULTI_CHOICE, choices=parts, unit="") if len(parts) > 1 else made
    parts = options(inside, prepared)
    if folded in ("required", "mandatory", "必填"):
        return replace(made, required=True)
    return _with_choices(made, parts, made.label + " " + inside) if len(parts) > 1 else made


def options(text: str, prepared: Prepared) -> tuple[str, ...]:
    """The options that an enumeration offers, each once, as written."""
    cleaned = re.sub(
        r"^\s*(?:either|one of|e\.g\.|eg|like|such as|for example|比如|例如|如)\s*[:：]?\s*", "", text, flags=re.I
    )
    cleaned = re.sub(
        r"\s+(?:only|please|thanks|thank you|etc)\.?\s*$|(?:等等?|这几个|这些|就行|就好|几种|即可)$",
        "",
        cleaned.strip(),
        flags=re.I,
    )
    words = ("or", "and", "plus", "&") if not is_chinese(cleaned) else ("or", "和", "或者?", "跟", "还有", "以及", "与")
    found: list[str] = []
    for part in (
        listed(cleaned, words, slashes=True)
        if not is_chinese(cleaned)
        else re.split(r"\s*(?:[,，、/|;；]|和|或者|或|以及|还有)\s*", cleaned)
    ):
        plain = re.sub(r"^(?:and|or|a|an|the)\s+", "", prepared.plain(part).strip(" .。:：-–"), flags=re.I)
        if plain and plain.lower() not in {f.lower() for f in found}:
            found.append(plain)
    return tuple(found)


def type_named(text: str) -> s.FieldType.ValueType | None:
    """The type that words like "a number", "日期" name."""
    folded = re.sub(
        r"^(?:an?|the|proper|real|simple|plain|normal|ordinary|regular|just|only|as|一个"
        r"|成)\s*|\s*(?:field|column|instead"
        r"|please|type|value|的|类型|格式|字段|吧)$",
        "",
        bare(text),
    )
    folded = re.sub(
        r"^(?:an?|the|proper|real|simple|plain|normal|ordinary|regular|just|only|as|一个"
        r"|成)\s*|\s*(?:field|column|instead|please|type|value)$",
        "",
        folded,
    )
    for pattern, kind in _TYPE_WORDS_ZH if is_chinese(folded) else _TYPE_WORDS:
        if re.fullmatch(pattern, folded):
            return kind
    return None


def unit_named(text: str) -> str:
    """The unit that a word means; "" for none."""
    return _UNIT_OF.get(bare(text), "")


def _default(text: str) -> tuple[str, str]:
    hit = re.search(
        r"[,，]?\s*\(?(?:(?:with )?(?:the )?default(?:s to| is|ing to)?|默认为?|默认是)\s*[:：]?\s*"
        r"(?:\")?([\w\- ]{1,30})\"?\)?\s*$",
        text,
        re.I,
    )
    return (text[: hit.start()], hit[1].strip()) if hit else (text, "")


def _offered(text: str, prepared: Prepared) -> tuple[str, tuple[str, ...]]:
    """A phrase without its "with options a, b", and these."""
    if is_chinese(text) and (
        hit := re.match(r"^(?P<x>.+?)[,，]\s*(?:可以?|能)?(?:多选|选多个|多项选择)\s*[:：]?\s*(?P<y>.*)$", text)
    ):
        return hit["x"] + " 多选", options(hit["y"], prepared)
    hit = re.search(
        r"\s*(?:(?:with|having) (?:the )?(?:options?|choices?|values?)|(?:from|out of|as) "
        r"(?:an? )?(?:list|dropdown|selection|choices?|options?)(?: of)?"
        r"|(?:which|that) (?:is|can be|could be)(?: either)?|(?:being )?(?:either|one of)"
        r"|可选|选项(?:有|是|为)|分为|分成)\s*[:：]?\s+(.+)$"
        if not is_chinese(text)
        else r"(?:可以?选|选项(?:有|是|为)|分为|分成|只能选|从)\s*[:：]?\s*(.+)$",
        text,
        re.I,
    )
    if not hit:
        return text, ()
    found = options(hit[1], prepared)
    return (text[: hit.start()], found) if len(found) > 1 else (text, ())


def _typed(phrase: str, quoted: str) -> Described | None:
    chinese = is_chinese(phrase)
    required = bool(re.search(r"\b(?:required|mandatory|must be filled)\b|必填", phrase, re.I))
    if chinese:
        core = _LEAD_ZH.sub("", phrase.strip(" ，,。.:：")).strip()
        core = core if re.match(r"谁\w+的$", core) else _TAIL_ZH.sub("", core).strip()
    else:
        core = _TAIL.sub("", _LEAD.sub("", phrase.strip(" ,.:"))).strip()
    if not re.search(r"\w", core):
        # "the date", "日期": what was stripped is the name itself.
        core = re.sub(r"^(?:a|an|the)\s+", "", phrase.strip(" ,.:"), flags=re.I)
    if not re.search(r"\w", core):
        return None
    kind, core = _explicit(core, chinese)
    unit, core_without = _unit(core)
    label = quoted or _label(core_without or core, chinese)
    made = Described(label, kind or s.FIELD_TYPE_UNSPECIFIED, required=required)
    if scale := _SCALE.search(core):
        label = quoted or _label((core[: scale.start()] + core[scale.end() :]).strip(), chinese)
        return _scaled(replace(made, label=label or made.label), scale)
    if kind:
        return replace(made, unit=unit if kind in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER) else "")
    heads = _HEADS_ZH if chinese else _HEADS
    lowered = core.lower()
    guessed = next((t for pattern, t in heads if re.search(pattern, lowered)), s.FIELD_TYPE_UNSPECIFIED)
    if unit:
        return _measured(made, unit)
    if _CURRENCIES.search(core):
        guessed = s.FIELD_TYPE_MONEY
    if (
        guessed == s.FIELD_TYPE_UNSPECIFIED
        and (hit := re.search(rf"(?:^|\s)({_UNIT_WORDS})(?:\s|$)", lowered))
        and len(hit[1]) > 1
    ):
        return _measured(made, _UNIT_OF[hit[1]])
    if guessed == s.FIELD_TYPE_INTEGER and (
        hit := re.search(rf"(?:how many|number of|amount of)\s+({_UNIT_WORDS})\b", lowered)
    ):
        return _measured(made, _UNIT_OF[hit[1]])
    return replace(made, type=guessed or s.FIELD_TYPE_TEXT)


def _explicit(core: str, chinese: bool) -> tuple[s.FieldType.ValueType | None, str]:
    """A type said in so many words, and the phrase without it."""
    if chinese:
        hit = re.fullmatch(
            r"(.+?)[（(,，]?(?:用|是|为|类型)?(数字|日期|勾选框|复选框|评分|打勾)(?:类型|格式|字段)?[)）]?", core
        )
        if hit and hit[2] in ("勾选框", "复选框", "打勾", "数字"):
            return type_named(hit[2]), hit[1]
        return None, core
    words = "|".join(p for p, _ in _TYPE_WORDS)
    if hit := re.match(
        rf"^({words})(?: field| column| box)? (?:for|called|named|to (?:say|mark|show|note)|of|if|whether)\s+(.+)$",
        core,
        re.I,
    ):
        kind = type_named(hit[1])
        # "date of birth", "number of guests", "link for the recipe" name themselves; only a checkbox says no more.
        if kind == s.FIELD_TYPE_BOOLEAN:
            return kind, re.sub(r"^(?:if|whether)\s+", "", hit[2])
        return (
            None if kind in (s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_NUMBER) and "of" in core[: hit.start(2)] else kind
        ), core
    if hit := re.match(rf"^({words}) (?:field|column|box)\s+(.+)$", core, re.I):
        return type_named(hit[1]), hit[2]
    if hit := re.match(
        rf"^(.+?)(?:,)? (?:as|which is|that is|being) (?:an? )?({words})(?: field| column)?$", core, re.I
    ):
        return type_named(hit[2]), hit[1]
    return None, core


def _unit(core: str) -> tuple[str, str]:
    """A unit said with "in" or "单位", and the phrase without it."""
    if hit := re.search(rf"[,，]?\s*(?:\b(?:measured )?in|单位(?:是|为|用)?|按)\s*({_UNIT_WORDS})\s*$", core, re.I):
        return _UNIT_OF[hit[1].lower()], core[: hit.start()].strip()
    return "", core


def _measured(made: Described, unit: str) -> Described:
    kind = s.FIELD_TYPE_INTEGER if unit in ("min", "d", "bpm", "kcal") else s.FIELD_TYPE_NUMBER
    return replace(made, type=kind, unit=unit)


def _scaled(made: Described, hit: re.Match[str]) -> Described:
    low, high = (int(hit[1]), int(hit[2])) if hit[1] else (1, int(hit[3]))
    if low == 1 and 2 <= high <= 10:
        return replace(made, type=s.FIELD_TYPE_RATING, most=float(high), unit="")
    return replace(made, type=s.FIELD_TYPE_INTEGER, least=float(low), most=float(high), unit="")


def _label(core: str, chinese: bool) -> str:
    """A label of few words, as the person wrote it."""
    core = core.strip(" ,.:：，。")
    if chinese:
        return core[:24]
    core = re.sub(r"^(?:whether|if)\s+(?:it(?:'s| is)|they(?:'re| are)|we|i|the \w+ is)\s+", "", core, flags=re.I)
    if re.match(r"(?:number|amount|count) of \w+", core, re.I):
        core = re.sub(
            r"^(\w+ of \w+(?: \w+)?)\s+(?:that|which|each|per|we|they|i|you|in|of|for)\b.*$", r"\1", core, flags=re.I
        )
    core = re.sub(r"\s+(?:that|which)\s.*$", "", core, flags=re.I) or core
    words = core.split()
    core = " ".join(words[:7])[:48].strip()
    return core[:1].upper() + core[1:] if core[:1].islower() and not re.match(r"[a-z]+[A-Z]", core) else core
