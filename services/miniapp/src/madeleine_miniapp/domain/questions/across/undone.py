# ruff: noqa: E501 - patterns of questions, one line each.
"""What is on a list and was not done by the log of it: "which recipes have we never cooked"."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.across.reader import Reader, made_of
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading
from madeleine_miniapp.domain.questions.related import link_to
from madeleine_miniapp.domain.questions.subjects import Asker, Subject

_SOMEBODY = r"(?:(?:i|we|they|anybody|anyone|any of us|either of us) )?"
_VERB = r"(?P<verb>[a-z]+)(?: (?P<rest>.+?))?[\s?.!]*"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<asks>which|what|list|show me|how many) (?P<things>.+?) (?:have|has|did|do|were|are|was|is)(?:n't| not) {_SOMEBODY}(?:yet |ever |been )*{_VERB}",
        rf"(?P<asks>which|what|list|show me|how many) (?P<things>.+?) (?:have|has|did|do|were|are|was|is) {_SOMEBODY}(?:never|not) (?:yet |ever |been )*{_VERB}",
        rf"(?:(?P<asks>which|what|list|show me|how many) )?(?P<things>.+?) (?:that |which )?{_SOMEBODY}(?:have |'ve )?never (?:yet |been )*{_VERB}",
        r"(?:(?P<asks>which|what|list|show me|how many) )?(?P<things>.+?) (?:that |which )?(?:have |did )?(?:i|we)(?:'ve| have|'d| had)? (?P<once>[a-z]+) (?:before|once|already|in the past),? (?:but|and|though) (?:not|never)(?: again)? (?P<rest>.+?)[\s?.!]*",
    )
)
_IDLE = re.compile(r"\b(?:yet|so far|at all|before|(?:even |not )?once|ever|until now|to date)\b")


def never_done(text: str, reader: Reader) -> Reading | None:
    """The things of a list without a record of the log that names them, in the time that is said."""
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        told = found.groupdict()
        verb = told.get("verb") or told.get("once") or ""
        clause = f"{verb} {_IDLE.sub(' ', told['rest'] or '')}".strip()
        for subject, asker in reader.subjects:
            for log in [
                s_ for s_, _ in reader.subjects if s_.app_id == subject.app_id and s_.entity.name in subject.logged
            ]:
                made = _without(
                    reader, (subject, asker), log, told["things"], clause, once=told.get("once") is not None
                )
                if made is not None:
                    return _counted(made) if told["asks"] == "how many" else made
    return None


def _without(
    reader: Reader, of: tuple[Subject, Asker], log: Subject, things: str, clause: str, *, once: bool
) -> Reading | None:
    subject, asker = of
    listed = reader.read(f"which {things}", subject, asker)
    link, title = link_to(log, subject), subject.title
    done = reader.facts(clause, log, asker)
    if not listed.computable or listed.plan is None or listed.facts is None or link is None or title is None:
        return None
    if done is None or title.name not in {c.name for c in listed.plan.shown}:
        return None
    spans = done.spans()
    such = base.chosen(done, spans, done.moment())
    if _left(done) or (once and not spans):
        return None
    made = listed.plan.relation
    key = (terms.column(title.name), terms.column("done"))
    if once:
        made = terms.joined(made, _named(base.records(done), link.name), q.JOIN_KIND_SEMI, key)
    made = terms.joined(made, _named(such, link.name), q.JOIN_KIND_ANTI, key)
    made = terms.extended(made, terms.named(**{title.name: terms.column(title.name)}), only=True)
    plan = Plan(made, (Shown(title.name),), f"{listed.plan.told} without a record of {log.entity.name}", tuple(spans))
    return made_of(listed, plan, log)


def _left(done: Facts) -> list[str]:
    """What was not understood of what was done, but for the verb, which the log is called by."""
    verbs = {i for i, m in enumerate(done.items) if done.says_it_was(m) or m.start == 0}
    done.used |= verbs
    return done.left_over()


def _named(given: q.Relation, link: str) -> q.Relation:
    return terms.grouped(given, terms.named(done=terms.column(link)), [])


def _counted(found: Reading) -> Reading:
    plan = found.plan
    if plan is None:
        return found
    made = terms.grouped(plan.relation, [], [terms.measure("count", q.MEASURE_FUNCTION_COUNT)])
    counted = Plan(made, (Shown("count"),), f"number of {plan.told}", plan.spans, figure="count", counts=True)
    return made_of(found, counted, *found.also)
