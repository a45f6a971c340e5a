"""Which records are asked of: the choices, phrases, states and exact numbers that a question names."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS
from madeleine_miniapp.domain.questions.english import is_past
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import titles
from madeleine_miniapp.domain.questions.idle_choices import restricts_nothing
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, contains, name_of
from madeleine_miniapp.domain.questions.text import normalise, stems
from madeleine_miniapp.domain.questions.units import quantity

_AT_PRESENT = re.compile(r"right now|at the moment|currently|at present|these days|现在|目前|当前")
_SOMEWHERE = re.compile(r"\b(?:(?:in|at) (?:the |my |our |a )?|on (?:the|my|our|a) )$|在$")
# Questions that a field of yes and no restricts: "which are paid".
_RESTRICTED = ("share", "each", "how_many", "which", "what", "list", "count", "exist", "who", "rank", "sum", "last")


_READER = r"(?:each of us|all of us|(?:every|any)(?:one|body)|[^\W\d]+)"
_HAVE_READ = re.compile(
    r"^(?:so |and )?(?=(?:how many|which|what|list|who)\b).*"
    rf"(?:\b(?:have|has|'ve|did) {_READER}|\b{_READER} (?:have|has|'ve)|\b(?:who|of us)(?: has| have|'s)?)"
    r" (?:both |all |each |ever |already |actually )?read\b(?! (?:in|on|at|about|less|more|only|at least|for)\b)"
)


def find_states(facts: Facts) -> None:
    """Takes fields of yes and no that must be true."""
    for index, mention in facts.free(Kind.FIELD):
        known = mention.typed(s.FIELD_TYPE_BOOLEAN)
        if known is None or mention.of(Kind.CHOICE) or mention.kind is not Kind.FIELD:
            continue
        weak = mention.of(Kind.ENTITY) and max(m.strength for m in mention.of(Kind.FIELD)) < 3
        if weak and not mention.text.endswith("ed"):
            continue
        if mention.text.endswith("ing") and not f"{known.name} {known.label}".casefold().endswith("ing"):
            # What we are paying is not what is paid.
            continue
        if mention.kind is Kind.FIELD and any(c.field == known.name and c.value for c in facts.conditions):
            # "Didn't send a thank you": the verb says again what has been taken.
            facts.used.add(index)
        elif facts.has(*_RESTRICTED) or _done_by(facts, index):
            expression = terms.call(q.FUNCTION_EQUAL, terms.column(known.name), terms.value(True))
            told = f"{label(known)} ✓"
            facts.conditions.append(Condition(expression, told, known.name, "true", mention.start, kind=Kind.FIELD))
            facts.used.add(index)


def _done_by(facts: Facts, index: int) -> bool:
    """Whether somebody did what a mention says, "tests that I passed": which of them."""
    mention, before = facts.items[index], facts.items[index - 1] if index else None
    doer = before is not None and bool(before.of(Kind.PERSON) or before.cue("me") or before.cue("us"))
    return before is not None and doer and mention.start - before.end <= 1 and is_past(mention.text)


def find_filters(facts: Facts) -> None:
    """Takes choices and phrases that records must have, and numbers that a field must be; raises Doubt."""
    for index, mention in enumerate(facts.items):
        if index in facts.used:
            continue
        if mention.kind is Kind.CHOICE:
            facts.used.add(index)
            chosen = _one_choice(mention, facts.scan.text[mention.start :])
            if not restricts_nothing(facts, chosen, mention):
                choose(facts, chosen, mention.start)
        elif mention.kind is Kind.VALUE:
            facts.used.add(index)
            _take_phrase(facts, index, mention)
    _take_exact(facts)


def find_under_way(facts: Facts) -> None:
    """ "What are you on right now": where records have states, those that are under way."""
    if not any(m.cue("now") and _AT_PRESENT.fullmatch(m.text) for m in facts.items) or not facts.has("which", "what"):
        return
    going = facts.lexicon.of_words(CHOICES, "in progress") | facts.lexicon.of_words(CHOICES, "currently reading")
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        held = next((c for c in field.choices if stems(c) in going), "")
        if held and not any(c.field == field.name for c in facts.conditions):
            choose(facts, Meaning(Kind.CHOICE, field.name, held, field=field), 0)


def find_finished(facts: Facts) -> None:
    """ "How many books have I read": where records have states, those that are finished, unless a time is asked."""
    text = facts.scan.text
    timed = any(m.kind is Kind.TIME or any(m.cue(n) for n in ("none", "unit", "when", "last")) for m in facts.items)
    named = any(
        (m.strength == 3 and m.name == facts.subject.entity.name) or m.kind is Kind.CHOICE
        for x in facts.items
        for m in x.meanings
        if m.kind in (Kind.ENTITY, Kind.CHOICE)
    ) or any(m.typed(s.FIELD_TYPE_TEXT) or m.kind is Kind.VALUE for m in facts.items)
    if timed or not named or not _HAVE_READ.search(text) or facts.quantities_named():
        return
    words = facts.lexicon.of_words(CHOICES, "read to the end")
    for field in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        held = next((c for c in field.choices if stems(c) in words), "")
        if held and not any(c.field == field.name for c in facts.conditions):
            choose(facts, Meaning(Kind.CHOICE, field.name, held, field=field), 0)


def find_done(facts: Facts) -> None:
    """ "How often did I practise": of records that say whether a thing was done, those of which it was."""
    words = facts.lexicon.of_words(FIELDS, "done")
    ticks = [f for f in facts.subject.fields(s.FIELD_TYPE_BOOLEAN) if {stems(f.name), stems(f.label)} & words]
    chosen = [c for c in facts.conditions if c.kind is Kind.CHOICE and c.value and not c.negated]
    named = any(c.field == f.name for f in ticks for c in facts.conditions) or titles.title(facts) is not None
    own = facts.subject.entity.name
    named = named or any(m.strength == 3 and m.name == own for x in facts.items for m in x.of(Kind.ENTITY))
    if len(ticks) != 1 or not chosen or named or facts.has("share", "none", "missing"):
        return
    expression = terms.call(q.FUNCTION_EQUAL, terms.column(ticks[0].name), terms.value(True))
    told = f"{label(ticks[0])} ✓"
    facts.conditions.append(Condition(expression, told, ticks[0].name, "true", chosen[0].start, kind=Kind.FIELD))


def choose(facts: Facts, chosen: Meaning, start: int) -> None:
    """Lets in only records that have the choice."""
    held = terms.column(chosen.name)
    if chosen.field is not None and chosen.field.type == s.FIELD_TYPE_MULTI_CHOICE:
        expression = terms.one_of(held, [chosen.value])
    else:
        expression = terms.call(q.FUNCTION_EQUAL, held, terms.value(chosen.value))
    told = f"{name_of(chosen)} = {chosen.value}"
    facts.conditions.append(Condition(expression, told, chosen.name, chosen.value, start))


def _take_phrase(facts: Facts, index: int, mention: Mention) -> None:
    values = mention.of(Kind.VALUE)
    before = facts.items[index - 1] if index else None
    if before and (before.cue("by") or before.cue("times")) and beside(facts, before, mention, 2):
        # "anything by Le Guin".
        facts.used.add(index - 1)
    title = facts.subject.title
    chosen = next((v for v in values if title and v.name == title.name), values[0])
    if _SOMEWHERE.search(facts.scan.text[: mention.start]):
        # "In the kitchen" is where it was, whatever else is called so.
        places = facts.lexicon.of_words(FIELDS, "place")
        chosen = next((v for v in values if v.field and {stems(v.field.name), stems(v.field.label)} & places), chosen)
    told = f"{name_of(chosen)} ~ {chosen.value}"
    held = contains(chosen.name, chosen.value)
    facts.conditions.append(Condition(held, told, chosen.name, chosen.value, mention.start, kind=Kind.VALUE))


def _take_exact(facts: Facts) -> None:
    """Makes conditions of the limits that say what one field is: "rated 4"."""
    exact = [limit for limit in facts.limits if limit.sign == "=" and len(limit.fields) == 1]
    for limit in exact:
        f, number = limit.fields[0], f"{limit.number:g}"
        expression = terms.call(q.FUNCTION_EQUAL, quantity(f, limit.unit).expression, terms.value(limit.number))
        told = f"{label(f)} = {number}"
        facts.conditions.append(Condition(expression, told, f.name, number, limit.start, kind=Kind.NUMBER))
    facts.limits = [limit for limit in facts.limits if limit not in exact]


def _one_choice(mention: Mention, after: str) -> Meaning:
    meant = mention.of(Kind.CHOICE)
    most = max(m.strength for m in meant)
    best = [m for m in meant if m.strength == most]
    if len({m.name for m in best}) < len(best):
        # "6c" is not "6c+", though the sign is no word.
        exact = [m for m in best if re.match(rf"{re.escape(normalise(m.value))}(?![\w+#*-])", after)]
        if len(exact) == 1:
            return exact[0]
        raise Doubt(f"'{mention.text}' may be {' or '.join(f'{name_of(m)} {m.value}' for m in best)}")
    # The same word in two fields: the first of the record, as the reading tells.
    return best[0]
