"""Last night: that of which the record of this morning tells how long one slept."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import dimensions
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.times import calendar

_LAST_NIGHT = re.compile("last night(?:'s)?|昨[晚夜]|昨天(?:晚上|夜里)")


def take_last_night(facts: Facts) -> None:
    """ "How long did I sleep last night" is of today, where records have a time of day and sleep is all that is asked.

    By a date alone one cannot tell whether a night goes by its evening or by its morning.
    """
    fields = {
        m.field.name: m.field for x in facts.items for m in x.of(Kind.FIELD) if m.field and m.field.type in NUMERIC
    }
    dated = facts.subject.temporal[:1]
    if not fields or not all(dimensions.is_size(f, "rest") for f in fields.values()):
        return
    if not dated or dated[0].type != s.FIELD_TYPE_DATETIME:
        return
    today = Meaning(Kind.TIME, value="last night", span=calendar.day(facts.asker.now.date()))
    put(
        facts,
        [
            replace(m, meanings=(today,)) if _LAST_NIGHT.fullmatch(m.text.removeprefix("the ")) else m
            for m in facts.items
        ],
    )
