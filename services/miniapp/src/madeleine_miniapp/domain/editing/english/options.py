"""Options that English clauses add to choice fields."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.words import AFTERTHOUGHT, ASKING
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED, bare, listed, polished
from madeleine_miniapp.domain.editing.viewing import add_view, view_type

_BETWEEN = re.compile(
    r"\b(?:in\s+)?between\s+(?:the\s+)?(?P<a>\ue000\d+\ue002|[\w/-]+(?: [\w/-]+)??)\s+and\s+"
    r"(?:the\s+)?(?P<b>\ue000\d+\ue002|[\w/-]+(?: [\w/-]+)?)",
    re.I,
)
_CALLED = re.compile(r"\b(?:called|named)\s+(?P<v>.+)$", re.I)
_ALSO = re.compile(
    r"^(?:there(?:'s| is| are)|we have|we've got|i have|i've got|i (?:(?:also|now|even) )*\w+|we "
    r"(?:(?:also|now|even) )*\w+)\s+(?:now\s+)?(?:also\s+|even\s+)?(?P<v>.+?)(?:\s+(?:as well|too"
    r"|also|now))*$",
    re.I,
)


# "As pickup points": of a field "pickup".
_PLACES = re.compile(r"\s+(?:points?|places?|spots?|options?|choices?|types?|kinds?|stops?|values?)$", re.I)


def between(text: str, scene: Scene) -> bool:
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
            head = re.sub("^put ", "", ASKING.sub("", rest.partition("\x00")[0]), flags=re.I)
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
    at_end = re.match(
        r"^\s*(?:,|and)\s+(?P<v>.+?)\s+(?:at the (?:very )?(?:end|bottom)|last|after (?:that|it|those))$",
        text[end:],
        re.I,
    )
    done = ref is not None and bool(values) and acting.add_choices(scene, ref, [polished(v) for v in values], after)
    if done and at_end and ref is not None:
        acting.add_choices(scene, ref, option_values(at_end["v"]))
    return done


def choice_item(body: str, scene: Scene) -> bool:
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
        r"^(?P<v>.+?)\s+as\s+(?:an?\s+|the\s+)?(?:(?:further|more|additional|new|other|extra|another|possible"
        r"|second|third)\s+)*"
        r"(?P<x>[\w ]+?)$",
        body,
        re.I,
    ):
        values = option_values(hit["v"])
        holder = scene.names.field(_PLACES.sub("", hit["x"]) or hit["x"], least=0.95)
        if (
            holder is not None
            and holder.field.choices
            and not view_type(scene.prepared.plain(hit["v"]))
            and all(len(v.split()) <= 3 for v in values)
        ):
            return acting.add_choices(scene, holder, values)
    if hit := re.match(
        rf"^(?:an?\s+|another\s+|new\s+)*(?P<v>{QUOTED}(?:(?:\s*[+,&]\s*"
        rf"|\s+and\s+){QUOTED})*)\s+(?P<x>[\w ]+?)(?P<mid>\s+in\s+"
        rf"(?:the\s+middle|between))?(?:\s+option)?$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            middle = holder.field.choices[(len(holder.field.choices) - 1) // 2] if hit["mid"] else ""
            return acting.add_choices(scene, holder, option_values(hit["v"]), middle)
    if hit := re.match(
        rf"^(?:an?\s+|another\s+|new\s+)*(?P<x>[\w ]+?)(?:\s*:\s*|\s+(?:called\s+|named\s+)?)(?P<v>{QUOTED})$",
        body,
        re.I,
    ):
        holder = scene.field(hit["x"], spoken=False)
        if holder is not None and holder.field.choices:
            return acting.add_choices(scene, holder, [hit["v"]])
    return False


def new_choices(hit: re.Match[str], body: str, scene: Scene) -> bool:
    words, rest = hit["x"], hit["v"]
    called = _CALLED.search(body)
    for size in (2, 1):
        name = " ".join(words.split()[:size])
        holder = scene.field(name, spoken=False)
        if holder is not None and holder.field.choices:
            value = called["v"] if called else (" ".join(words.split()[size:]) + " " + rest).strip()
            # As in: a new bike in the stable, mtb.
            value = value.rpartition(": ")[2] if ": " in value else value
            return acting.add_choices(scene, holder, option_values(re.sub(r"^[:,\-–]\s*", "", value)))
    numbered = re.findall(r"\b\d+\b", rest)
    holder = scene.only_choice(numbers=bool(numbered))
    if holder is None:
        return False
    if numbered and all(c.isdecimal() for c in holder.field.choices):
        return acting.add_choices(scene, holder, numbered)
    return bool(called) and acting.add_choices(scene, holder, option_values(called["v"]))


def is_option(text: str, scene: Scene) -> bool:
    """ "bottle is a third side": an option of a field that is named after it."""
    hit = re.match(
        r"^(?P<v>\ue000\d+\ue002|[\w ]+?)\s+(?:is|are|=|would be|should be|counts? as)\s+(?:also\s+)?(?:(?:an?|the"
        r"|another|two|three|some)\b|(?=(?:new|further|more|other|additional|possible|valid)\b))\s*"
        r"(?:new|second|third|fourth|fifth|further|possible|valid|other|more|additional|extra|missing)?\s*"
        r"(?P<x>[\w ]+?)(?:\s+(?:option|choice|value))?(?:\s+(?:too|as well|now))?$",
        text,
        re.I,
    )
    ref = scene.names.field(hit["x"], least=0.9) if hit else None
    if hit is None or ref is None or not ref.field.choices or scene.exact(hit["v"]) is not None:
        return False
    return acting.add_choices(scene, ref, option_values(hit["v"]))


def also(text: str, scene: Scene) -> bool:
    """ "there's also physics and chemistry": options of the only choice field, where no field is described."""
    hit = _ALSO.match(text)
    if not hit or not re.search(r"\b(?:also|as well|too|even)\b", text, re.I) or view_type(scene.prepared.plain(text)):
        return False
    holder = scene.only_choice()
    values = re.findall(QUOTED, text) or option_values(re.sub(r"\b(?:also|as well|too|even)\b", " ", hit["v"]))
    if (
        holder is None
        or not values
        or any(len(scene.prepared.plain(v).split()) > 2 or described_as_field(v, scene) for v in values)
    ):
        return False
    return acting.add_choices(scene, holder, values)


def one_more_for(text: str, scene: Scene) -> bool:
    """ "One for travel and pets": more options, or one more view, as what was asked for last."""
    last = scene.operations[-1] if scene.operations else None
    if isinstance(last, ops.AddView):
        return add_view(scene, text, s.ViewType.Value(f"VIEW_TYPE_{last.type.upper()}"))
    if isinstance(last, ops.AddField) and not last.choices and not last.formula and scene.only_choice() is None:
        made = described(text, scene.prepared)
        return made is not None and acting.add_described(scene, made)
    added = isinstance(last, ops.AddField | ops.AddChoice)
    holder = (
        scene.names.field(last.field if isinstance(last, ops.AddChoice) else last.label, last.entity) if added else None
    )
    if holder is None or not holder.field.choices:
        holder = scene.choosing or scene.only_choice()
    values = option_values(AFTERTHOUGHT.sub("", text))
    if holder is None or any(len(v.split()) > 3 or scene.exact(v) is not None for v in values):
        return False
    return acting.add_choices(scene, holder, values)


def described_as_field(text: str, scene: Scene) -> bool:
    """Whether a phrase tells more than a name: a type, a unit, a bracket."""
    if "\ue001" in text or re.match(r"^(?:when|who|how|whether|if|where)\b", text, re.I):
        return True
    if re.search(r"\b(?:column|field|checkbox|tick ?box|list|table|view|chart|reminder)s?\b", text, re.I):
        return True
    made = described(text, scene.prepared)
    return made is not None and made.type not in (s.FIELD_TYPE_TEXT, s.FIELD_TYPE_BOOLEAN) and "\ue000" not in text


def option_values(text: str) -> list[str]:
    found: list[str] = []
    for part in listed(polished(re.sub(r"(?:^|\s+|,\s*)\+\s+", ", ", text))):
        value = re.sub(r"^(?:(?:an?|the|also|numbers?|option|choice|and|just)\s+)+", "", part, flags=re.I)
        value = re.sub(r"(?<=\w)\s+ones?$", "", value)
        if value:
            found.append(value)
    return found
