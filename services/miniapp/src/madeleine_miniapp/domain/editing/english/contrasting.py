"""What English clauses say that a field is not, or not only: no stars but a word, a third answer, more room."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.retyping import change_type
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene

# "Feeling isn't stars but a word: great, ok, awful".
_NOT_BUT = re.compile(
    rf"^(?P<x>{NAME})\s+(?:isn't|is not|aren't|are not|(?:should|must)\s+not\s+be|shouldn't\s+be)\s+(?:just\s+"
    rf"|only\s+)?"
    r"(?:an?\s+|the\s+)?[\w-]+(?: [\w-]+)?,?\s+but\s+(?:rather\s+)?(?P<y>.+)$",
    re.I,
)
# "Coming needs a maybe": a third answer.
_THIRD = re.compile(
    r"^(?P<x>[\w ]+?)\s+(?:needs|wants|could use|should have"
    r"|gets)\s+(?:also\s+)?(?:an?\s+)?(?P<v>\ue000\d+\ue002|maybe|unsure"
    r"|partly|not yet|unknown|don't know|half)(?:\s+(?:too|as well|option))*$",
    re.I,
)


def not_but(text: str, scene: Scene) -> bool | None:
    """ "Feeling isn't stars but a word: great, ok, awful"."""
    hit = _NOT_BUT.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    return retype_field(scene, ref, hit["y"]) if hit and ref else None


def third(text: str, scene: Scene) -> bool | None:
    """ "Coming needs a maybe": a third answer beside yes and no."""
    hit = _THIRD.match(text)
    ref = scene.exact(hit["x"]) if hit else None
    if hit is None or ref is None or ref.field.type != s.FIELD_TYPE_BOOLEAN:
        return None
    return change_type(
        scene, ref, Described("", s.FIELD_TYPE_CHOICE, choices=("yes", "no", scene.prepared.plain(hit["v"])))
    )


# "Remarks need more room, several lines": every text has it.
_ROOM = re.compile(
    r"^(?:(?:the\s+)?(?P<x>[\w ]+?)\s+(?:needs?|wants?|should (?:have|be|get)|must (?:have|be)"
    r"|could use)\s+)?(?:an?\s+)?"
    r"(?:(?:much\s+)?more (?:room|space|lines)|(?:several|multiple|many|more than one) lines?"
    r"|(?:bigger|longer|larger|long|big|multi-?line)\s+(?:(?:text|box|field|area|input)\s*)+)(?:\s+(?:instead|please))?$",
    re.I,
)


def more_room(text: str, scene: Scene) -> bool | None:
    """ "Remarks need more room" of a text, which has it already."""
    hit = _ROOM.match(text)
    ref = (scene.exact(hit["x"]) if hit["x"] else scene.topic) if hit else None
    if ref is None or ref.field.type != s.FIELD_TYPE_TEXT:
        return None
    scene.spoken_of(ref)
    return True
