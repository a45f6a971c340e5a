"""The frame of a share in each of several times: "what share of entries was low in January, and what in February"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames.figures import direction_asked, labelled_rows
from madeleine_miniapp.domain.questions.frames.periods import time_named
from madeleine_miniapp.domain.questions.frames.shares import share
from madeleine_miniapp.domain.questions.mentions import Kind
from madeleine_miniapp.domain.questions.plans import Plan, Shown

_EITHER = re.compile(r"\bor\b|还是|\bwhich\b|哪")


def share_of_times(facts: Facts) -> Plan | None:
    """The share in each of several times, and in which it is larger."""
    times = [(i, m.of(Kind.TIME)[0].span) for i, m in facts.free(Kind.TIME)]
    spans = list(dict.fromkeys(span for _, span in times if span is not None))
    if len(spans) < 2 or not facts.has("share"):
        return None
    up = facts.has("up", "down")
    facts.cue("vs", "than", "exist", "or", "and", "each_one", "number_wanted", "which_bucket", "unit")
    direction = direction_asked(facts)
    parts: list[tuple[str, q.Relation]] = []
    plan, trial = None, facts
    for span in spans:
        trial = facts.copy()
        trial.used |= {i for i, other in times if other != span}
        plan = share(trial)
        if plan is None or plan.key:
            return None
        value = terms.extended(plan.relation, terms.named(value=terms.column(plan.figure)), only=True)
        parts.append((time_named(facts, span), value))
    facts.used = trial.used | {i for i, _ in times}
    facts.conditions, facts.limits = trial.conditions, trial.limits
    verdict = direction if len(spans) == 2 else ""
    if verdict and up and spans[0].first < spans[1].first:
        # "Did it go up?" compares the later with the earlier.
        verdict = "less" if verdict == "more" else "more"
    elif direction and _EITHER.search(facts.scan.text):
        verdict = "least" if direction == "less" else "who"
    told = plan.told if plan is not None else ""
    shown = (Shown("period"), Shown("value", "%"))
    return Plan(labelled_rows(parts, "period"), shown, told, tuple(spans), key="period", verdict=verdict)
