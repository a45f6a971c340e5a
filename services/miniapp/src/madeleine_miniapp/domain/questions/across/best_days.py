# ruff: noqa: E501 - patterns of questions, one line each.
"""What the day of the most says: "calories on the day of my most expensive meal", "meals on the day with the most protein"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of
from madeleine_miniapp.domain.questions.across.tops import counted
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.forms import unlike
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read_scan
from madeleine_miniapp.domain.questions.subjects import Asker, Subject, Subjects

_ON_DAY = re.compile(
    r"(?:^|,? )(?:on|for|in|during) (?:the|that) (?:very |same )?(?P<days>days?) (?P<of>of|with|when|that|where|on which|i|we)\b (?P<clause>[^,;?.]+)(?:[,;?.]|$)"
)
_PEOPLE = ("i", "we")
# "The day with the most calories" has them in all, "the day with the priciest meal" that meal.
_IN_ALL = re.compile(r"(?:the )?(?:most|least|fewest|highest|lowest) ")
_ONE = ("record with", "day with", "latest record", "first record")


def on_best_day(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a figure, or of records, of the day on which something was most; of equal days a row for each."""
    found = _ON_DAY.search(text)
    if found is None:
        return None
    reader = Reader(subjects, lexicon)
    head = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,;?.")
    said = found["clause"].strip()
    clause = f"{found['of']} {said}" if found["of"] in _PEOPLE else said
    named = [clause, f"when was {clause}"]
    most = [f"which day {clause}", f"which day had {clause}"]
    with_one = found["of"] == "with" and not _IN_ALL.match(clause)
    asked = named if found["of"] == "of" else [*named, *most] if with_one else most
    sound: list[tuple[float, Reading]] = []
    for subject, asker in reader.subjects:
        days = next((d for text in asked if (d := _days(reader, text, subject, asker)) is not None), None)
        one = _of_days(reader, head, days, subject, asker, several=found["days"] == "days") if days else None
        if one is not None and days is not None:
            sound.append((one.score + days[0].score, one))
    return max(sound, key=lambda pair: pair[0])[1] if sound else None


def _days(reader: Reader, clause: str, subject: Subject, asker: Asker) -> tuple[Reading, q.Relation] | None:
    """The days of what a clause says is the most: column "such_day"."""
    reading = reader.read(clause, subject, asker)
    plan = reading.plan
    if not reading.computable or plan is None or not plan.told.startswith(_ONE):
        return None
    column = next((c.name for c in plan.shown if c.name in ("day", "on")), "")
    if not column:
        return None
    return reading, terms.grouped(plan.relation, terms.named(such_day=terms.column(column)), [])


def _of_days(
    reader: Reader, head: str, days: tuple[Reading, q.Relation], subject: Subject, asker: Asker, *, several: bool
) -> Reading | None:
    reading, such = days

    def known(facts: Facts) -> None:
        facts.of_days.append(such)

    told = ", ".join([reading.plan.told, *_filters(reading)]) if reading.plan is not None else ""
    facts, part = reader.facts(head, subject, asker), reader.read(head, subject, asker)
    listed = part.computable and part.plan is not None and not part.plan.figure
    figure = counted(facts) if facts is not None and not listed else None
    if facts is None or figure is None or (several and figure[0].function not in ("count", "sum")):
        whole = read_scan(reader.scan(head, subject, asker), subject, asker, reader.lexicon, known=known)
        if not whole.computable or whole.plan is None or (whole.plan.figure and not several):
            return None
        return replace(whole, plan=replace(whole.plan, told=f"{whole.plan.told}; {told}"))
    measured, given = figure
    name = measured.name
    value = terms.column(name)
    then = [q.Named(name="then", value=base.bucket("day", facts.moment()))]
    made = terms.joined(
        such,
        terms.grouped(given, then, [measured.of(name)]),
        q.JOIN_KIND_OUTER,
        (terms.column("such_day"), terms.column("then")),
    )
    if measured.function in ("count", "sum"):
        value = terms.call(q.FUNCTION_COALESCE, value, terms.value(0.0))
    made = terms.extended(
        made, [q.Named(name="day", value=terms.column("such_day")), q.Named(name=name, value=value)], only=True
    )
    made = terms.ordered(made, terms.order(terms.column("day")))
    plan = Plan(
        made,
        (Shown("day"), Shown(name, measured.unit)),
        f"{measured.told(is_chinese(head))}; {told}",
        (),
        figure=name,
        key="day",
    )
    return None if unlike(facts, plan) else made_of(replace(part, facts=facts), plan)


def _filters(reading: Reading) -> list[str]:
    """The filters of a reading, as they are told."""
    return [c.told for c in reading.facts.conditions if c.told] if reading.facts is not None else []
