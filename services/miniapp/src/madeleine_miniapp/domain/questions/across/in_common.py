# ruff: noqa: E501 - patterns of questions, one line each.
"""Who is in several apps: "which of us are in both the workout tracker and the reading list"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.across.places import meant
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.subjects import Subject

_WHO = r"(?:who|which (?:of (?:us|them)|flatmates|housemates|roommates|members|people|friends|ones of us)|which of (?:the|us|my|our) (?:\w+))"
IN_COMMON = re.compile(rf"^(?:so |and )?{_WHO}\b[^?]*\bboth\b[^?]*\band\b")
_IN_BOTH = re.compile(
    rf"(?:so |and )?{_WHO}(?: flatmates| members)?(?: (?:is|are|appears?|shows? up))? (?:in|on|uses?|using) both (?:of )?(?:the |our )?(?P<one>[\w' -]+?) and (?:in )?(?:the |our )?(?P<other>[\w' -]+?)\s*[?.]*"
)
_APPS = 2


def in_both(text: str, reader: Reader) -> Reading | None:
    """The people who have records in each of two apps."""
    found = _IN_BOTH.fullmatch(text)
    if found is None:
        return None
    sides = [meant(found[side], reader.places, reader.subjects) for side in ("one", "other")]
    apps = [{subject.app_id for subject, _ in side} for side in sides]
    if any(len(app) != 1 for app in apps) or len(apps[0] | apps[1]) < _APPS:
        return None
    people: list[q.Relation] = []
    used: list[tuple[Subject, Facts]] = []
    for (app_id,), name in zip(apps, ("who", "also"), strict=True):
        rows: list[q.Relation] = []
        for subject, asker in reader.subjects:
            facts = reader.facts("", subject, asker) if subject.app_id == app_id else None
            if facts is None or not subject.shared:
                continue
            rows.append(
                terms.extended(base.records(facts), terms.named(**{name: terms.column(subject.person)}), only=True)
            )
            used.append((subject, facts))
        if not rows:
            return None
        known = terms.call(q.FUNCTION_NOT, terms.call(q.FUNCTION_IS_MISSING, terms.column(name)))
        held = terms.filtered(terms.united(*rows) if len(rows) > 1 else rows[0], known)
        people.append(terms.grouped(held, terms.named(**{name: terms.column(name)}), []))
    made = terms.joined(people[0], people[1], q.JOIN_KIND_INNER, (terms.column("who"), terms.column("also")))
    made = terms.extended(made, terms.named(who=terms.column("who")), only=True)
    plan = Plan(made, (Shown("who"),), "people with records in both apps", ())
    subject, facts = used[0]
    return made_of(Reading(subject, plan, 1.0, facts=facts), plan, *(also for also, _ in used[1:]))
