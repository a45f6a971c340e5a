"""Words that ask: what "which reader", 哪一类, 谁垫 and "who interviewed me" ask for, by what stands beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import FIELDS
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.groups import tells_kinds
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.naming import names_people
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.text import normalise, stems

# "..., cash or bank transfer or what?", "was my last run a long or a short one".
_STARTS = re.compile(r"[,;:?–—]\s*(?:(?:was|is) it )?(?:by |via |in |as |an? )?$")
_WAS_IT = re.compile(r"(?:so )?(?:was|is|were|are)\b")
_OR = re.compile(r"\s*(?:,|/|,? ?\bor\b)\s*(?:by |via |in |as |an? )?")
_ENDS = re.compile(r"(?:\s*,?\s*or (?:what|something(?: else)?|other))?[\s?.!]*")
_AMOUNT_ASKED = re.compile(r"\b(?:when|how (?:long|many|much|far|often)|which|who|days)\b")
_WHICH_KIND = re.compile("哪一?[类种]")
_WHICH_ONE = re.compile("哪[一几]?([\u4e00-\u9fff])")
# "My top sport", "minutes and sport": told apart by the field of kinds, though the records are called so too.
_KIND_NAMED = re.compile(
    r"(?:\b(?:top|main|favou?rite|best|(?:most|least) [a-z]+|and|plus|with)|[,:;&+/])"
    r" (?:(?:the|my|our|its|their|his|her) )?$"
)
_ALL = re.compile("[都全]部?$")
_HOW_MUCH_OF = re.compile(
    r"\b(?:much|most|more|less|least|enough|average|mean|median|total|amount of|[mcd]?l of|lit(?:re|er)s of) $"
)
# What is taken in pieces is counted in them.
_PIECES = re.compile("(?:几|多少)[粒片颗滴袋勺包支丸喷]")
_LEFT = re.compile("还?剩(?:下|余)?|(?:still |are |is )?left(?: over)?|remaining")
_STOCK = re.compile(r"剩余|库存|余量|\bin stock\b|\bstock\b|\bremaining\b|\bleft\b")
_UNITS = ("unit", "单位")
_WRITTEN = (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE)
_WHAT = Meaning(Kind.CUE, "what")
_ASKS_WHAT = re.compile(r"(?<=.)(?:什么|啥)$")
_WHO = Meaning(Kind.CUE, "who")


def ask_which(facts: Facts) -> None:
    """ "Which reader" asks who, where readers are the field of people; "Lena and Mei each read" is of both of them."""
    made: list[Mention] = []
    for place, mention in enumerate(facts.items):
        before = facts.items[place - 1] if place else None
        asked = before is not None and before.cue("which") and 0 <= mention.start - before.end <= 8
        if asked and mention.typed(s.FIELD_TYPE_PERSON) and not mention.cue("who"):
            mention = replace(mention, meanings=(*mention.meanings, _WHO))
        if mention.text == "each" and before is not None and before.kind is Kind.PERSON:
            mention = replace(mention, meanings=(Meaning(Kind.CUE, "each"),))
        asks = _ASKS_WHAT.search(mention.text) if mention.of(Kind.FIELD) else None
        if asks is not None and not mention.cue("what"):
            # 吃了什么 names the dish, and asks for it.
            cut = mention.start + asks.start()
            made.append(replace(mention, end=cut, text=mention.text[: asks.start()]))
            mention = Mention(cut, mention.end, asks.group(), (_WHAT,))
        made.append(mention)
    put(facts, made)


def ask_either(facts: Facts) -> None:
    """ "My last payment, cash or bank transfer": which of its kinds, and no filter."""
    named, text = [m for m in facts.items if m.kind is Kind.CHOICE], facts.scan.text
    while len(named) > 1 and not all(_OR.fullmatch(text[a.end : b.start]) for a, b in pairwise(named)):
        named = named[1:]
    one = facts.has("last", "first") or any(m.cue("top") for m in facts.items)
    if len(named) < 2 or not one or _AMOUNT_ASKED.search(text):
        return
    first, last = named[0], named[-1]
    offered = [{x.name for x in m.of(Kind.CHOICE)} for m in named]
    f = next((f for f in facts.subject.entity.fields if all(f.name in names for names in offered)), None)
    asked = _STARTS.search(text[: first.start]) or _WAS_IT.match(text)
    if f is None or not asked or not _ENDS.fullmatch(text[last.end :]):
        return
    named_field = Meaning(Kind.FIELD, f.name, strength=3, field=f)
    meant = Mention(first.start, last.end, text[first.start : last.end], (named_field,))
    put(facts, [*(m for m in facts.items if m.end <= first.start), meant])


def ask_kind(facts: Facts) -> None:
    """哪一类 asks which kind, though the field of kinds is not named; 哪趟 which trip, where that is a field."""
    made: list[Mention] = []
    for mention in facts.items:
        kind = _measure_field(facts, mention)
        if kind is None and mention.cue("which") and _WHICH_KIND.fullmatch(mention.text):
            kind = _kind_field(facts)
        if kind is None and tells_kinds(facts, mention) and _KIND_NAMED.search(facts.scan.text[: mention.start]):
            held = facts.subject.fields(s.FIELD_TYPE_CHOICE)[0]
            made.append(replace(mention, meanings=(Meaning(Kind.FIELD, held.name, field=held),)))
            continue
        if kind is None:
            made.append(mention)
            continue
        named = Meaning(Kind.FIELD, kind.name, strength=2, field=kind)
        made.append(replace(mention, end=mention.end - 1, text=mention.text[:-1]))
        made.append(Mention(mention.end - 1, mention.end, mention.text[-1], (named,)))
    put(facts, made)


def _measure_field(facts: Facts, mention: Mention) -> s.Field | None:
    """The field of choices that a measure word names: 趟 of trips."""
    which = _WHICH_ONE.fullmatch(mention.text) if mention.cue("which") else None
    named = facts.subject.fields(s.FIELD_TYPE_CHOICE) if which else []
    return next((f for f in named if which and stems(which[1]) in facts.lexicon.of_field(f)), None)


def _kind_field(facts: Facts) -> s.Field | None:
    """The one field that tells kinds apart, unless another field of choices is named."""
    kinds = facts.lexicon.of_words(FIELDS, "kind") | facts.lexicon.of_words(FIELDS, "category")
    held = [f for f in facts.subject.fields(s.FIELD_TYPE_CHOICE) if {stems(f.name), stems(f.label)} & kinds]
    named = [m for m in facts.items if m.typed(s.FIELD_TYPE_CHOICE) or m.typed(s.FIELD_TYPE_MULTI_CHOICE)]
    return held[0] if len(held) == 1 and not named else None


def ask_who(facts: Facts) -> None:
    """谁垫, 谁付 ask who it was: the field of people that they name by another word says by whom it is told."""
    made: list[Mention] = []
    for mention in facts.items:
        held = next((m for m in mention.of(Kind.FIELD) if m.field and m.field.type == s.FIELD_TYPE_PERSON), None)
        by_it = re.search(r"[按每各]$", facts.scan.text[: mention.start])
        asked = mention.text.startswith(("who ", "who's "))
        asks = mention.text.startswith("谁") or (asked and held and held.strength < 3)
        if held is not None and asks and not mention.cue("who") and not by_it:
            if held.name in facts.subject.person_fields:
                facts.person_field = held.name
            mention = replace(mention, meanings=(_WHO,))
        before = made[-1] if made and mention.start - made[-1].end <= 1 else None
        if mention.text == "whose" and before and before.of(Kind.FIELD, Kind.ENTITY):
            # "Companies whose next step was due": of which it is told.
            continue
        if mention.text.startswith("who ") and held is None and mention.of(Kind.FIELD):
            # "Who wrote it" asks for what the records say of that, not whose they are.
            at = mention.start + len("who ")
            made.append(Mention(mention.start, at - 1, "who", (Meaning(Kind.CUE, "what"),)))
            mention = Mention(at, mention.end, facts.scan.text[at : mention.end], mention.of(Kind.FIELD))
        made.append(mention)
    put(facts, made)


def ask_everybody(facts: Facts) -> None:
    """谁的平均分最高？都列出来: everybody's figure, the highest first."""
    if not (any(m.cue("who") for m in facts.items) and any(m.cue("sup") for m in facts.items)):
        return
    each = (Meaning(Kind.CUE, "each_one"),)
    text = facts.scan.text
    put(
        facts, [replace(m, meanings=each) if m.cue("list") and _ALL.search(text[: m.start]) else m for m in facts.items]
    )


def ask_other_side(facts: Facts) -> None:
    """ "Who has my ladder", where it is lent by one and lent to another: whom it was lent to, unless it is who lent."""
    given = [f for f in facts.subject.fields(s.FIELD_TYPE_PERSON) if f.name.endswith(("_by", " by"))]
    for role in given if any(m.cue("who") for m in facts.items) else ():
        verb = stems(role.name[:-3])
        others = [
            f for f in facts.subject.fields(s.FIELD_TYPE_TEXT) if stems(f.name) in ((*verb, "to"), (*verb, "for"))
        ]
        said = {part for word in facts.scan.text.split() for part in stems(word)}
        if len(others) != 1 or set(verb) & said:
            continue
        named = Meaning(Kind.FIELD, others[0].name, field=others[0])
        made: list[Mention] = []
        for mention in facts.items:
            if mention.cue("who") and mention.kind is Kind.CUE:
                made.append(replace(mention, meanings=(Meaning(Kind.CUE, "which"),)))
                mention = Mention(mention.end, mention.end, "", (named,))
            made.append(mention)
        put(facts, made)


def ask_whom(facts: Facts) -> None:
    """ "Who interviewed me most" asks which interviewer, where the records are nobody's and one text names people."""
    if facts.subject.shared and facts.subject.person_fields:
        return
    roles = [f for f in facts.subject.fields(s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE) if names_people(f)]
    if len(roles) != 1:
        return
    named = Meaning(Kind.FIELD, roles[0].name, field=roles[0])
    made: list[Mention] = []
    for mention in facts.items:
        if mention.cue("who") and mention.kind is Kind.CUE:
            made.append(replace(mention, meanings=(Meaning(Kind.CUE, "which"),)))
            made.append(Mention(mention.end, mention.end, "", (named,)))
        else:
            made.append(mention)
    put(facts, made)


def ask_amount(facts: Facts) -> None:
    """ "The most water" asks for the figure of that name, though a choice, "watering", has the same stem."""
    made: list[Mention] = []
    for mention in facts.items:
        own = [m for m in mention.of(Kind.FIELD) if m.strength == 3 and m.field and m.field.type in NUMERIC]
        other = [m for m in mention.of(Kind.CHOICE) if normalise(m.value) != mention.text]
        named = len(own) == 1 and bool(other) and mention.text == normalise(own[0].name)
        if named and _HOW_MUCH_OF.search(facts.scan.text[: mention.start]):
            mention = replace(mention, meanings=(own[0],))
        made.append(mention)
    put(facts, made)


def ask_in_unit(facts: Facts) -> None:
    """吃了多少ml, 几粒: the one figure of what happened, whose unit stands in a field of its own."""
    held = next((f for f in facts.subject.fields(*_WRITTEN) if f.name.casefold().endswith(_UNITS)), None)
    figures = [f for f in facts.subject.numeric if f.type != s.FIELD_TYPE_MONEY]
    if held is None or len(figures) != 1 or not facts.subject.happens:
        return
    figure = (Meaning(Kind.FIELD, figures[0].name, field=figures[0]),)
    made: list[Mention] = []
    for mention in facts.items:
        before = made[-1] if made else None
        asked = before is not None and before.cue("how_many") and mention.start - before.end <= 1
        made.append(mention)
        if asked and any(m.name == held.name for m in mention.of(Kind.VALUE, Kind.CHOICE)):
            made.append(Mention(mention.end, mention.end, "", figure))
        elif mention.cue("how_many") and _PIECES.fullmatch(mention.text):
            at = mention.end - 1
            made[-1] = replace(mention, end=at, text=mention.text[:-1])
            made.append(Mention(at, mention.end, mention.text[-1], figure))
    put(facts, made)


def ask_left(facts: Facts) -> None:
    """还剩几粒, "how many are left": the figure that records call so, of what is in stock."""
    figures = [f for f in facts.subject.numeric if _STOCK.search(f"{f.name} {f.label}".casefold().replace("_", " "))]
    if len(figures) != 1 or not any(m.cue("how_many") or m.cue("how_much") for m in facts.items):
        return
    figure = (Meaning(Kind.FIELD, figures[0].name, strength=2, field=figures[0]),)
    made = [replace(m, meanings=figure) if _LEFT.fullmatch(m.text) else m for m in facts.items]
    unknown = [u for u in facts.scan.unplaced if _LEFT.fullmatch(u[2])]
    made += [Mention(start, end, said, figure) for start, end, said in unknown]
    rest = tuple(u for u in facts.scan.unplaced if u not in unknown)
    facts.scan = replace(facts.scan, mentions=tuple(sorted(made, key=lambda m: m.start)), unplaced=rest)


def done_by_means(facts: Facts) -> None:
    """ "How many did we pay by card": a verb and by what means, no field of who paid, though that is called so."""
    made = [
        mention
        for place, mention in enumerate(facts.items)
        if not (
            mention.text.endswith(" by")
            and mention.typed(s.FIELD_TYPE_PERSON)
            and any(m.kind is Kind.CHOICE and m.start - mention.end <= 1 for m in facts.items[place + 1 : place + 2])
        )
    ]
    if len(made) < len(facts.items):
        put(facts, made)
