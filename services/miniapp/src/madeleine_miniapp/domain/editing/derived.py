"""Figures that people call by a name and leave the sum to us: pace, speed, profit, what is left, hours slept."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, Sum, joined
from madeleine_miniapp.domain.editing.derived_gains import gain, gain_rate, over
from madeleine_miniapp.domain.editing.derived_shares import percent_of, percent_that
from madeleine_miniapp.domain.editing.derived_sums import (
    between,
    change,
    days,
    left_of,
    net,
    of_alike,
    of_two,
    per_head,
    per_hour,
    product,
    until,
    without,
)
from madeleine_miniapp.domain.editing.figures import FIGURES, fields_of, joined_as
from madeleine_miniapp.domain.editing.naming import Names

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
_UNTIL = re.compile(
    r"(?:the )?(?:how many |number of )?days? (?:it (?:took|takes?) )?(?:until|till|before|to) (?:it |we "
    r"|they |i )?(?:was |were |got |is |gets? )?(?P<x>\w+)",
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
_PERCENT_OF = re.compile(
    r"(?:how much |what |which |the )?(?:percentage|percent|%|share) of (?:the |my |our )?(?P<x>\w+)(?: (?:we|i|they"
    r"|you|he|she) \w+| (?:have|has|had|did|do|is|was|were|are) [\w ]{1,30})?(?: (?:in|as an?) percent(?:age)?)?",
    re.I,
)
# "What percentage germinated", "发芽率": of what there was, the share that did.
_PERCENT_THAT = re.compile(
    r"(?:what|which) (?:percentage|percent|%|share|part)(?: of (?:them|it|those|the \w+))?"
    r" (?:(?:was|were|is|are|got|has|have|actually|really|we|i|they) )*(?P<x>[a-z]{4,})"
    r"|(?:how many|how much)(?: of (?:them|it|those|the \w+))? (?:(?:was|were|is|are|got|have) )*(?P<x4>[a-z]{4,})"
    r" in (?:percent|%|percentage)|(?:the )?percentage (?P<x5>[a-z]{4,})"
    r"|(?:own |self[- ]?)?(?P<x2>[a-z]{3,}) (?:rate|percentage|ratio|quota|share)(?: in (?:percent|%))?"
    r"|(?P<x3>[\u4e00-\u9fff]{2,4})率",
    re.I,
)
# "How many pages are left" of pages and pages read.
_LEFT = re.compile(
    r"(?:how (?:many|much)\s+)?(?P<x>[a-z]+)(?:\s+(?:are|is|there are|i have|we have))?(?:\s+still)?\s+(?:left"
    r"|to go|remaining"
    r"|unread|missing)|(?:the )?(?:number of )?(?:remaining|unread|left over) (?P<x2>[a-z]+)",
    re.I,
)
_ALIKE = re.compile(r"(?:比)?分差|净胜\w?|差距|相差(?:多少)?")
_PER_HOUR = re.compile(
    r"(?:hourly|per[- ]hour) (?:rate|wage|pay|price|cost|fee|earnings)|(?:pay|wage|rate|price|cost|earnings|money"
    r"|(?:what|how much) (?:i|we|they|he|she|it) (?:\w+)) (?:per|an|each|a) hour|时薪|每(?:个)?小时(?:多少钱|的?(?:工资"
    r"|价格"
    r"|费用))",
    re.I,
)
_WENT = re.compile(
    r"(?:how many |how much )?(?P<x>\w+) (?:(?:i|we|they) )?(?:driven|drove|used|gained|lost"
    r"|travelled|traveled|consumed|burnt|burned)",
    re.I,
)
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
# "盈亏", "profit or loss": of what was bought and what it is worth now.
_GAIN = re.compile(
    r"(?:the |my |our )?(?:profit|gain|win)s?(?:\s?/\s?| (?:or|and) )loss(?:es)?|p ?& ?l|盈亏|损益|收益|浮盈|浮动盈亏"
    r"|(?:一共|总共)?(?:赚|亏|赚亏|赚赔)了?(?:还是亏)?了?(?:多少钱?)?",
    re.I,
)
# "What it costs per year" of what it costs each month.
_PER_PERIOD = re.compile(
    r"(?:(?:what|how much) (?:(?:do|does|will|would) )?(?:it|that|this|they|we|i|each|all)?\s?(?:costs?|pay|spend"
    r"|is|are|comes? to|makes?)"
    r"|(?:the )?(?:costs?|price|sum|total|amount|money|fee))(?: (?:me|us))? (?:per|a|an|each|every|for a"
    r"|for the) (?P<a>day|week|month|year)"
    r"|(?:the )?(?P<b>dai|week|month|year|annual)ly (?:costs?|price|total|sum|amount|fee|spending)"
    r"|(?:the )?(?P<c>annual) (?:costs?|price|total|sum|amount|fee|spending)"
    r"|(?:每|一)(?P<d>[天周月年])(?:一共|总共)?(?:要|得|是|花|付|交)*(?:多少钱?|的?(?:费用|花费|总价|总额))|(?P<e>[周月年])(?:费用?|花费|总价|支出)",
    re.I,
)
_WORTH_ZH = re.compile(
    r"(?:每(?![度升斤克平米吨页]|公[里斤]|千克|小时|分钟)\w{1,4})?(?:值|合计|总共)?多少钱|总值|总价值"
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
    if (period := _PER_PERIOD.fullmatch(name)) and (
        found := over(next(w for w in period.groups() if w), names, entity)
    ):
        return name, found
    if _GAIN.fullmatch(name) and (found := gain(names, entity)):
        return name, found
    if _GROWTH.fullmatch(name):
        found = _growth(names, entity) or gain_rate(names, entity, of_income="利润率" in name or "margin" in name)
        return (name, found) if found else None
    for figure in FIGURES:
        if re.fullmatch(figure.name, name, re.I):
            refs = fields_of(figure, names, entity)
            if refs and (found := joined_as(figure, *refs)):
                return name, found
    if (hit := _AFTER_ALL.fullmatch(name)) and (found := without(hit["x"], names, entity)):
        return name, found
    if (hit := _OF_TWO.fullmatch(name)) and (found := of_two(hit["x"], names, entity)):
        return name, found
    if _NET.fullmatch(name) and (found := net(names, entity)):
        return name, found
    if (hit := _WENT.fullmatch(name)) and (found := change(hit["x"], names, entity)):
        return name, found
    if (hit := _PERCENT_OF.fullmatch(name)) and (found := percent_of(hit["x"], names, entity)):
        return name, found
    if (hit := _PERCENT_THAT.fullmatch(name)) and (
        found := percent_that(next(word for word in hit.groups() if word), names, entity)
    ):
        counted = hit["x"] or hit["x4"]
        return f"percentage {counted}" if counted else name, found
    if (hit := _LEFT.fullmatch(name)) and (found := left_of(hit["x"] or hit["x2"], names, entity)):
        return name, found
    if _ALIKE.fullmatch(name) and (found := of_alike(names, entity)):
        return name, found
    if _PER_HOUR.fullmatch(name) and (found := per_hour(names, entity)):
        return name, found
    if _ALTOGETHER.fullmatch(name) and len(money := names.of_type(s.FIELD_TYPE_MONEY, entity=entity)) > 1:
        found = joined("+", money)
        return (name, found) if found else None
    if (hit := _CHANGED.fullmatch(name)) and (found := change(hit["x"] or hit["x2"], names, entity)):
        return name, found
    if (_WORTH.fullmatch(name) or _WORTH_ZH.fullmatch(name)) and (found := product(names, entity, rate)):
        return name, found
    if (_LASTS.fullmatch(name) or re.fullmatch(_LASTS_ZH, name)) and (found := days(names, entity)):
        return name, found
    if _PER_HEAD.fullmatch(name) and (found := per_head(names, entity)):
        return name, found
    if (hit := _UNTIL.fullmatch(name)) and (found := until(hit["x"], names, entity)):
        return name, found
    if _SPAN.fullmatch(name) and (found := between(names, entity)):
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
