"""Which records are asked of: the choices, phrases, states and exact numbers that a question names."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS
from madeleine_miniapp.domain.questions.english import is_doing, is_past
from madeleine_miniapp.domain.questions.facts import Condition, Doubt, Facts, label
from madeleine_miniapp.domain.questions.frames import titles
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.neighbours import beside, contains, name_of
from madeleine_miniapp.domain.questions.text import normalise, stems
from madeleine_miniapp.domain.questions.units import quantity

_WHOLE_LOG = re.compile(r"\s*(?:logs?|lists?|diary|book|history|records?|entries|app|tracker|记录|日记|清单|列表|表)\b")
_AT_PRESENT = re.compile(r"right now|at the moment|currently|at present|these days|现在|目前|当前")
_BY_MEANS = re.compile(r"(?:用|通过|靠|以|走|是)$")
_DOES = re.compile(r"\s*(?:(?:have|has|had|did|ever|actually|also|first|last|only|just) )*")
_I_DO = re.compile(rf"\b(?:i|we|he|she|they)(?:'ve|'d)?{_DOES.pattern}$")
_WAS = re.compile(r"\b(?:was|were|got|been)\b(?: [\w'-]+){0,4} $")
_SOMEWHERE = re.compile(r"\b(?:(?:in|at) (?:the |my |our |a )?|on (?:the|my|our|a) )$|在$")
_BETWEEN_SIDES = re.compile(r"\b(?:and|or|vs|versus|than|not|plus)\b|[,/&]|[和或与、]")
_BUT = re.compile(r"但|却|可是|不过|\bbut\b")
_SO_ON = re.compile(r"[^()（）?？]{0,40}(?:\b(?:and so on|etc|and the like)\b|等等|等[)）]|什么的|之类)")
_OR_ANYTHING = re.compile(
    r"\b(?:anything|something|any)\b[^?.!:;]*[?.!:;(]\s*"
    r"(?P<examples>[\w ,/-]+?[, ](?:whatever|whichever|anything|you name it|etc|so on))\W*$"
)
_NOT_YET = frozenset(stems(w) for w in ("draft", "idea", "saved", "interested", "草稿", "想法"))
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
            if not _restricts_nothing(facts, chosen, mention):
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


def _restricts_nothing(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice names all the records, or says again what has been said; raises Doubt where it may."""
    return (
        _called_so(facts, chosen, mention)
        or _all_records(facts, chosen, mention)
        or _alone(facts, chosen, mention)
        or _said_before(facts, chosen)
        or _example(facts, chosen, mention)
        or _whatever(facts, mention)
        or _done_to_all(facts, chosen, mention)
        or _told_by_its_day(facts, mention)
    )


def _called_so(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether Chinese calls the records so, and a choice by another word only: 转账 are all payments."""
    named = any(m.name and m.strength >= 2 for m in mention.of(Kind.ENTITY))
    if not is_chinese(mention.text) or chosen.strength == 3 or not named:
        return False
    if chosen.field is not None and sum(bool(facts.lexicon.of_kind(c)) for c in chosen.field.choices) > 1:
        # 剧 is no word for all where films are recorded as well.
        return False
    return not _BY_MEANS.search(facts.scan.text[: mention.start])


def _all_records(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice that is spelt like the kind of record names all its records; raises Doubt where it may.

    "The repair log" is not its records of the kind "repair".
    """
    if not any(m.strength == 3 for m in mention.of(Kind.ENTITY)):
        return False
    before, after = facts.scan.text[: mention.start], facts.scan.text[mention.end :]
    if _WHOLE_LOG.match(after):
        return True
    if any(_tells_kind(facts, chosen, mention, other) for other in facts.items):
        return True
    if chosen.field is not None and re.search(rf"{re.escape(label(chosen.field).casefold())}\W*$", before):
        return False
    record = facts.subject.entity.label or facts.subject.entity.name
    raise Doubt(f"'{mention.text}' may be every {record} or those whose {name_of(chosen)} is {chosen.value}")


def _tells_kind(facts: Facts, chosen: Meaning, mention: Mention, other: Mention) -> bool:
    """Whether another choice says which of the records are meant: "a repair of kind engine"."""
    first, last = sorted((mention, other), key=lambda m: m.start)
    between = facts.scan.text[first.end : last.start]
    same = any(c.name == chosen.name and c.value != chosen.value for c in other.of(Kind.CHOICE))
    return same and not _BETWEEN_SIDES.search(between)


def _alone(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice only repeats the one before it, "excused absences"; of one field a record has but one choice.

    Raises Doubt for two choices side by side that cannot both be meant.
    """
    if chosen.field is None or chosen.field.type != s.FIELD_TYPE_CHOICE:
        return False
    for other in facts.items:
        if other.end <= mention.start and other.kind is Kind.CHOICE and other.of(Kind.CHOICE)[0].name == chosen.name:
            between = facts.scan.text[other.end : mention.start]
            if not between.strip(" -") and other.of(Kind.CHOICE)[0].value != chosen.value:
                if chosen.strength < 3 and other.of(Kind.CHOICE)[0].strength == 3:
                    return True
                if is_chinese(mention.text) and facts.has("each_one", "by"):
                    # 早餐午餐晚餐各几次: they are listed.
                    continue
                raise Doubt(f"a record is either {other.text} or {mention.text}")
            if _BUT.search(between) and other.of(Kind.CHOICE)[0].value != chosen.value:
                raise Doubt(f"a record is either {other.text} or {mention.text}")
    return False


def _said_before(facts: Facts, chosen: Meaning) -> bool:
    """Whether a choice is named again: "did I climb more ... bouldering sessions each"; it is no second side."""
    return any(c.field == chosen.name and c.value == chosen.value and not c.negated for c in facts.conditions)


def _done_to_all(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether somebody does what all the records are of: whatever came of it, "I applied" is said of each application.

    Only their first state is called so; "is applied" and "the applied ones" are those that are still in it.
    """
    if not _is_first(facts, chosen) or chosen.field is None or chosen.field.type != s.FIELD_TYPE_CHOICE:
        return False
    before = facts.scan.text[: mention.start]
    dated = next(
        (m.field for m in mention.of(Kind.FIELD) if m.field in facts.subject.temporal and m.strength >= 2), None
    )
    if dated is not None and (_WAS.search(before) or _I_DO.search(before)):
        # What has been reported has a day of it, whatever came of it.
        held = terms.present(terms.column(dated.name))
        told = f"{label(dated)} ✓"
        facts.conditions.append(Condition(held, told, dated.name, "", mention.start, kind=Kind.FIELD))
        facts.dated = facts.dated or dated
        return True
    if not any(m.name and m.strength >= 2 for m in mention.of(Kind.ENTITY)):
        return False
    doer = next((m for m in facts.items if m.of(Kind.PERSON) and _DOES.fullmatch(before[m.end :])), None)
    return doer is not None or _I_DO.search(before) is not None


def _told_by_its_day(facts: Facts, mention: Mention) -> bool:
    """Whether a day is recorded of what a state is called by, and asked by: interviews last month, the next one."""
    if not (any(m.kind is Kind.TIME for m in facts.items) or facts.has("next", "when")):
        return False
    held = [m for m in mention.of(Kind.FIELD) if m.field in facts.subject.temporal and m.strength >= 2]
    if len(held) != 1 or mention.text.endswith(("ed", "en")) or facts.dated not in (None, held[0].field):
        return False
    if len(stems(held[0].name)) < 2 or not is_doing(mention.text):
        # What is finished may have been given up on that day.
        return False
    facts.dated = held[0].field
    present = terms.present(terms.column(held[0].name))
    told = f"{name_of(held[0])} ✓"
    facts.conditions.append(Condition(present, told, held[0].name, "", mention.start, kind=Kind.FIELD))
    return True


def _is_first(facts: Facts, chosen: Meaning) -> bool:
    """Whether a state is the first that records reach: those before it are only meant to be done."""
    words = _NOT_YET.union(*(facts.lexicon.of_words(CHOICES, word) for word in ("planned", "wishlist")))
    choices = list(chosen.field.choices) if chosen.field is not None else []
    before = choices[: choices.index(chosen.value)] if chosen.value in choices else choices
    return chosen.value in choices and all(stems(c) in words for c in before)


def _example(facts: Facts, chosen: Meaning, mention: Mention) -> bool:
    """Whether a choice only says what is told apart: "by type (transport, food and so on)"."""
    return any(f.name == chosen.name for f in facts.groups) and bool(_SO_ON.match(facts.scan.text[mention.end :]))


def _whatever(facts: Facts, mention: Mention) -> bool:
    """Whether a choice is but one of what anything may be: "did we do anything? watering, misting, whatever"."""
    found = _OR_ANYTHING.search(facts.scan.text)
    return found is not None and mention.start >= found.start("examples")


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
