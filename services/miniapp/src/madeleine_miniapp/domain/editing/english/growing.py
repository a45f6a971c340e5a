"""English clauses that add options to the fields that offer them."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.listing import items
from madeleine_miniapp.domain.editing.english.news import unheard_of
from madeleine_miniapp.domain.editing.english.options import choice_item, described_as_field, new_choices, option_values
from madeleine_miniapp.domain.editing.english.words import (
    ASKING,
    NAME,
    TO_CHOICES,
)
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import is_pronoun
from madeleine_miniapp.domain.editing.text import QUOTED, bare, listed, polished

_AFTER = re.compile(
    r"\s+(?:(?:right|just|directly)\s+)?(?P<where>after|behind|following|below|beneath"
    r"|underneath|before|above|in front of)\s+(?:the\s+)?(?P<a>\ue000\d+\ue002"
    r"|[\w/-]+(?: [\w/-]+)?)$",
    re.I,
)
_BEHIND = ("after", "behind", "following", "below", "beneath", "underneath")
_NEW = re.compile(
    r"\b(?:(?:a|one|two|three|four|some|an?other|any)\s+)?(?:new|more|another|further|second|third|fourth|fifth"
    r"|extra|additional)\s+(?P<x>\w+(?: \w+)?)\s*(?:[:,–-]|called|named|is|are|\s)\s*"
    r"(?P<v>.+)$",
    re.I,
)
# Where the thing that options go to ends and the next thing to add begins.
_ANOTHER = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus)\s+(?:also\s+)?(?=(?:an?|the|another)\s)", re.I)
# "To the categories": options, whatever they are called.
_PLURAL = re.compile(r"(?:ies|[^s]es|[^su]s|options|choices)$", re.I)
# "Those without alcohol need a base as well: none".
_NEEDS_A = re.compile(
    r"\bneeds?\s+(?:an?|another)\s+(?:new\s+)?(?P<x>\w+)(?:\s+(?:as well|too"
    r"|also))?:\s*(?P<v>.+)$",
    re.I,
)
# "Hallway needs cleaning too, so put that with the areas".
_PUT_THAT = re.compile(
    r"^(?:put|add|include)\s+(?:it|that|this|them)\s+(?:to|in|into|with|among|under"
    r"|on)\s+(?:the\s+)?(?:list of\s+)?(?P<x>[\w ]+?)(?:\s+list)?"
    r"(?:,?\s+(?:and|plus)\s+(?:also\s+|maybe\s+)?(?P<more>[\w'-]+(?: [\w'-]+)?)(?:\s+(?:too|as well|because\s.+))?)?$",
    re.I,
)
_ALSO_IN = re.compile(
    rf"^(?P<x>{NAME})\s+(?:should|could|can|needs?|must|gets?|has|have|misses|lacks|is missing"
    rf"|are missing)\s+(?:to\s+)?(?:also\s+)?(?:have|include|offer|allow|be)?\s*(?:also\s+)?"
    r"(?:(?:an?|another|one)\s+(?:(?:new|more|extra|second|third|fourth|further)\s+)?(?:option|choice"
    r"|value)s?\s*:?\s*)?"
    rf"(?P<v>.+?)(?:\s+(?:as well|too|also))*$",
    re.I,
)
# "I finally climb 6c", "we also go to Rome now": what the remark comes to.
_COMES_TO = re.compile(
    r"^(?:i|we|they|he|she|my \w+|our \w+|there(?:'s|\s+is))\b.*?\s(?P<v>[\w'-]+)"
    r"(?:\s+(?:now|too|as well|also|again|today|lately|recently|sometimes))*$",
    re.I,
)


# "I'd like to write lyrics too": what is to be noted down is no option.
_NOTING = re.compile(r"\b(?:write|type|fill in|enter|note|record|track|log|jot)\b", re.I)
_SOME = re.compile(
    r"^(?:an? (?:few|couple of)|some|several|two|three|four|these|those|other|more|further|the)\s+(?:more\s+|other\s+"
    r"|new\s+)?(?P<x>\w+(?: \w+)?)\s*:\s*(?P<v>.+)$",
    re.I,
)


def _newcomer(scene: Scene) -> str:
    """What the remark before told of last, where it is no field and no word that only points; "" else."""
    hit = _COMES_TO.match(scene.remark)
    if hit is None or is_pronoun(hit["v"]) or scene.mentions_any(hit["v"]):
        return ""
    return hit["v"]


def choices(text: str, scene: Scene) -> bool:
    """Options for a choice field that is named, or is the only one that can be meant."""
    if not scene.names.choosing():
        return False
    body = ASKING.sub("", text)
    asked = body != text
    after = ""
    each = [p for p in re.split(r",\s*(?:and\s+)?|\s+and\s+", body) if p.strip()]
    if len(each) > 1 and all((at := _AFTER.search(p)) and scene.choice(at["a"]) for p in each):
        # "“Mint” above new, and “broken” below lost".
        done = [choices(f"add {p}", scene) for p in each]
        return all(done)
    if (place := _AFTER.search(body)) and (anchor := scene.choice(place["a"])):
        order = list(anchor.field.choices)
        index = order.index(anchor.value) - (0 if place["where"].lower() in _BEHIND else 1)
        after = order[index] if index >= 0 else ""
        ref = scene.names.field(anchor.field.name, anchor.entity)
        values = listed(
            re.sub(r"\s+(?:(?:should|must|could|has to|needs to)\s+)?(?:comes?|goes?|be)$", "", body[: place.start()])
        )
        values = [
            re.sub(
                r"^(?:an?\s+)?(?:new\s+)?(?:stage|status|option|step|choice|value)\s+(?:called\s+)?", "", v, flags=re.I
            )
            for v in values
        ]
        last = scene.operations[-1] if scene.operations else None
        if [bare(v) for v in values] == ["it"] and isinstance(last, ops.AddChoice) and last.field == anchor.field.name:
            # "It comes after draft": where what was added a moment ago stands.
            scene.retract(last)
            ref, values = scene.names.field(anchor.field.name, anchor.entity), [last.choice]
        return ref is not None and acting.add_choices(scene, ref, values, after, first=index < 0)
    if (hit := _NEEDS_A.search(text)) and (holder := scene.exact(hit["x"])) is not None and holder.field.choices:
        return acting.add_choices(scene, holder, option_values(hit["v"]))
    if (
        (pointing := _PUT_THAT.match(text))
        and (holder := scene.exact(pointing["x"])) is not None
        and (said := scene.lacking or _newcomer(scene))
    ):
        scene.lacking = ""
        return bool(holder.field.choices) and acting.add_choices(
            scene, holder, [said, *filter(None, [pointing["more"]])]
        )
    if asked and (hit := TO_CHOICES.match(body)):
        target, _, more = _ANOTHER.sub("\0", hit["x"], count=1).partition("\0")
        holder = scene.field(re.sub(r"\s+(?:field|list|column|options|choices)$", "", polished(target)), spoken=False)
        if holder is None and re.match(r"(?:the )?(?:people|ones|those|members|persons) who\b", target, re.I):
            holder = scene.only_choice_of_people()
        if (
            holder is not None
            and holder.field.choices
            and not is_pronoun(bare(hit["x"]))
            and (_PLURAL.search(target) or not described_as_field(hit["v"], scene))
        ):
            acting.add_choices(scene, holder, option_values(hit["v"]))
            done = [item(part, scene) for part in items(more)] if more.strip() else []
            return all(done)
    if choice_item(body, scene):
        return True
    if hit := re.match(
        r"^(?:(?:an?|the|one|two|three|new|another|more|extra|further)\s+)*(?:options?|choices?"
        r"|values?)\s+(?:for|of|in|to|under)\s+(?:the\s+)?(?P<x>[^:,]+)\s*[:,]\s*(?P<v>.+)$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, option_values(hit["v"]))
    if (
        asked
        and (hit := _SOME.match(body))
        and (holder := scene.names.field(hit["x"], least=0.9))
        and holder.field.choices
    ):
        # "Add a few statuses: edited and published".
        return acting.add_choices(scene, holder, option_values(hit["v"]))
    if hit := re.match(
        r"^(?:(?:an?|the|one|two|three|new|another|more|extra|further)\s+)*(?:options?|choices?"
        r"|values?)\s+(?P<v>\ue000.+?)(?:\s+(?:for|of|in|to|under)\s+(?:the\s+)?(?P<x>[^:,]+))?$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False) if hit["x"] else scene.choosing or scene.only_choice()
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, option_values(hit["v"]))
    for pattern in (_NEW,):
        if (hit := pattern.search(body)) and new_choices(hit, body, scene):
            return True
    if (
        (hit := _ALSO_IN.match(text))
        and (holder := scene.field(hit["x"], spoken=False))
        and holder.field.choices
        and not re.match(
            r"(?:an?\s+)?(?:default|colou?r|required|gone|removed)\b|(?:arrived|come|been)\b", hit["v"], re.I
        )
    ):
        middle = re.search(r"\s+(?:in the middle|in between)$", hit["v"], re.I)
        order = holder.field.choices
        after = order[(len(order) - 1) // 2] if middle else ""
        said = hit["v"][: middle.start()] if middle else hit["v"]
        return acting.add_choices(scene, holder, option_values(said), after)
    if (
        hit := re.match(
            r"^(?P<v>.+?)\s+(?:is|are)\s+missing(?:\s+(?:from|in|as an option (?:in|for))\s+(?P<x>.+))?$", text, re.I
        )
    ) and not described_as_field(hit["v"], scene):
        holder = scene.field(hit["x"], spoken=False) if hit["x"] else None
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, option_values(hit["v"]))
    if hit := re.match(
        r"^(?:the\s+)?(?P<x>\w+)\s+(?P<v>\w+(?: \w+)?)\s+(?:is|are)\s+(?:still\s+)?missing$", text, re.I
    ):
        holder = scene.exact(hit["x"])
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, option_values(hit["v"]))
    if (
        asked
        and not _NOTING.search(text[: len(text) - len(body)])
        and (
            re.search(r"\s(?:too|as well)$", body)
            or re.fullmatch(r"[a-z]+[a-rt-z](?:(?:, | and |, and )[a-z]+[a-rt-z]){0,3}", body)
        )
        and unheard_of(body, scene, least=1)
    ):
        # "Add spelt": nothing of the kind is a field anywhere.
        return True
    if asked and re.fullmatch(rf"(?:{QUOTED}[\s,&]*(?:and |or )?)+(?:\s*(?:too|as well|also))?", body):
        holder = scene.choosing or scene.only_choice()
        if holder is not None:
            return acting.add_choices(scene, holder, option_values(body))
    return False
