"""The single things that English clauses ask for: fields, views, formulas, kinds of record."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.computing import compute
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.english.kinds import new_entity
from madeleine_miniapp.domain.editing.english.options import choice_item, described_as_field, option_values
from madeleine_miniapp.domain.editing.english.pointing import about_that
from madeleine_miniapp.domain.editing.english.shown import of_it, with_field
from madeleine_miniapp.domain.editing.english.words import (
    TO_CHOICES,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.reminding import bracketed_reminder, reminder, with_reminder
from madeleine_miniapp.domain.editing.retyping import retype
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import TYPE_WORDS, is_pronoun
from madeleine_miniapp.domain.editing.text import bare, polished
from madeleine_miniapp.domain.editing.told_sums import computable, computes
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type
from madeleine_miniapp.domain.units import unit_named

# What is computed of the fields there are, if they are there.
_DERIVED = re.compile(
    r"(?:the )?(?:average )?(?:pace|speed|profit|margin|(?:fuel )?consumption|[a-z]+ left|remaining [a-z]+)", re.I
)
_OVER_ALL = re.compile(
    r"^(?:the\s+)?(?:highest|lowest|best|worst|longest|shortest|biggest|smallest|average|mean|total|sum"
    r" of)\s+(?:the\s+)?"
    r"(?P<x>[\w ]+?)\s+(?:ever|so far|overall|of all(?: time)?|in total|(?:on|at the) top|of (?:it all"
    r"|everything|them all))$",
    re.I,
)
_TOTAL = re.compile(r"^(?:the\s+)?(?:total|average|overall)\s+(?P<x>[\w ]+)$", re.I)
_EITHER = re.compile(
    r"^(?!yes\b|no\b)(?P<a>\w+) or (?P<b>(?!no\b|not\b)\w+)"
    r"(?:\s+as\s+(?:an?\s+)?(?:choices?|options?|pick-?list|drop-?down|selection))?$",
    re.I,
)
_ALL_OF_IT = re.compile(
    r"^(?:the\s+)?(?:total|sum|grand total)(?:\s+of\s+(?:it all|everything|all|them all|all of it))?(?:\s+(?:on"
    r"|at the) top)?$",
    re.I,
)
_SUM_OF = re.compile(r"^(?:the\s+)?(?:total|sum|average|mean)\s+of\s+(?:the\s+|all\s+|our\s+)*(?P<x>[\w ]+)$", re.I)


# "Stars, and note the price": a verb of adding within what is to be added.
_NOTING = re.compile(
    r"^(?:note|log|record|track|write|jot|enter|store|save)\s+(?:down\s+)?(?=(?:the|my|our|an?|how|what|who|when|where"
    r"|whether|which|if)\s)",
    re.I,
)


_DRAWN = re.compile(r"(?:an?\s+)?(?:bar\s+|line\s+|pie\s+)?(?:chart|graph)", re.I)
# "Mark when i took it after sport": a tick.
_MARK_IF = re.compile(
    r"^(?:mark|tick|flag)\s+(?:if|whether|when|that)\s+(?P<x>(?:it|i|we|they|someone|the \w+)\b.+)$", re.I
)
# "A list of tasks to choose from: kitchen, garden".
_TO_CHOOSE = re.compile(
    r"^(?:an?\s+|the\s+)?(?:list|selection|menu|choice|set)\s+of\s+(?P<x>\w+(?: \w+)?)(?P<from>\s+to\s+(?:choose"
    r"|pick|select)\s+from)?\s*:\s*(?P<v>.+(?:,|\sor\s|\sand\s).+)$",
    re.I,
)


# "Nitrate and nitrite, both numbers".
_BOTH_ARE = re.compile(r"^(?:both|all|each)\s+(?:of them\s+)?(?:are\s+|as\s+|an?\s+)*(?P<t>[\w /-]+)$", re.I)
_IN_UNIT = re.compile(r"^(?:the )?(?P<x>[\w ]+?)\s+in\s+(?P<u>\S+?),?\s+(?:and\s+)?not\s+(?:in\s+)?\w+$", re.I)


def _all_of(kind: s.FieldType.ValueType, scene: Scene) -> bool:
    """What the clause has added so far is of a type that is told for all of it."""
    for added in scene.operations[scene.before[0] :]:
        if isinstance(added, ops.AddField) and added.type == "text":
            scene.retract(added)
            scene.act(replace(added, type=TYPE_WORDS[kind]))
    return True


def item(text: str, scene: Scene) -> bool:
    """One thing to add: a view, a formula, a reminder, options, or a field."""
    text = re.sub(
        r"^(?:something|sth|anything|a way)\s+(?:that|which|to)\s+(?:shows?|sees?|tells?"
        r"|displays?)\s+(?:(?:me|us)\s+)?",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"^(?:plus|and|also)\s+", "", polished(text), flags=re.I)
    text = _NOTING.sub("", text)
    plain = scene.prepared.plain(text)
    if (done := about_that(plain, scene)) is not None:
        return done
    if re.match(
        r"(?:(?:right |directly )?(?:next to|beside|behind|below|above|under)|not the)\s|which ones$"
        r"|who\s.*\bthe most$",
        plain,
        re.I,
    ):
        # Where something is to stand, and what it is not.
        return False
    if (both := _BOTH_ARE.match(plain)) and (kind := type_named(both["t"])) is not None:
        return _all_of(kind, scene)
    if (
        (in_unit := _IN_UNIT.match(plain))
        and (of := scene.exact(in_unit["x"])) is not None
        and of.field.type in NUMBERS
    ):
        # "Weight in kg not grams" of a field that is there.
        unit = unit_named(in_unit["u"].lower())
        return bool(unit) and scene.act(ops.ChangeField(of.entity, of.field.name, unit=unit))
    if not re.search(r"\w", plain) or bare(plain) in ("one", "it", "that", "them", "upload one", "ones"):
        return True
    bare_text, remind = with_reminder(text)
    if remind is not None:
        return item(bare_text, scene) and reminder(scene, remind, add=None)
    bare_text, remind = bracketed_reminder(text, scene.prepared)
    if remind is not None:
        return item(bare_text, scene) and reminder(scene, remind, add=None)
    if hit := re.match(r"^(?:upload|attach)\s+(?P<x>.+)$", text, re.I):
        made = described(hit["x"], scene.prepared)
        held = made is not None and made.type in (s.FIELD_TYPE_IMAGE, s.FIELD_TYPE_URL)
        return made is not None and acting.add_described(scene, made if held else replace(made, type=s.FIELD_TYPE_URL))
    if (holder := scene.shaped(plain)) is not None:
        return acting.add_choices(scene, holder, [plain])
    added = scene.operations[-1] if scene.operations else None
    if _DRAWN.fullmatch(plain) and isinstance(added, ops.AddView) and added.type in ("chart", "metric"):
        # "Total kilos by crop, chart": what was just added is one.
        return True
    if marked := _MARK_IF.match(text):
        return item(f"whether {marked['x']}", scene)
    if (hit := _TO_CHOOSE.match(text)) and (of := scene.exact(hit["x"])) is not None and not of.field.choices:
        return retype(scene, of, hit["v"])
    if hit and hit["from"]:
        return item(f"{hit['x']}: {hit['v']}", scene)
    if re.search(r"\bto be (?:worked out|calculated|computed)\b", plain, re.I):
        return False
    if re.match(
        r"^(?:only|nobody|no one|that|this|these|those|it|them|it's|that's|they're|no|because|since(?! when\b))\s"
        r"|^to (?!do\b|date\b|page\b)\w+ \w",
        plain,
        re.I,
    ):
        return False
    if re.fullmatch(r"\w+(?:\s?/\s?\w+){2,}", plain) and (of := scene.exact(re.split(r"\s?/", plain)[0])) is not None:
        # "Veggie / vegan / meat" of a field "veggie": what it is to offer.
        return retype(scene, of, plain)
    spelled = len(plain.split()) > 2 and computable(scene, text)
    if (spelled or computes(text) or _DERIVED.fullmatch(plain)) and compute(scene, text):
        return True
    if re.match(
        r"^(?:an?|one|two|three|\d+)\s+(?:days?|weeks?|months?|hours?)\s+(?:before|earlier|ahead)\b"
        r"|^own (?:list|table)\b",
        plain,
        re.I,
    ):
        return False
    if re.search(r"\b(?:minus|multiplied by|divided by)\b|\s[=×*÷]\s", plain):
        # A sum of something that is not there is no field to fill in.
        return False
    if re.match(r"^(?:the )?(?:daily|weekly|monthly|yearly) (?:total|average|sum|number)s?\b", plain, re.I):
        return add_view(scene, text)
    if re.match(r"^(?:each|every|everyone's|everybody's)\b", plain, re.I) and asks_for_figure(plain):
        return add_view(scene, text)
    if _ALL_OF_IT.match(plain) and " " in plain:
        return add_view(scene, text, s.VIEW_TYPE_METRIC)
    if (
        (over_all := _OVER_ALL.match(plain) or _SUM_OF.match(plain))
        and (of := scene.names.field(over_all["x"], least=0.9))
        and of.field.type in NUMBERS
    ):
        return add_view(scene, text, s.VIEW_TYPE_METRIC)
    of_record = re.match(
        r"^(?:the )?(?P<t>total(?: (?:cost|price))?)\s+(?:per|for each|of each|for every)\s+(?P<x>\w+)$", plain, re.I
    )
    if of_record and scene.names.entity(of_record["x"]) is not None and compute(scene, of_record["t"]):
        return True
    shown_last = scene.operations[-1] if scene.operations else None
    if (of_what := re.match(r"^of\s+(?P<x>.+)$", text, re.I)) and isinstance(shown_last, ops.AddView):
        # "A metric of unsold jars and of total income".
        return add_view(scene, of_what["x"], s.ViewType.Value(f"VIEW_TYPE_{shown_last.type.upper()}"))
    if (
        (total := _TOTAL.match(plain))
        and (of := scene.names.field(total["x"], least=0.95))
        and of.field.type in NUMBERS
    ):
        # What there is of a number that records have is no field of theirs.
        return add_view(scene, text, s.VIEW_TYPE_METRIC)
    shown_in, held = with_field(text, scene)
    if held:
        return item(held, scene) and item(shown_in, scene)
    kind = view_type(plain)
    if kind and not re.search(r"\b(?:field|column) for\b", plain):
        return add_view(scene, of_it(text, scene))
    if re.match(
        r"^(?:the |an? )?(?:\w+ rate|total|average|sum|number|count|percentage|share)\b.*\b(?:per|for each|by)\b",
        plain,
        re.I,
    ) and scene.mentions_any(plain):
        return add_view(scene, text)
    if choice_item(text, scene):
        return True
    if (hit := TO_CHOICES.match(text)) and not is_pronoun(bare(hit["x"])):
        holder = scene.field(polished(hit["x"]), spoken=False)
        if holder is not None and holder.field.choices and not described_as_field(hit["v"], scene):
            return acting.add_choices(scene, holder, option_values(hit["v"]))
    if new_entity(text, scene):
        return True
    entity = ""
    if hit := re.match(
        r"^(?P<v>.+?)\s+(?:to|in|on|into|for)\s+(?:the\s+|our\s+|each\s+|every\s+)?(?P<x>[\w ]+?)"
        r"(?:\s+(?:list|table|app|log))?$",
        text,
        re.I,
    ):
        target = scene.names.entity(hit["x"])
        if target is not None:
            entity, text = target.name, hit["v"]
    if hit := _EITHER.match(plain):
        either = (hit["a"], hit["b"])
        return acting.add_described(
            scene, Described(f"{hit['a'].capitalize()} or {hit['b']}", s.FIELD_TYPE_CHOICE, choices=either)
        )
    if re.search(r"\s[-–—]\s", text):
        return False
    made = described(text, scene.prepared)
    if (
        made is None
        or not re.search(r"[^\W\d_]{2}|[\u4e00-\u9fff]", made.label)
        or bare(made.label) in ("one", "it", "them", "some", "something", "this", "that")
    ):
        return False
    if made.type == s.FIELD_TYPE_TEXT and not made.choices and len(made.label.split()) > 5:
        # A wish for something else than a field: nobody calls one so.
        return False
    if type_named(plain) is not None and re.match(r"^(?:an?\s+)?(?:number|text|words|string)s?$", bare(plain)):
        return False
    proper = scene.only_choice() if re.fullmatch(r"[A-Z][a-z]+", plain) and not entity else None
    if (
        proper is not None
        and made.type == s.FIELD_TYPE_TEXT
        and scene.known.of(made.label) is None
        and all(c[:1].isupper() for c in proper.field.choices)
    ):
        # One more of what has names of its own.
        return acting.add_choices(scene, proper, [plain])
    return acting.add_described(scene, made, entity)
