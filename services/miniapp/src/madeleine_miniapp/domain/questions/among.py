"""Who was among the people that a record lists: "how often did Piotr doze off", "who dozed off most"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.derived_names import deeds
from madeleine_miniapp.domain.questions.everyday import said_for
from madeleine_miniapp.domain.questions.facts import Facts
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.settling import put
from madeleine_miniapp.domain.questions.whose import people_fields

_EACH = re.compile(r"each(?: one)? of us|everyone|everybody|each(?: person)?")


# Who organised it was there as well, and is not told by that.
_WAS_THERE = re.compile(
    r"有谁|都谁|有哪些人|谁[们都也还]?(?:去|来|到|在|参加|出席|一起|打|跑|玩|练|踢|吃)|一起的"
    r"|\bwho(?:'s| all| else)? (?:\w+ )?(?:came|come|comes|coming|went|goes|was|were|joined)\b"
    r"|\bwho (?:attended|played|ran|took part|showed up)\b"
)
_OTHERWISE = (
    "how_many", "how_much", "count", "sum", "mean", "sup", "often", "rank", "more", "less", "share", "none", "each",
    "vs", "when", "what", "which_bucket", "where", "top",
)  # fmt: skip


def plainly(facts: Facts) -> bool:
    """Whether nothing is asked of people but who they are."""
    return not facts.has(*_OTHERWISE) and not facts.fields_named(*NUMERIC)


def asks_who_was_there(facts: Facts) -> bool:
    """ "Who came on Sunday", 上次聚餐都有谁: all who were, of the records that are meant."""
    return plainly(facts) and _WAS_THERE.search(facts.scan.text) is not None


def tell_among(facts: Facts) -> None:
    """People of whom a list of people is asked are choices of it, who asks as well; "who" asks which of them."""
    listed, said = _listed(facts)
    if listed is None or asks_who_was_there(facts):
        return
    which = Meaning(Kind.FIELD, listed.name, field=listed)
    people = [m for m in facts.items if _among(facts, m, listed)]
    asked = people or any(m.cue("who") or m.cue("each") for m in facts.items)
    made: list[Mention] = []
    for mention in facts.items:
        choice = _among(facts, mention, listed)
        asks = mention.cue("who") or (mention.cue("each") and _EACH.fullmatch(mention.text))
        if asks:
            cue = Meaning(Kind.CUE, "which" if mention.cue("who") else "by")
            made += [replace(mention, meanings=(cue,)), Mention(mention.end, mention.end, "", (which,))]
        elif choice:
            # "Lena did not doze off" denies that she is among those who did.
            at = said[0] if len(people) == 1 and said else mention
            made.append(replace(at, meanings=(Meaning(Kind.CHOICE, listed.name, choice, field=listed),)))
        elif not (mention in said and asked) and not (mention.cue("us") and people):
            made.append(mention)
    put(facts, sorted(made, key=lambda m: m.start))


def _listed(facts: Facts) -> tuple[s.Field | None, Sequence[Mention]]:
    """The one list of people that the question names, with where; none where it names a field of one person."""
    held = people_fields(facts) if facts.subject.shared else []
    named = {f.name: [m for m in facts.items if _strength(m, f) >= 2] for f in held}
    most = max((_strength(m, f) for f in held for m in named[f.name]), default=0)
    found = [f for f in held if any(_strength(m, f) == most for m in named[f.name])]
    lists = [f for f in held if f.type == s.FIELD_TYPE_MULTI_CHOICE]
    if not found:
        # 看 is what watchers do.
        told = [(f, verb) for f in lists if (verb := _done(facts, f)) is not None]
        return (told[0][0], [told[0][1]]) if len(told) == 1 else (None, [])
    return (found[0], named[found[0].name]) if len(found) == 1 and found[0] in lists else (None, [])


def _strength(mention: Mention, f: s.Field) -> int:
    return max((x.strength for x in mention.of(Kind.FIELD) if x.name == f.name), default=0)


def _done(facts: Facts, f: s.Field) -> Mention | None:
    """Where the question says what those do who are listed, by another word for it."""
    words = {word for deed in deeds(f) for word in said_for(deed)}
    text = facts.scan.text
    for word in sorted(words, key=len, reverse=True):
        found = re.search(re.escape(word) if is_chinese(word) else rf"\b{re.escape(word)}\b", text)
        if found is not None and not any(m.start < found.end() and found.start() < m.end for m in facts.items):
            return Mention(found.start(), found.end(), found.group(), ())
    return None


def _among(facts: Facts, mention: Mention, listed: s.Field) -> str:
    """The choice of the list that a mention of a person means; empty: it is of none."""
    person = next((m.value for m in mention.of(Kind.PERSON)), "")
    name = facts.asker.names.get(facts.asker.person_id if mention.cue("me") else person, "")
    return next((c for c in listed.choices if c.casefold() == name.casefold()), "")
