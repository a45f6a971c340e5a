"""English clauses that take something away."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.words import (
    REMOVE,
    REMOVE_AFTER,
)
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import BRACKETED, listed

# After "pulse -": nobody needs what was just named.
_NOT_IT = re.compile(
    r"(?:(?:i|we|you|they)\s+)?(?:really\s+)?(?:don't|do not|never|no longer|won't)\s+(?:need|want|use"
    r"|need to see)(?:\s+(?:it|that|them|those|this))?"
    r"(?:\s+(?:any\s?more|at all|here))*",
    re.I,
)


_JUST_GO = re.compile(r"(?:just\s+)?(?:delete|remove|drop|scrap|ditch|away|gone|out)", re.I)

# "The city, the name tells me": why it can go.
_REASON = re.compile(
    r",\s+(?:the|that|its|our|my|this)\s+\w+(?:\s\w+)?\s+(?:already\s+|always\s+)?(?:tells?|says?|shows?|covers?"
    r"|gives?|checks?|handles?|sees?|remembers?"
    r"|has|holds?|does|is|are|knows?)\b.*$",
    re.I,
)

_ALL_BUT = re.compile(
    r"^(?:please\s+)?(?:remove|delete|drop|erase|get rid of|throw out|scrap|ditch|take out|clear out|lose)\s+"
    r"(?:everything|all(?:\s+(?:the\s+)?(?:other\s+)?(?:fields|columns))?|any(?:thing|\s+(?:fields?"
    r"|columns?)))\s+(?:except|but|besides"
    r"|other than|apart from|save)(?:\s+for)?\s+(?P<x>.+)$"
    r"|^(?:everything|all(?:\s+(?:the\s+)?(?:fields|columns))?)\s+(?:except|but|besides|other than|apart"
    r" from)(?:\s+for)?\s+(?P<x2>.+?)\s+"
    r"(?:can|may|should|must|has to)\s+(?:go|be (?:removed|deleted|dropped))$"
    r"|^(?:only\s+keep|keep\s+only|just\s+keep|keep\s+just)\s+(?P<x3>.+)$"
    r"|^only\s+(?P<x4>.+?)\s+(?:(?:should|can|may|must)\s+)?(?:stays?|remains?)$",
    re.I,
)


def all_but(text: str, scene: Scene) -> bool:
    """ "Drop everything except date and price"."""
    hit = _ALL_BUT.match(text)
    if hit is None:
        return False
    named = next(g for g in hit.groups() if g)
    return acting.keep_only(scene, listed(re.sub(r"^(?:the|our)\s+|\s+(?:fields?|columns?)$", "", named, flags=re.I)))


# "We have no gas any more": of a field, there is nothing to fill in; of an option, it is only told.
_NO_MORE = re.compile(
    r"^(?:(?:i|we)(?:'ve|\s+have)?(?:\s+got)?|there(?:'s|\s+is|\s+are))\s+no\s+(?P<x>\w+(?: \w+)?)\s+"
    r"(?:any\s?more|any longer)\b",
    re.I,
)


def remove(text: str, scene: Scene) -> bool:
    phrase, certain = "", True
    if gone_by := _NO_MORE.match(text):
        return scene.exact(gone_by["x"]) is not None and acting.remove(scene, gone_by["x"])
    if hit := re.match(r"^(?:the\s+)?(?P<x>[\w ,&]+)\s+(?:out|gone|goes|go)(?:\s+(?:out|away))?$", text, re.I):
        gone = listed(hit["x"])
        if gone and all(scene.exact(part) is not None for part in gone):
            done = [acting.remove(scene, part) for part in gone]
            return all(done)
    if _NOT_IT.fullmatch(text) or _JUST_GO.fullmatch(text):
        phrase = "it"
    elif hit := REMOVE.match(text):
        phrase = hit["x"] or hit["y"]
    else:
        text = _REASON.sub("", re.sub(rf"\s*{BRACKETED}$", "", text))
        said = re.sub(r"\s+by (?:anyone|anybody|us|me|people|someone|most(?: people)?)$", "", text, flags=re.I)
        for pattern in REMOVE_AFTER:
            if hit := pattern.match(said):
                phrase, certain = hit["x"], False
                break
    phrase = _REASON.sub("", phrase)
    if not phrase:
        return False
    named = [scene.exact(p) or scene.choice(p) for p in listed(phrase)]
    if (len(named) < 2 or not all(named)) and acting.remove(scene, phrase, spoken=False):
        return True
    parts = [re.sub(r"^(?:both|all|either|neither|nor)\s+", "", p, flags=re.I) for p in listed(phrase)]
    done = [acting.remove(scene, part, spoken=certain or len(parts) > 1) for part in parts]
    if any(done) and not all(done):
        scene.not_done += [scene.prepared.plain(p) for p, ok in zip(parts, done, strict=True) if not ok]
    if not any(done) and not certain:
        scene.unplaced.append(scene.prepared.plain(phrase))
    return any(done)
