# ruff: noqa: E501 - patterns of questions, one line each.
"""Where a question speaks of days by what happened on them: "on climbing days", "when I trained", 没睡好的那些天."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.spans import Found


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch that may speak of days: what happened on them, or did not; the days after it, by `shift`."""

    start: int
    end: int
    clause: str
    without: bool = False
    shift: int = 0
    # How it is told: the question's own words.
    told: str = ""


_NO = r"(?:without(?: any| an?)?|with no|with none of|(?:when |that |where |on which )?(?:i|we|there|he|she) (?:didn't|did not|don't|do not|haven't|have not|hadn't|never|wasn't|was not|weren't|had no|have no|was no|were no)(?: any)?|(?:i|we) (?:skip(?:ped)?|ate no|eat no|did no|took no)|that (?:had|have) no|skipping|not)"
_REL = r"(?:that|when|where|on which|in which|with|of|containing|having|for which)"
# Days and what follows them, days and what comes before.
_AFTER = re.compile(
    rf"(?:\b(?:on|over|for|in|during|across|from|to|only|at)\s+)?(?:\b(?:all|only|just|each|every)\s+)?(?:\b(?:the|those|these|any|a|my|our|same)\s+)*\b(?:(?:bad|good|low|high|calendar|same|very)\s+)?(?P<u>days?|nights?|dates?|evenings?)\s+(?:(?P<no>{_NO})\s+|{_REL}\s+)?"
)
# "Jobs done and days at the gym": two things that are asked, no days on which.
_FURTHER = re.compile(r"^(?!.*\b(?:days?|nights?|evenings?)\b).*(?:\band|\bplus|&) *$")
_BEFORE = re.compile(r"\b(?P<u>days?|nights?|evenings?)\b")
# No clause about days asks something itself.
_ASKS = re.compile(r"\b(?:what|how (?:much|many|long|often)|which|who)\b")
# "In the month when I read most" are no days.
_LONGER = re.compile(r"\b(?:weeks?|months?|years?) $")
# Nor are days after others those others.
_LATER = re.compile(r"(?:after|before|following|preceding)\b")
# "Kcal per day with a workout": of such days, and per day.
_EACH = re.compile(r"(?<!\bon )(?<!\bover )(?<!\bfor )\b(?:per|a) (?:day|night)$")
_DOING = re.compile(r"(?:i|we)\b")
_WORD = re.compile(r"[\w'&-]+")
_LEADS = re.compile(
    r"(?:\b(?:on|over|for|per|in|during|only|than|a|each|every|to|and|vs\.?|versus|between|with|from|of|the|those|these|my|our|any|all|non)[\s-]+)+$"
)
_SMALL = frozenset(
    [
        "on", "in", "at", "of", "for", "the", "my", "our", "your", "per", "a", "an", "and", "or", "vs", "than", "to", "from", "with", "is", "are", "was", "were", "do", "does", "did", "i", "we", "day", "days", "which", "what", "how", "many", "those", "these", "that", "this", "year", "all", "only", "each", "every", "by", "as", "rest", "other", "non",
    ]
)  # fmt: skip
_WHEN = re.compile(
    r"\b(?:when(?:ever)?|every time|each time|if)\s+(?:it's |it is )?(?:(?P<no>(?:i|we|he|she) (?:didn't|did not|don't|do not|haven't|skip(?:ped)?|ha(?:d|ve) no|eat no|ate no))\s+)?"
)
_SHIFTED = re.compile(
    r"(?:\b(?:on|for|over|in)\s+)?(?:\b(?:the|all|those)\s+)?\b(?:days?|nights?|mornings?)\s+(?P<s>after|following|before|preceding)\s+"
    r"|(?<!\bday )(?<!\bnight )(?<!\bmorning )\b(?P<s2>after|following)\s+(?:(?:a|an|the|those|all)\s+)?(?:days?|nights?)\s+(?:with|when|on which|where|that|of)\s+"
)
# "The last time I felt anxious": one day.
_OCCASION = re.compile(
    r"\b(?:on |at )?(?:the |my )(?P<w>last|first|latest|most recent) (?:time|day) (?:that |when |on which )?(?=(?:i|we|it|there|somebody|someone|anyone|my|our|the|he|she|they)\b)"
)
_STOP = re.compile(r"[;?!\n]|\.(?!\d)")
# No clause about some days goes on into what they are compared with.
_NEVER = re.compile(
    r"\bthan\b(?! (?:\d|an?\b|one|two|three|four|five|six|seven|eight|nine|ten|half))|\b(?:vs|versus|compared|days|nights)\b"
)
_SOFT_STOP = re.compile(
    r",|\(|\)|:|\s[-–—]\s|\s(?:vs\.?|versus|than|and|or|but|compared|against|next|as|to|only)\b|\s(?=(?:how|what|what's|which|who|do|does|did|is|are|am|was|were|on|when|with|both|in) )"
)
_ZH = (
    re.compile(
        r"(?:在|到)?(?P<no>没有?|不)?(?P<c>[^，。？！,?；;：:]{1,24}?)的(?:那些|那几|这些|每个?|那|这)?(?:天|日子|时候|晚上)(?:里)?(?:，|,)?"
    ),
    re.compile(
        r"(?:在)?(?P<no>没有?|不)?(?P<c>[^，。？！,?；;：:的]{1,20}?)的?(?:那天|那一天|那几天|那些天|当天|那晚)(?:里)?(?:，|,)?"
    ),
    re.compile(r"(?P<c>[\u3400-\u9fff]{2,3})日(?![记期子程])"),
)
_ZH_SHIFT = re.compile(
    r"(?P<c>[^，。？！,?；;]{1,20}?)(?:之后|以后|后)?的?(?P<s>第二天|次日|隔天|后一天|前一天)(?:里)?(?:，|,)?"
)
_ZH_START = re.compile(r"(?:^|(?<=[，。？！,?；;：:比和跟与在及]))")
# The days that are left: "and on the other days", "vs rest days", "than without".
OTHERS = re.compile(
    r"(?:,|\(|\b(?:and|vs\.?|versus|than|or|to|with|from|compared (?:to|with)|against|between)\b)?\s*(?:\b(?:and|on|for|over|in|than|with|the)\s+)*(?:\b(?:other|remaining) (?:days|ones|nights)\b|\bthe (?:rest|others)(?: of (?:the days|them))?\b|\b(?:the )?rest(?:ing)?[- ]days?\b|\bdays off\b|\boff[- ]days\b|\b(?:days |those |ones )?(?:with and )?without(?: (?:one|it|any|them|that))?(?=\s*(?:$|[,.;?!)]|and\b|for\b))|\b(?:days |ones |when )?(?:that |when |where )?(?:i|we) (?:(?:don't|didn't|do not|did not|haven't|wasn't|hadn't)(?: (?:one|it|any|do so|either|do either))?|(?:did|do|had|have) (?:neither|none)(?: of (?:them|it|the two|these|that))?)(?=\s*(?:$|[,.;?!)]))|\b(?:than )?otherwise\b|\bthan usual\b|\bnon[- ]?\w+ days\b)"
    r"|(?:还是|比|和|跟|与|以及|，|,)?(?:没有?|不)(?:的|[\u3400-\u9fff]{0,4}的)?(?:日子|天|时候)|(?:其他|其余|其它|别的|剩下)的?(?:日子|天|时候|那些天)|(?:比)?平时|(?:和|跟|与|比)?休息日|(?:比)?不\w{1,4}的时候"
)
_SOME, _MOST = 4, 60


def phrases(text: str, times: Sequence[Found] = ()) -> Iterator[Phrase]:
    """Stretches that may speak of days, the longest of those that begin together first; no time is torn."""
    if is_chinese(text):
        yield from _chinese(text)
    whole = (p for p in _english(text) if not any(t.start < p.end < t.end for t in times))
    yield from islice(whole, _MOST)


def _english(text: str) -> Iterator[Phrase]:
    for match in _SHIFTED.finditer(text):
        shift = -1 if match["s"] in ("before", "preceding") else 1
        for end in _ends(text, match.end()):
            yield Phrase(
                match.start(), end, text[match.end() : end].strip(), shift=shift, told=text[match.start() : end]
            )
    for match in _OCCASION.finditer(text):
        for end in _ends(text, match.end()):
            clause = f"{match['w']} {text[match.end() : end].strip(' ,(')}"
            if not _ASKS.search(clause):
                yield Phrase(match.start(), end, clause, told=text[match.start() : end])
    for pattern in (_AFTER, _WHEN):
        for match in pattern.finditer(text):
            if pattern is _WHEN and _LONGER.search(text[: match.start()]):
                continue
            plain = pattern is _AFTER and match.start() == match.start("u") and not match["no"]
            if plain and _FURTHER.match(text[: match.start()]):
                continue
            start = match.start()
            if pattern is _AFTER and _EACH.search(text[: match.end("u")]):
                start = match.end("u")
                if not text[start : match.end()].strip() and not _DOING.match(text, match.end()):
                    continue
            for end in _ends(text, match.end()):
                clause = text[match.end() : end].strip(" ,(")
                if clause and not _ASKS.search(clause) and not _LATER.match(clause):
                    yield Phrase(start, end, clause, bool(match["no"]), told=text[match.start() : end])
    for match in _BEFORE.finditer(text):
        before = text[: match.start()]
        stops = [m.end() for m in _STOP.finditer(before)] + [m.end() for m in re.finditer(r",|\(|\)|:", before)]
        words = list(_WORD.finditer(before, max(stops, default=0)))[-_SOME:]
        small = [i for i, word in enumerate(words) if word.group() in _SMALL]
        words = words[small[-1] + 1 :] if small else words
        for word in words:
            clause = before[word.start() :].strip()
            lead = _LEADS.search(before[: word.start()])
            without = bool(lead and "non" in lead.group()) or clause.startswith("non-")
            yield Phrase(
                lead.start() if lead else word.start(),
                match.end(),
                clause.removeprefix("non-"),
                without,
                told=text[word.start() : match.end()],
            )


def _ends(text: str, start: int) -> list[int]:
    """Where a clause that begins here may end, the farthest first."""
    stop = min(
        (m for m in (_STOP.search(text, start), _NEVER.search(text, start)) if m), key=lambda m: m.start(), default=None
    )
    last = stop.start() if stop else len(text)
    ends = {m.start() for m in _SOFT_STOP.finditer(text, start, last)} | {last}
    # "(mood 5 or less)": with what stands in brackets.
    ends |= {m.end() for m in re.finditer(r"\)", text[:last]) if m.end() > start}
    return sorted((e for e in ends if e > start + 1), reverse=True)


def _chinese(text: str) -> Iterator[Phrase]:
    for match in _ZH_SHIFT.finditer(text):
        yield Phrase(
            match.start(), match.end(), match["c"], shift=-1 if match["s"] == "前一天" else 1, told=match.group()
        )
    for start in [m.end() for m in _ZH_START.finditer(text)]:
        for pattern in _ZH:
            match = pattern.match(text, start)
            if match is not None:
                no = bool(match.groupdict().get("no"))
                yield Phrase(start, match.end(), match["c"], no, told=match.group().strip("，,"))
    for match in _ZH[2].finditer(text):
        yield Phrase(match.start(), match.end(), match["c"], told=match.group())
