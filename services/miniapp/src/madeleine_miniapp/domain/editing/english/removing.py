"""English clauses that take something away."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing import acting
from madeleine_miniapp.domain.editing.english.words import (
    REMOVE,
    REMOVE_AFTER,
)
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.text import listed


def remove(text: str, scene: Scene) -> bool:
    phrase, certain = "", True
    if hit := re.match(r"^(?P<x>[\w ,&]+)\s+(?:out|gone)$", text, re.I):
        gone = listed(hit["x"])
        if gone and all(scene.exact(part) is not None for part in gone):
            done = [acting.remove(scene, part) for part in gone]
            return all(done)
    if re.fullmatch(r"(?:just\s+)?(?:delete|remove|drop|scrap|ditch|away|gone|out)", text, re.I):
        phrase = "it"
    elif hit := REMOVE.match(text):
        phrase = hit["x"] or hit["y"]
    else:
        said = re.sub(r"\s+by (?:anyone|anybody|us|me|people|someone|most(?: people)?)$", "", text, flags=re.I)
        for pattern in REMOVE_AFTER:
            if hit := pattern.match(said):
                phrase, certain = hit["x"], False
                break
    if not phrase:
        return False
    whole = acting.remove(scene, phrase, spoken=False)
    if whole:
        return True
    parts = [re.sub(r"^(?:both|all|either|neither|nor)\s+", "", p, flags=re.I) for p in listed(phrase)]
    done = [acting.remove(scene, part, spoken=certain or len(parts) > 1) for part in parts]
    if any(done) and not all(done):
        scene.not_done += [scene.prepared.plain(p) for p, ok in zip(parts, done, strict=True) if not ok]
    if not any(done) and not certain:
        scene.unplaced.append(scene.prepared.plain(phrase))
    return any(done)
