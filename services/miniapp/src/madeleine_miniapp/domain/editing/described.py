"""The field that a phrase describes: its name, its type, and the unit or scale it is given in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.field_words import TYPE_WORDS, type_named
from madeleine_miniapp.domain.editing.heads import HEADS, HEADS_ZH
from madeleine_miniapp.domain.editing.labelling import label_of
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.units import UNIT_OF

UNIT_WORDS = "|".join(sorted(map(re.escape, UNIT_OF), key=len, reverse=True))
_CURRENCIES = re.compile(
    r"(?:\b(?:euros?|dollars?|pounds sterling|eur|usd|gbp|chf|yuan|rmb|bucks)\b|[€$£¥]|元|块)", re.I
)
_LEAD = re.compile(
    r"^(?:(?:please|also|too|just|and|maybe|perhaps|a|an|the|one|another|new|extra|additional"
    r"|some|optional|required|mandatory"
    r"|separate|simple|our|my|your|his|her|their|its|to (?:log|track|record|note|enter"
    r"|know|see|have|write down|add)|in"
    r"|(?:a |one |another )?(?:new )?(?:columns?|fields?|box|place|spot|space|"
    r"way|option|somewhere|slot|property|info(?:rmation)?)"
    r"(?: (?:for|to (?:enter|record|note|put|write|log|track|store|say)|about|with|called"
    r"|named|labelled|labeled|of|on|where we (?:note|put)))?"
    r"|(?:for|called|named))\s+)+",
    re.I,
)
_TAIL = re.compile(
    r"(?:\s+(?:too|as well|please|field|column|columns|fields|in there|on there|there"
    r"|again|now|to it|to them|for (?:it|them|that)|for each"
    r"|(?:for|to|on|in) (?:each|every|all|the) (?:\w+|entry|record|row|table|list|form)"
    r"|in here|somewhere|optionally))+$",
    re.I,
)
_LEAD_ZH = re.compile(
    r"^(?:再|还|也|要|想|拍一?张|传一?张|给|上(?!次|一|个月|周|班|课|学|午)|一下|一个|一列|一栏|一项|个|列|新的|"
    r"叫做?|记录|写|留(?=电话|名|手机|邮箱|微信|地址|联系)|关于|有(?!没|无|效|机|氧|关|限|趣)|字段|的|是(?!否|不是))+"
)
_TAIL_ZH = re.compile(r"(?:这?[一两二三四]?(?:列|栏|项)|字段|的?选项|一下|吧|呢|哦|啊|也|进去|进来|上去|的)+$")
SCALE = re.compile(r"(?:\b(?:from\s+)?(\d{1,2})\s*(?:-|to|–|到|至|~)\s*(\d{1,3})\b|\bout of (\d{1,3})\b)", re.I)


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


def typed_by_words(phrase: str, quoted: str) -> Described | None:
    """The field that a phrase without options describes; None for one without a word."""
    chinese = is_chinese(phrase)
    required = bool(re.search(r"\b(?:required|mandatory|must be filled)\b|必填", phrase, re.I))
    if chinese:
        core = _LEAD_ZH.sub("", phrase.strip(" ，,。.:：")).strip()
        core = core if re.match(r"谁\w+的$", core) else _TAIL_ZH.sub("", core).strip()
    else:
        core = _LEAD.sub("", phrase.strip(" ,.:")).strip()
        # "If it went in the dryer" is no dryer of every record.
        core = core if re.match(r"(?:if|whether)\s", core, re.I) else _TAIL.sub("", core).strip()
    if not re.search(r"\w", core):
        # "the date", "日期": what was stripped is the name itself.
        core = re.sub(r"^(?:a|an|the)\s+", "", phrase.strip(" ,.:"), flags=re.I)
    if not re.search(r"\w", core):
        return None
    kind, core = _explicit(core, chinese)
    unit, core_without = _unit(core)
    label = quoted or label_of(core_without or core, chinese)
    made = Described(label, kind or s.FIELD_TYPE_UNSPECIFIED, required=required)
    if scale := SCALE.search(core):
        label = quoted or label_of((core[: scale.start()] + core[scale.end() :]).strip(), chinese)
        return scaled(replace(made, label=label or made.label), scale)
    if kind:
        return replace(made, unit=unit if kind in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER) else "")
    heads = HEADS_ZH if chinese else HEADS
    lowered = core.lower()
    guessed = next((t for pattern, t in heads if re.search(pattern, lowered)), s.FIELD_TYPE_UNSPECIFIED)
    if unit:
        return measured(made, unit)
    if _CURRENCIES.search(core):
        guessed = s.FIELD_TYPE_MONEY
    if (
        guessed == s.FIELD_TYPE_UNSPECIFIED
        and (hit := re.search(rf"(?:^|\s)({UNIT_WORDS})(?:\s|$)", lowered))
        and len(hit[1]) > 1
        and not re.match(r"(?:min|max)\s", lowered)
    ):
        return measured(made, UNIT_OF[hit[1]])
    if guessed == s.FIELD_TYPE_INTEGER and (
        hit := re.search(rf"(?:how many|number of|amount of)\s+({UNIT_WORDS})\b", lowered)
    ):
        return measured(made, UNIT_OF[hit[1]])
    return replace(made, type=guessed or s.FIELD_TYPE_TEXT)


# "Whether they were asleep by 8": asleep by 8.
_SUBJECT = re.compile(
    r"^(?:if|whether)\s+(?:(?:it|they|he|she|we|i|you)(?:'s|'re)?\s+(?:(?:is|are|was|were)\s+|(?:has|have|had)\s+"
    r"(?:been\s+)?)?)?",
    re.I,
)


def _explicit(core: str, chinese: bool) -> tuple[s.FieldType.ValueType | None, str]:
    """A type said in so many words, and the phrase without it."""
    if chinese:
        hit = re.fullmatch(
            r"(.+?)(?:的(?=勾|复选)|[（(,，])?(?:用|是|为|类型)?(数字|日期|勾选框|复选框|评分|打勾"
            r"|(?<=的)勾)(?:类型|格式|字段)?[)）]?",
            core,
        )
        if hit and hit[2] in ("勾选框", "复选框", "打勾", "勾", "数字"):
            return type_named("打勾" if hit[2] == "勾" else hit[2]), hit[1]
        return None, core
    words = "|".join(p for p, _ in TYPE_WORDS)
    if hit := re.match(
        rf"^({words})(?: field| column| box)? (?:for|called|named|to (?:say|mark|show|note)|of|if|whether)\s+(.+)$",
        core,
        re.I,
    ):
        kind = type_named(hit[1])
        # "date of birth", "number of guests", "link for the recipe" name themselves; only a checkbox says no more.
        if kind == s.FIELD_TYPE_BOOLEAN:
            return kind, _SUBJECT.sub("", hit[2])
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
    if hit := re.search(rf"[,，]?\s*(?:\b(?:measured )?in|单位(?:是|为|用)?|按)\s*({UNIT_WORDS})\s*$", core, re.I):
        return UNIT_OF[hit[1].lower()], core[: hit.start()].strip()
    return "", core


def measured(made: Described, unit: str) -> Described:
    """A described field as a number in a unit."""
    kind = s.FIELD_TYPE_INTEGER if unit in ("min", "days", "bpm", "kcal") else s.FIELD_TYPE_NUMBER
    return replace(made, type=kind, unit=unit)


def scaled(made: Described, hit: re.Match[str]) -> Described:
    """A described field as points from one number to another."""
    low, high = (int(hit[1]), int(hit[2])) if hit[1] else (1, int(hit[3]))
    if low == 1 and 2 <= high <= 10:
        return replace(made, type=s.FIELD_TYPE_RATING, most=float(high), unit="")
    return replace(made, type=s.FIELD_TYPE_INTEGER, least=float(low), most=float(high), unit="")
