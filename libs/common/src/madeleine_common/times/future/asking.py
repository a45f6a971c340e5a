"""Reads the time out of a text, and what to be reminded of."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from madeleine_common.times.future.parts import Impossible, Parts
from madeleine_common.times.future.reading import Expression, expressions, plain
from madeleine_common.times.future.resolving import moment
from madeleine_common.times.future.saying import Due, NoTime, is_chinese, told

_NOTHING = NoTime("it names no time")
# Longer texts are no request for a reminder; reading them whole would only cost time.
_MOST = 2000
# A time after one of these belongs to something else: "the meeting from Monday".
_OTHERS = re.compile(r"(?:(?<![a-z])(?:for|of|about|from|until|till|before|after|since)(?: the)? *)$")
_ITS_OWN = re.compile(r"(?:(?<![a-z])(?:of|about|from|since) *)$")
_COMMAND = re.compile(
    r"(?:@?(?:madeleine|玛德琳)[,，:：]? *|(?:hey|hi|ok|please|pls|can you|could you|would you|will you)[,]? +"
    r"|(?:set|add|make|create|give me)(?: me| us)? +(?:an?|another) +(?:reminder|alarm)(?: for me)?"
    r"|(?:don't|do not) let (?:me|us) forget|remind (?:me|us|everyone|everybody)(?: all)?"
    r"|(?:请|麻烦|拜托|能不能|可以|你|帮我|帮忙|帮我们|到时候|到时|记得|别忘了|，|, ?)*"
    r"(?:设置?一?个提醒|设个提醒|提醒(?:一下)?(?:我们|我|大家)?(?:一下|一声)?|叫(?:我们|我|大家)|通知我)"
    r"|(?:请|麻烦|拜托|帮我)$) *",
)
_TO = re.compile(
    r"(?:to|that|about|of|for|and|please|i (?:need|have) to)(?![a-z0-9'])[ ,:]*"
    r"|要(?=去|给|把)|[之以]?前(?=.)|[,，:：、 ]+"
)
# "..., remind me" at the end.
_ASKED = re.compile(
    r"[,，.。;； ]*(?:(?:and |please )*remind (?:me|us)(?: please)?"
    r"|(?:记得|请|到时候?)*(?:提醒|叫)(?:我们|我|大家)?(?:一下|一声)?)$"
)
_WAKE = re.compile(r"(?<![a-z])(?:wake|get) (?:(?:me|us|him|her|them|everybody) )?up(?![a-z])|起床|叫醒")
_END = " \t,，.。!！?？;；:：、"


def due(text: str, now: datetime) -> Due | None:
    """The moment ahead that a text names first; `now` is aware, in the asker's time zone. None: `read` says why."""
    found = read(text, now)
    return found if isinstance(found, Due) else None


def read(text: str, now: datetime) -> Due | NoTime:
    """As `due`, with the reason where there is none."""
    lowered = plain(text[:_MOST])
    found = _together(lowered, list(expressions(lowered)))
    reason: NoTime | None = None
    for spans, parts in found:
        try:
            if isinstance(parts, Impossible):
                raise parts
            at = moment(_woken(parts, lowered), now)
        except Impossible as error:
            reason = reason or NoTime(str(error))
            continue
        return Due(at, spans, told(at, chinese=is_chinese(text)))
    return reason or _NOTHING


def _woken(parts: Parts, text: str) -> Parts:
    """People are woken before noon: "wake me up at 6"."""
    open_hour = parts.hour is not None and not parts.exact and parts.part is None
    return replace(parts, part="early") if open_hour and _WAKE.search(text) else parts


def reminder(text: str, now: datetime) -> tuple[str, Due | NoTime]:
    """What to be reminded of, and when: "remind me tomorrow at 9 to call mum" is "call mum" and tomorrow at 9.

    What is left when the time and the words of asking are taken out; it may be empty.
    """
    found = read(text, now)
    spans = found.spans if isinstance(found, Due) else ()
    kept = [" "] if not spans else []
    at = 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return _what(kept), found


def _what(kept: list[str]) -> str:
    pieces = [_trimmed(piece) for piece in kept]
    joined = " ".join(piece for piece in pieces if piece)
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", joined)


def _trimmed(piece: str) -> str:
    piece = piece.strip(_END)
    while piece:
        lowered = plain(piece)
        match = _COMMAND.match(lowered) or _TO.match(lowered)
        if match is not None and match.end():
            piece = piece[match.end() :].lstrip(_END)
        elif asked := _ASKED.search(lowered):
            piece = piece[: asked.start()].rstrip(_END)
        else:
            break
    return piece


_Found = tuple[tuple[tuple[int, int], ...], Parts | Impossible]


def _together(text: str, found: list[Expression]) -> list[_Found]:
    """Each expression by itself; a day and a time that stand apart ("tomorrow call mum at 9") as one."""
    # What the reminder is about comes last: "about the 3pm meeting at 2:45".
    ordered = sorted(found, key=lambda e: _ITS_OWN.search(text[: e.start]) is not None)
    alone: list[_Found] = [(((e.start, e.end),), e.parts) for e in ordered]
    if len(found) != 2:
        return alone
    first, last = found
    if isinstance(first.parts, Impossible) or isinstance(last.parts, Impossible):
        return alone
    names, more = first.parts.named(), last.parts.named()
    if not first.parts.only_before and not last.parts.only_before:
        apart = names.isdisjoint(more) and ("hour" in names) != ("hour" in more)
        ends_it = not _trimmed(text[last.end :])
        others = text.startswith("for", last.start) or _OTHERS.search(text[: last.start])
        if not apart or not ends_it or others or "after_seconds" in names | more:
            return alone
    both = first.parts.with_({name: getattr(last.parts, name) for name in more})
    if both is None:
        return alone
    return [(((first.start, first.end), (last.start, last.end)), both)]
