"""What a Chinese phrase computes, where it spells no sum out."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.arithmetic import (
    NUMBERS,
    TIMES,
    Sum,
    days_between,
    joined,
    ratio,
)
from madeleine_miniapp.domain.editing.operands import operand, operands
from madeleine_miniapp.domain.editing.scene import Scene


def chinese_expression(scene: Scene, text: str, entity: str) -> Sum | None:
    """What a Chinese phrase computes; None where it does not say."""
    names = scene.names
    if (
        (hit := re.match(r"^人均(?P<a>.+)$", text))
        and (below := names.field("人数", entity))
        and (above := operand(scene, hit["a"], entity))
    ):
        return ratio(above, below)
    if hit := re.match(
        r"^从(?P<a>.+?)到(?P<b>.+?)(?:一共|总共)?(?:是|有|要|花了?|用了?|隔了?|过了?)?(?:多少天|几天|天数|多久)", text
    ):
        a, b = names.field(hit["a"], entity), names.field(hit["b"], entity)
        if a and b and (found := days_between(a, b)):
            return found
    if hit := re.match(r"^每一?(?P<rest>.+)$", text):
        rest = hit["rest"]
        for cut in range(1, len(rest)):
            below, above = (
                operand(scene, rest[:cut], entity),
                operand(scene, re.sub(r"^(?:的|要|需要|得花|花)+", "", rest[cut:]), entity),
            )
            if below and above and (found := ratio(above, below)):
                return found
        mentioned = [r for *_, r in names.mentions(rest, entity) if r.field.type in NUMBERS]
        money = names.of_type(s.FIELD_TYPE_MONEY, entity=entity)
        if mentioned and len(money) == 1 and re.search(r"钱|价|费|成本", rest):
            return ratio(money[0], mentioned[0])
    if hit := re.match(r"^(?P<a>.+?)(?:和|与|到|减)(?P<b>.+?)(?:的|之)?(?:差|差值|差额|相差|间隔|之间|天数)", text):
        a, b = names.field(hit["a"], entity), names.field(hit["b"], entity)
        if a and b:
            return days_between(a, b) if a.field.type in TIMES else joined("-", [a, b])
    if hit := re.match(
        r"^(?P<p>.+?)(?:一共|合计|总共|加起来|总计)(?:\w{1,2}了?)?(?:是|有)?多少(?:个|份|杯|斤)?$", text
    ):
        several = [r for *_, r in names.mentions(hit["p"], entity) if r.field.type in NUMBERS]
        if len(several) > 1:
            return joined("+", several)
    if hit := re.match(r"^(?P<p>.+?)(?:的|之)?(?:和|总和|相加|合计|总计|加起来)$", text):
        refs = operands(scene, hit["p"], entity)
        if len(refs) > 1:
            return joined("+", refs)
    return None
