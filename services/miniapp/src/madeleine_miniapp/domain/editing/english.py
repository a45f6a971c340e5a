"""Clauses of an English request, each read by the first rule that it fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.computing import compute, computes
from madeleine_miniapp.domain.editing.english_words import (
    ADD,
    AFTERTHOUGHT,
    ASKING,
    NOISE,
    REMOVE,
    REMOVE_AFTER,
    TAKE_BACK,
    without_lead,
)
from madeleine_miniapp.domain.editing.permitting import permit
from madeleine_miniapp.domain.editing.phrases import Described, described, type_named
from madeleine_miniapp.domain.editing.reminding import reminder, with_reminder
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED, bare, listed
from madeleine_miniapp.domain.editing.viewing import add_view, asks_for_figure, view_type

_NAME = rf"(?:{QUOTED}|[^,]+?)"
_RENAMES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:re-?name|re-?title|re-?label)\s+(?P<x>{_NAME})\s+(?:to|as|into|->|=>|→)\s+(?P<y>.+)$",
        rf"^(?:change|update|set|switch|edit)\s+(?:the\s+)?(?:name|label|title|heading|header)\s+"
        rf"(?:of|for)\s+(?P<x>{_NAME})\s+(?:to|into|as)\s+(?P<y>.+)$",
        rf"^(?:change|update|set)\s+(?P<x>{_NAME})'s\s+(?:name|label|title)\s+(?:to|into)\s+(?P<y>.+)$",
        rf"^(?:.*?\s)?(?:calls?|names?)\s+(?P<x>{QUOTED})\s+(?P<y>{QUOTED})$",
        rf"^(?:call|name|label)\s+(?P<x>{QUOTED}|it|this|that)\s+(?:just\s+|simply\s+)?(?P<y>.+)$",
        rf"^(?P<x>{_NAME})\s+(?:should|could|can|must|needs?\s+to|has\s+to|ought\s+to|to|"
        rf"shall|will)\s+(?:really\s+|actually\s+|rather\s+|just\s+)?(?:be\s+)(?:called|named"
        rf"|labelled|labeled|renamed(?:\s+(?:to|as))?)\s+(?P<y>.+)$",
        rf"^(?:.*?\s)?(?:wants?|would\s+like|would\s+prefer|prefers?|'d\s+like|likes?)\s+"
        rf"(?P<x>{_NAME})\s+(?:to\s+be\s+)?(?:called|named|labelled|renamed(?:\s+(?:to|as))?)\s+"
        rf"(?P<y>.+)$",
        rf"^(?P<x>{_NAME})\s+(?:should|must|ought\s+to)\s+(?:say|read)\s+(?P<y>.+)$",
    )
)
_ARROW = re.compile(rf"^(?P<x>{_NAME})\s*(?:->|=>|→|-->)\s*(?P<y>.+)$")
_REALLY = re.compile(rf"^(?P<x>{_NAME})\s+(?:is|are)\s+(?:really|actually|in fact|rather)\s+(?P<y>.+)$", re.I)
_TURN = re.compile(
    rf"^(?:make|turn|change|convert|switch|swap|replace|set|transform|exchange)\s+(?P<x>{_NAME})\s+"
    rf"(?P<how>into|to be|to|for|with|by)\s+(?P<y>.+)$",
    re.I,
)
# What a field may be turned into; a photo or a link is another field.
_NOTHING_BUT_TYPE = re.compile(
    r"^(?:an?\s+|the\s+)?(?:real\s+|proper\s+|plain\s+)?(?:numbers?|dates?|text|drop-?down"
    r"|choice|list|check ?box|person|rating|stars?|whole number|yes/no)\b",
    re.I,
)
_MAKE = re.compile(
    rf"^(?:make|have|let)\s+(?P<x>{_NAME})\s+(?:be\s+)?(?P<y>(?:an?|the|one of|multi|"
    rf"multiple|selectable|tickable|single|either|only|numeric)\b.+|numeric)$",
    re.I,
)
_SHOULD = re.compile(
    rf"^(?P<x>{_NAME})\s+(?:should|could|must|ought\s+to|needs?\s+to|has\s+to|have\s+to"
    rf"|can|shall|would\s+be\s+better\s+as)\s+(?:really\s+|rather\s+|just\s+|only\s+)*"
    rf"(?:be\s+)?(?:only\s+)?(?P<y>.+)$",
    re.I,
)
_ARE = re.compile(rf"^(?P<x>{_NAME})\s+(?:is|are)\s+(?P<y>(?:only\s+|either\s+|one of\s+)?.+)$", re.I)
_PICK = re.compile(
    rf"^(?:let\s+(?:me|us|people|everyone)|(?:i|we)(?:'d| would)?\s+(?:want|like|need)\s+to"
    rf"|allow(?:\s+\w+)?\s+to)\s+(?:pick|choose|select)\s+(?:(?:the|a)\s+)?(?P<x>{_NAME})\s+"
    rf"(?:from|out of|as|between)\s+(?P<y>.+)$",
    re.I,
)
_PICK_BARE = re.compile(
    r"^(?:let\s+(?:me|us|people|everyone))\s+(?:pick|choose|select|tick)\s+(?P<y>(?:several"
    r"|multiple|any|one|more than one)?.*)$",
    re.I,
)
_SPLIT = re.compile(
    rf"^(?:split|divide|break|separate|cut)\s+(?:up\s+)?(?P<x>{_NAME})\s+(?:up\s+|apart\s+)?"
    rf"(?:into|in|to)\s+(?P<y>.+)$"
    rf"|^(?P<x2>{_NAME})\s+(?:should|must|could|can|has\s+to|needs\s+to|is\s+to)\s+be\s+"
    rf"(?:split|divided|broken|separated)"
    rf"\s+(?:up\s+)?(?:into|in|to)\s+(?P<y2>.+)$",
    re.I,
)
_REQUIRE = (
    re.compile(
        rf"^(?:make|set|mark|have)\s+(?P<x>{_NAME})\s+(?:as\s+|to\s+be\s+|be\s+)?(?P<y>required"
        rf"|mandatory|compulsory|obligatory|optional|not required|non-optional)(?:\s+field)?$",
        re.I,
    ),
    re.compile(
        rf"^(?P<x>{_NAME})\s+(?:must|should|has to|have to|needs to|is|are)\s+(?:always\s+)?"
        rf"(?:be\s+)?(?:an?\s+)?(?P<y>filled(?: in| out)?|required|mandatory|compulsory|optional"
        rf"|not required|entered|given|set|present)(?:\s+field)?(?:\s+always)?$",
        re.I,
    ),
)
_ENTITY_OF = re.compile(
    r"^(?:(?:make|turn|move|put|split|give)\s+(?P<x>.+?)\s+(?:into\s+|out into\s+|in\s+)?|(?P<x2>.+?)\s+(?:deserves?"
    r"|needs?|gets?|wants?|should\s+(?:be|have|get|become)|could\s+(?:be|have|get))\s+)(?:its"
    r"|their|an?|a separate)\s+(?:own\s+|separate\s+|(?=list of (?:its|their) own))(?:list|table|sheet|page|section"
    r"|thing|entity|tab)s?\b(?P<rest>.*)$",
    re.I,
)
_ENTITY = re.compile(
    r"^(?:a|an|another|one more|some|the)?\s*(?:second|separate|another|new|extra|additional"
    r"|own|further|third|different)\s+(?:list|table|sheet|tab|page|section|kind of (?:record"
    r"|entry)|entity|database|register)\s+(?:for|of|with|called|named|to track|to keep"
    r"|where we keep)\s+(?P<x>.+)$",
    re.I,
)
_WITH = re.compile(
    r"\s*(?:[:：]|,?\s*(?:with|having|holding|containing|that has|which has|including"
    r"|and its?|each with|incl\.?)\s)\s*",
    re.I,
)
_BETWEEN = re.compile(
    r"\b(?:in\s+)?between\s+(?:the\s+)?(?P<a>\ue000\d+\ue002|[\w/-]+(?: [\w/-]+)??)\s+and\s+"
    r"(?:the\s+)?(?P<b>\ue000\d+\ue002|[\w/-]+(?: [\w/-]+)?)",
    re.I,
)
_TO_CHOICES = re.compile(
    r"^(?P<v>.+?)\s+(?:as\s+(?:an?\s+|another\s+|new\s+)*(?:options?|choices?|values?"
    r"|possibilit(?:y|ies))\s+)?(?:to|for|in|under|into|on)\s+(?:the\s+)?(?:list of\s+"
    r"|options? (?:of|for)\s+|choices? (?:of|for)\s+)?(?P<x>.+)$",
    re.I,
)
_AFTER = re.compile(
    r"\s+(?P<where>after|behind|following|before|in front of)\s+(?:the\s+)?(?P<a>\ue000\d+\ue002"
    r"|[\w/-]+(?: [\w/-]+)?)$",
    re.I,
)
_CALLED = re.compile(r"\b(?:called|named)\s+(?P<v>.+)$", re.I)
_NEW = re.compile(
    r"\b(?:(?:a|one|two|three|four|some|an?other|any)\s+)?(?:new|more|another|further|second|third|fourth|fifth"
    r"|extra|additional)\s+(?P<x>\w+(?: \w+)?)\s*(?:[:,–-]|called|named|is|are|\s)\s*"
    r"(?P<v>.+)$",
    re.I,
)
_ALSO = re.compile(
    r"^(?:there(?:'s| is| are)|we have|we've got|i have|i've got|i (?:also )?\w+|we "
    r"(?:also )?\w+)\s+(?:now\s+)?(?:also\s+|even\s+)?(?P<v>.+?)(?:\s+(?:as well|too"
    r"|also|now))*$",
    re.I,
)
_ALSO_IN = re.compile(
    rf"^(?P<x>{_NAME})\s+(?:should|could|can|needs?|must|has|have|misses|lacks|is missing"
    rf"|are missing)\s+(?:to\s+)?(?:also\s+)?(?:have|include|offer|allow|be)?\s*(?:also\s+)?"
    rf"(?P<v>.+?)(?:\s+(?:as well|too|also))*$",
    re.I,
)
_SINCE = re.compile(
    r"\s+(?:because|since|so that|so we|so i|cause|as we|as i|for (?:privacy|clarity)|now that)\b.*$", re.I
)

Rule = Callable[[str, Scene], bool]


def read(clause: str, scene: Scene) -> bool:
    """Takes the operations of one clause on; False when it is not understood."""
    text = without_lead(clause)
    if not text or NOISE.match(bare(text)):
        return True
    if TAKE_BACK.match(text):
        scene.cancel()
        rest = TAKE_BACK.sub("", text).strip(" ,")
        return not rest or read(rest, scene)
    for form in dict.fromkeys((text, _SINCE.sub("", text))):
        for rule in _RULES:
            if rule(form, scene):
                return True
    return False


def _keep(text: str, scene: Scene) -> bool:
    hit = re.match(
        r"^(?:keep|leave|preserve|don't (?:remove|delete|touch|change|lose))\s+(?:the\s+)?"
        r"(?:old\s+|existing\s+|current\s+)?(?P<x>.+?)(?:\s+(?:as (?:is|it is|they are)|"
        r"where (?:it|they)|alone|there|in|until|for now|the same|untouched|unchanged)\b.*)?$",
        text,
        re.I,
    )
    if not hit or re.match(r"track|record|a |an eye", hit["x"], re.I):
        return False
    # What is to be kept may have been taken away a moment ago; "the old text" is of what was just spoken of.
    ref = scene.first_names.field(scene.prepared.plain(hit["x"])) or scene.topic
    if ref is not None:
        scene.kept.add((ref.entity, ref.field.name))
        scene.spare(ref)
    return True


def _rename(text: str, scene: Scene) -> bool:
    pairs = re.fullmatch(
        r"(?P<verb>re-?name|re-?label|call)\s+(?P<first>.+? (?:to|as|into) .+?)(?P<more>"
        r"(?:\s*(?:,|\band\b|&)+\s*.+? (?:to|as|into) .+)+)",
        text,
        re.I,
    )
    if pairs:
        parts = re.split(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+|&)\s*", f"{pairs['first']}{pairs['more']}")
        if all(re.search(r"\S\s+(?:to|as|into)\s+\S", part) for part in parts):
            done = [_rename(f"rename {part}", scene) for part in parts]
            return any(done)
    for pattern in _RENAMES:
        if (hit := pattern.match(text)) and acting.rename(scene, hit["x"], hit["y"]):
            return True
    if hit := re.match(r"^(?:call|name|label)\s+(?P<rest>.+)$", text, re.I):
        words = hit["rest"].split(" ")
        for cut in range(len(words) - 1, 0, -1):
            x, y = " ".join(words[:cut]), " ".join(words[cut:])
            if scene.names.field(scene.prepared.plain(x), least=0.9) or acting.names_app(x):
                return acting.rename(scene, x, y)
    return False


def _arrow(text: str, scene: Scene) -> bool:
    hit = _ARROW.match(text)
    if not hit:
        return False
    ref = scene.field(hit["x"], spoken=False)
    if ref is not None:
        target, _, kind = hit["y"].partition(", ")
        if not re.match(r"as\s", kind) and acting.retype(scene, ref, hit["y"]):
            return True
        acting.rename(scene, hit["x"], target)
        if kind and (now := scene.topic):
            acting.retype(scene, now, re.sub(r"^as\s+", "", kind))
        return True
    return acting.rename(scene, hit["x"], hit["y"])


def _really(text: str, scene: Scene) -> bool:
    hit = _REALLY.match(text)
    if not hit or not (ref := scene.field(hit["x"], spoken=False)):
        return False
    return acting.retype(scene, ref, hit["y"]) or acting.rename(scene, hit["x"], hit["y"])


def _turn(text: str, scene: Scene) -> bool:
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
        return acting.rename(scene, x, y)
    ref = ref or scene.field(x)
    if ref is None:
        return False
    if how in ("with", "by", "for") and not acting.offered(scene, y):
        made = described(y, scene.prepared)
        if made is not None and made.type not in (ref.field.type, s.FIELD_TYPE_TEXT) and not _NOTHING_BUT_TYPE.match(y):
            acting.add_described(scene, made, ref.entity)
            return acting.remove(scene, x)
    if acting.retype(scene, ref, y):
        return True
    if re.search(r"\b(?:required|mandatory|optional)\b", y, re.I):
        return acting.require(scene, x, "optional" not in y.lower())
    return acting.rename(scene, x, y)


def _retype(text: str, scene: Scene) -> bool:
    for pattern in (_PICK, _MAKE):
        if (
            (hit := pattern.match(text))
            and (ref := scene.field(hit["x"], spoken=False))
            and acting.retype(scene, ref, hit["y"])
        ):
            return True
    if (hit := _PICK_BARE.match(text)) and scene.topic is not None:
        return acting.retype(scene, scene.topic, hit["y"])
    for pattern in (_SHOULD, _ARE):
        if (hit := pattern.match(text)) and (ref := scene.field(re.sub(r"[?:]$", "", hit["x"]), spoken=False)):
            if (
                pattern is _ARE
                and len(acting.offered(scene, hit["y"])) < 3
                and not re.match(r"(?:only|either|one of|an?|the)\s", hit["y"], re.I)
            ):
                continue
            wanted = re.sub(r",?\s*(?:and\s+)?not\s+(?:an?\s+)?(?:\w+ ?){1,2}$", "", hit["y"])
            if acting.retype(scene, ref, wanted):
                return True
            in_unit = re.match(r"^(?:measured |given )?in\s+(\S+)$", wanted)
            if in_unit and (made := described(f"x in {in_unit[1]}", scene.prepared)) and made.unit:
                return scene.act(ops.ChangeField(ref.entity, ref.field.name, unit=made.unit))
    if (hit := re.match(r"^(?P<x>[^:,]+?)\s*[:?]\s*(?P<y>.+)$", text)) and (ref := scene.exact(hit["x"])):
        y = re.sub(r"^(?:let me|we|i)\s+(?:choose|pick|select)\s+", "", hit["y"], flags=re.I)
        if ref.field.choices and (more := re.match(r"^(?:also|plus|add|\+)\s+(?P<v>.+)$", y, re.I)):
            return acting.add_choices(scene, ref, listed(more["v"]))
        return acting.retype(scene, ref, y)
    hit = re.match(r"^(?P<x>\ue000\d+\ue002|[\w ]+?)\s+as\s+(?P<y>.+)$", text)
    if hit and (ref := scene.names.field(scene.prepared.plain(hit["x"]), least=0.8)):
        return acting.retype(scene, ref, hit["y"])
    return False


def _split(text: str, scene: Scene) -> bool:
    hit = _SPLIT.match(text)
    return bool(hit) and acting.split(scene, hit["x"] or hit["x2"], listed(hit["y"] or hit["y2"]))


def _require(text: str, scene: Scene) -> bool:
    for pattern in _REQUIRE:
        if hit := pattern.match(text):
            required = not re.search(r"optional|not required", hit["y"], re.I) or "non-optional" in hit["y"]
            done = [acting.require(scene, part, required) for part in listed(hit["x"])]
            return all(done)
    return False


def _entity(text: str, scene: Scene) -> bool:
    body = ASKING.sub("", text)
    hit, rest = _ENTITY_OF.match(text), ""
    linked: str | None = None
    if hit:
        label, rest = hit["x"] or hit["x2"], hit["rest"]
        linked = "" if re.search(r"\blinked|\bconnected", rest, re.I) else None
        ref = scene.field(label, spoken=False)
        if ref is not None:
            scene.entity = ref.entity
            scene.kept.add((ref.entity, ref.field.name))
        parts = _WITH.split(rest, maxsplit=1)
        rest = parts[1] if len(parts) > 1 else ""
    elif hit := _ENTITY.match(body):
        parts = _WITH.split(hit["x"], maxsplit=1)
        label, rest = acting.polished(parts[0]), parts[1] if len(parts) > 1 else scene.prepared.bracket(hit["x"])
        label = re.sub(r"\s+(?:would|please|too|as well|might|could)\b.*$", "", label)
    else:
        return False
    rest = AFTERTHOUGHT.sub("", rest)
    return acting.add_entity(scene, re.sub(r"[\ue001]\d+\ue002", "", label), listed(rest), linked=linked)


def _reminder(text: str, scene: Scene) -> bool:
    return reminder(scene, text, add=lambda phrase: _item(phrase, scene))


def _compute(text: str, scene: Scene) -> bool:
    return computes(text) and compute(scene, ASKING.sub("", text))


def _between(text: str, scene: Scene) -> bool:
    hit = _BETWEEN.search(text)
    if not hit:
        return False
    words = hit["b"].split(" ")
    low = scene.choice(hit["a"])
    high, end = None, hit.end()
    for size in range(len(words), 0, -1):
        if high := scene.choice(" ".join(words[:size])):
            end = hit.start("b") + len(" ".join(words[:size]))
            break
    if low is None or high is None or low.field.name != high.field.name:
        return False
    order = list(low.field.choices)
    after = low.value if order.index(low.value) < order.index(high.value) else high.value
    rest = (text[: hit.start()] + " \x00 " + text[end:]).strip()
    ref = scene.names.field(low.field.name, low.entity)
    values = list(re.findall(QUOTED, rest))
    if not values:
        tail = rest.partition("\x00")[2]
        if re.search(r"[:,]|there (?:should|must|is|has)|\bcomes?\b|\bwe (?:have|need|want)\b|\badd\b", tail):
            found = re.search(
                r"(?:[:]|there (?:should|must|has to) (?:also )?be|there(?:'s| is)|comes?|we (?:have"
                r"|need|want)|\badd|,)\s*(?:an?\s+)?(.+)$",
                tail,
                re.I,
            )
            values = listed(found[1]) if found else []
        else:
            head = ASKING.sub("", rest.partition("\x00")[0])
            head = re.sub(
                r"\b(?:is )?missing\b|^(?:there(?:'s| is)\s+)?(?:an?\s+|another\s+)?", "", head, flags=re.I
            ).strip()
            field_words = {
                bare(low.field.label),
                bare(low.field.name),
                "status",
                "stage",
                "option",
                "step",
                "choice",
                "value",
                "level",
                "phase",
                "one",
            }
            words = [w for w in head.split() if bare(w) not in field_words]
            values = listed(" ".join(words))
    return bool(ref and values) and acting.add_choices(scene, ref, [acting.polished(v) for v in values], after)  # type: ignore[arg-type]


def _choices(text: str, scene: Scene) -> bool:
    """Options for a choice field that is named, or is the only one that can be meant."""
    if not scene.names.choosing():
        return False
    body = ASKING.sub("", text)
    asked = body != text
    after = ""
    if (place := _AFTER.search(body)) and (anchor := scene.choice(place["a"])):
        order = list(anchor.field.choices)
        index = order.index(anchor.value) - (0 if place["where"].lower() in ("after", "behind", "following") else 1)
        after = order[index] if index >= 0 else ""
        ref = scene.names.field(anchor.field.name, anchor.entity)
        values = listed(body[: place.start()])
        values = [
            re.sub(
                r"^(?:an?\s+)?(?:new\s+)?(?:stage|status|option|step|choice|value)\s+(?:called\s+)?", "", v, flags=re.I
            )
            for v in values
        ]
        return ref is not None and acting.add_choices(scene, ref, values, after)
    if asked and (hit := _TO_CHOICES.match(body)):
        target, _, more = hit["x"].partition(",")
        holder = scene.field(
            re.sub(r"\s+(?:field|list|column|options|choices)$", "", acting.polished(target)), spoken=False
        )
        if holder is not None and holder.field.choices and not described_as_field(hit["v"], scene):
            acting.add_choices(scene, holder, _values(hit["v"]))
            done = [_item(part, scene) for part in _items(more)] if more.strip() else []
            return all(done)
    if _choice_item(body, scene):
        return True
    if hit := re.match(
        r"^(?:(?:an?|the|one|two|three|new|another|more|extra|further)\s+)*(?:options?|choices?"
        r"|values?)\s+(?:for|of|in|to|under)\s+(?:the\s+)?(?P<x>[^:,]+)\s*[:,]\s*(?P<v>.+)$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, _values(hit["v"]))
    if hit := re.match(
        r"^(?:(?:an?|the|one|two|three|new|another|more|extra|further)\s+)*(?:options?|choices?"
        r"|values?)\s+(?P<v>\ue000.+?)(?:\s+(?:for|of|in|to|under)\s+(?:the\s+)?(?P<x>[^:,]+))?$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False) if hit["x"] else scene.choosing or scene.only_choice()
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, _values(hit["v"]))
    for pattern in (_NEW,):
        if hit := pattern.search(body):
            return _new_choices(hit, body, scene)
    if (
        (hit := _ALSO_IN.match(text))
        and (holder := scene.field(hit["x"], spoken=False))
        and holder.field.choices
        and not re.match(r"(?:an?\s+)?(?:default|colou?r|required|gone|removed)\b", hit["v"], re.I)
    ):
        return acting.add_choices(scene, holder, _values(hit["v"]))
    if (
        hit := re.match(
            r"^(?P<v>.+?)\s+(?:is|are)\s+missing(?:\s+(?:from|in|as an option (?:in|for))\s+(?P<x>.+))?$", text, re.I
        )
    ) and not described_as_field(hit["v"], scene):
        holder = scene.field(hit["x"], spoken=False) if hit["x"] else None
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, _values(hit["v"]))
    if asked and re.fullmatch(rf"(?:{QUOTED}[\s,&]*(?:and |or )?)+(?:\s*(?:too|as well|also))?", body):
        holder = scene.choosing or scene.only_choice()
        if holder is not None:
            return acting.add_choices(scene, holder, _values(body))
    return False


def _choice_item(body: str, scene: Scene) -> bool:
    """ "a 'medium' severity in the middle", "'won't fix' as a status", "a status 'review'"."""
    if hit := re.match(
        rf"^(?:an?\s+|another\s+|new\s+)*(?P<v>{QUOTED}|[\w'-]+)\s+(?:as\s+an?\s+(?:new\s+"
        rf"|possible\s+|another\s+)?)(?P<x>[\w ]+?)(?:\s+option)?$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, [hit["v"]])
    if hit := re.match(
        rf"^(?:an?\s+|another\s+|new\s+)*(?P<v>{QUOTED})\s+(?P<x>[\w ]+?)(?P<mid>\s+in\s+"
        rf"(?:the\s+middle|between))?(?:\s+option)?$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            middle = holder.field.choices[(len(holder.field.choices) - 1) // 2] if hit["mid"] else ""
            return acting.add_choices(scene, holder, [hit["v"]], middle)
    if hit := re.match(
        rf"^(?:an?\s+|another\s+|new\s+)*(?P<x>[\w ]+?)\s+(?:called\s+|named\s+)?(?P<v>{QUOTED})$", body, re.I
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, [hit["v"]])
    return False


def _new_choices(hit: re.Match[str], body: str, scene: Scene) -> bool:
    words, rest = hit["x"], hit["v"]
    called = _CALLED.search(body)
    for size in (2, 1):
        name = " ".join(words.split()[:size])
        holder = scene.field(name, spoken=False)
        if holder is not None and holder.field.choices:
            value = called["v"] if called else (" ".join(words.split()[size:]) + " " + rest).strip()
            # "a new bike in the stable: mtb"
            value = value.rpartition(": ")[2] if ": " in value else value
            return acting.add_choices(scene, holder, _values(re.sub(r"^[:,\-–]\s*", "", value)))
    numbered = re.findall(r"\b\d+\b", rest)
    holder = scene.only_choice(numbers=bool(numbered))
    if holder is None:
        return False
    if numbered and all(c.isdecimal() for c in holder.field.choices):
        return acting.add_choices(scene, holder, numbered)
    return bool(called) and acting.add_choices(scene, holder, _values(called["v"]))


def _also(text: str, scene: Scene) -> bool:
    """ "there's also physics and chemistry": options of the only choice field, where no field is described."""
    hit = _ALSO.match(text)
    if not hit or not re.search(r"\b(?:also|as well|too|even)\b", text, re.I) or view_type(scene.prepared.plain(text)):
        return False
    holder = scene.only_choice()
    values = _values(re.sub(r"\b(?:also|as well|too|even)\b", " ", hit["v"]))
    if (
        holder is None
        or not values
        or any(len(scene.prepared.plain(v).split()) > 2 or described_as_field(v, scene) for v in values)
    ):
        return False
    return acting.add_choices(scene, holder, values)


def described_as_field(text: str, scene: Scene) -> bool:
    """Whether a phrase tells more than a name: a type, a unit, a bracket."""
    if "\ue001" in text or re.match(r"^(?:when|who|how|whether|if|where)\b", text, re.I):
        return True
    if re.search(r"\b(?:column|field|checkbox|tick ?box|list|table|view|chart|reminder)s?\b", text, re.I):
        return True
    made = described(text, scene.prepared)
    return made is not None and made.type != s.FIELD_TYPE_TEXT and "\ue000" not in text


def _values(text: str) -> list[str]:
    found: list[str] = []
    for part in listed(acting.polished(text)):
        value = re.sub(r"^(?:an?|the|also|numbers?|option|choice|and|just)\s+", "", part, flags=re.I)
        if value:
            found.append(value)
    return found


def _remove(text: str, scene: Scene) -> bool:
    phrase, certain = "", True
    if re.fullmatch(r"(?:just\s+)?(?:delete|remove|drop|scrap|ditch|away|gone|out)", text, re.I):
        phrase = "it"
    elif hit := REMOVE.match(text):
        phrase = hit["x"] or hit["y"]
    else:
        said = re.sub(r"\s+by (?:anyone|anybody|us|me|people|someone|most(?: people)?)$", "", text, flags=re.I)
        for pattern in REMOVE_AFTER:
            if hit := pattern.match(said):
                phrase, certain = hit["x"], False
                break
    if not phrase:
        return False
    whole = acting.remove(scene, phrase, spoken=False)
    if whole:
        return True
    parts = [re.sub(r"^(?:both|all|either|neither|nor)\s+", "", p, flags=re.I) for p in listed(phrase)]
    done = [acting.remove(scene, part, spoken=certain or len(parts) > 1) for part in parts]
    if any(done) and not all(done):
        scene.not_done += [scene.prepared.plain(p) for p, ok in zip(parts, done, strict=True) if not ok]
    if not any(done) and not certain:
        scene.unplaced.append(scene.prepared.plain(phrase))
    return any(done)


def _view(text: str, scene: Scene) -> bool:
    plain = scene.prepared.plain(text)
    kind = view_type(plain)
    body = ASKING.sub("", text)
    shown = re.match(
        r"^(?:show|display|see|view|give|plot|chart|graph|visuali[sz]e|draw|sort|group|let " r"(?:me|us) see)\b",
        text,
        re.I,
    ) or re.match(r"^(?:to )?(?:see|view|show|know)\b", body, re.I)
    if re.search(r"\b(?:no|not|isn't|aren't|don't|without)\b.*\b(?:needed|necessary|need|want)\b", plain) or not (
        kind or shown
    ):
        return False
    if (hit := re.match(r"^(?P<v>.+?)\s+with\s+(?P<x>an?\s+[\w ]+?\s+(?:field|column))$", text, re.I)) and view_type(
        hit["v"]
    ):
        # "a gallery with a poster field"
        _item(hit["x"], scene)
        return _view(hit["v"], scene)
    if kind:
        parts = [p for p in re.split(r",\s*|\s+(?:and|plus)\s+", body) if p.strip()]
        if len(parts) > 1 and all(view_type(scene.prepared.plain(p)) for p in parts):
            done = [add_view(scene, p) for p in parts]
            return all(done)
        if len(parts) > 1 and not shown:
            return False
        return add_view(scene, text)
    if asks_for_figure(plain) or re.search(
        r"\b(?:total|average|how many|how much|number of|sum|percentage)\b", plain, re.I
    ):
        return add_view(scene, text)
    return False


def _add(text: str, scene: Scene) -> bool:
    hit = ADD.match(text)
    if not hit:
        return False
    body = AFTERTHOUGHT.sub("", hit["x"])
    if re.fullmatch(r"(?:it|that|them|those)", bare(body)) and scene.lacking:
        body, scene.lacking = scene.lacking, ""
    if not bare(body) or re.fullmatch(
        r"(?:one|it|that|them|this|so|some|more|to \w+ (?:one|it|that|them))", bare(body)
    ):
        return True
    done = [_item(part, scene) for part in _items(body)]
    return any(done)


def _items(body: str) -> list[str]:
    """The things to add: members of an enumeration, but not of the options after a colon or the words of a formula."""
    head, colon, tail = body.partition(":")
    if colon and tail.strip() and not view_type(head):
        before = listed(head)
        return [*before[:-1], f"{before[-1]}:{tail}"] if before else [body]
    protected = re.sub(r"\bdate and time\b", "date-time", body, flags=re.I)
    if re.search(r"[=]|\b(?:times|minus|divided by|plus|total of|sum of|difference between|between)\b", protected):
        return _formula_items(protected)
    parts = listed(protected)
    merged: list[str] = []
    for part in parts:
        if merged and re.match(
            r"(?:with|w/|in|default|defaulting|from|which|that|so|each|per|by|for|linked|as)\b", part, re.I
        ):
            merged[-1] += f", {part}"
        else:
            merged.append(part)
    return merged


def _formula_items(body: str) -> list[str]:
    parts = re.split(r",\s*(?:and\s+)?|\s+and\s+(?=(?:an?|the)\s)", body)
    joined: list[str] = []
    for part in parts:
        if (
            joined
            and re.search(r"\b(?:total of|sum of|difference between|between)\s+[^,]*$", joined[-1])
            and " and " not in joined[-1]
        ):
            joined[-1] += f" and {part}"
        else:
            joined += (
                re.split(r"\s+and\s+(?=\w+(?:\s\w+)?$)", part)
                if not re.search(r"(?:total|sum|difference|between)", part)
                else [part]
            )
    return [p for p in joined if p.strip()]


def _item(text: str, scene: Scene) -> bool:
    """One thing to add: a view, a formula, a reminder, options, or a field."""
    text = re.sub(r"^(?:plus|and|also)\s+", "", acting.polished(text), flags=re.I)
    plain = scene.prepared.plain(text)
    if not re.search(r"\w", plain) or bare(plain) in ("one", "it", "that", "them", "upload one"):
        return True
    bare_text, remind = with_reminder(text)
    if remind is not None:
        return _item(bare_text, scene) and reminder(scene, remind, add=None)
    if computes(text) and compute(scene, text):
        return True
    kind = view_type(plain)
    if kind and not re.search(r"\b(?:field|column) for\b", plain):
        return add_view(scene, text)
    if re.match(
        r"^(?:the |an? )?(?:total|average|sum|number|count|percentage|share)\b.*\b(?:per|for each|by)\b", plain, re.I
    ) and scene.mentions_any(plain):
        return add_view(scene, text)
    if _choice_item(text, scene):
        return True
    if hit := _TO_CHOICES.match(text):
        holder = scene.field(acting.polished(hit["x"]), spoken=False)
        if holder is not None and holder.field.choices and not described_as_field(hit["v"], scene):
            return acting.add_choices(scene, holder, _values(hit["v"]))
    if _entity(text, scene):
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
    made = described(text, scene.prepared)
    if made is None:
        return False
    if made.type == s.FIELD_TYPE_TEXT and not made.choices and len(made.label.split()) > 5:
        # A wish for something else than a field: nobody calls one so.
        return False
    if type_named(plain) is not None and re.match(r"^(?:an?\s+)?(?:number|text|words|string)s?$", bare(plain)):
        return False
    return acting.add_described(scene, made, entity)


def _question(text: str, scene: Scene) -> bool:
    """ "How much is still open?": what the next clause's sum is called."""
    hit = re.match(r"^(?:how much|what)(?:'s| is| are)\s+(?:still\s+)?(?P<l>[\w ]{3,40})$", text, re.I) or re.match(
        r"^(?P<l>how (?:long|many|much) (?:is|was|were|are|did|do|does|has|have) [\w ]{2,30})$", text, re.I
    )
    if not hit or scene.mentions_any(hit["l"]):
        return False
    scene.question = hit["l"]
    return True


def _assign(text: str, scene: Scene) -> bool:
    """ "assign bugs to someone": a person for each record."""
    if re.match(
        r"^(?:assign|give|hand)\s+(?:\w+\s+){1,3}to\s+(?:someone|somebody|people|a person"
        r"|one of us|members?|each other|us|a member)\b",
        text,
        re.I,
    ):
        return acting.add_described(scene, Described("Assigned to", s.FIELD_TYPE_PERSON))
    if hit := re.match(
        r"^(?:everyone|everybody|we|people|i|each (?:person|member)|members|they)\s+(?:can\s+"
        r"|should\s+|will\s+|want to\s+)?(?:rates?|scores?|grades?)\s+(?P<x>.+)$",
        text,
        re.I,
    ):
        scale = re.search(r"(\d+)\s*(?:to|-)\s*(\d+)", hit["x"])
        return acting.add_described(
            scene, Described("Rating", s.FIELD_TYPE_RATING, most=float(scale[2]) if scale else None)
        )
    return False


def _nice(text: str, scene: Scene) -> bool:
    """ "X would be nice", "a chart is what we miss", and things named without any verb."""
    hit = (
        re.match(
            r"^(?P<x>.+?)\s+(?:would|might|could)\s+(?:also\s+|really\s+)?(?:be\s+(?:really\s+"
            r"|so\s+|very\s+)?(?:nice|good|great|cool|helpful|useful|lovely|handy|awesome|perfect"
            r"|fun|fine|better|interesting)|help|make sense|do)(?P<rest>.*)$",
            text,
            re.I,
        )
        or re.match(
            r"^(?P<x>.+?)\s+(?:should|must|could|needs?\s+to|has\s+to|have\s+to|ought\s+to)\s+(?:also\s+)?"
            r"(?:be\s+(?:in\s+(?:there|here|it)|included|added|tracked|recorded|logged|noted|part\s+of\s+it"
            r"|there|on\s+it)|go\s+in|come\s+in)\b(?P<rest>).*$",
            text,
            re.I,
        )
        or re.match(
            r"^(?P<x>.+?)\s+(?:is|are)\s+(?:still\s+)?(?:missing|what (?:i|we) (?:miss|need|"
            r"want|lack)|needed)(?P<rest>)$",
            text,
            re.I,
        )
    )
    if hit:
        parts = [_item(f"{part}{hit['rest'] if i == 0 else ''}", scene) for i, part in enumerate(_items(hit["x"]))]
        return any(parts)
    bare_phrase = (
        re.match(r"^(?:an?|another|one more|some|maybe)\s+\S", text, re.I)
        or re.match(r"^(?:the )?(?:number of|how (?:many|much|long|often)|when|who|whether|where)\b", text, re.I)
        or re.match(r"^[\w /\ue000-\ue002-]{2,40}\s+(?:too|as well|also|instead)(?:\s*\ue001\d+\ue002)?$", text, re.I)
        or _is_described(text, scene)
    )
    if (
        bare_phrase
        and len(text.split()) <= 10
        and not re.search(r"\b(?:is|are|was|were|should|can't|don't|isn't)\b", text, re.I)
    ):
        done = [_item(part, scene) for part in _items(text)]
        return any(done)
    return False


def _is_described(text: str, scene: Scene) -> bool:
    """Whether a few words without a verb describe a field that is not there."""
    if len(text.split()) > 6 or scene.mentions_any(scene.prepared.plain(text)):
        return False
    made = described(text, scene.prepared)
    return made is not None and (bool(made.choices) or made.type not in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN))


def _same_view(text: str, scene: Scene) -> bool:
    """ "a chart would be good" after a figure was asked for: that figure, drawn so."""
    plain = bare(
        scene.prepared.plain(re.sub(r"\s+(?:would|might|could)\s.*$|^(?:as|in|with)\s+", "", text, flags=re.I))
    )
    kind = view_type(plain)
    if kind not in (s.VIEW_TYPE_CHART, s.VIEW_TYPE_METRIC) or not re.fullmatch(
        r"(?:an?|the|some|one|maybe|simple|nice|little|\s|bar|line|pie)*\s*\w+", plain
    ):
        return False
    last = next((o for o in reversed(scene.operations) if isinstance(o, ops.AddView)), None)
    return last is not None and last is scene.operations[-1] and last.type == "chart" and bool(last.aggregate)


def _automatic(text: str, scene: Scene) -> bool:
    """ "I'd like that worked out automatically": said of a field that is computed already."""
    said = re.match(
        r"^.{0,30}\b(?:that|this|it)(?:'s| is| be| to be| should be)?\s+(?:be\s+)?(?:worked out"
        r"|calculated|computed|automatic(?:ally)?|filled in)\b.*$",
        text,
        re.I,
    )
    return bool(said and scene.topic and scene.topic.field.formula) or bool(
        said and any(getattr(o, "formula", "") for o in scene.operations[-1:])
    )


def _topic(text: str, scene: Scene) -> bool:
    """A remark that asks for nothing, but says what is spoken of."""
    subject = re.match(
        r"^(?:the\s+)?(?P<x>\ue000\d+\ue002|\w+(?: \w+)?)\s+(?:is|isn't|are|aren't|was|sounds|seems)\b", text, re.I
    )
    if subject and scene.exact(subject["x"]) is None and scene.choice(subject["x"]) is not None:
        return False
    lacking = re.match(
        r"^(?:the\s+)?(?P<x>[\w ]+?)\s+(?:isn't|aren't|is not|are not)\s+(?:tracked|recorded"
        r"|logged|there|included|in (?:there|here|it))\b",
        text,
        re.I,
    )
    if lacking and scene.exact(lacking["x"]) is None:
        scene.lacking = lacking["x"]
        return False
    if subject and (named := scene.names.field(scene.prepared.plain(subject["x"]))):
        scene.spoken_of(named)
        return False
    mentioned = scene.names.mentions(scene.prepared.plain(text))
    if mentioned:
        scene.spoken_of(mentioned[0][2])
    elif subject:
        # It speaks of something that is not known: "it" is not what was spoken of before.
        scene.topic = scene.chosen = None
        scene.lost = True
    return False


_RULES: tuple[Rule, ...] = (
    _keep,
    _rename,
    _arrow,
    _split,
    permit,
    _require,
    _between,
    _reminder,
    _entity,
    _turn,
    _really,
    _retype,
    _remove,
    _compute,
    _view,
    _choices,
    _also,
    _same_view,
    _automatic,
    _assign,
    _question,
    _nice,
    _add,
    _topic,
)
