"""What English clauses turn a field, an option or a view into: "turn x into y", "swap x for y"."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting, relabelling
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import ChoiceRef
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import offered, surely
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import is_pronoun
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.editing.viewing import add_view, view_type

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
_OTHER_WITH = re.compile(
    r"^(?:an?\s+)(?!(?:drop|pick|choice|list|select|multi|menu|set)\w*\b)(?P<x>[\w ]{3,30}?)\s*:\s*.+(?:,|\sor\s).+$",
    re.I,
)
# What a field may be turned into; a photo or a link is another field.
_NOTHING_BUT_TYPE = re.compile(
    r"^(?:an?\s+|the\s+)?(?:real\s+|proper\s+|plain\s+)?(?:numbers?|dates?|text|drop-?down"
    r"|choice|list|check ?box|person|rating|stars?|whole number|yes/no)\b",
    re.I,
)


# "Bass is too coarse, make it bass 1 and bass 2": of an option that was just spoken of.
_MAKE_IT_TWO = re.compile(
    r"^(?:make|split|turn|change)\s+(?:it|that|them)\s+(?:(?:in)?to\s+|be\s+)?(?P<y>[^,:]+(?:,|\s(?:and|or|plus)\s|\s?[+/&]\s?)"
    r"[^:]+?)(?:\s+instead)?$",
    re.I,
)


def turn(text: str, scene: Scene) -> bool:
    if (two := _MAKE_IT_TWO.match(text)) and scene.chosen is not None and scene.topic is None:
        return _replaced(scene, scene.chosen, option_values(re.sub(r"\s?/\s?", ", ", two["y"])))
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
        if len(fresh) > 1 and _replaced(scene, chosen, fresh):
            # "Replace cloud with light cloud and heavy cloud".
            return True
        return relabelling.rename(scene, x, y)
    if is_pronoun(scene.prepared.plain(x)) and scene.topic_gone and how in ("with", "by", "for"):
        # "X is useless, swap it for a Y": X has gone already.
        made = described(y, scene.prepared)
        return made is not None and acting.add_described(scene, made)
    if re.search(r"\b(?:and|or)$", x):
        return False
    ref = ref or surely(scene, x)
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
    if how in ("with", "by", "for") and (other := _OTHER_WITH.match(y)) and type_named(other["x"]) is None:
        # "Swap ml for a rough amount: little, lots".
        made = described(y, scene.prepared)
        if made is not None and made.choices and scene.exact(other["x"]) is None:
            return acting.add_described(scene, made, ref.entity) and acting.remove(scene, x)
    if how in ("with", "by", "for") and not offered(scene, y):
        made = described(y, scene.prepared)
        if made is not None and made.type not in (ref.field.type, s.FIELD_TYPE_TEXT) and not _NOTHING_BUT_TYPE.match(y):
            acting.add_described(scene, made, ref.entity)
            return acting.remove(scene, x)
    named, _, kind = y.partition(", as ")
    if kind and type_named(kind) is not None and not offered(scene, named):
        relabelling.rename(scene, x, named)
        return scene.topic is None or retype_field(scene, scene.topic, kind)
    if retype_field(scene, ref, y):
        return True
    if re.search(r"\b(?:required|mandatory|optional)\b", y, re.I):
        return acting.require(scene, x, "optional" not in y.lower())
    return relabelling.rename(scene, x, y)


def _replaced(scene: Scene, chosen: ChoiceRef, fresh: list[str]) -> bool:
    """Several options in the place of one; the one stays where it is among them."""
    holder = scene.names.field(chosen.field.name, chosen.entity)
    if holder is None or len(fresh) < 2:
        return False
    acting.add_choices(scene, holder, fresh, chosen.value)
    if any(bare(value) == bare(chosen.value) for value in fresh):
        return True
    return scene.act(ops.RemoveChoice(chosen.entity, chosen.field.name, chosen.value))
