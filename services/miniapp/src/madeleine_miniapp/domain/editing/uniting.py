"""Options that become one: "merge sold and kept into gone", "把A和B合并成C", "门票并到玩乐里"."""

from __future__ import annotations

import re

from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.naming import ChoiceRef, FieldRef
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, QUOTED, bare, listed, polished

_INTO = r"(?:as|into|in|to|under)"
_ONE = r"(?:(?:just |simply |a )?(?:single |new )?(?:one|option|choice|category|kind|type|thing)\b\s*)?"
_CALLED = r"(?:,?\s*(?:called|named|and call (?:it|them|that)|let's call (?:it|them)|call (?:it|them)|as)\s+)?"
_MERGE = re.compile(
    rf"^(?:merge|combine|join|unite|unify|fuse|group|lump|fold|collapse|put|throw|count|pool)\s+(?P<x>.+?)\s+"
    rf"(?:together\s*)?{_INTO}\s+{_ONE}{_CALLED}(?P<y>.+)$",
    re.I,
)
_PASSIVE = re.compile(
    rf"^(?P<x>.+?)\s+(?:(?:are|is|get|gets|should be|can be|could be|must be)\s+)?(?:merged|combined|lumped"
    rf"|grouped|joined|folded|put)\s+"
    rf"(?:together\s+)?{_INTO}\s+{_ONE}{_CALLED}(?P<y>.+)$",
    re.I,
)
_ARE_BOTH = re.compile(
    rf"^(?P<x>.+?)\s+(?:are|count as|become|should be(?:come)?|can be|is|turn into)\s+(?:(?:both"
    rf"|all)\s+(?:just\s+)?(?P<y>{QUOTED}|[\w -]{{2,30}}?)"
    rf"|(?:now\s+|just\s+)?(?P<z>{QUOTED}))(?:\s+(?:for me|for us|now|anyway|to me|to us))*$",
    re.I,
)
_ARE_ONE = re.compile(
    r"^(?P<x>.+?)\s+(?:can|could|should|may|must|are|is|might as well|belong|count)\s+(?:all\s+|both\s+|basically\s+"
    r"|really\s+|just\s+)*(?:be\s+|become\s+)?(?:merged|combined|joined|put together|one|the same(?: thing)?"
    r"|a single (?:one|option)|one (?:and the same|option|thing|choice)|together)\b(?:\s+(?:to|for) (?:me|us))?"
    r"(?:\s+(?:into|as|in)\b)?"
    r"(?:[\s,:;-]*(?:just\s+)?(?:one\s+)?(?:called|named|namely|(?:so\s+)?(?:please\s+)?call (?:it|them|that)|as"
    r"|option"
    rf"|into)?\s*(?P<y>{QUOTED}|{BRACKETED}|[\w/ -]+))?$",
    re.I,
)
_COUNTS_AS = re.compile(
    r"^(?P<x>.+?)\s+(?:should\s+|can\s+|could\s+|must\s+)?(?:counts?|go(?:es)?|belongs?|is\s+part|be\s+part)\s+"
    r"(?:as|under|in|into|with|to|of)\s+(?P<y>.+)$",
    re.I,
)
_ARROW = re.compile(r"^(?P<x>.+?)\s*(?:-+>|=>|→)\s*(?:one\s+)?(?P<y>.+)$", re.I)
_ALIKE_ZH = re.compile(
    r"^(?P<x>.+?)(?:其实|都|就|差不多|基本上?|是)*(?:一样|一回事|一个意思|同一个|没区别|不用?分开?|不区分)的?了?$"
)
_MERGE_ZH = re.compile(
    r"^(?:把|将)?(?P<x>.+?)(?:这[两三几]个|这[两三几]项|选项)?(?:都|就|可以|应该)*(?:合并|合|并|归并|归类?|统一"
    r"|算|归入|并入|放|算作)"
    r"(?:成|为|到|在|入|进|作|叫)*(?:一起|一个|一项|一类|同一个)?(?:新的)?[,，]?(?:就?叫做?|名叫"
    r"|名为)?(?P<y>.+?)(?:里面?|中|下面|去)?$"
)


def unite(text: str, scene: Scene, *, chinese: bool) -> bool:
    """Takes options of one field for one; False where a phrase names no options of the same field."""
    patterns = (_ALIKE_ZH, _MERGE_ZH) if chinese else (_MERGE, _PASSIVE, _ARROW, _ARE_ONE, _ARE_BOTH, _COUNTS_AS)
    hits = [found for p in patterns if (found := p.match(text))]
    named = [(found, chosen) for found in hits if (chosen := _options(found["x"], scene))]
    if not named:
        return False
    hit, chosen = named[0]
    if hit.re is _ALIKE_ZH and len(chosen) < 2:
        return False
    to = _target(
        hit.groupdict().get("y") or hit.groupdict().get("z") or "", scene, FieldRef(chosen[0].entity, chosen[0].field)
    )
    into = to or (chosen[0].value if len(chosen) > 1 else "")
    if hit.re is _ARE_BOTH and len(chosen) < 2:
        return False
    if not into or len(into) > 40 or (len(chosen) < 2 and not _may_take(hit[0], into, chosen[0])):
        return False
    field = chosen[0].field.name
    for each in chosen:
        if bare(each.value) != bare(into):
            scene.act(ops.RenameChoice(each.entity, field, each.value, into))
    scene.choosing = next((r for r in scene.names.choosing() if r.field.name == field), None)
    if scene.choosing is not None:
        # "Call it closed" means what they have become.
        scene.topic, scene.chosen = None, ChoiceRef(chosen[0].entity, scene.choosing.field, into)
    return True


def _options(phrase: str, scene: Scene) -> list[ChoiceRef]:
    """The options that an enumeration names, all of one field; none where any part names none."""
    phrase = re.sub(r"^(?:the\s+)?(?:options?|choices?|both|all)\s+(?:of\s+)?|^选项", "", polished(phrase), flags=re.I)
    parts = [
        p for part in listed(phrase, ("and", "or", "with", "&", "plus"), slashes=True) for p in _named_in(part, scene)
    ]
    found: list[ChoiceRef] = []
    for part in parts:
        within = FieldRef(found[0].entity, found[0].field) if found else None
        chosen = scene.choice(part, within)
        if chosen is None:
            return []
        found.append(chosen)
    return found


def _named_in(part: str, scene: Scene) -> list[str]:
    """A part as it is where it names an option, else what stands between Chinese words for "and"."""
    return [part] if scene.choice(part) is not None else [p for p in re.split("[和与跟及]", part) if p]


def _target(phrase: str, scene: Scene, of: FieldRef) -> str:
    plain = scene.prepared.plain(polished(phrase)).strip("() ")
    quoted = scene.prepared.quoted(phrase)
    if len(quoted) == 1:
        plain = quoted[0]
    plain = re.sub(r"^(?:an?\s+|the\s+)?(?:new\s+)?|^(?:新的|一个|叫做?)", "", plain, flags=re.I).strip()
    if re.fullmatch(r"one|it|them|each other|一起|一个|同一个", plain, re.I):
        return ""
    there = scene.choice(plain, of)
    return there.value if there else plain


def _may_take(said: str, into: str, one: ChoiceRef) -> bool:
    """Whether a single option may go into another: into one that is there, or into one that is said to be new."""
    return any(bare(c) == bare(into) for c in one.field.choices) or bool(re.search(r"\bnew\b|新", said))
