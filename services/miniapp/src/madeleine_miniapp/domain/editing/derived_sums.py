"""The sums behind figures that people call by a name: what is due, lengths and days, of each and in all."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, TIMES, Sum, days_between, joined, ratio
from madeleine_miniapp.domain.editing.naming import FieldRef, Names
from madeleine_miniapp.domain.editing.text import tokens

_ROLES = {
    "distance": r"\b(?:km|kilomet\w+|mi|miles?|distance|met(?:re|er)s)\b|公里|距离|里程",
    "length": r"\b(?:min|mins|minutes?|duration|time|length|hours?|hrs)\b|时长|用时|分钟|耗时",
    "price": r"\b(?:prices?|rate|fee|cost each|each)\b|单价|价格|时薪",
    "quantity": r"\b(?:quantity|qty|count|number|pieces|amount|units|hours"
    r"|how many|portions)\b|数量|个数|件数|小时",
    "planned": r"\b(?:planned|budget\w*|estimate\w*|expected|goal|target|limit|allowance|stock|bought|total)\b"
    r"|预算|计划|预计|目标",
    "spent": r"\b(?:spent|actual\w*|paid|used|so far|drunk|eaten|sold|done|cost)\b|实际|实付|花|已用|已付",
    "income": r"\b(?:worth|value|income|revenue|sold(?: for)?|sales?|earn\w*|takings|selling price|price)\b"
    r"|收入|卖|售价",
    "outgo": r"\b(?:costs?|expenses?|spent|bought(?: for)?|purchase price|buying price|paid|materials?)\b|成本"
    r"|花费|支出|进价|原价|买价|买入",
    "due": r"\b(?:price|total|amount|sum|fee|rent|value)\b|价格|总价|总额|金额|售价|房费|租金",
    "paid": r"\b(?:deposit|down ?payment|paid|advance|prepaid|instal?ment)\b|定金|订金|首付|已付|预付|押金|报销",
    "room": r"\b(?:places|spots|seats|spaces|slots|capacity|max(?:imum)?|room for|limit|total|available|bought"
    r"|stock)\b"
    r"|名额|座位|上限|容量|总数|进货|入库|库存|做了",
    "taken": r"\b(?:booked|taken|signed[- ]up|registered|reserved|sold|participants|attendees|guests|people"
    r"|coming|used|enrolled"
    r"|pupils|players|given out|gone)\b|报名|已订|已报|已用|预订|人数|卖出|售出|卖了|用掉|送出|领走",
    "fuel": r"\b(?:lit(?:re|er)s?|fuel|gallons?|kwh)\b|升|油量|加油量",
}

_HEADS = re.compile(
    r"\bhow many(?: people| persons| of us)?$|\b(?:people|persons?|guests?|heads|servings"
    r"|participants|eaters|attendees|players)\b",
    re.I,
)

_LATER = re.compile(
    r"\b(?:end\w*|until|to|up|out|off|finish\w*|woke|wake|stop\w*|back|left|leav\w+|depart\w*"
    r"|check[- ]?out\w*|clos\w+|return\w+|deliver\w+|ready|done|complet\w+|fixed|resolved|shipped|received"
    r"|arrived)\b|结束|起|到|下班|醒|退|离|归还|还书|返",
    re.I,
)

_COMES_IN = re.compile(r"\b(?:gross|for|scored|won|income|earned|received|in)\b|进|得|赢|收|毛", re.I)

_GOES_OFF = re.compile(
    r"\b(?:tare|against|conceded|lost|expenses?|costs?|tax(?:es)?|fees?|deductions?|out)\b|失|丢|输|支|皮|扣", re.I
)

_EARLIER = re.compile(
    r"\b(?:start\w*|from|begin\w*|beg[au]n|first|since|arriv\w+|check[- ]?in|departure|open\w*|order\w+"
    r"|report\w+|created|lent|borrowed|sent)\b|开始|起始|从"
    r"|入住|出发"
)


_HOURS = re.compile(r"(?<![a-z])(?:hours?|hrs|h)(?![a-z])|小时", re.I)
# "我方得分", "对方得分": two that are called alike, ours first.
_THEIRS = re.compile(r"对方|客|他们|失|丢|输|敌")


def plays(role: str, ref: FieldRef) -> bool:
    """Whether a field is called as what has this part in a sum is."""
    if role == "length" and ref.field.type == s.FIELD_TYPE_DURATION:
        return True
    said = f"{ref.field.label or ref.field.name} {ref.field.unit}".lower().replace("_", " ")
    return bool(re.search(_ROLES[role], said))


def in_minutes(ref: FieldRef) -> str:
    """A field in a formula, lengths of time in minutes: durations are seconds."""
    if ref.field.type == s.FIELD_TYPE_DURATION:
        return f"({ref.field.name} / 60.0)"
    in_hours = ref.field.unit == "h" or (not ref.field.unit and _HOURS.search(ref.field.label or ref.field.name))
    return f"({ref.field.name} * 60.0)" if in_hours else ref.field.name


def without(word: str, names: Names, entity: str) -> Sum | None:
    """What remains of an entity's money when another amount of it is taken off."""
    less = names.field(word, entity)
    money = [
        r for r in names.of_type(s.FIELD_TYPE_MONEY, entity=entity) if less is None or r.field.name != less.field.name
    ]
    return joined("-", [money[0], less]) if less is not None and len(money) == 1 else None


def of_two(word: str, names: Names, entity: str) -> Sum | None:
    """The one less the other of the two numbers that are called alike: "goal difference"."""
    wanted = set(tokens(word))
    held = [r for r in names.of_type(*NUMBERS, entity=entity) if wanted <= set(tokens(r.field.label))]
    return joined("-", held) if len(held) == 2 else None


def net(names: Names, entity: str) -> Sum | None:
    """The only number of an entity that comes in less the only one that goes off it."""
    held = names.of_type(*NUMBERS, entity=entity)
    more = [r for r in held if _COMES_IN.search(r.field.label.replace("_", " "))]
    less = [r for r in held if r not in more and _GOES_OFF.search(r.field.label.replace("_", " "))]
    return joined("-", [more[0], less[0]]) if len(more) == len(less) == 1 else None


def left_of(word: str, names: Names, entity: str) -> Sum | None:
    """All there is of a thing, less what is told of it besides: "pages" less "pages read"."""
    whole = names.field(word, entity, least=0.98)
    numbers = names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
    parts = [
        r
        for r in numbers
        if whole and r.field.name != whole.field.name and set(tokens(word)) < set(tokens(r.field.label))
    ]
    return joined("-", [whole, parts[0]]) if whole is not None and whole in numbers and len(parts) == 1 else None


def of_alike(names: Names, entity: str) -> Sum | None:
    """The one less the other of the only two numbers whose Chinese names end alike."""
    numbers = names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
    endings = [r.field.label[-1:] for r in numbers]
    held = [r for r in numbers if endings.count(r.field.label[-1:]) == 2]
    if len(held) != 2:
        return None
    first, second = held
    return joined("-", [second, first] if _THEIRS.search(first.field.label) else [first, second])


def per_hour(names: Names, entity: str) -> Sum | None:
    """The only money of a record by its hours."""
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    hours = names.field("hours", entity, least=0.98)
    counted = hours.field.name if hours is not None and hours.field.type in NUMBERS else hours_of("h", names, entity)
    return (
        Sum(f"{money[0].field.name} / {counted}", entity, s.FIELD_TYPE_MONEY) if counted and len(money) == 1 else None
    )


def change(word: str, names: Names, entity: str) -> Sum | None:
    """From what a thing was before to what it was after."""
    held = [
        r
        for r in names.of_type(*NUMBERS, entity=entity)
        if re.search(rf"\b{re.escape(word.lower())}", r.field.label.lower())
    ]
    before = [r for r in held if re.search(r"\b(?:before|start|old|first|begin\w*|from|out)\b", r.field.label.lower())]
    after = [r for r in held if re.search(r"\b(?:after|end|new|last|final|to|back|in)\b", r.field.label.lower())]
    return joined("-", [after[0], before[0]]) if len(before) == len(after) == 1 else None


def product(names: Names, entity: str, rate: tuple[float, str] | None) -> Sum | None:
    """The money of an entity times the only plain number that it has, or the number that a price was told for."""
    if rate is not None:
        of = names.field(rate[1], entity)
        counted = of.field.name if of is not None and of.field.type in NUMBERS else hours_of(rate[1], names, entity)
        if counted:
            return Sum(f"{counted} * {rate[0]!r}", entity, s.FIELD_TYPE_MONEY)
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    counts = names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
    counts = counts if len(counts) == 1 else [c for c in counts if plays("quantity", c)]
    return joined("*", [counts[0], money[0]]) if len(money) == len(counts) == 1 else None


def hours_of(word: str, names: Names, entity: str) -> str:
    """The hours of a record as CEL, for a price by the hour; "" where its fields do not tell them."""
    if not re.fullmatch(r"h|hours?|hrs?", word, re.I):
        return ""
    lengths = [r for r in names.of_type(*NUMBERS, entity=entity) if plays("length", r)]
    if len(lengths) == 1:
        return f"({in_minutes(lengths[0])} / 60.0)"
    spans = between(names, entity) if not lengths else None
    return spans.expression if spans else ""


def tells_hours(word: str, names: Names, entity: str) -> bool:
    """Whether a word for hours can be worked out of an entity's fields."""
    return bool(hours_of(word, names, entity))


def days(names: Names, entity: str) -> Sum | None:
    """The days from the one date of an entity to the other."""
    dates = names.of_type(s.FIELD_TYPE_DATE, entity=entity)
    if len(dates) != 2:
        return between(names, entity)
    first, second = dates
    if (_LATER.search(first.field.label) and not _LATER.search(second.field.label)) or (
        _EARLIER.search(second.field.label) and not _EARLIER.search(first.field.label)
    ):
        first, second = second, first
    # Of dates that are no beginning and end nobody asks how long it is from one to the other.
    ends = _LATER.search(second.field.label) or _EARLIER.search(first.field.label)
    return days_between(first, second) if ends else None


def per_head(names: Names, entity: str) -> Sum | None:
    """The only money of a record by the only number of people in it."""
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    heads = [
        r
        for r in names.of_type(s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_NUMBER, entity=entity)
        if _HEADS.search(r.field.label)
    ]
    return ratio(money[0], heads[0]) if len(money) == len(heads) == 1 else None


def until(word: str, names: Names, entity: str) -> Sum | None:
    """The days to a date from the only other one."""
    later = names.field(word, entity)
    others = [r for r in names.of_type(*TIMES, entity=entity) if later and r.field.name != later.field.name]
    return days_between(others[0], later) if later is not None and len(others) == 1 else None


def between(names: Names, entity: str) -> Sum | None:
    """The hours from the one moment of an entity to the other."""
    moments = names.of_type(s.FIELD_TYPE_DATETIME, entity=entity)
    if len(moments) != 2:
        return None
    first, second = moments
    arrives = re.search(r"\barriv|\bback\b|\bhome\b", second.field.label)
    if _LATER.search(first.field.label or first.field.name) and not _LATER.search(second.field.label) and not arrives:
        first, second = second, first
    expression = f"hours_between({first.field.name}, {second.field.name})"
    return Sum(expression, first.entity, s.FIELD_TYPE_NUMBER, "h")
