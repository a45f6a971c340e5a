"""Figures of two fields, each of which has a part in it: pace, speed, profit, what is left."""

from __future__ import annotations

from dataclasses import dataclass

from madeleine_miniapp.domain.editing.arithmetic import NUMBERS, Sum, joined, ratio
from madeleine_miniapp.domain.editing.derived_sums import (
    in_minutes,
    plays,
)
from madeleine_miniapp.domain.editing.naming import FieldRef, Names


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    operator: str
    roles: tuple[str, str]
    unit: str = ""
    factor: str = ""


FIGURES = (
    _Figure(
        r"(?:average |avg |running )?pace|min(?:ute)?s?(?: per |/)(?:km|kilomet(?:re|er)|mile)|(?:平均)?配速"
        r"|每公里(?:多少分钟?|用时|几分钟?)",
        "/",
        ("length", "distance"),
        "min/km",
    ),
    _Figure(
        r"(?:average |avg )?speed|(?:km|kilomet(?:re|er)s|miles)(?: per |/)h(?:our)?|kmh|(?:平均)?(?:速度|时速)",
        "/",
        ("distance", "length"),
        "km/h",
        " * 60.0",
    ),
    _Figure(
        r"(?:fuel )?consumption|mileage|l(?:it(?:re|er)s?)?(?: ?/ ?| per )100 ?(?:km|kilomet(?:re|er)s)"
        r"|(?:百公里)?油耗",
        "/",
        ("fuel", "distance"),
        "l/100 km",
        " * 100.0",
    ),
    _Figure(r"profit|margin|gain|earnings|利润|盈利|赚了?多少|差价", "-", ("income", "outgo")),
    _Figure(
        r"(?:what(?: is|'s)? |how much (?:(?:of )?(?:the |our |my )?\w+ )?(?:is |have (?:i|we) )?)?(?:still"
        r" )?(?:left(?: over)?|remaining|remainder|rest|balance|difference)"
        r"|剩余|余额|还剩多?少?|差额",
        "-",
        ("planned", "spent"),
    ),
    _Figure(
        r"how many (?:of (?:them|the \w+) |\w+ )?(?:there )?(?:are |is |do we have )?(?:still )?(?:left|free"
        r"|open|available|remaining)"
        r"|(?:the )?(?:number of )?(?:free|open|remaining|available) (?:spots|places|seats|spaces|slots|tickets)"
        r"|(?:还剩|剩下?|还有)(?:多少|几)个?(?:名额|位置|空位|座位|位)|(?:还剩|剩下?|还有)(?:多少|几)[个件本张份只瓶包袋盒箱条块]|剩余(?:名额|座位|位置|数量|件数)|空位(?:数|多少)?",
        "-",
        ("room", "taken"),
    ),
    _Figure(
        r"(?:what(?: is|'s)? |how much (?:is )?)?(?:still )?(?:owed|due|outstanding|unpaid|to pay|open)|balance due"
        r"|amount (?:owed|outstanding|due)|(?:还)?(?:差|欠|剩)多少(?:钱|尾款|没付|没给|没收)?|尾款(?:多少)?",
        "-",
        ("due", "paid"),
    ),
    _Figure(r"(?:line |sub)?totals?|total (?:price|cost)|sum|总价|小计|总额|总金额", "*", ("price", "quantity")),
)


def fields_of(figure: _Figure, names: Names, entity: str) -> tuple[FieldRef, FieldRef] | None:
    """One field for each role, never the same; None where there is none or several."""
    found: list[FieldRef] = []
    for role in figure.roles:
        held = [r for r in names.of_type(*NUMBERS, entity=entity) if r not in found and plays(role, r)]
        # A speed in km/h is no distance.
        held = [r for r in held if not r.field.formula] or held
        if len(held) != 1:
            return None
        found.append(held[0])
    return found[0], found[1]


def joined_as(figure: _Figure, one: FieldRef, other: FieldRef) -> Sum | None:
    """Two fields as a figure has them."""
    if figure.operator != "/":
        return joined(figure.operator, [one, other])
    made = ratio(one, other)
    expression = f"{in_minutes(one)} / {in_minutes(other)}"
    return made and Sum(
        f"({expression}){figure.factor}" if figure.factor else expression, made.entity, made.type, figure.unit
    )
