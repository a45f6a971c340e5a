"""What English clauses make of the field last spoken of."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.retyping import offered
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene

_PICK_BARE = re.compile(
    r"^(?:let\s+(?:me|us|people|everyone))\s+(?:pick|choose|select|tick)\s+(?P<y>(?:several"
    r"|multiple|any|one|more than one)?.*)$",
    re.I,
)
_MAKE_IT = re.compile(
    r"^(?:make|let)\s+(?:it|that|this|them|those)\s+(?:only\s+)?(?:be\s+)?(?:only\s+)?(?P<y>.+(?:,|\sor\s|/).+)$", re.I
)
# "Make it real people".
_MAKE_IT_REAL = re.compile(
    r"^(?:make|turn|let)\s+(?:it|that|this|them|those)\s+(?:be\s+|into\s+)?(?P<y>(?:real|proper|actual|plain)\s.+"
    r"|stars|(?:whole )?numbers|dates|text|(?:tick|check) ?boxes|people|money|links|photos)$",
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
_ONE_THING = re.compile(r"an?\s(?!.*\sor\s)(?!choice|drop|list|pick|select)", re.I)


def of_topic(text: str, scene: Scene) -> bool | None:
    """What is said of the field last spoken of."""
    if scene.topic is None:
        return None
    if hit := _PICK_BARE.match(text):
        return retype_field(scene, scene.topic, hit["y"])
    if (hit := _MAKE_IT_REAL.match(text)) and not scene.topic_gone and type_named(hit["y"]) is not None:
        return retype_field(scene, scene.topic, hit["y"])
    if (hit := _IT_IS.match(text)) and (len(offered(scene, hit["y"])) > 1 or type_named(hit["y"]) is not None):
        return retype_field(scene, scene.topic, hit["y"])
    return None


def made_so(text: str, scene: Scene) -> bool | None:
    """ "Make it a, b or c" of the field last spoken of."""
    hit = _MAKE_IT.match(text)
    if hit is None or scene.topic is None or len(offered(scene, hit["y"])) < 2 or _ONE_THING.match(hit["y"]):
        return None
    return retype_field(scene, scene.topic, hit["y"])
