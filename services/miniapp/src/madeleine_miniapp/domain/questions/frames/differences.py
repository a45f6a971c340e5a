"""Differences of two figures: how much more, how far apart."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import measuring
from madeleine_miniapp.domain.questions.frames.measuring import Measured
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.spans import Span

_HOW_MUCH_MORE = re.compile(
    r"\bhow (?:much|many|far) (?:more|less|fewer|[a-z]+er)\b|\bhow (?:much|many) [a-z]+ (?:more|less|fewer)\b"
    r"|[多少][花付吃用跑垫读睡喝出]了?(?:多少|几)"
)
_HOW_MUCH_RISEN = re.compile(r"\bhow (?:much|many|far) (?:did|does|do|has|have)\b|[涨升加高降少低][了]?多少")


def difference(parts: list[tuple[str, q.Relation]], told: str) -> q.Relation:
    """The first figure minus the second; "less": the second minus the first; "": how far they are apart."""
    held = terms.united(
        *[
            terms.extended(relation, terms.named(value=terms.column("value"), place=terms.value(float(at))), only=True)
            for at, (_, relation) in enumerate(parts)
        ]
    )
    sides = [
        terms.measure(
            name,
            q.MEASURE_FUNCTION_MAX,
            terms.column("value"),
            terms.call(q.FUNCTION_EQUAL, terms.column("place"), terms.value(float(at))),
        )
        for at, name in enumerate(("one", "other"))
    ]
    one, other = terms.column("one"), terms.column("other")
    value = terms.call(q.FUNCTION_SUBTRACT, *((other, one) if told == "less" else (one, other)))
    value = value if told else terms.call(q.FUNCTION_ABS, value)
    return terms.extended(terms.grouped(held, [], sides), terms.named(difference=value), only=True)


def difference_asked(facts: Facts) -> bool:
    """Whether the difference of two figures is asked for, not the figures."""
    risen = facts.has("up", "down") and _HOW_MUCH_RISEN.search(facts.scan.text)
    return facts.cue("difference") is not None or bool(risen or _HOW_MUCH_MORE.search(facts.scan.text))


def difference_plan(
    facts: Facts, parts: list[tuple[str, q.Relation]], told: str, measured: Measured, spans: list[Span]
) -> Plan:
    """The plan of a difference of two figures."""
    zh = measuring.chinese(facts)
    names = " – ".join(name for name, _ in (reversed(parts) if told == "less" else parts))
    said = f"{measured.told(zh)}，{names}" if zh else f"{measured.told(zh)}, {names}"
    shown = (Shown("difference", measured.unit),)
    return Plan(difference(parts, told), shown, said, tuple(spans), figure="difference")
