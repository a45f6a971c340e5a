"""What English clauses call otherwise, and what they say to keep."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing import acting, relabelling
from madeleine_miniapp.domain.editing.arithmetic import NUMBERS
from madeleine_miniapp.domain.editing.english.words import (
    NAME,
)
from madeleine_miniapp.domain.editing.field_words import type_named
from madeleine_miniapp.domain.editing.phrases import described
from madeleine_miniapp.domain.editing.retyping import change_type
from madeleine_miniapp.domain.editing.retyping import retype as retype_field
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, QUOTED, listed, polished
from madeleine_miniapp.domain.units import unit_named

_RENAMES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^(?:re-?name|re-?title|re-?label)\s+(?P<x>{NAME})\s+(?:to|as|into|2|->|=>|→)\s+(?P<y>.+)$",
        rf"^(?:change|update|set|switch|edit)\s+(?:the\s+)?(?:name|label|title|heading|header)\s+"
        rf"(?:of|for)\s+(?P<x>{NAME})\s+(?:to|into|as)\s+(?P<y>.+)$",
        rf"^(?:change|update|set)\s+(?P<x>{NAME})'s\s+(?:name|label|title)\s+(?:to|into)\s+(?P<y>.+)$",
        rf"^(?:.*?\s)?(?:calls?|names?)\s+(?P<x>{QUOTED})\s+(?P<y>{QUOTED})$",
        rf"^(?:make|let)\s+(?P<x>it|this|that)\s+(?:be\s+)?(?P<y>{QUOTED})$",
        rf"^(?:call|name|label)\s+(?P<x>{QUOTED}|it|this|that)\s+(?:just\s+|simply\s+)?(?P<y>.+)$",
        rf"^(?P<x>{NAME})\s+(?:should|could|can|must|needs?\s+to|has\s+to|ought\s+to|to|"
        rf"shall|will)\s+(?:really\s+|actually\s+|rather\s+|just\s+)?(?:be\s+)(?:called|named"
        rf"|labelled|labeled|renamed(?:\s+(?:to|as))?)\s+(?P<y>.+)$",
        rf"^(?:.*?\s)?(?:wants?|would\s+like|would\s+prefer|prefers?|'d\s+like|likes?)\s+"
        rf"(?P<x>{NAME})\s+(?:to\s+be\s+)?(?:called|named|labelled|renamed(?:\s+(?:to|as))?)\s+"
        rf"(?P<y>.+)$",
        rf"^(?P<x>{NAME})\s+(?:wants?|would\s+like|prefers?)\s+to\s+be\s+(?:called|named)\s+(?P<y>.+)$",
        rf"^(?P<x>{NAME})\s+(?:should|must|ought\s+to)\s+(?:say|read)\s+(?P<y>(?!how\b|what\b|when\b|who\b"
        rf"|whether\b).+)$",
        rf"^(?P<x>{NAME})\s+(?:becomes|is\s+(?:now|better)\s+called|is\s+now)\s+(?P<y>(?!an?\s).+)$",
        rf"^(?:we|i|they|people|everyone)\s+(?:always\s+|usually\s+|actually\s+|rather\s+)?calls?\s+"
        rf"(?P<x>[\w ]+?)\s+(?P<y>{QUOTED})$",
        rf"^(?P<x>{NAME})\s+(?:is|are)\s+called\s+(?P<y>.+?)(?:\s+(?:now|here|(?:with|by|among) us"
        rf"|(?:in|at) our \w+))*$",
    )
)
_WITH_OPTIONS = re.compile(
    rf"^(?P<l>{QUOTED}|[a-z][\w -]{{1,30}}?)\s*(?:(?:,\s*)?with\s+(?:the\s+)?(?:options?\s+|choices?\s+)?"
    rf"(?P<o>[^,:]+(?:,|\sor\s|\s?/\s?)[^:]+)|(?<=\ue002)\s*(?P<b>{BRACKETED}))$",
    re.I,
)
_BECOMES = re.compile(rf"^(?P<x>{NAME})\s+(?:becomes|turns into|is now|will be)\s+(?P<y>.+)$", re.I)
# "Remark should be “note”": neither an option of it nor another type.
_SHOULD_BE = re.compile(
    rf"^(?P<x>{NAME})\s+(?:should|must|could|can|ought\s+to|needs?\s+to|has\s+to)\s+(?:really\s+|rather\s+"
    rf"|just\s+|simply\s+)*be\s+(?:just\s+|simply\s+)?(?P<y>{QUOTED})$",
    re.I,
)
_PAIRWISE = re.compile(
    r"^(?:(?:re-?name|change|turn)\s+)?(?P<x>[^:]+?\s(?:and|&)\s[^:]+?)\s+(?:(?:should|must"
    r"|could)\s+(?:be\s+called|be|read|say|become)|(?:in)?to"
    r"|are\s+(?:now\s+)?called|become|->|→)\s+(?P<y>[^:]+?\s(?:and|&)\s[^:]+?)(?:,?\s+respectively)?$",
    re.I,
)
_CALLED_SO = re.compile(
    rf"(?:^(?:call|name|label|re-?name)|,|\band|&)\s+(?:the\s+)?(?P<x>{QUOTED}|[\w-]+(?: [\w-]+)?)\s+(?:to\s+"
    rf"|as\s+)?(?P<y>{QUOTED})",
    re.I,
)
_BAD_NAME = re.compile(
    rf"^(?P<x>{NAME})\s+(?:is|was|sounds?)\s+(?:an?\s+)?(?:\w+\s+)?(?:silly|bad|wrong|stupid|odd|misleading"
    rf"|confusing|unclear|boring|strange"
    r"|ugly)(?:\s+(?:name|word|label|title))$",
    re.I,
)
_BETTER = re.compile(
    rf"^(?P<x>{QUOTED})\s+(?:is|would be|sounds?|fits?)\s+(?:much\s+|a lot\s+)?(?:better|nicer|clearer|best)$", re.I
)
_ARROW = re.compile(rf"^(?P<x>{NAME})\s*(?:->|=>|→|-->)\s*(?P<y>.+)$")
_REALLY = re.compile(rf"^(?P<x>{NAME})\s+(?:is|are)\s+(?:really|actually|in fact|rather)\s+(?P<y>.+)$", re.I)


def keep(text: str, scene: Scene) -> bool:
    hit = re.match(
        r"^(?:keep|leave|preserve|don't (?:remove|delete|touch|change|lose))\s+(?:the\s+)?"
        r"(?:old\s+|existing\s+|current\s+)?(?P<x>.+?)(?:\s+(?:as (?:is|it is|they are)|"
        r"where (?:it|they)|alone|there|in|until|for now|the same|untouched|unchanged)\b.*)?$",
        text,
        re.I,
    )
    if not hit or re.match(r"track|record|a |an eye", hit["x"], re.I) or re.search(r"\s(?:out|off|away)$", text, re.I):
        return False
    # What is to be kept may have been taken away a moment ago; "the old text" is of what was just spoken of.
    ref = scene.first_names.field(scene.prepared.plain(hit["x"])) or scene.topic
    if ref is not None:
        scene.kept.add((ref.entity, ref.field.name))
        scene.spare(ref)
    return True


def rename(text: str, scene: Scene) -> bool:
    pairs = re.fullmatch(
        r"(?P<verb>re-?name|re-?label|call)\s+(?P<first>.+? (?:to|as|into) .+?)(?P<more>"
        r"(?:\s*(?:,|\band\b|&)+\s*.+? (?:to|as|into) .+)+)",
        text,
        re.I,
    )
    if pairs:
        parts = re.split(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+|&)\s*", f"{pairs['first']}{pairs['more']}")
        if all(re.search(r"\S\s+(?:to|as|into)\s+\S", part) for part in parts):
            done = [rename(f"rename {part}", scene) for part in parts]
            return any(done)
    named = list(_CALLED_SO.finditer(text)) if re.match(r"(?:call|name|label|re-?name)\s", text, re.I) else []
    if len(named) > 1 and all(scene.exact(one["x"]) or scene.choice(one["x"]) for one in named):
        # "Call upper “systolic” and lower “diastolic”".
        done = [relabelling.rename(scene, one["x"], one["y"]) for one in named]
        return all(done)
    if (hit := _PAIRWISE.match(text)) and _in_pairs(listed(hit["x"]), listed(hit["y"]), scene):
        return True
    if (
        (hit := _BECOMES.match(text))
        and (ref := scene.exact(hit["x"])) is not None
        and (
            new := re.match(
                r"(?P<l>[\w ]{2,30}?),?\s+with\s+(?:the\s+)?(?:values|options|choices)\s*:?\s*(?P<v>.+)$", hit["y"]
            )
        )
    ):
        relabelling.rename(scene, hit["x"], new["l"])
        return scene.topic is None or retype_field(scene, scene.topic, new["v"])
    if (
        (hit := _BECOMES.match(text))
        and (ref := scene.exact(hit["x"])) is not None
        and retype_field(scene, ref, hit["y"])
    ):
        return True
    for pattern in _RENAMES:
        hit = pattern.match(text)
        of = scene.exact(hit["x"]) if hit else None
        if hit and of and of.field.type in NUMBERS and (unit := unit_named(scene.prepared.plain(hit["y"]).lower())):
            # "Hydration should say percent": what it is measured in.
            return scene.act(ops.ChangeField(of.entity, of.field.name, unit=unit))
        if hit and relabelling.rename(scene, hit["x"], hit["y"]):
            return True
    if (
        (hit := _SHOULD_BE.match(text))
        and (ref := scene.exact(hit["x"])) is not None
        and not ref.field.choices
        and type_named(scene.prepared.plain(hit["y"])) in (None, ref.field.type)
    ):
        return relabelling.rename(scene, hit["x"], hit["y"])
    if hit := re.match(r"^(?:call|name|label)\s+(?P<rest>.+)$", text, re.I):
        words = hit["rest"].split(" ")
        for cut in range(len(words) - 1, 0, -1):
            x, y = " ".join(words[:cut]), " ".join(words[cut:])
            if (
                scene.names.field(scene.prepared.plain(x), least=0.9)
                or relabelling.names_app(x)
                or (len(x) > 1 and scene.choice(x))
            ):
                return relabelling.rename(scene, x, y)
    return False


def _in_pairs(old: list[str], new: list[str], scene: Scene) -> bool:
    """ "m and f should read buck and doe": each takes the name at its place."""
    if len(old) != len(new) or len(old) < 2 or any(scene.exact(o) is None and scene.choice(o) is None for o in old):
        return False
    done = [relabelling.rename(scene, x, y) for x, y in zip(old, new, strict=True)]
    return all(done)


def better(text: str, scene: Scene) -> bool:
    """ "“What” is a silly name, “assignment” is better": said of the name that was found fault with."""
    if hit := _BAD_NAME.match(text):
        ref = scene.field(hit["x"], spoken=False)
        return ref is not None
    hit = _BETTER.match(text)
    return hit is not None and scene.topic is not None and relabelling.rename(scene, scene.topic.field.label, hit["x"])


def arrow(text: str, scene: Scene) -> bool:
    hit = _ARROW.match(text)
    if not hit:
        return False
    if re.fullmatch(r"(?:gone|out|away|delete|remove|bin|trash|nothing|x)", polished(hit["y"]), re.I):
        return acting.remove(scene, hit["x"])
    ref = scene.field(hit["x"], spoken=False)
    if ref is not None:
        if scaled := re.match(
            r"^(?P<l>[a-z][^,]*?)\s+(?P<s>(?:from\s+)?\d{1,2}\s*(?:to|-|–)\s*\d{1,3})$", hit["y"], re.I
        ):
            # "Calm -> how busy 1 to 5": another name and a scale.
            relabelling.rename(scene, hit["x"], scaled["l"])
            return scene.topic is None or retype_field(scene, scene.topic, scaled["s"])
        if offered := _WITH_OPTIONS.match(hit["y"]):
            # "Sick -> health with good, meh, bad": another name, and what there is to choose from.
            relabelling.rename(scene, hit["x"], offered["l"])
            return scene.topic is None or retype_field(scene, scene.topic, offered["o"] or offered["b"])
        target, _, kind = hit["y"].partition(", ")
        if not re.match(r"as\s", kind) and retype_field(scene, ref, hit["y"]):
            return True
        made = described(target, scene.prepared)
        relabelling.rename(scene, hit["x"], target)
        if (
            made is not None
            and ref.field.type == s.FIELD_TYPE_BOOLEAN
            and made.type in NUMBERS
            and (now := scene.topic)
        ):
            # "Paid -> amount paid in euros": what was a tick is a number.
            return change_type(scene, now, replace(made, label=""))
        if kind and (now := scene.topic):
            retype_field(scene, now, re.sub(r"^as\s+", "", kind))
        return True
    return relabelling.rename(scene, hit["x"], hit["y"])


def really(text: str, scene: Scene) -> bool:
    hit = _REALLY.match(text)
    if not hit or not (ref := scene.field(hit["x"], spoken=False)):
        return False
    return retype_field(scene, ref, hit["y"]) or relabelling.rename(scene, hit["x"], hit["y"])
