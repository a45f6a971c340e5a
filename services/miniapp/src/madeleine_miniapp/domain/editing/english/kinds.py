"""New kinds of record that English clauses ask for: lists of their own, with their fields and what they belong to."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import kinds
from madeleine_miniapp.domain.editing.english.words import AFTERTHOUGHT, ASKING
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, listed, polished
from madeleine_miniapp.domain.editing.viewing import view_type

_ENTITY_OF = re.compile(
    r"^(?:(?:make|turn|move|put|split|give)\s+(?:(?:me|us)\s+)?(?P<x>.+?)\s+(?:into\s+|out into\s+|in\s+|as\s+)?"
    r"|(?P<x2>(?!(?:i|we|you"
    r"|they)\s).+?)\s+(?:deserves?"
    r"|needs?(?:\s+to\s+be(?:come)?)?|gets?|wants?|(?:has|have)\s+to\s+be(?:come)?|(?:should|could|must"
    r"|can)\s+(?:be|have|get|become))\s+)(?:its"
    r"|their|an?|a separate)\s+(?:own\s+|separate\s+|(?=list of (?:its|their) own))(?:list|table|sheet|page|section"
    r"|thing|entity|tab|record|entry)s?\b(?P<rest>.*)$"
    r"|^(?P<x3>[\w ]+?)\s+(?:as|(?:should|could|must|need to|have to|has to)\s+(?:be|become|get"
    r"|have))\s+(?:an?\s+)?(?:records?|entries|entry|lists?|tables?)\s+"
    r"of\s+(?:their|its)\s+own(?P<rest3>.*)$"
    r"|^(?P<x4>[\w ]+?)\s+(?:go\s+|goes\s+)?in(?:to)?\s+(?:an?|their|its)\s+(?:own|second|separate|new|another|extra"
    r"|different)\s+(?:list|table|sheet|page)\b(?P<rest4>.*)$",
    re.I,
)
_ENTITY = re.compile(
    r"^(?:a|an|another|one more|some|the)?\s*(?:second|separate|another|new|extra|additional"
    r"|own|further|third|different)\s+(?:list|table|sheet|tab|page|section|kind of (?:record"
    r"|entry)|entity|database|register)\s+(?:for|of|with|called|named|to track|to keep"
    r"|where we keep)\s+(?P<x>.+)$",
    re.I,
)
_AS_LIST = re.compile(
    r"^(?:the\s+|our\s+|all\s+)*(?P<x>[\w ]+?)\s+(?:as|in|on|into)\s+(?:an?|its|their)\s+(?:new|own|separate"
    r"|second|extra|further)\s+(?:list|table|sheet|tab|page|section)\b(?P<rest>.*)$",
    re.I,
)
_LOG_OF = re.compile(
    r"^(?:an?|another)\s+(?:log|record|list|diary|history|register)\s+(?:of|for)\s+(?:the\s+|all\s+"
    r"|our\s+)*(?P<x>[\w ]+?)"
    r"(?:\s+(?:for|of|per)\s+(?:each|every|the)\s+(?P<of>[\w ]+?))?\s*:\s*(?P<r>.+(?:,|\sand\s).+)$",
    re.I,
)
_LIST_FOR = re.compile(
    r"^(?:an?|another)\s+(?:list|table|page|sheet)\s+(?:for|of)\s+(?:the\s+|our\s+|my\s+"
    r"|all\s+)*(?P<x>[\w ]+?),?\s+with\s+"
    r"(?P<r>.+?(?:,|\sand\s).+)$",
    re.I,
)
_LIST_WITH = re.compile(
    r"^(?:an?|another)\s+(?P<x>[\w ]+?\s+(?:list|table|log|register|diary))(?:\s+(?:too|as well"
    r"|also))?,?(?:\s+(?:with|having)\s+|\s*:\s*)"
    r"(?P<r>.+?(?:,|\sand\s).+)$",
    re.I,
)
_EACH_HAS = re.compile(
    r"^(?:each|every|an?)\s+(?P<of>\w+)\s+(?:(?:can|should|may|could|must|needs?\s+to|will)\s+)?(?:have|has"
    r"|gets?|holds?)\s+(?:several|many|multiple|some|any"
    r" number of|more than one|a list of|a few)\s+(?P<x>[\w ]+?)(?:\s*:\s*"
    r"|,?\s+(?:each\s+)?with\s+(?:an?\s+)?)(?P<r>.+)$",
    re.I,
)
_DRAWN = re.compile(
    rf"^(?:the\s+)?(?P<f>[\w ]+?)\s+(?:is\s+to\s+be|should\s+be|must\s+be|has\s+to\s+be|to\s+be|is|gets"
    rf"|can\s+be)\s+(?:picked|chosen|selected|taken)\s+"
    r"from\s+(?:an?\s+|our\s+|the\s+)?(?:own\s+|new\s+|separate\s+)?(?:list|table|sheet)\s+of\s+(?P<x>[\w ]+?)\s*"
    rf"(?:{BRACKETED}|(?:with|:)\s+(?P<r>.+))$",
    re.I,
)
_EACH_OF = re.compile(
    r"\s*,?\s*(?:and\s+|so\s+that\s+|where\s+)?(?:each|every|all|any|an?)\s+(?P<x>\w+)\s+(?:(?=(?:linked|tied|connected"
    r"|attached|assigned)\s+to\s)|is\s+|are\s+|has\s+"
    r"|gets?\s+|belongs?\s+|sits?\s+|goes\s+|can\s+\w+\s+"
    r"|should\s+\w+\s+|points?\s+)+(?:at\s+|to\s+|in\s+|on\s+|for\s+|with\s+|under\s+"
    r"|(?:linked|tied|connected|attached|assigned)\s+to\s+)*(?:exactly\s+|just\s+)?(?:one|an?|some)\b.*$",
    re.I,
)
_WITH = re.compile(
    r"\s*(?:[:：]|,?\s*(?:with|having|holding|containing|that has|which has|including"
    r"|and its?|each with|incl\.?)\s)\s*",
    re.I,
)


# "And link the harvests to it".
_LINKING = re.compile(
    r",?\s*(?:and\s+|then\s+)*(?:link|connect|tie|attach|relate)\s+(?:(?:the|each|every|all|our|my)\s+)*(?P<x>\w+)\s+"
    r"(?:to|with)\s+(?:it|them|that|those)\b.*$",
    re.I,
)


def new_entity(text: str, scene: Scene) -> bool:
    if re.search(r"\bto (?:choose|pick|select) from\b", text, re.I):
        # Options, and no kind of record.
        return False
    body = ASKING.sub("", text)
    hit, rest = _ENTITY_OF.match(text), ""
    linked: str | None = None
    if (several := _EACH_HAS.match(body)) and (of := scene.names.entity(several["of"])) is not None:
        return kinds.add_entity(scene, several["x"], listed(several["r"]), linked=of.label or of.name)
    if (drawn := _DRAWN.match(text)) and (of := scene.exact(drawn["f"])) is not None:
        rest = drawn["r"] or scene.prepared.bracket(text).strip("() ")
        if kinds.add_entity(scene, drawn["x"], listed(rest)):
            made = next((e for e in scene.spec.entities if e.name == scene.entity), None)
            return made is not None and kinds.relate(scene, of.entity, made)
    if hit:
        label = hit["x"] or hit["x2"] or hit["x3"] or hit["x4"]
        rest = hit["rest"] or hit["rest3"] or hit["rest4"] or ""
        linked = "" if re.search(r"\blinked|\bconnected", rest, re.I) else None
        ref = scene.field(label, spoken=False)
        if ref is not None:
            scene.entity = ref.entity
            scene.kept.add((ref.entity, ref.field.name))
        parts = _WITH.split(rest, maxsplit=1)
        rest = parts[1] if len(parts) > 1 else scene.prepared.bracket(rest).strip("() ")
    elif (hit := _ENTITY.match(body)) and not re.search(r"\bwith$", body[: hit.start("x")].strip(), re.I):
        parts = _WITH.split(hit["x"], maxsplit=1)
        label, rest = polished(parts[0]), parts[1] if len(parts) > 1 else scene.prepared.bracket(hit["x"])
        label = re.sub(r"\s+(?:would|please|too|as well|might|could)\b.*$", "", label)
    elif (hit := _AS_LIST.match(body)) and scene.exact(hit["x"]) is None:
        parts = _WITH.split(hit["rest"], maxsplit=1)
        label, rest = hit["x"], parts[1] if len(parts) > 1 else scene.prepared.bracket(hit["rest"])
    elif hit := _LOG_OF.match(body):
        label, rest = hit["x"], hit["r"]
        of = scene.names.entity(hit["of"]) if hit["of"] else None
        linked = hit["of"] if of is not None else None
    elif (hit := _LIST_FOR.match(body)) or (
        (hit := _LIST_WITH.match(body))
        and not view_type(hit["x"])
        and (":" not in body[: hit.start("r")] or _tells_fields(hit["r"], scene))
    ):
        label, rest = hit["x"], hit["r"]
    else:
        return False
    linking = _LINKING.search(rest)
    rest = AFTERTHOUGHT.sub("", _LINKING.sub("", rest))
    belongs = _EACH_OF.search(rest) or _EACH_OF.search(text)
    if belongs:
        rest = _EACH_OF.sub("", rest)
    parts = listed(re.sub(r"\s+\+\s+", ", ", rest))
    done = kinds.add_entity(scene, re.sub(r"[\ue001]\d+\ue002", "", label), parts, linked=linked)
    if belongs:
        belonging(belongs[0].strip(" ,"), scene)
    if linking:
        belonging(f"each {linking['x'].removesuffix('s')} belongs to one", scene)
    return done


def belonging(text: str, scene: Scene) -> bool:
    """ "Every guest sits at one": records of another kind belong to one of the kind that was just added."""
    hit = _EACH_OF.fullmatch(text)
    added = next((o for o in reversed(scene.operations) if isinstance(o, ops.AddEntity)), None)
    if hit is None or added is None:
        return False
    holder, to = scene.names.entity(hit["x"]), scene.names.entity(added.label)
    return holder is not None and to is not None and holder.name != to.name and kinds.relate(scene, holder.name, to)


def _tells_fields(listing: str, scene: Scene) -> bool:
    """Whether what a list is to hold are fields, not options: three or more, and one is known or tells its type."""
    parts = listed(listing)
    made = [described(part, scene.prepared) for part in parts]
    return len(parts) > 2 and any(
        m is not None and (m.type != s.FIELD_TYPE_TEXT or scene.known.of(m.label) is not None) for m in made
    )
