"""Clauses of an English request, each read by the first rule that it fits."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain.editing.bounding import bound
from madeleine_miniapp.domain.editing.defaulting import default
from madeleine_miniapp.domain.editing.english.adding import add, assign, same_view
from madeleine_miniapp.domain.editing.english.growing import choices
from madeleine_miniapp.domain.editing.english.kinds import belonging, new_entity
from madeleine_miniapp.domain.editing.english.news import news
from madeleine_miniapp.domain.editing.english.options import also, between, is_option, one_more_for
from madeleine_miniapp.domain.editing.english.remarks import automatic, computing, question, rate, reminding, topic
from madeleine_miniapp.domain.editing.english.removing import all_but, remove
from madeleine_miniapp.domain.editing.english.renaming import arrow, better, keep, really, rename
from madeleine_miniapp.domain.editing.english.retyping import retype
from madeleine_miniapp.domain.editing.english.rewording import reworded
from madeleine_miniapp.domain.editing.english.showing import view
from madeleine_miniapp.domain.editing.english.splitting import require, split
from madeleine_miniapp.domain.editing.english.turning import turn
from madeleine_miniapp.domain.editing.english.wishing import wished
from madeleine_miniapp.domain.editing.english.words import (
    ADD,
    NOISE,
    TAKE_BACK,
)
from madeleine_miniapp.domain.editing.ordering import arrange
from madeleine_miniapp.domain.editing.permitting import permit
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, bare
from madeleine_miniapp.domain.editing.uniting import unite

_IN_PLACE = re.compile(
    rf"^(?:instead of|in place of|rather than)\s+(?:the\s+|having\s+)?(?P<x>[\w /]+?)(?:\s*{BRACKETED})?,?\s+"
    r"(?P<rest>(?:i|we|give|add|let|use|put|have|please|it|just|only|whether|how|an?|the)\b.+)$",
    re.I,
)
_INSTEAD = re.compile(
    r"^(?P<rest>.+?)\s+(?:instead of|in place of|rather than)\s+(?:the\s+)?(?P<x>[\w /]+?)(?P<more>(?:[,:]|\s+and\s"
    r"|\s+plus\s).*|)$",
    re.I,
)
_RATHER = re.compile(
    r"^(?:instead of|rather than)\s+(?:the\s+|having\s+)?(?P<x>[\w /]+?),?\s+(?:i"
    r"|we)(?:'d)?\s+(?:would\s+)?(?:want|need|like|prefer|have)"
    r"(?:\s+to have)?:?\s+(?P<v>[^:]+?(?:,|\sor\s|\s?/)[^:]+)$",
    re.I,
)
_SO_FAR = re.compile(
    r"^(?:just|only|simply)\s+|\s+(?:yes ?/ ?no|yes or no|true ?/ ?false|(?:tick|check) ?box|tick|flag|field"
    r"|column|text|numbers?)$",
    re.I,
)
_COMMAS = re.compile(r",\s*(?:and\s+|but\s+|plus\s+)?|\s*;\s*|\s[-–—]\s", re.I)
_ANDS = re.compile(r"\s+(?:and|plus)\s+|\s*[+&]\s*", re.I)
_WE_USE = re.compile(r"^(?:we|i|they)\s+(?:now\s+|just\s+)?(?:give|use|do|take|pay|go by|count)\s+", re.I)
_SINCE = re.compile(
    r"\s+(?:because|since|so that|so we|so i|cause|as we|as i|for (?:privacy|clarity)|now that)\b.*$", re.I
)
_OF_KIND = re.compile(r"^(?:on\s+|for\s+)?(?:the\s+)?(?P<e>\w+)\s*:\s*(?P<rest>.+)$", re.I)
# "For pickups I'd like the family size".
_FOR_KIND = re.compile(
    r"^(?:for|in|on|with|to)\s+(?:the\s+|each\s+|every\s+|all\s+|our\s+)*(?P<e>\w+(?: \w+)?),?\s+(?P<rest>(?:i"
    r"|i'd|we|we'd|please|add"
    r"|it|you|there|also|drop|remove|show|a|an|the)\b.+)$",
    re.I,
)
_FORGET_IT = re.compile(r"forget\s+about\s+(?:it|that)", re.I)
# "What's missing is the crag".
# "We forgot draw in the result": what is missing there.
_FORGOTTEN = re.compile(
    r"^(?:(?:i|we|you|somebody|someone)(?:'ve|\s+have|\s+has)?\s+)?(?:(?:totally|completely|just|also|somehow"
    r"|obviously|clearly)\s+)*"
    r"(?:forgot(?:ten)?|left out|overlooked|omitted)(?!\s+(?:to|how|that|about it)\b)\s+(?:about\s+)?(?P<x>.+)$",
    re.I,
)
# "Multiply quantity by price for the total".
_MULTIPLY = re.compile(
    r"^(?P<v>multiply|divide)\s+(?:the\s+)?(?P<a>[\w ]+?)\s+(?:by|with)\s+(?:the\s+)?(?P<b>[\w ]+?)"
    r"(?:,?\s+(?:for|to get|as|and call it|into)\s+(?:the\s+|an?\s+)?(?P<l>[\w ]+))?$",
    re.I,
)
# "Strength 1-10 instead of stars": what it was so far.
_THAN_SO = re.compile(
    r",?\s+(?:instead of|rather than)\s+(?:just\s+|only\s+|the\s+)?(?:stars?|(?:free\s+)?text|numbers?|yes ?/ ?no"
    r"|yes or no|(?:tick|check) ?box|points?|words?|an? (?:number|date|text))$",
    re.I,
)
_IN_FIELD = re.compile(
    r"^(?P<v>.+?)\s+(?:in|from|for|under|as an? option (?:in|for))\s+(?:the\s+)?(?P<f>[\w ]+)$", re.I
)
# "Also one for travel and pets": of what was just asked for.
_ONE_FOR = re.compile(
    r"^(?:(?:add|maybe|and)\s+)?(?:one|ones)\s+(?:more\s+)?(?:for|called|with)\s+(?!each\b|every|all\b|us\b|me\b"
    r"|it\b|that\b|the whole)"
    r"(?P<v>.+)$",
    re.I,
)
# "Sets next to reps": where a new field is to stand.
_NEXT_TO = re.compile(
    r"^(?P<x>(?:(?!\bmove\b|\bput\b)[\w' -])+?)\s+(?:right\s+)?(?:next to|beside|besides|alongside|to the"
    r" (?:right|left) of)"
    r"\s+(?:the\s+)?(?P<f>\ue000\d+\ue002|[\w ]+?)(?:\s+(?:please|pls))?$",
    re.I,
)
# "Put the place next to the day": the order of fields is not ours to change.
_PUT_BESIDE = re.compile(
    r"^(?:put|move|place|have)\s+(?:the\s+)?(?P<x>[\w ]+?)\s+(?:right\s+)?(?:next to|beside|alongside|under"
    r"|above|below)\s",
    re.I,
)
Rule = Callable[[str, Scene], bool]


def _unite(text: str, scene: Scene) -> bool:
    return unite(text, scene, chinese=False)


_RULES: tuple[Rule, ...] = (
    all_but,
    keep,
    _unite,
    rename,
    better,
    arrow,
    split,
    permit,
    default,
    require,
    bound,
    between,
    is_option,
    reminding,
    rate,
    new_entity,
    belonging,
    turn,
    really,
    retype,
    remove,
    computing,
    arrange,
    view,
    choices,
    also,
    news,
    same_view,
    automatic,
    assign,
    question,
    add,
    wished,
    topic,
)


def read(clause: str, scene: Scene) -> bool:
    """Takes the operations of one clause on; False when it is not understood."""
    text = reworded(clause)
    if forgotten := _FORGOTTEN.match(text):
        held = _IN_FIELD.match(forgotten["x"])
        within = held is not None and (of := scene.names.field(held["f"], least=0.9)) is not None and of.field.choices
        text = f"{held['v']} is missing in {held['f']}" if held and within else f"add {forgotten['x']}"
    text = _beside(text, scene)
    if (order := _PUT_BESIDE.match(text)) and scene.exact(order["x"]) is not None:
        return False
    if more := _ONE_FOR.match(text):
        return one_more_for(more["v"], scene)
    if sum_of := _MULTIPLY.match(text):
        sign = "*" if sum_of["v"].lower() == "multiply" else "/"
        text = f"{sum_of['l'] + ' = ' if sum_of['l'] else ''}{sum_of['a']} {sign} {sum_of['b']}"
    # "And jersey size": it goes on adding.
    scene.led = bool(re.match(r"(?:(?:and|also|plus|oh and|then|another thing)\b|[+&])", clause.strip(" ,"), re.I))
    if (
        (hit := _FOR_KIND.match(text) or _OF_KIND.match(text))
        and len(scene.spec.entities) > 1
        and (kind := scene.names.entity(hit["e"]))
    ):
        scene.entity = kind.name
        return read(hit["rest"], scene)
    text = re.sub(
        r"\s+(?:would be|is|are)\s+(?:much |far )?(?:better|nicer|more useful)\s+than\s+",
        " instead of ",
        text,
        flags=re.I,
    )
    if _options_instead(text, scene):
        return True
    if (hit := _IN_PLACE.match(text)) and remove(f"remove {_SO_FAR.sub('', hit['x'])}", scene):
        # "Instead of theme I'd like a cuisine"
        return read(_WE_USE.sub("add ", hit["rest"]), scene)
    if (
        (hit := _INSTEAD.match(text))
        and (gone := scene.names.field(_SO_FAR.sub("", hit["x"]), least=0.9)) is not None
        and remove(f"remove {gone.field.label}", scene)
    ):
        # "whether it was home or away instead of place, and who scored"
        return read(f"{hit['rest']}{hit['more']}", scene)
    if not text or NOISE.match(bare(text)):
        return True
    if scene.denied and re.fullmatch(
        r"(?:just\s+)?(?:keep|leave)(?:\s+(?:it|that|them))?(?:\s+(?:in|there|as (?:it )?is|alone))*", text, re.I
    ):
        # "Drop minutes? No, keep."
        scene.cancel()
        return True
    if _FORGET_IT.fullmatch(text) and _told_of_topic(scene):
        # "The delay is only for trains, forget about it": the field, not the wish before.
        return remove("remove it", scene)
    if TAKE_BACK.match(text):
        scene.cancel()
        rest = TAKE_BACK.sub("", text).strip(" ,")
        return not rest or read(rest, scene)
    for form in dict.fromkeys((text, _SINCE.sub("", text), _THAN_SO.sub("", text))):
        for rule in _RULES:
            if rule(form, scene):
                return True
    if told := re.match(r"^[\w ]{1,24}:\s+(?P<rest>add .+)$", text, re.I):
        return read(told["rest"], scene)
    # A dash in a sum is a minus.
    parts = [p for p in (re.split(r",\s*(?:and\s+)?", text) if "=" in text else _COMMAS.split(text)) if p.strip()]
    if len(parts) < 2 or ":" in text:
        return _both(text, scene)
    # Nothing reads it whole: an enumeration of wishes.
    done = [read(f"and {part}", scene) for part in parts]
    if any(done):
        scene.not_done += [scene.prepared.plain(p) for p, ok in zip(parts, done, strict=True) if not ok]
    return any(done)


def _beside(text: str, scene: Scene) -> str:
    """A wish without the field that what it adds is to stand next to."""
    hit = _NEXT_TO.match(text)
    if hit is None or scene.exact(hit["f"]) is None or scene.exact(hit["x"]) is not None:
        return text
    return hit["x"] if ADD.match(hit["x"]) else f"add {hit['x']}"


def _both(text: str, scene: Scene) -> bool:
    """Two wishes that only an "and" joins, where each is one by itself; nothing is done where one of them is not."""
    parts = [p for p in _ANDS.split(text) if p.strip()]
    if len(parts) != 2 or "=" in text or re.search(r"\bbetween\b", text, re.I):
        return False
    before, spoken = list(scene.operations), (scene.topic, scene.chosen, scene.choosing, scene.entity, scene.lost)
    if all(read(part, scene) for part in parts):
        return True
    for operation in [o for o in scene.operations if o not in before]:
        scene.retract(operation)
    scene.topic, scene.chosen, scene.choosing, scene.entity, scene.lost = spoken
    return False


def _told_of_topic(scene: Scene) -> bool:
    """Whether the clause before was a remark about the field last spoken of."""
    topic = None if scene.topic_gone else scene.topic
    return topic is not None and any(
        ref.field.name == topic.field.name for *_, ref in scene.names.mentions(scene.remark.lower(), topic.entity)
    )


def _options_instead(text: str, scene: Scene) -> bool:
    """ "Instead of just paid yes/no I want: open, partly, paid": other options of a field that is there."""
    hit = _RATHER.match(text)
    ref = scene.names.field(_SO_FAR.sub("", hit["x"]), least=0.9) if hit else None
    return hit is not None and ref is not None and retype_field(scene, ref, hit["v"])
