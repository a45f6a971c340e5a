"""Figures that people call by a name and leave the sum to us: pace, speed, profit, what is left, hours slept."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    r"|花费|支出|进价",
    "due": r"\b(?:price|total|amount|sum|fee|rent|value)\b|价格|总价|总额|金额|售价|房费|租金",
    "paid": r"\b(?:deposit|down ?payment|paid|advance|prepaid|instal?ment)\b|定金|订金|首付|已付|预付|押金|报销",
    "fuel": r"\b(?:lit(?:re|er)s?|fuel|gallons?|kwh)\b|升|油量|加油量",
}


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    operator: str
    roles: tuple[str, str]
    unit: str = ""
    factor: str = ""


_FIGURES = (
    _Figure(r"(?:average |avg |running )?pace|(?:平均)?配速", "/", ("length", "distance"), "min/km"),
    _Figure(r"(?:average |avg )?speed|(?:平均)?(?:速度|时速)", "/", ("distance", "length"), "km/h", " * 60.0"),
    _Figure(r"(?:fuel )?consumption|mileage|(?:百公里)?油耗", "/", ("fuel", "distance"), "l/100 km", " * 100.0"),
    _Figure(r"profit|margin|gain|earnings|利润|盈利|赚了?多少", "-", ("income", "outgo")),
    _Figure(
        r"(?:what(?: is|'s)? |how much (?:(?:of )?(?:the |our |my )?\w+ )?(?:is |have (?:i|we) )?)?(?:still"
        r" )?(?:left(?: over)?|remaining|remainder|rest|balance|difference)"
        r"|剩余|余额|还剩多?少?|差额",
        "-",
        ("planned", "spent"),
    ),
    _Figure(
        r"(?:what(?: is|'s)? |how much (?:is )?)?(?:still )?(?:owed|due|outstanding|unpaid|to pay|open)|balance due"
        r"|amount (?:owed|outstanding|due)|(?:还)?(?:差|欠|剩)多少(?:钱|尾款|没付|没给|没收)?|尾款(?:多少)?",
        "-",
        ("due", "paid"),
    ),
    _Figure(r"(?:line |sub)?totals?|total (?:price|cost)|sum|总价|小计|总额|总金额", "*", ("price", "quantity")),
)
_SPAN = re.compile(
    r"(?:(?:number of|how many|how|the)\s+)*(?:\w+ (?=(?:length|duration)$))?(?:hours?|duration|length|time"
    r"|how long|long)\b[\w ]{0,20}"
    r"|[\u4e00-\u9fff]{0,6}?了?(?:多久|多长时间|几个?小时|时长|用时)",
    re.I,
)
_PER_HEAD = re.compile(
    r"(?:the )?(?:cost|price|costs|amount|money|share)? ?(?:per|a|for each) (?:head|person"
    r"|capita|guest|eater|participant)",
    re.I,
)
_HEADS = re.compile(
    r"\bhow many(?: people| persons| of us)?$|\b(?:people|persons?|guests?|heads|servings"
    r"|participants|eaters|attendees|players)\b",
    re.I,
)
_UNTIL = re.compile(
    r"(?:the )?(?:how many |number of )?days? (?:it (?:took|takes?) )?(?:until|till|before|to) (?:it |we "
    r"|they |i )?(?:was |were |got |is |gets? )?(?P<x>\w+)",
    re.I,
)
_LATER = re.compile(
    r"\b(?:end\w*|until|to|up|out|off|finish\w*|woke|wake|stop\w*|back|left|leav\w+|depart\w*"
    r"|check[- ]?out\w*|clos\w+|return\w+|deliver\w+|ready|done|complet\w+|fixed|resolved|shipped|received"
    r"|arrived)\b|结束|起|到|下班|醒|退|离|归还|还书|返",
    re.I,
)
_AFTER_ALL = re.compile(
    r"(?:(?:what(?:'s| is)|how much is) )?left (?:over |to pay |to do "
    r"|open )?after (?:the )?(?P<x>[\w ]+)",
    re.I,
)
_OF_TWO = re.compile(r"(?P<x>\w+)[ -]difference", re.I)
# "Net weight", "净胜球": what comes in less what goes off it.
_NET = re.compile(r"net \w+|净[\u4e00-\u9fff]{1,3}", re.I)
_COMES_IN = re.compile(r"\b(?:gross|for|scored|won|income|earned|received|in)\b|进|得|赢|收|毛", re.I)
_GOES_OFF = re.compile(
    r"\b(?:tare|against|conceded|lost|expenses?|costs?|tax(?:es)?|fees?|deductions?|out)\b|失|丢|输|支|皮|扣", re.I
)
_PERCENT_OF = re.compile(
    r"(?:the )?(?:percentage|percent|%|share) of (?:the )?(?P<x>\w+)(?: (?:we|i|they|you|he"
    r"|she) \w+)?(?: (?:in|as an?) percent(?:age)?)?",
    re.I,
)
_WENT = re.compile(
    r"(?:how many |how much )?(?P<x>\w+) (?:(?:i|we|they) )?(?:driven|drove|used|gained|lost"
    r"|travelled|traveled|consumed|burnt|burned)",
    re.I,
)
_MOST = re.compile(r"\b(?:max(?:imum)?|possible|total|out of|of|available|full)\b", re.I)
_ALTOGETHER = re.compile(
    r"(?:what|how much) (?:it|they|that|all|everything|we)\s?(?:all\s)?(?:costs?|came to|comes? to|is|was|paid|spent)"
    r" (?:altogether|in total|in all|all in all|together|overall)",
    re.I,
)
_CHANGED = re.compile(
    r"(?:how much )?(?:the |my |our )?(?P<x>\w+) (?:changed|improved|rose|went up|went down|dropped|grew"
    r"|differed)(?: from [\w ]+)?"
    r"|(?:the )?(?:change|difference|improvement) (?:in|of) (?:the |my )?(?P<x2>\w+)",
    re.I,
)
_LASTS = re.compile(
    r"(?:lead|turnaround|response|processing|delivery|repair) time(?: in days)?|time to \w+(?: in days)?|days"
    r" (?:open|to \w+|until \w+)|"
    r"(?:the )?(?:number of |how many )?(?:days|nights)(?: (?:each|every|the|a|an|it"
    r"|they) ?[\w ]{0,20}?(?:last(?:s|ed)?"
    r"|takes?|took|was|is|were"
    r"|goes on|stays?|stayed)?)?|how long (?:each|every|the|a|an|it) ?[\w ]{0,20}?(?:last(?:s|ed)?|takes?|took|was|is"
    r"|goes on)|how long (?:did|does|do|was|is) (?:it|they|we|i|the \w+|each \w+|every \w+)(?: (?:take|last"
    r"|took|go on|stay))?",
    re.I,
)
_LASTS_ZH = re.compile(r"\d*(?:天|晚)数|(?:一共|总共)?(?:[\u4e00-\u9fff]{1,3}?了?)?(?:一共|总共)?(?:多少|几)[天晚夜]")
_GROWTH = re.compile(
    r"(?:the )?(?:gain|loss|profit|change|growth|increase|difference|margin) (?:also )?(?:in|as an?) (?:%"
    r"|percent(?:age)?)"
    r"|(?:gain|growth|change|increase) percent(?:age)?|percent(?:age)? (?:gain|change|growth|increase)|(?:涨幅"
    r"|涨跌幅|增幅|增长率|收益率|回报率|利润率)(?:百分比)?",
    re.I,
)
_TO_GOAL = re.compile(
    r"(?:what(?:'s| is)? |how much (?:is )?)?(?:still )?(?:owed|left|missing|to go|needed|open)(?: out)? (?:of"
    r"|to|until|till|from)"
    r" (?:the )?[€$£]?(?P<n>\d+(?:\.\d+)?)(?P<u> [a-z]+)?"
    r"|(?:离|距离?)?(?:目标)?的?(?P<n2>\d+(?:\.\d+)?)(?P<u2>[^\d还差的]{0,4}?)(?:的?目标)?还?(?:差|有|剩)多少",
    re.I,
)
_WORTH = re.compile(
    r"(?:what|how much) (?:each|every|the|a|an|one|it|they) ?[\w ]{0,20}?(?:is worth|are worth|costs?|comes? to"
    r"|makes?|brings? in|brought)"
    r"|(?:the )?(?:total )?(?:value|worth)(?: of (?:each|every|the) [\w ]{1,20})?"
    r"|(?:the |our |my )?(?:total )?(?:takings|turnover|proceeds|revenue|earnings)(?: if (?:it|everything"
    r"|all) [\w ]{1,20})?"
    r"|(?:what|how much) (?:we|i|they|he|she) (?:owes?|earn(?:ed)?|pay|made|get|charge)(?: (?:him|her|them))?",
    re.I,
)
_WORTH_ZH = re.compile(r"(?:每\w{1,4})?(?:值|合计|总共)?多少钱|总值|总价值")
_EARLIER = re.compile(
    r"\b(?:start\w*|from|begin\w*|beg[au]n|first|since|arriv\w+|check[- ]?in|departure|open\w*|order\w+"
    r"|report\w+|created|lent|borrowed|sent)\b|开始|起始|从"
    r"|入住|出发"
)
_ABOUT = re.compile(
    r"\s*(?:\bin (?:minutes?|hours?|days?)\b|\bfrom\b|\bout of\b|\busing\b"
    r"|\bbased on\b|\bfor (?:me|us|each)\b"
    r"|\bof each\b|\bin each\b|\bfor"
    r" each\b|\bin [a-z]+/[a-z]+$|\bper"
    r" (?:row|entry)\b).*$",
    re.I,
)


def derived(text: str, names: Names, entity: str, rate: tuple[float, str] | None = None) -> tuple[str, Sum] | None:
    """The figure that a phrase names and the sum it is of the entity's fields; None where it is none, or they lack.

    `rate`: a price that the request told, and the word for what it is the price of.
    """
    name = re.sub(r"^(?:the|a|an|my|our|their|his|her)\s+", "", _ABOUT.sub("", text.strip(" .,，。")), flags=re.I)
    if hit := _TO_GOAL.fullmatch(text.strip(" .,，。")):
        found = _to_goal(hit, names, entity)
        return (name, found) if found else None
    if _GROWTH.fullmatch(name):
        found = _growth(names, entity)
        return (name, found) if found else None
    for figure in _FIGURES:
        if re.fullmatch(figure.name, name, re.I):
            refs = _fields(figure, names, entity)
            found = _joined(figure, *refs) if refs else None
            return (name, found) if found else None
    if (hit := _AFTER_ALL.fullmatch(name)) and (found := _without(hit["x"], names, entity)):
        return name, found
    if (hit := _OF_TWO.fullmatch(name)) and (found := _of_two(hit["x"], names, entity)):
        return name, found
    if _NET.fullmatch(name) and (found := _net(names, entity)):
        return name, found
    if (hit := _WENT.fullmatch(name)) and (found := _change(hit["x"], names, entity)):
        return name, found
    if (hit := _PERCENT_OF.fullmatch(name)) and (found := _percent(hit["x"], names, entity)):
        return name, found
    if _ALTOGETHER.fullmatch(name) and len(money := names.of_type(s.FIELD_TYPE_MONEY, entity=entity)) > 1:
        found = joined("+", money)
        return (name, found) if found else None
    if (hit := _CHANGED.fullmatch(name)) and (found := _change(hit["x"] or hit["x2"], names, entity)):
        return name, found
    if (_WORTH.fullmatch(name) or _WORTH_ZH.fullmatch(name)) and (found := _product(names, entity, rate)):
        return name, found
    if (_LASTS.fullmatch(name) or re.fullmatch(_LASTS_ZH, name)) and (found := _days(names, entity)):
        return name, found
    if _PER_HEAD.fullmatch(name) and (found := _per_head(names, entity)):
        return name, found
    if (hit := _UNTIL.fullmatch(name)) and (found := _until(hit["x"], names, entity)):
        return name, found
    if _SPAN.fullmatch(name) and (found := _between(names, entity)):
        return name, found
    return None


def _growth(names: Names, entity: str) -> Sum | None:
    """In percent of what a thing was, by how much it is more: of the difference that was computed last."""
    for ref in reversed(names.fields(entity)):
        if hit := re.fullmatch(r"(\w+) - (\w+)", ref.field.formula):
            return Sum(f"(({hit[1]} - {hit[2]}) / {hit[2]}) * 100.0", entity, s.FIELD_TYPE_NUMBER, "%")
    return None


def _to_goal(hit: re.Match[str], names: Names, entity: str) -> Sum | None:
    """How much lacks to a number that is told: of the money, of the field in its unit, or of the only number."""
    number = float(hit["n"] or hit["n2"])
    held = names.of_type(*NUMBERS, entity=entity)
    unit = (hit["u"] or hit["u2"] or "").strip()
    named = [r for r in held if unit and names.field(unit, entity) == r]
    money = [r for r in held if r.field.type == s.FIELD_TYPE_MONEY]
    fits = named or (money if re.search("owe|pay|欠", hit[0]) else []) or held
    if len(fits) != 1:
        return None
    kind = s.FIELD_TYPE_MONEY if fits[0] in money else s.FIELD_TYPE_NUMBER
    said = fits[0].field.name
    return Sum(f"abs({said} - {number!r})" if hit["n2"] else f"{number!r} - {said}", entity, kind)


def _fields(figure: _Figure, names: Names, entity: str) -> tuple[FieldRef, FieldRef] | None:
    """One field for each role, never the same; None where there is none or several."""
    found: list[FieldRef] = []
    for role in figure.roles:
        held = [r for r in names.of_type(*NUMBERS, entity=entity) if r not in found and _plays(role, r)]
        if len(held) != 1:
            return None
        found.append(held[0])
    return found[0], found[1]


def _plays(role: str, ref: FieldRef) -> bool:
    if role == "length" and ref.field.type == s.FIELD_TYPE_DURATION:
        return True
    said = f"{ref.field.label or ref.field.name} {ref.field.unit}".lower().replace("_", " ")
    return bool(re.search(_ROLES[role], said))


def _joined(figure: _Figure, one: FieldRef, other: FieldRef) -> Sum | None:
    if figure.operator != "/":
        return joined(figure.operator, [one, other])
    made = ratio(one, other)
    expression = f"{_in_minutes(one)} / {_in_minutes(other)}"
    return made and Sum(
        f"({expression}){figure.factor}" if figure.factor else expression, made.entity, made.type, figure.unit
    )


def _in_minutes(ref: FieldRef) -> str:
    """A field in a formula, lengths of time in minutes: durations are seconds."""
    if ref.field.type == s.FIELD_TYPE_DURATION:
        return f"({ref.field.name} / 60.0)"
    return f"({ref.field.name} * 60.0)" if ref.field.unit == "h" else ref.field.name


def _without(word: str, names: Names, entity: str) -> Sum | None:
    """What remains of an entity's money when another amount of it is taken off."""
    less = names.field(word, entity)
    money = [
        r for r in names.of_type(s.FIELD_TYPE_MONEY, entity=entity) if less is None or r.field.name != less.field.name
    ]
    return joined("-", [money[0], less]) if less is not None and len(money) == 1 else None


def _of_two(word: str, names: Names, entity: str) -> Sum | None:
    """The one less the other of the two numbers that are called alike: "goal difference"."""
    wanted = set(tokens(word))
    held = [r for r in names.of_type(*NUMBERS, entity=entity) if wanted <= set(tokens(r.field.label))]
    return joined("-", held) if len(held) == 2 else None


def _net(names: Names, entity: str) -> Sum | None:
    """The only number of an entity that comes in less the only one that goes off it."""
    held = names.of_type(*NUMBERS, entity=entity)
    more = [r for r in held if _COMES_IN.search(r.field.label.replace("_", " "))]
    less = [r for r in held if r not in more and _GOES_OFF.search(r.field.label.replace("_", " "))]
    return joined("-", [more[0], less[0]]) if len(more) == len(less) == 1 else None


def _percent(word: str, names: Names, entity: str) -> Sum | None:
    """What was reached of what could be: "points" of "max points"."""
    wanted = set(tokens(word))
    numbers = names.of_type(*NUMBERS, entity=entity)
    most = [r for r in numbers if _MOST.search(r.field.label)]
    got = [r for r in numbers if r not in most and wanted <= set(tokens(r.field.label))]
    made = ratio(got[0], most[0]) if len(got) == len(most) == 1 else None
    return made and Sum(f"{made.expression} * 100.0", made.entity, s.FIELD_TYPE_NUMBER, "%")


def _change(word: str, names: Names, entity: str) -> Sum | None:
    """From what a thing was before to what it was after."""
    held = [
        r
        for r in names.of_type(*NUMBERS, entity=entity)
        if re.search(rf"\b{re.escape(word.lower())}", r.field.label.lower())
    ]
    before = [r for r in held if re.search(r"\b(?:before|start|old|first|begin\w*|from|out)\b", r.field.label.lower())]
    after = [r for r in held if re.search(r"\b(?:after|end|new|last|final|to|back|in)\b", r.field.label.lower())]
    return joined("-", [after[0], before[0]]) if len(before) == len(after) == 1 else None


def _product(names: Names, entity: str, rate: tuple[float, str] | None) -> Sum | None:
    """The money of an entity times the only plain number that it has, or the number that a price was told for."""
    if rate is not None:
        of = names.field(rate[1], entity)
        counted = of.field.name if of is not None and of.field.type in NUMBERS else _hours(rate[1], names, entity)
        if counted:
            return Sum(f"{counted} * {rate[0]!r}", entity, s.FIELD_TYPE_MONEY)
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    counts = names.of_type(s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, entity=entity)
    counts = counts if len(counts) == 1 else [c for c in counts if _plays("quantity", c)]
    return joined("*", [counts[0], money[0]]) if len(money) == len(counts) == 1 else None


def _hours(word: str, names: Names, entity: str) -> str:
    """The hours of a record as CEL, for a price by the hour; "" where its fields do not tell them."""
    if not re.fullmatch(r"hours?|hrs?", word, re.I):
        return ""
    lengths = [r for r in names.of_type(*NUMBERS, entity=entity) if _plays("length", r)]
    if len(lengths) == 1:
        return f"({_in_minutes(lengths[0])} / 60.0)"
    spans = _between(names, entity) if not lengths else None
    return spans.expression if spans else ""


def tells_hours(word: str, names: Names, entity: str) -> bool:
    """Whether a word for hours can be worked out of an entity's fields."""
    return bool(_hours(word, names, entity))


def _days(names: Names, entity: str) -> Sum | None:
    """The days from the one date of an entity to the other."""
    dates = names.of_type(s.FIELD_TYPE_DATE, entity=entity)
    if len(dates) != 2:
        return _between(names, entity)
    first, second = dates
    if (_LATER.search(first.field.label) and not _LATER.search(second.field.label)) or (
        _EARLIER.search(second.field.label) and not _EARLIER.search(first.field.label)
    ):
        first, second = second, first
    # Of dates that are no beginning and end nobody asks how long it is from one to the other.
    ends = _LATER.search(second.field.label) or _EARLIER.search(first.field.label)
    return days_between(first, second) if ends else None


def _per_head(names: Names, entity: str) -> Sum | None:
    """The only money of a record by the only number of people in it."""
    money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
    heads = [
        r
        for r in names.of_type(s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_NUMBER, entity=entity)
        if _HEADS.search(r.field.label)
    ]
    return ratio(money[0], heads[0]) if len(money) == len(heads) == 1 else None


def _until(word: str, names: Names, entity: str) -> Sum | None:
    """The days to a date from the only other one."""
    later = names.field(word, entity)
    others = [r for r in names.of_type(*TIMES, entity=entity) if later and r.field.name != later.field.name]
    return days_between(others[0], later) if later is not None and len(others) == 1 else None


def _between(names: Names, entity: str) -> Sum | None:
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
