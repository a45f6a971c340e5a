"""News that an app's options should follow: "Dora joined the band", "we got a ficus", "Dad takes Ramipril as well"."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.options import described_as_field, option_values
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import QUOTED, bare, polished

_JOINED = re.compile(
    r"^(?:the\s+)?(?P<v>[\w'’-]+(?: [\w'’-]+)?(?:(?:,| and|, and) [\w'’-]+)*)\s+(?:(?:has|have|just|also"
    r"|recently|now|is"
    r"|are|will)\s+)*"
    r"(?:joined|joins?|joining|moved in|moving in|comes? along|came along|plays? with us|new (?:here|to|in)"
    r"|part of (?:it|us|the \w+)|with us)\b.*$",
    re.I,
)
_BEGINS = re.compile(
    r"^(?:(?:the|our|my)\s+)?(?P<v>[\w'’-]+)\s+(?:starts?|begins?|comes in|is on|opens?)(?:\s+(?:too|as well|now"
    r"|this|next|from|in)\b[\w ]*?)?"
    r"(?:,?\s+and so (?:does|do|is|will) (?:the )?(?P<w>[\w'’-]+))?$",
    re.I,
)
_IS_NEW = re.compile(
    r"^(?P<v>[\w\'’-]+(?:(?:,| and|, and) [\w\'’-]+)*)\s+(?:(?:is|are)\s+(?:also\s+)?(?:new|there|open|ready)"
    r"|(?:now\s+)?exists?)\b(?:\s+(?:now|too|this|for"
    r"|since|from|as well)\b.*)?$",
    re.I,
)
# "Bedroom's next", "battery C has arrived".
_COMES = re.compile(
    r"^(?:(?:the|our|my)\s+)?(?P<v>[\w'’-]+?)(?:'s|\s+is|\s+comes?|\s+has|\s+have)?\s+(?:next|next up|arrived"
    r"|come|here now)(?:\s+(?:now|too|as well))?$",
    re.I,
)
# "Pot size XL too".
_MORE_OF = re.compile(r"^(?:(?:size|number|type|option|colou?r|no\.?)\s+)?(?P<v>[\w-]+)\s+(?:too|as well|also)$", re.I)
_GOT = re.compile(
    r"^(?:(?:we|i)(?:'ve|\s+have)?\s+(?:(?:also|just|now|recently|finally|even)\s+)*(?:acquired|ordered|received"
    r"|found|(?=got|bought|adopted|planted|opened|started|took up))"
    r"|(?:(?:also|just|now|recently|finally)\s+)*(?=got|bought|adopted|planted|started|took up))"
    r"(?:got(?! rid\b)|bought|adopted|planted|opened|started|took up)?\s+(?:ourselves\s+|myself\s+)?(?P<v>.+)$",
    re.I,
)
_HAVE = re.compile(
    r"^(?:(?:we|i)(?:'ve|\s+have|\s+got)\s+(?=an?\s)|there(?:'s|\s+is|\s+are)\s+)(?P<v>.+?)\s+(?:instead|now|too)$",
    re.I,
)
_TAKES = re.compile(
    r"^(?:(?:my|our|the|his|her)\s+)?\w+\s+(?:also\s+|now\s+)*(?:gets?|takes?|got|has|uses?|plays?|eats?|drinks?)\s+"
    r"(?:also\s+|now\s+)*(?P<v>.+?)(?P<too>(?:\s+(?:as well|too|also|now))+)$",
    re.I,
)
# "Grandma walks him now too": one more who does.
_DOES_TOO = re.compile(
    r"^(?P<v>(?:my |our |baby |little |auntie? |uncle )?[\w'’-]+)\s+(?:(?:also|now)\s+)*[a-z]+s(?:\s+(?:him|her|it"
    r"|them|us|with us|here"
    r"|there|some|one))?(?:\s+(?:now|as well|too|also))+(?:\s+(?:from|since|until|in|on)\s.*)?$",
    re.I,
)
_LEFT = re.compile(
    r"^(?P<v>[\w'’-]+(?: [\w'’-]+)?)\s+(?:has\s+|have\s+|just\s+)*(?:left(?: us| the \w+)?|quit|moved (?:out"
    r"|away)|dropped out|is gone|(?:is|isn't|is not) (?:no longer )?"
    r"(?:with us|here)(?: any\s?more)?)$",
    re.I,
)
_SEVERAL = 4


# "A group “frogs” opened".
_OPENED = re.compile(
    rf"^(?:an?|the|one|our|another)\s+(?:new\s+)?(?P<x>\w+)\s+(?:called\s+|named\s+)?(?P<v>{QUOTED})\s+(?:has\s+"
    rf"|was\s+|is\s+)*"
    r"(?:opened|joined|started|founded|added|new|there|bought)\b.*$",
    re.I,
)
# "Frieda's sister moved in, she's called Gundi".
_CALLED = re.compile(
    r",?\s+(?:and\s+)?(?:(?:he|she|it|they|who)(?:'s|\s+is|'re|\s+are)\s+(?:called|named)|(?:his|her|its"
    r"|the)\s+name\s+is)"
    r"\s+(?P<v>[\w'’-]+)$",
    re.I,
)


def news(text: str, scene: Scene) -> bool:
    """Options for what is new; False where no choice field can be meant, or the words describe something else."""
    if (opened := _OPENED.match(text)) and (of := scene.exact(opened["x"])) is not None and of.field.choices:
        return acting.add_choices(scene, of, [opened["v"]])
    if (called := _CALLED.search(text)) and (_JOINED.match(text[: called.start()]) or _GOT.match(text)):
        holder = scene.only_choice_of_people()
        return holder is not None and acting.add_choices(scene, holder, [called["v"]])
    first, _, rest = text.partition(" ")
    if (
        (named := scene.exact(first)) is not None
        and named.field.choices
        and (hit := _BEGINS.match(rest))
        and not hit["w"]
    ):
        return acting.add_choices(scene, named, [hit["v"]])
    if named is not None and named.field.choices and (hit := _IS_NEW.match(rest) or _COMES.match(rest)):
        return acting.add_choices(scene, named, option_values(hit["v"]))
    if named is not None and named.field.choices and (hit := _MORE_OF.match(rest)):
        return acting.add_choices(scene, named, [hit["v"]])
    if (hit := _COMES.match(text)) and (of := scene.only_choice()) and _nameable(hit["v"], scene):
        return not _is_field(hit["v"], scene) and acting.add_choices(scene, of, [hit["v"]])
    if (hit := _IS_NEW.match(text)) and (of := scene.only_choice()) is not None and re.search(r"\bnew\b", text):
        values = option_values(hit["v"])
        if all(_nameable(v, scene) and not _is_field(v, scene) for v in values):
            return acting.add_choices(scene, of, values)
    if (hit := _BEGINS.match(text)) and (of := scene.only_choice()) is not None:
        values = [v for v in (hit["v"], hit["w"]) if v]
        if all(_nameable(v, scene) and not _is_field(v, scene) for v in values):
            return acting.add_choices(scene, of, values)
    if hit := _JOINED.match(text):
        holder = scene.only_choice_of_people()
        return holder is not None and acting.add_choices(scene, holder, option_values(hit["v"]))
    if (hit := _LEFT.match(text)) and scene.choice(hit["v"]) is not None:
        # Who has left is still in what was recorded: nobody asked to take the option away.
        scene.topic = None
        return True
    if (hit := _DOES_TOO.match(text)) and (holder := scene.only_choice_of_people()) is not None:
        return acting.add_choices(scene, holder, option_values(hit["v"]))
    hit = _GOT.match(text) or _HAVE.match(text) or _TAKES.match(text)
    if hit and (of := scene.exact(hit["v"].partition(" ")[0])) is not None and of.field.choices:
        return acting.add_choices(scene, of, option_values(hit["v"]))
    holder = scene.choosing or scene.only_choice()
    if hit is None or holder is None or described_as_field(hit["v"], scene):
        return False
    values = option_values(re.sub(r"\s+(?:in|on|for|from|at|to|last|this|yesterday|today)\b.*$", "", hit["v"]))
    if not values or len(values) > _SEVERAL or any(not _nameable(v, scene) for v in values):
        return False
    return acting.add_choices(scene, holder, values)


def _nameable(value: str, scene: Scene) -> bool:
    """Whether a phrase is short enough for an option, and no number of things or field of the app."""
    plain = bare(scene.prepared.plain(polished(value)))
    return (
        0 < len(plain.split()) <= 3
        and not re.search(r"\b(?:it|them|this|that)$", plain)
        and not re.match(r"(?:at|on|in|by|for|from|to|with)\b", plain)
        and not re.match(r"(?:\d+|two|three|four|some|many|more|enough|it|them|no|any)\b", plain)
        and scene.exact(value) is None
    )


def unheard_of(text: str, scene: Scene, least: int = 2) -> bool:
    """ "Pilates + boxing please", "zander and eel are missing": options, where nothing of the kind is a field"
    " anywhere."""
    said = re.sub(
        r"^(?:(?:the|some|a|an)\s+)?(?=\S)|\s+(?:is|are)\s+(?:still\s+)?missing$", "", polished(text), flags=re.I
    )
    # What has just been given its options has them all.
    known = scene.choosing if scene.choosing and scene.chose_before(scene.choosing) else None
    holder = known or scene.only_choice() or scene.choosing
    values = option_values(re.sub(r"\s*\+\s*", ", ", said))
    if holder is None or not least <= len(values) <= _SEVERAL or described_as_field(text, scene):
        return False
    if any(len(scene.prepared.plain(v).split()) > 2 or not _nameable(v, scene) for v in values):
        return False
    fields = [v for v in values if _is_field(v, scene)]
    lacking = re.search(r"\smissing$", text) is not None
    if fields and not (lacking and len(fields) < len(values) and all(_by_the_way(v, scene) for v in fields)):
        return False
    return acting.add_choices(scene, holder, values)


def _is_field(value: str, scene: Scene) -> bool:
    words = bare(scene.prepared.plain(value)).split()
    plain = " ".join(words)
    return scene.known.last_in(words) is not None or type_named(plain) is not None or bool(_VERBS.search(plain))


def _by_the_way(value: str, scene: Scene) -> bool:
    """Whether a word that can name a field is only one of the ways to call it: a "row" is a bed, or an exercise."""
    plain = bare(scene.prepared.plain(value))
    known = scene.known.of(plain)
    return known is not None and known.name != plain


_VERBS = re.compile(
    r"\b(?:is|are|was|were|can|must|should|would|add|show|i|we|you|it|me|us|to|not|no|by|per|in|of|for|with)\b"
)
