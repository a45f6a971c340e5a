"""Where a talk stands after its last line: what is open, who is spoken to, what the AI said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

from madeleine_chat.domain.judge.cues import cues
from madeleine_chat.domain.judge.lines import Heard

# What a line does, as the speech acts of turns.jsonl have it.
ACTS = {
    "f": "asks for a fact that anybody may know or look up",
    "t": "asks for a piece of work that nobody in particular is to do",
    "c": "asks for a figure made of amounts in the talk or of records",
    "m": "calls on the AI",
    "u": "goes on from what the AI said",
    "x": "says that what the AI said is wrong",
    "h": "asks somebody what only they can say or do",
    "o": "asks people for their opinion",
    "r": "only sounds like a question",
    "n": "a shrug, a guess",
    "a": "answers",
    "v": "takes the work, or passes the question on to a person",
    "k": "thanks, agrees, takes leave",
    "j": "jokes, cheers",
    "e": "feels",
    "p": "confides",
    "g": "quarrels",
    "3": "speaks of the AI or of a namesake",
    "s": "tells",
}
_OPEN = ("f", "t", "c")
_BACK = 4
# As much of a question to somebody by name may still be meant for all.
_STILL_TO_ALL = 0.3
_CALLED = ("at", "lead", "end")
Acts = Mapping[str, float]


def told(lines: Sequence[Heard], acts: Sequence[Acts], near: Sequence[float]) -> dict[str, float]:
    """Features of the talk; `acts` and `near` (likeness to the AI's last line, 0 without) are of the lines."""
    acts = [_to_whom(line, does) for line, does in zip(lines, acts, strict=True)]
    last = len(lines) - 1
    line = lines[last]
    features = {f"last_{act}": acts[last][act] for act in ACTS}
    features |= {f"cue_{name}": value for name, value in cues(line).items()}
    # The line before, by a person; -1 stands for none.
    for back in (1, 2):
        at = last - back
        there = at >= 0 and not lines[at].by_assistant
        for act in ACTS:
            features[f"back{back}_{act}"] = acts[at][act] if there else 0.0
    ai_at = max((at for at in range(last) if lines[at].by_assistant), default=-1)
    gap = last - ai_at if ai_at >= 0 else 9
    recent = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.4, 5: 0.2}.get(gap, 0.0)
    for n in (1, 2, 3):
        features[f"ai_gap{n}"] = float(gap == n)
    features["ai_recent"] = recent
    features["ai_pending"] = float(ai_at >= 0 and not lines[ai_at].text)
    since = range(ai_at + 1, last + 1) if ai_at >= 0 else range(0)
    features["ai_near"] = near[last] if recent else 0.0
    goes_on = [acts[at]["u"] + acts[at]["x"] for at in since]
    features["last_ux_recent"] = (acts[last]["u"] + acts[last]["x"]) * recent
    features["last_x_recent"] = acts[last]["x"] * recent
    features["since_ux"] = max(goes_on, default=0.0) if recent else 0.0
    features["since_x"] = max((acts[at]["x"] for at in since), default=0.0) if recent else 0.0
    features["ux_without_ai"] = (acts[last]["u"] + acts[last]["x"]) * float(not recent)
    open_at, openness = what_is_open(lines, acts)
    features["open"] = openness
    features["open_before"] = openness if open_at < last else 0.0
    features["open_age"] = float(last - open_at) / _BACK if openness > 0.3 else 0.0
    features["open_own"] = openness if open_at < last and lines[open_at].speaker == line.speaker else 0.0
    features["ask_here"] = sum(acts[last][act] for act in (*_OPEN, "m"))
    features["people_here"] = sum(acts[last][act] for act in ("h", "o", "r"))
    features["closed_here"] = sum(acts[last][act] for act in ("a", "v", "k"))
    features["heavy"] = max(sum(acts[at][act] for act in ("e", "p", "g")) for at in range(max(0, last - 2), last + 1))
    features["human_called"] = float(line.human in _CALLED)
    features |= _naming("ai", line)
    before = lines[last - 1] if last else None
    # A call on the AI stays open while others only cheer, laugh or shrug.
    earlier = [lines[at] for at in range(max(0, last - 2, ai_at + 1), last) if lines[at].speaker != line.speaker]
    features["ai_asked_before"] = max((_naming("", one)["_asked"] for one in earlier), default=0.0)
    features["ai_told_before"] = max((_naming("", one)["_told"] for one in earlier), default=0.0)
    features["human_called_before"] = float(before is not None and before.human in _CALLED)
    features["same_speaker"] = float(before is not None and before.speaker == line.speaker)
    question = cues(line)["question"]
    features["question_after_ai"] = question * recent
    features["you_after_human"] = cues(line)["you"] * float(gap > 2)
    features["statement"] = 1 - question
    features["question_before"] = cues(before)["question"] if before and not before.by_assistant else 0.0
    return features


def _naming(prefix: str, line: Heard) -> dict[str, float]:
    """Whether the AI is named in a line that wants something of somebody, or in one that only tells."""
    told = cues(line)
    named = float(bool(line.assistant))
    called = float(line.assistant in _CALLED)
    wants = max(told["question"], told["interrogative"], told["need"], told["imperative"], told["handover"])
    third = max(told["third_ai"], told["they"], told["past"])
    return {
        f"{prefix}_called": called,
        f"{prefix}_asked": named * wants * (1 - 0.5 * told["third_ai"]),
        f"{prefix}_told": named * (1 - wants),
        f"{prefix}_third": named * third * (1 - called),
        f"{prefix}_you": named * told["you"],
        f"{prefix}_described_asked": float(line.assistant == "described") * wants,
        f"{prefix}_called_told": called * (1 - wants),
        f"{prefix}_cake": named * told["cake"],
    }


def _to_whom(line: Heard, acts: Acts) -> Acts:
    """What a line does, knowing whom it calls: what is asked of a person by name is asked of nobody else."""
    if line.human not in _CALLED or line.assistant in _CALLED or not acts["h"]:
        return acts
    asked = {act: acts[act] * _STILL_TO_ALL for act in (*_OPEN, "m", "u")}
    moved = sum(acts[act] - asked[act] for act in asked)
    return {**acts, **asked, "h": acts["h"] + moved}


def what_is_open(lines: Sequence[Heard], acts: Sequence[Acts]) -> tuple[int, float]:
    """The line whose question or request is open, and how surely: nobody answered, took it or passed it on since."""
    best, most = len(lines) - 1, 0.0
    open_still = 1.0
    for at in range(len(lines) - 1, max(-1, len(lines) - 2 - _BACK), -1):
        if lines[at].by_assistant:
            break
        asks = sum(acts[at][act] for act in (*_OPEN, "m", "u", "x")) * open_still
        if asks > most + 1e-9:
            best, most = at, asks
        closes = sum(acts[at][act] for act in ("a", "v", "k")) + 0.5 * sum(acts[at][act] for act in ("h", "o"))
        open_still *= 1 - min(1.0, closes)
    return best, most


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Cosine of two unit vectors, stretched to about [0, 1] from where this embedder's lie."""
    return min(1.0, max(0.0, (sum(map(mul, one, other)) - 0.75) * 5))
