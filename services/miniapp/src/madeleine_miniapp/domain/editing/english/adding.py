"""English clauses that ask for something new."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.described import Described
from madeleine_miniapp.domain.editing.english.items import item
from madeleine_miniapp.domain.editing.english.listing import items
from madeleine_miniapp.domain.editing.english.options import option_values
from madeleine_miniapp.domain.editing.english.words import (
    ADD,
    AFTERTHOUGHT,
)
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.editing.viewing import view_type


def add(text: str, scene: Scene) -> bool:
    hit = ADD.match(text)
    if not hit:
        return False
    body = AFTERTHOUGHT.sub("", hit["x"])
    if re.match(r"(?:put|throw|stick)\s", text, re.I):
        body = re.sub(r"\s+in$", "", body)
    if re.search(r"\s(?:any\s?more|any longer)$", body, re.I):
        # What there is no longer.
        return False
    if re.match(r"(?:it|that|this)\s+(?:an?|the)\s", body, re.I):
        # What is to be made of it is no field's name.
        return False
    if re.match(r"(?:is|isn't|are|aren't|was|wasn't)\s", body) and scene.exact(text.partition(" ")[0]) is not None:
        # "Note is a mess": a field, not a verb.
        return False
    if re.fullmatch(r"(?:it|that|them|those)", bare(body)) and scene.lacking:
        body, scene.lacking = scene.lacking, ""
        # What was not known is asked for now.
        scene.not_done = [told for told in scene.not_done if body not in told]
    if not bare(body) or re.fullmatch(
        r"(?:one|it|that|them|this|so|some|more|to \w+ (?:one|it|that|them))", bare(body)
    ):
        return True
    done = [item(part, scene) for part in items(body)]
    return any(done)


def assign(text: str, scene: Scene) -> bool:
    """ "assign bugs to someone": a person for each record."""
    if re.match(
        r"^(?:assign|give|hand)\s+(?:\w+\s+){1,3}to\s+(?:someone|somebody|people|a person"
        r"|one of us|members?|each other|us|a member)\b",
        text,
        re.I,
    ):
        return acting.add_described(scene, Described("Assigned to", s.FIELD_TYPE_PERSON))
    if hit := re.match(
        r"^(?:sort|group|order|arrange)(?:\s+(?:them|it|everything|the"
        r" \w+))?\s+by\s+(?P<x>[\w ]+?)\s*:\s*(?P<v>.+(?:,|\sor\s).+)$",
        text,
        re.I,
    ):
        return item(f"{hit['x']}: {hit['v']}", scene)
    if hit := re.match(
        r"^(?:sort|group|divide|categori[sz]e|classify|sort out)\s+(?:them|it|these|those|everything|(?:the|our"
        r"|my|all) \w+)"
        r"\s+(?:in|into|by|as)\s*:?\s+(?P<v>.+(?:,|\sand\s|\sor\s).+)$",
        text,
        re.I,
    ):
        offered = tuple(scene.prepared.plain(v) for v in option_values(hit["v"]))
        return acting.add_described(scene, Described("Category", s.FIELD_TYPE_CHOICE, choices=offered))
    if hit := re.match(
        r"^(?:someone|somebody|one of us|an? \w+|the \w+|\w+)\s+(?:has to|must|should|needs to|will have"
        r" to)\s+(?:also\s+)?"
        r"(?P<v>approve|confirm|check|sign|authori[sz]e|verify|review)(?:\s+(?:it|them|this|that|each|every|off"
        r"|on).*)?$",
        text,
        re.I,
    ):
        verb = hit["v"].lower()
        done = f"{verb}d" if verb.endswith("e") else f"{verb[:-1]}ied" if verb.endswith("fy") else f"{verb}ed"
        return acting.add_described(scene, Described(f"{done.capitalize()} by", s.FIELD_TYPE_PERSON))
    if (
        scored := re.match(
            r"^(?:rate|score|grade)\s+(?:the\s+|each\s+|every\s+)?(?P<x>[\w ]+?)\s+(?:out of|from 1 to|1 to"
            r"|1-)\s*(?P<n>\d+)$",
            text,
            re.I,
        )
    ) and 2 <= int(scored["n"]) <= 10:
        label = f"{scored['x'].capitalize()} rating"
        return acting.add_described(scene, Described(label, s.FIELD_TYPE_RATING, most=float(scored["n"])))
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


def same_view(text: str, scene: Scene) -> bool:
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
