"""What English clauses make of a field that is there: another type, options, parts, an obligation."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.contrasting import more_room, not_but, third
from madeleine_miniapp.domain.editing.english.measuring import GIVEN_IN, exactly, in_unit, measured, scaled, unit_of
from madeleine_miniapp.domain.editing.english.of_topic import made_so, of_topic
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.english.several import as_well, of_alike, one_by_one
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import change_type, offered, surely
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.view_words import function_named

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
_SEVERAL = re.compile(
    r"^(?:(?:allow|accept|take|have|hold|be)\s+)?(?:several|multiple|more than one|many"
    r"|multi(?:ple)?[- ]?(?:choice|select))"
    r"(?:\s+(?:values?|options?|choices?|answers?|at once|of them|ones?|selections?|possible|\w+s))?$",
    re.I,
)
_BY_ITSELF = re.compile(
    r"(?:(?:automatically|just)\s+)?(?:(?:work|figure|sort)\s+itself\s+out|(?:worked|figured) out|(?:calculate|compute"
    r"|fill|add up)\s+(?:in\s+)?itself|(?:calculated|computed|automatic)\b|come from\b)",
    re.I,
)
_CHOOSES = re.compile(
    r"^(?:an?\s+)?(?:drop-?down|choice|pick-?list|selection|select)(?:\s+(?:field|list|menu))?$", re.I
)
_ENOUGH = re.compile(r"\s+(?:isn't|is not|wasn't|was not)\s+(?:enough|sufficient|\w+ enough)$", re.I)
_ONLY_ONE = re.compile(r"(?:only|either|one of|an?|the)\s", re.I)
_THAN = re.compile(r",?\s+(?:rather\s+)?than\s+.*$|,?\s+instead of\s+.*$", re.I)
_COLON = re.compile(r"^(?P<x>[^:,]+?)\s*[:?]\s*(?P<y>.+)$")
# "Fixed isn't only yes or no: fixed, partly, not".
_NOT_ONLY = re.compile(r"\s+(?:isn't|is not|aren't|are not)\s+(?:only|just|always|simply)\s+[^:,]+:", re.I)
_PICKED = re.compile(r"^(?:let me|we|i)\s+(?:choose|pick|select)\s+", re.I)
_MORE = re.compile(
    r"^(?:also|plus|add|\+|(?:we|they|there)(?:'ve|'s|\s+is|\s+are|\s+have)?\s+(?:also|now)(?:\s+(?:also|now"
    r"|offer|have|sell|use|got|take))*)"
    r"\s+(?P<v>.+)$",
    re.I,
)
_SLASHED = re.compile(r"^(?:the )?(?P<x>[\w ]+?)\s+(?:to|into)\s+(?P<y>[\w -]+(?:\s?/\s?[\w -]+)+)$")
# "Genre to tick several" of a choice.
_TO_TICK = re.compile(
    r"^(?:the )?(?P<x>[\w ]+?),?\s+(?:to\s+)?(?:tick|pick|choose|select)\s+(?:several|multiple|many|more than one"
    r"|any number)\b",
    re.I,
)
_FROM = re.compile(r"^(?:the )?(?P<x>[\w ]+?)\s+from\s+(?P<y>[^:]+,[^:]+)$", re.I)
_IS_ENOUGH = re.compile(
    r"^(?P<y>[\w ]{3,20}?)\s+(?:is|would be|will do)\s+(?:enough|fine|sufficient|all (?:i|we) need)"
    r"\s+for\s+(?:the\s+)?(?P<x>[\w ]+)$",
    re.I,
)
_FROM_LIST = re.compile(
    r"^(?:the )?(?P<x>[\w ]+?)\s+(?:from|out of)\s+(?:an?|the)\s+(?:list|drop-?down|menu)\b"
    r"\s*(?:of|:|with)?\s*(?P<y>.+)$",
    re.I,
)
_AS = re.compile(r"^(?P<x>\ue000\d+\ue002|[\w ]+?)\s+as\s+(?P<y>.+)$")
_IS_TO = re.compile(r"\s+(?:should|must|could|can|needs?\s+to|has\s+to|have\s+to|would)\b.*$", re.I)
_NOT_SO = re.compile(r",?\s*(?:and\s+)?not\s+(?:an?\s+)?(?:\w+ ?){1,2}$")
_LET_PICK = re.compile(r"^(?:let|allow)\s+\w+\s+(?:to\s+)?(?:pick|choose|select)\s+(?:from\s+)?", re.I)


def retype(text: str, scene: Scene) -> bool:
    for rule in _RULES:
        if (done := rule(text, scene)) is not None:
            return done
    return False


def _made(text: str, scene: Scene) -> bool | None:
    for pattern in (_PICK, _MAKE, _LIMITED):
        if (
            (hit := pattern.match(text))
            and (ref := surely(scene, hit["x"]) or _titled(hit["x"], scene))
            and (
                retype_field(scene, ref, _THAN.sub("", hit["y"]))
                # "Make style multiple choice".
                or (pattern is _MAKE and _SEVERAL.match(hit["y"]) and _is_to_be(ref, hit["y"], scene))
            )
        ):
            return True
    return None


def _should(text: str, scene: Scene) -> bool | None:
    for pattern in (_SHOULD, _ARE):
        hit = pattern.match(text)
        ref = surely(scene, re.sub(r"[?:]$", "", hit["x"])) if hit else None
        if hit is None or ref is None:
            continue
        if pattern is _ARE and len(offered(scene, hit["y"])) < 3 and not _ONLY_ONE.match(hit["y"]):
            continue
        if (done := _is_to_be(ref, _LET_PICK.sub("", _NOT_SO.sub("", hit["y"])), scene)) is not None:
            return done
    return None


def _is_to_be(ref: FieldRef, wanted: str, scene: Scene) -> bool | None:
    if re.match(
        r"(?:left|taken|thrown|cut|kicked)\s+(?:out|off)\b|(?:deleted|removed|dropped|scrapped|gone"
        r"|binned)\b",
        wanted,
        re.I,
    ):
        # What becomes of it, and no option.
        return None
    if _BY_ITSELF.match(wanted):
        # It is to be computed.
        return None
    if _SEVERAL.match(wanted) and ref.field.type == s.FIELD_TYPE_CHOICE:
        scene.spoken_of(ref)
        return scene.act(ops.ChangeField(ref.entity, ref.field.name, type="multi_choice"))
    if _CHOOSES.match(wanted) and not ref.field.choices:
        # Its options are told in another clause, or it cannot be done.
        scene.put_off.append(ops.ChangeField(ref.entity, ref.field.name, type="choice"))
        return True
    if retype_field(scene, ref, wanted):
        return True
    unit = unit_of(GIVEN_IN.match(wanted), 1, scene)
    return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=unit)) if unit else None


def _after_colon(text: str, scene: Scene) -> bool | None:
    hit = _COLON.match(_NOT_ONLY.sub(":", text))
    ref = scene.exact(_ENOUGH.sub("", hit["x"])) if hit else None
    if hit is None or ref is None:
        return None
    wanted = _PICKED.sub("", hit["y"])
    if ref.field.choices and (more := _MORE.match(wanted)):
        return acting.add_choices(scene, ref, option_values(more["v"]))
    if ref.field.choices and re.fullmatch(r"(?:also )?[\w'-]+", wanted, re.I) and type_named(wanted) is None:
        # One more, as in: snow: slush!
        return acting.add_choices(scene, ref, [re.sub("^also ", "", wanted)])
    return retype_field(scene, ref, wanted)


def _says(text: str, scene: Scene) -> bool | None:
    hit = _SAYS.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    if hit is None or ref is None:
        return None
    made = described(hit["y"], scene.prepared)
    return made is not None and change_type(scene, ref, made)


def _of_exact(text: str, scene: Scene) -> bool | None:
    if (done := exactly(_SLASHED, text, scene)) is not None:
        return done
    if (hit := _FROM.match(text)) and len(offered(scene, hit["y"])) > 2:
        return exactly(_FROM, text, scene)
    if (hit := _TO_TICK.match(text)) and (ref := scene.exact(hit["x"])) and ref.field.type == s.FIELD_TYPE_CHOICE:
        return scene.act(ops.ChangeField(ref.entity, ref.field.name, type="multi_choice"))
    if (hit := _IS_ENOUGH.match(text)) and type_named(hit["y"]) is not None:
        return exactly(_IS_ENOUGH, text, scene)
    return exactly(_FROM_LIST, text, scene)


def _as(text: str, scene: Scene) -> bool | None:
    hit = _AS.match(text)
    if hit is None or function_named(scene.prepared.plain(hit["x"]).lower()):
        return None
    named = _IS_TO.sub("", scene.prepared.plain(hit["x"]))
    ref = scene.names.field(named, least=0.8)
    return retype_field(scene, ref, hit["y"]) if ref and not scene.names.goes_beyond(named, ref) else None


# In this order; a rule says whether it was done, or None where it is not the one that is asked for.
_RULES = (
    more_room,
    of_alike,
    as_well,
    not_but,
    third,
    _made,
    of_topic,
    in_unit,
    _should,
    _after_colon,
    _says,
    measured,
    scaled,
    made_so,
    one_by_one,
    _of_exact,
    _as,
)


def _titled(phrase: str, scene: Scene) -> FieldRef | None:
    """What names the records of the kind that a phrase names: "pick the exercise from" is of an exercise's name."""
    entity = scene.names.entity(phrase)
    texts = [f for f in entity.fields if f.type == s.FIELD_TYPE_TEXT] if entity else []
    return FieldRef(entity.name, texts[0]) if entity and texts and texts[0].name == entity.fields[0].name else None
