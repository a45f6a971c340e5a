"""How large a number may be: "between 0 and 14", "at most 5", "不能为负", "在0到100之间"."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.language import is_chinese

_N = r"(-?\d+(?:\.\d+)?)"
_SUBJECT = re.compile(
    r"^(?:make sure\s+(?:that\s+)?)?(?:the\s+)?(?P<x>[\w /]+?)\s+(?:must|should|has to|have to|needs to|can|may"
    r"|is|are|shall"
    r"|ought to)(?!['n])\s*(?:(?P<not>not|never)\s+|always\s+|only\s+)*(?:be\s+|go\s+|lie\s+)?(?P<y>.+)$"
    r"|^(?:make sure\s+(?:that\s+)?)?(?:the\s+)?(?P<x2>[\w /]+?)\s+(?P<not2>cannot|can't|mustn't|shouldn't|isn't"
    r"|may not)\s+"
    r"(?:be\s+|go\s+)?(?P<y2>.+)$"
    r"|^(?:the\s+)?(?P<x4>[\w ]+?):?\s+(?P<y4>(?:only|just|from|between)\s+-?\d+(?:\.\d+)?\s*(?:to|and|-"
    r"|–)\s*-?\d+(?:\.\d+)?(?:,?\s*(?:and )?(?:required|mandatory))?|-?\d+\s*(?:to|-|–)\s*-?\d+ only|(?:at least"
    r"|at most|no more than|no less than|max(?:imum)?"
    r"|min(?:imum)?|out of)\s+-?\d+(?:\.\d+)?)(?:,?\s*(?:and )?(?:not )?(?:required|mandatory))?$"
    r"|^(?:limit|restrict|cap|keep)\s+(?:the\s+)?(?P<x3>[\w /]+?)\s+(?:to\s+|at\s+)?(?P<y3>.+)$",
    re.I,
)
# Said of what was just spoken of.
_ALONE = re.compile(
    r"^(?:and\s+)?(?P<y>(?:at least|at most|no more than|no less than|up to|min(?:imum)?(?: of)?|max(?:imum)?(?:"
    r" of)?)\s+-?\d+(?:\.\d+)?"
    r"|(?:最多|最少|至少|不超过|不低于|不能超过)\s*-?\d+(?:\.\d+)?)$",
    re.I,
)
_SUBJECT_ZH = re.compile(
    r"^(?:把|将)?(?P<x>[^,，\d]{1,12}?)(?:必须|只能|应该|要|得|一定|必填|[是为填])*(?P<y>(?:\d|在|限定?|限制"
    r"|不能|不可以?|不得"
    r"|最少|最多|至少|最低|最高|最大|最小|大于|小于|不超过|不低于).+)$"
)
_BETWEEN = re.compile(
    rf"(?:between|from|within)\s+{_N}\s+(?:and|to|-)\s+{_N}|^(?:only |just )?{_N}\s*(?:-|to|–)\s*{_N}$"
    rf"|{_N}\s*(?:到|至|-|~|和)\s*{_N}",
    re.I,
)
_LEAST = re.compile(
    rf"(?:at least|no less than|not less than|from|min(?:imum)?(?: of)?|>=)\s+{_N}|(?:至少|最少|最低|最小|不低于"
    rf"|不少于|不能小于|不能低于|不能少于|不小于)(?:是|为)?\s*{_N}",
    re.I,
)
_MOST = re.compile(
    rf"(?:at most|out of|no more than|not more than|up to|max(?:imum)?(?: of)?|<=)\s+{_N}|(?:最多|最高|最大"
    rf"|不超过|不能超过"
    rf"|不多于|不大于|不高于)(?:是|为)?\s*{_N}",
    re.I,
)
_OVER = re.compile(rf"(?:above|over|more than|greater than|exceed|higher than)\s+{_N}", re.I)
_UNDER = re.compile(rf"(?:below|under|less than|lower than|smaller than)\s+{_N}", re.I)
_NEGATIVE = re.compile(r"\b(?:negative|below (?:zero|0)|less than (?:zero|0))\b|负", re.I)
_REQUIRED = re.compile(r"\b(?:required|mandatory)\b|必填", re.I)


def bound(text: str, scene: Scene) -> bool:
    """Sets the least and the most of the number field that a clause names; False where it names none, or no bound."""
    plain = scene.prepared.plain(text)
    if (alone := _ALONE.match(plain)) and scene.topic is not None and scene.topic.field.type in NUMBERS:
        least, most = _bounds(alone["y"], negated=False)
        scene.act(ops.ChangeField(scene.topic.entity, scene.topic.field.name, min=least, max=most))
        return True
    hit = (_SUBJECT_ZH if is_chinese(plain) else _SUBJECT).match(plain)
    if hit is None:
        return False
    said = {k.rstrip("234"): v for k, v in hit.groupdict().items() if v}
    ref = scene.names.field(said["x"], least=0.9)
    if ref is None or ref.field.type not in NUMBERS:
        return False
    least, most = _bounds(said["y"], negated="not" in said)
    if least is None and most is None:
        return False
    required = not re.search("not (?:required|mandatory)", plain, re.I) if _REQUIRED.search(plain) else None
    scene.spoken_of(ref)
    return scene.act(ops.ChangeField(ref.entity, ref.field.name, min=least, max=most, required=required))


def _bounds(said: str, *, negated: bool) -> tuple[float | None, float | None]:
    if _NEGATIVE.search(said) and (negated or "不" in said):
        return 0.0, None
    if found := _number(_BETWEEN, said, 2):
        return min(found), max(found)
    least, most = _number(_LEAST, said), _number(_MOST, said)
    if negated:
        # "Not above 5" is at most 5.
        least, most = least or _number(_UNDER, said), most or _number(_OVER, said)
    return (least[0] if least else None), (most[0] if most else None)


def _number(pattern: re.Pattern[str], said: str, count: int = 1) -> list[float]:
    hit = pattern.search(said)
    found = [float(g) for g in hit.groups() if g] if hit else []
    return found if len(found) == count else []
