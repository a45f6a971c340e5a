"""Makes operations of what a clause says a field should hold."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.naming import FieldRef
from madeleine_miniapp.domain.editing.options import options
from madeleine_miniapp.domain.editing.phrase_words import GRADES
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scene_words import TYPE_WORDS
from madeleine_miniapp.domain.editing.text import BRACKETED, bare, polished
from madeleine_miniapp.domain.units import unit_named

# "A link i can click": a link.
_OF_USE = re.compile(
    r"(?P<t>(?:an?\s+|the\s+)?[\w ]+?)\s+(?:(?:that|which|where)\s+)?(?:i|we|you|people|one|everyone|it)\s+"
    r"(?:can|could|may)\s+(?:actually\s+|just\s+|really\s+)?[a-z]+(?:\s+(?:on|in|at|it|up|from|with|through))?$"
    r"|(?P<t2>(?:an?\s+|the\s+)?[\w ]+?)\s+(?:to\s+(?:click|open|tap|pick|tick|fill in|follow|sort by))(?:\s+on)?$",
    re.I,
)

# "用克记的数字": a number, in grams.
_MEASURED_IN = re.compile(r"用(?P<u>\S{1,4}?)来?(?:记|算|计|填|称|表示)的?(?P<t>\S+)")


def surely(scene: Scene, phrase: str) -> FieldRef | None:
    """The field that a phrase names, and nothing besides: another type is for no other one."""
    ref = scene.field(phrase, spoken=False)
    return None if ref is None or scene.names.goes_beyond(scene.prepared.plain(phrase), ref) else ref


def retype(scene: Scene, ref: FieldRef, wanted: str) -> bool:
    """Changes what a field holds: a type, or options to choose from."""
    text = re.sub(
        r",?\s*(?:instead of|rather than)\s+.*$|(?<=\w)(?:,\s*|\s+)(?:and )?not\s+[^,]*$|(?<!^)\b(?:really"
        r"|actually|rather)\b",
        "",
        polished(wanted),
        flags=re.I,
    )
    if chosen := re.fullmatch(r"(?P<o>.+?)[,，]?(?P<n>[二两三四五])选一(?:的)?", text):
        text = chosen["o"]
        if not re.search("[、,，和或/]", text):
            # "主场客场二选一": names of one length.
            size, odd = divmod(len(text), "一二三四五".find(chosen["n"].replace("两", "二")) + 1)
            if odd:
                return False
            text = "、".join(re.findall(f".{{{size}}}", text))
    text = re.sub(
        r"^(?:something|a thing|things|sth|(?:an? |the )?(?:field|column|list|one)) (?:to|(?:that|where|from which)"
        r" (?:we|you|people|i|everyone) (?:can )?) ?(?:choose|pick|select|click|tick)(?: off)?"
        r"(?P<n> (?:several|multiple|more than one|many|all|any)(?: of them| things| ones)?)?(?: from"
        r"| between)?\s*:?\s*",
        lambda hit: "multiple: " if hit["n"] else "one of: ",
        text,
        flags=re.I,
    )
    text = re.sub(r"\b(yes ?/ ?no|yes or no)\s+(?:for\s+)?(?:whether|if)\s.*$", r"\1", polished(text), flags=re.I)
    if (boxes := re.search(r"\s+(?:as\s+)?(?:tick|check) ?boxes$", text, re.I)) and boxes.start() > 0:
        return retype(scene, ref, f"multiple: {re.sub('/', ', ', text[: boxes.start()])}")
    remark = re.search(
        r"\s*(?:[-–—,:(]\s*)?\b(?:tick|choose|select|pick|check)\s+(?:all|any|several|as many)\b.*$", text, re.I
    )
    if remark and remark.start() > 0:
        return retype(scene, ref, f"multiple: {text[: remark.start()].strip(' -–—,:')}")
    measured = _MEASURED_IN.fullmatch(text)
    if measured and (unit := unit_named(measured["u"])) and (kind := type_named(measured["t"])) is not None:
        return change_type(scene, ref, Described("", kind, unit=unit))
    if unit := unit_named(scene.prepared.bracket(text).strip("() ")):
        kind = type_named(re.sub(BRACKETED, "", text))
        if kind is not None:
            return change_type(scene, ref, Described("", kind, unit=unit))
    text = re.sub(
        r"^((?:an?\s+)?(?:\w+\s+)?(?:text|number|date)),?\s+(?:like|such as|e\.?g\.?)\s.*$", r"\1", text, flags=re.I
    )
    first, _, remarks = text.partition(",")
    if remarks and re.match(r"(?:an?\s|the\s|real\s|proper\s|whole\s|plain\s)", first, re.I) and type_named(first):
        # "A number, ie how many shirts, people write novels in there".
        text = first
    if (told := re.match(r"(?P<t>.+?)\s+(?:when|on which|at which)\s+\S", text, re.I)) and type_named(told["t"]):
        # "The date when we told them".
        text = told["t"]
    if (of_use := _OF_USE.match(text)) and type_named(of_use["t"] or of_use["t2"]) is not None:
        text = of_use["t"] or of_use["t2"]
    if (kind := type_named(text)) is not None:
        return change_type(scene, ref, Described("", kind))
    several = bool(
        re.search(
            r"\b(?:multi|multiple|several|more than one|tickable|tick|(?:tick|check) ?boxe?s?)\b|多选",
            scene.prepared.plain(text),
            re.I,
        )
    )
    found = offered(scene, text)
    if found:
        if {bare(f) for f in found} in ({"yes", "no"}, {"是", "否"}, {"有", "没有"}):
            return change_type(scene, ref, Described("", s.FIELD_TYPE_BOOLEAN))
        kind = s.FIELD_TYPE_MULTI_CHOICE if several else s.FIELD_TYPE_CHOICE
        if ref.field.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE) and not several:
            kind = ref.field.type
            found = list(dict.fromkeys(found))
        return change_type(scene, ref, Described("", kind, choices=tuple(found)))
    kind = type_named(re.sub(BRACKETED, "", text))
    if kind is not None:
        return change_type(scene, ref, Described("", kind))
    if scale := re.search(
        r"\b(\d{1,2})\s*(?:-|to|–|到|至)\s*(\d{1,3})\b|\bout of \d{1,3}\b", scene.prepared.plain(text)
    ):
        if scale[1] and ref.field.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_MONEY) and int(scale[1]) != 1:
            # A number stays one, within bounds.
            return scene.act(ops.ChangeField(ref.entity, ref.field.name, min=float(scale[1]), max=float(scale[2])))
        made = described(f"x {scale[0]}", scene.prepared)
        return made is not None and change_type(scene, ref, made)
    hit = re.match(r"^(.+?)[,，]?\s*(?:in|单位(?:是|为|用)?|measured in)\s*([^\s,，]+)$", text)
    if hit and (kind := type_named(hit[1])):
        made = described(f"x in {hit[2]}", scene.prepared)
        return change_type(scene, ref, Described("", kind, unit=made.unit if made else ""))
    return False


def change_type(scene: Scene, ref: FieldRef, made: Described) -> bool:
    choices = made.choices
    if not choices and made.type in (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE):
        choices = tuple(ref.field.choices)
        if not choices:
            return False
    keep = made.type == ref.field.type
    scene.topic = ref
    scene.choosing = ref if choices else scene.choosing
    return scene.act(
        ops.ChangeField(
            ref.entity,
            ref.field.name,
            type=None if keep else TYPE_WORDS[made.type],
            choices=choices or None,
            unit=made.unit or None,
            min=made.least,
            max=made.most,
        )
    )


def offered(scene: Scene, text: str) -> list[str]:
    """The options that a phrase offers: after a colon, in brackets, "one of a, b", "a, b or c", "a、b"."""
    prepared = scene.prepared
    cleaned = re.sub(
        # "Fixed, partly, not": all of these are options.
        r"^(?:(?!(?:fixed|limited|single|simple|normal|possible)\s*[,/])(?:be|into|(?-i:an?|the)(?=\s+\w)|always"
        r"|usually|mostly|basically|normally|single|proper|simple|only|just|multi-?select|multi-?choice"
        r"|multiple choice|drop-?down|select(?:ion|or)?|choice"
        r"|pick-?list|list|menu|radio buttons?|tick ?boxes|options?|chosen|selected|picked"
        r"|tickable|to (?:tick|choose|pick|select)(?: from)?|several at once|fixed|limited"
        r"|something|out(?= of)|usually|always|normally|mostly|generally|typically|one|either|any|several"
        r"|possible|of|from|between|with|to|is|are|being|单选|多选|下拉(?:菜单|框|"
        r"列表)?|可以?选的?|选项|的|选择)(?=[\s:：,，\ue001]|$|[^\x00-\x7f])[\s:：,，]*)+",
        "",
        text.strip(),
        flags=re.I,
    )
    if re.search(r"\w\.\.\w", cleaned):
        # A range that is not spelled out.
        return []
    inside = prepared.bracket(text)
    outside = re.sub(BRACKETED, "", cleaned).strip(" :,：，")
    if inside and not re.search(r"[,，、/]| or | and ", outside):
        found = options(inside, prepared)
        if len(found) > 1:
            return list(found)
    if colon := re.search(r"[:：]\s*(.+)$", text):
        found = options(colon[1], prepared)
        if len(found) > 1:
            return list(found)
    if GRADES.fullmatch(outside):
        return outside.split()
    if re.search(r"[,，、/|]|\s(?:or|and|&)\s|[和或]", outside) and not re.search(
        r"\b(?:that|which|instead)\b|(?<!^)(?<!, )(?<!/)\bnot\b", outside
    ):
        found = options(outside, prepared)
        if type_named(found[0]) is not None and any(len(f.split()) > 2 for f in found[1:]):
            # "Opening as text, chart of my elo": a type, and another wish.
            return []
        if len(found) > 1 and all(len(f) <= 30 and not _SAYS.search(f) for f in found):
            return list(found)
    return []


# What an option hardly holds: it says something.
_SAYS = re.compile(
    r"^so\b|\b(?:is|are|was|were|should|must|have to|has to|their own|its own|honestly|please|optional|mandatory"
    r"|required|out of \d+|as (?:an? )?(?:text|number|date|link|person|photo|rating|stars))\b"
    r"|\b(?:charts?|graphs?|calendar|gallery|board|reminders?)\s+(?:of|by|over|for|with|view)\b|\bremind\b"
    r"|可以不|必[填选]|的话|更好|最好",
    re.I,
)
