"""What English clauses make of a field that is there: another type, options, parts, an obligation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import change_type, offered
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene, is_pronoun
from madeleine_miniapp.domain.editing.text import listed, tokens
from madeleine_miniapp.domain.editing.view_words import function_named
from madeleine_miniapp.domain.editing.viewing import add_view, view_type
from madeleine_miniapp.domain.units import unit_named

_TURN = re.compile(
    rf"^(?:make|turn|change|convert|switch|swap|replace|set|transform|exchange)\s+(?P<x>{NAME})\s+"
    rf"(?P<how>into|to be|to|for|with|by)\s+(?P<y>.+)$",
    re.I,
)
_NEW_WITH = re.compile(
    r"^(?:an?\s+)?(?P<x>[\w ]{2,30}?),?\s+(?P<how>(?:with|as)\s+(?:the\s+|an?\s+)?(?:tick ?box(?:es)?|check"
    r" ?box(?:es)?|options?|choices?|drop-?down|multi\w*|several)"
    r"(?:\s+of)?)\s*:?\s+(?P<v>.+(?:,|\sor\s|\sand\s).+)$",
    re.I,
)
# What a field may be turned into; a photo or a link is another field.
_NOTHING_BUT_TYPE = re.compile(
    r"^(?:an?\s+|the\s+)?(?:real\s+|proper\s+|plain\s+)?(?:numbers?|dates?|text|drop-?down"
    r"|choice|list|check ?box|person|rating|stars?|whole number|yes/no)\b",
    re.I,
)
_MAKE = re.compile(
    rf"^(?:make|have|let)\s+(?P<x>{NAME})\s+(?:be\s+)?(?P<y>(?:an?|the|one of|multi|"
    rf"multiple|selectable|tickable|single|either|only|numeric)\b.+|numeric)$",
    re.I,
)
_SHOULD = re.compile(
    rf"^(?P<x>{NAME})\s+(?:should|could|must|ought\s+to|needs?\s+to|has\s+to|have\s+to"
    rf"|can|shall|would\s+be\s+better\s+as)\s+(?:really\s+|rather\s+|just\s+|only\s+)*"
    rf"(?:be\s+)?(?:only\s+)?(?P<y>.+)$",
    re.I,
)
_ARE = re.compile(rf"^(?P<x>{NAME})\s+(?:is|are)\s+(?P<y>(?:only\s+|either\s+|one of\s+)?.+)$", re.I)
_PICK = re.compile(
    rf"^(?:let\s+(?:me|us|people|everyone)|(?:i|we)(?:'d| would)?\s+(?:want\s+to|like\s+to|need\s+to|rather"
    rf"|prefer\s+to)"
    rf"|allow(?:\s+\w+)?\s+to)\s+(?:pick|choose|select)\s+(?:(?:the|a)\s+)?(?P<x>{NAME})\s+"
    rf"(?:from|out of|as|between)\s*:?\s+(?P<y>.+)$",
    re.I,
)
_PICK_BARE = re.compile(
    r"^(?:let\s+(?:me|us|people|everyone))\s+(?:pick|choose|select|tick)\s+(?P<y>(?:several"
    r"|multiple|any|one|more than one)?.*)$",
    re.I,
)
_ALL_OF = re.compile(
    r"^(?:both|all|the (?:two|three|four))\s+(?:of\s+)?(?:the\s+)?(?P<x>\w+)\s+(?:should|must|could|need to|have"
    r" to)\s+be\s+"
    r"(?:chosen from\s+|picked from\s+)?(?P<y>[^,]+)$",
    re.I,
)
_AS_WELL = re.compile(r"^(?:and\s+)?(?:the\s+)?(?P<x>[\w ]+?)\s+(?:as well|too|also)$", re.I)
# "Water change should say how many litres": what it is to hold, not a name.
_SAYS = re.compile(
    r"^(?P<x>[\w ]+?)\s+(?:should|must|has to|needs to)\s+(?:say|tell|show|hold|be)\s+(?P<y>(?:how"
    r"|when|who|whether)\b.+)$",
    re.I,
)
_LIMITED = re.compile(
    rf"^(?:limit|restrict|reduce|narrow(?:\s+down)?"
    rf"|confine)\s+(?P<x>{NAME})\s+to\s+(?P<y>.+)$",
    re.I,
)
_SCALED = re.compile(
    r"^(?P<x>[\w ]+?)\s+(?:goes\s+|runs\s+|ranges\s+|is\s+)?(?P<y>out of \d{1,3}(?=,?\s+not\s|$)"
    r"|(?:from\s+)?\d{1,2}\s*(?:to|-|–)\s*\d{1,3}(?:\s+\w+)?)(?:,?\s+not\s+\d+)?$",
    re.I,
)
_MAKE_IT = re.compile(
    r"^(?:make|let)\s+(?:it|that|this|them|those)\s+(?:only\s+)?(?:be\s+)?(?:only\s+)?(?P<y>.+(?:,|\sor\s|/).+)$", re.I
)
# "Make it real people".
_MAKE_IT_REAL = re.compile(
    r"^(?:make|turn|let)\s+(?:it|that|this|them|those)\s+(?:be\s+|into\s+)?(?P<y>(?:real|proper|actual|plain)\s.+)$",
    re.I,
)
# "It's always Mum, Dad or Gran", "that is a choice: a, b, c": said of the field last spoken of.
_IT_IS = re.compile(
    r"^(?:it|that|this|they|those|these)(?:'s| is|'re| are| can be| should be)\s+(?:(?:always|only|just|either"
    r"|usually|basically)\s+)*"
    r"(?P<y>(?:one of\s+|an?\s+(?:choice|drop-?down|pick-?list|list|selection|number|date|yes ?/ ?no"
    r"|rating)\b\s*:?\s*)?.*)$",
    re.I,
)
_IN_UNIT = re.compile(
    r"^(?:show|measure|record|log|enter|give)?\s*(?:the\s+)?(?P<x>\w[\w ]*?)\s+(?:is "
    r"|are )?in\s+(?P<u>\S+)(?:\s+(?:please|pls))?$",
    re.I,
)
_SEVERAL = re.compile(
    r"^(?:(?:allow|accept|take|have|hold|be)\s+)?(?:several|multiple|more than one|many"
    r"|multi(?:ple)?[- ]?(?:choice|select))"
    r"(?:\s+(?:values?|options?|choices?|answers?|at once|of them|ones?|selections?|possible|\w+s))?$",
    re.I,
)
_CHOOSES = re.compile(
    r"^(?:an?\s+)?(?:drop-?down|choice|pick-?list|selection|select)(?:\s+(?:field|list|menu))?$", re.I
)
_ENOUGH = re.compile(r"\s+(?:isn't|is not|wasn't|was not)\s+(?:enough|sufficient|\w+ enough)$", re.I)


def turn(text: str, scene: Scene) -> bool:
    hit = _TURN.match(text)
    if not hit:
        return False
    x, y, how = hit["x"], hit["y"], hit["how"].lower()
    old, new = view_type(scene.prepared.plain(x)), view_type(scene.prepared.plain(y))
    if old and new and not scene.exact(x):
        add_view(scene, y, new)
        return acting.remove(scene, x)
    ref = scene.exact(x)
    chosen = None if ref else scene.choice(x)
    if chosen is not None:
        fresh = option_values(y)
        if len(fresh) > 1 and (holder := scene.names.field(chosen.field.name, chosen.entity)) is not None:
            # "Replace cloud with light cloud and heavy cloud".
            acting.add_choices(scene, holder, fresh, chosen.value)
            return scene.act(ops.RemoveChoice(chosen.entity, chosen.field.name, chosen.value))
        return acting.rename(scene, x, y)
    if is_pronoun(scene.prepared.plain(x)) and scene.topic_gone and how in ("with", "by", "for"):
        # "X is useless, swap it for a Y": X has gone already.
        made = described(y, scene.prepared)
        return made is not None and acting.add_described(scene, made)
    if re.search(r"\b(?:and|or)$", x):
        return False
    ref = ref or scene.field(x)
    if ref is None:
        return False
    if how in ("with", "by", "for") and (new_one := _NEW_WITH.match(y)) and scene.exact(new_one["x"]) is None:
        # "Swap vegan for diet with tick boxes a, b".
        made = described(y, scene.prepared)
        if made is not None and type_named(new_one["x"]) is None:
            several = bool(re.search(r"tick|check|multi|several", new_one["how"], re.I))
            kind = s.FIELD_TYPE_MULTI_CHOICE if several else s.FIELD_TYPE_CHOICE
            values = tuple(scene.prepared.plain(v) for v in option_values(new_one["v"]))
            acting.add_described(
                scene, replace(made, label=new_one["x"].capitalize(), type=kind, choices=values), ref.entity
            )
            return acting.remove(scene, x)
    if how in ("with", "by", "for") and not offered(scene, y):
        made = described(y, scene.prepared)
        if made is not None and made.type not in (ref.field.type, s.FIELD_TYPE_TEXT) and not _NOTHING_BUT_TYPE.match(y):
            acting.add_described(scene, made, ref.entity)
            return acting.remove(scene, x)
    named, _, kind = y.partition(", as ")
    if kind and type_named(kind) is not None and not offered(scene, named):
        acting.rename(scene, x, named)
        return scene.topic is None or retype_field(scene, scene.topic, kind)
    if retype_field(scene, ref, y):
        return True
    if re.search(r"\b(?:required|mandatory|optional)\b", y, re.I):
        return acting.require(scene, x, "optional" not in y.lower())
    return acting.rename(scene, x, y)


def retype(text: str, scene: Scene) -> bool:
    if (hit := _ALL_OF.match(text)) and (alike := _alike(hit["x"], scene)):
        done = [retype_field(scene, ref, hit["y"]) for ref in alike]
        return any(done)
    if (hit := _AS_WELL.match(text)) and (ref := scene.names.field(hit["x"], least=0.9)) is not None:
        last = scene.operations[-1] if scene.operations else None
        if isinstance(last, ops.ChangeField) and last.type and last.field != ref.field.name:
            return scene.act(replace(last, entity=ref.entity, field=ref.field.name))
    for pattern in (_PICK, _MAKE, _LIMITED):
        if (
            (hit := pattern.match(text))
            and (ref := scene.field(hit["x"], spoken=False) or _titled(hit["x"], scene))
            and retype_field(scene, ref, _THAN.sub("", hit["y"]))
        ):
            return True
    if (hit := _PICK_BARE.match(text)) and scene.topic is not None:
        return retype_field(scene, scene.topic, hit["y"])
    if (
        (hit := _MAKE_IT_REAL.match(text))
        and scene.topic is not None
        and not scene.topic_gone
        and type_named(hit["y"]) is not None
    ):
        return retype_field(scene, scene.topic, hit["y"])
    if (
        (hit := _IT_IS.match(text))
        and scene.topic is not None
        and (len(offered(scene, hit["y"])) > 1 or type_named(hit["y"]) is not None)
    ):
        return retype_field(scene, scene.topic, hit["y"])
    if (hit := _IN_UNIT.match(text)) and (ref := scene.exact(hit["x"])) and (unit := unit_named(hit["u"])):
        return ref.field.type in NUMBERS and scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=unit))
    for pattern in (_SHOULD, _ARE):
        if (hit := pattern.match(text)) and (ref := scene.field(re.sub(r"[?:]$", "", hit["x"]), spoken=False)):
            if (
                pattern is _ARE
                and len(offered(scene, hit["y"])) < 3
                and not re.match(r"(?:only|either|one of|an?|the)\s", hit["y"], re.I)
            ):
                continue
            wanted = re.sub(r",?\s*(?:and\s+)?not\s+(?:an?\s+)?(?:\w+ ?){1,2}$", "", hit["y"])
            wanted = re.sub(
                r"^(?:let|allow)\s+\w+\s+(?:to\s+)?(?:pick|choose"
                r"|select)\s+(?:from\s+)?",
                "",
                wanted,
                flags=re.I,
            )
            if _SEVERAL.match(wanted) and ref.field.type == s.FIELD_TYPE_CHOICE:
                scene.spoken_of(ref)
                return scene.act(ops.ChangeField(ref.entity, ref.field.name, type="multi_choice"))
            if _CHOOSES.match(wanted) and not ref.field.choices:
                # Its options are told in another clause, or it cannot be done.
                scene.put_off.append(ops.ChangeField(ref.entity, ref.field.name, type="choice"))
                return True
            if retype_field(scene, ref, wanted):
                return True
            in_unit = re.match(r"^(?:measured |given )?in\s+(\S+)$", wanted)
            if in_unit and (made := described(f"x in {in_unit[1]}", scene.prepared)) and made.unit:
                return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=made.unit))
    if (hit := re.match(r"^(?P<x>[^:,]+?)\s*[:?]\s*(?P<y>.+)$", text)) and (
        ref := scene.exact(_ENOUGH.sub("", hit["x"]))
    ):
        y = re.sub(r"^(?:let me|we|i)\s+(?:choose|pick|select)\s+", "", hit["y"], flags=re.I)
        if ref.field.choices and (more := re.match(r"^(?:also|plus|add|\+)\s+(?P<v>.+)$", y, re.I)):
            return acting.add_choices(scene, ref, option_values(more["v"]))
        return retype_field(scene, ref, y)
    if (hit := _SAYS.match(text)) and (ref := scene.exact(hit["x"])) is not None:
        made = described(hit["y"], scene.prepared)
        return made is not None and change_type(scene, ref, made)
    if (measured := re.match(r"^(?:the )?(?P<x>[\w ]+?)\s+in\s+(?P<u>\S+)$", text)) and (
        ref := scene.exact(measured["x"])
    ) is not None:
        made = described(f"x in {measured['u']}", scene.prepared)
        if made is not None and made.unit and ref.field.type in NUMBERS:
            scene.spoken_of(ref)
            return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=made.unit))
    if (hit := _SCALED.match(text)) and (ref := scene.exact(hit["x"])) is not None:
        return retype_field(scene, ref, hit["y"])
    if (
        (hit := _MAKE_IT.match(text))
        and scene.topic is not None
        and len(offered(scene, hit["y"])) > 1
        and not re.match(r"an?\s(?!.*\sor\s)(?!choice|drop|list|pick|select)", hit["y"], re.I)
    ):
        return retype_field(scene, scene.topic, hit["y"])
    if hit := re.match(r"^(?P<rest>[\w ,&]+?)\s+as\s+(?P<y>(?:an?\s+)?(?:\w+\s+)?\w+)$", text, re.I):
        refs = _fields(hit["rest"], scene)
        if len(refs) > 1 and type_named(hit["y"]) is not None:
            return _all_as(refs, hit["y"], scene)
    if hit := re.match(r"^(?:make|turn|have)\s+(?P<rest>[\w ,&]+)$", text, re.I):
        return _several(hit["rest"], scene)
    slashed = re.match(r"^(?:the )?(?P<x>[\w ]+?)\s+(?:to|into)\s+(?P<y>[\w -]+(?:\s?/\s?[\w -]+)+)$", text)
    if slashed and (ref := scene.exact(slashed["x"])) is not None:
        return retype_field(scene, ref, slashed["y"])
    chosen_from = re.match(r"^(?:the )?(?P<x>[\w ]+?)\s+from\s+(?P<y>[^:]+,[^:]+)$", text, re.I)
    if chosen_from and (ref := scene.exact(chosen_from["x"])) is not None and len(offered(scene, chosen_from["y"])) > 2:
        return retype_field(scene, ref, chosen_from["y"])
    enough = re.match(
        r"^(?P<y>[\w ]{3,20}?)\s+(?:is|would be|will do)\s+(?:enough|fine|sufficient|all (?:i|we)"
        r" need)\s+for\s+(?:the\s+)?(?P<x>[\w ]+)$",
        text,
        re.I,
    )
    if enough and (ref := scene.exact(enough["x"])) is not None and type_named(enough["y"]) is not None:
        return retype_field(scene, ref, enough["y"])
    listed_in = re.match(
        r"^(?:the )?(?P<x>[\w ]+?)\s+(?:from|out of)\s+(?:an?|the)\s+(?:list|drop-?down|menu)\b\s*(?:of|:"
        r"|with)?\s*(?P<y>.+)$",
        text,
        re.I,
    )
    if listed_in and (ref := scene.exact(listed_in["x"])) is not None:
        return retype_field(scene, ref, listed_in["y"])
    hit = re.match(r"^(?P<x>\ue000\d+\ue002|[\w ]+?)\s+as\s+(?P<y>.+)$", text)
    if (
        hit
        and not function_named(scene.prepared.plain(hit["x"]).lower())
        and (ref := scene.names.field(scene.prepared.plain(hit["x"]), least=0.8))
    ):
        return retype_field(scene, ref, hit["y"])
    return False


_THAN = re.compile(r",?\s+(?:rather\s+)?than\s+.*$|,?\s+instead of\s+.*$", re.I)


def _titled(phrase: str, scene: Scene) -> FieldRef | None:
    """What names the records of the kind that a phrase names: "pick the exercise from" is of an exercise's name."""
    entity = scene.names.entity(phrase)
    texts = [f for f in entity.fields if f.type == s.FIELD_TYPE_TEXT] if entity else []
    return FieldRef(entity.name, texts[0]) if entity and texts and texts[0].name == entity.fields[0].name else None


def _alike(noun: str, scene: Scene) -> list[FieldRef]:
    """The fields whose names hold a noun: "players" for player a and player b."""
    wanted = tokens(noun)
    return [r for r in scene.names.fields(scene.home) if set(wanted) <= set(tokens(r.field.label))]


def _fields(listing: str, scene: Scene) -> list[FieldRef]:
    """The fields that an enumeration names one by one; none where a part of it names none."""
    refs = [scene.names.field(part, least=0.9) for part in listed(listing)]
    return [ref for ref in refs if ref] if all(refs) else []


def _all_as(refs: Sequence[FieldRef], kind: str, scene: Scene) -> bool:
    done = [retype_field(scene, ref, kind) for ref in refs]
    return any(done)


def _several(rest: str, scene: Scene) -> bool:
    """ "make from and to real times": fields named one by one, and the type that all are to have."""
    words = rest.split(" ")
    for cut in range(1, len(words)):
        kind, refs = " ".join(words[cut:]), _fields(" ".join(words[:cut]), scene)
        if refs and type_named(kind) is not None:
            return _all_as(refs, kind, scene)
    return False
