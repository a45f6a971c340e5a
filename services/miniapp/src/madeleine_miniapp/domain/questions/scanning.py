"""Cuts a question into mentions: the longest names first, every word accounted for or left over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_common.times.numbers import han
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions import cues, outings, recurring, segments, times, words
from madeleine_miniapp.domain.questions.adjectives import KINDS
from madeleine_miniapp.domain.questions.concepts import chinese_words
from madeleine_miniapp.domain.questions.everyday import MEASURES
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.residue import residue
from madeleine_miniapp.domain.questions.text import Token, normalise, tokens
from madeleine_miniapp.domain.questions.vocabulary import Vocabulary

# Of meanings over the same stretch, the first is the likeliest.
_RANK = {
    Kind.PERSON: 0,
    Kind.TIME: 1,
    Kind.CHOICE: 2,
    Kind.FIELD: 3,
    Kind.CUE: 4,
    Kind.ENTITY: 5,
    Kind.VALUE: 6,
    Kind.NUMBER: 7,
    Kind.VOID: 9,
}
_ASKING = frozenset(
    (
        "how_many", "how_much", "count", "sum", "mean", "median", "sup", "often", "last", "first", "each", "per", "by",
        "streak", "none", "share", "cmp", "post", "vs", "than", "more", "less", "top", "which", "what", "list", "exist",
        "me", "us", "unit",
    )
)  # fmt: skip
# 最贵的三样, by the second character.
_TOP_ZH = {
    "贵": "most expensive", "便": "cheapest", "长": "longest", "久": "longest", "短": "shortest", "高": "highest",
    "低": "lowest", "大": "largest", "小": "smallest", "少": "lowest", "远": "farthest", "重": "heaviest",
    "快": "fastest", "慢": "slowest", "好": "best", "差": "worst", "新": "latest", "近": "latest", "早": "first",
    "常": "most frequent",
}  # fmt: skip
_ZH_NUMBER = re.compile(
    r"[一二两三四五六七八九十百千]+(?=[天周个次条笔本顿项公小分大千块元岁点星克升页样人位趟种类]|以上)"
)
_WITH_WORK = re.compile(r"\b(?:with|without|no) work\b(?! ?days?\b)")
_SPENT = re.compile("花|用|spen")
_COUNT_OF = re.compile(r"\b(?:count|number) of $")
_WORKING_DAY = re.compile(r"work(?:ing)? ?days?")
_EACH_DAY = re.compile(r"\b(?:per|each|every|an?) $")
_RANKED = re.compile(r"^(?:(?:the|my|our|very) )+")
_CLAUSE = re.compile(r"(?<!\d)[.](?!\d)|\.{2,}|[?!;:()。？！；：（）\n\"“”]|,(?!\d)|，|\s[-–—]\s|…")

# A stretch of the text, from and to, and what it may mean.
_Candidate = tuple[int, int, Meaning]


@dataclass(frozen=True, slots=True)
class Scan:
    """A question's mentions in order, and the phrases in which nothing was found, with their places."""

    text: str
    mentions: tuple[Mention, ...]
    unplaced: tuple[tuple[int, int, str], ...]

    def clauses(self) -> list[tuple[int, int]]:
        """The stretches between stops."""
        stops = [m.span() for m in _CLAUSE.finditer(self.text)]
        bounds = [0, *(end for _, end in stops)]
        ends = [*(start for start, _ in stops), len(self.text)]
        return [(a, b) for a, b in zip(bounds, ends, strict=True) if b > a and self.text[a:b].strip()]


def scan(text: str, vocabulary: Vocabulary, today: date) -> Scan:
    """The mentions of a normalised question, its slips of the keyboard read as the app's own words."""
    given = tokens(text)
    found = _scanned(text, given, vocabulary, today)
    spelled = [vocabulary.respelled(t) if any(a <= t.start < b for a, b, _ in found.unplaced) else t for t in given]
    return found if spelled == given else _scanned(text, spelled, vocabulary, today)


def _scanned(text: str, given: Sequence[Token], vocabulary: Vocabulary, today: date) -> Scan:
    found, cuts = _candidates(text, given, vocabulary, today)
    chosen: list[Mention] = []
    taken = [False] * len(text)
    order = sorted(found, key=lambda span: (-(span[1] - span[0]), *_likeliest(found[span]), span))
    for start, end in order:
        if any(taken[start:end]):
            continue
        taken[start:end] = [True] * (end - start)
        meanings = sorted(_sound(found[start, end], text[start:end]), key=lambda m: (_RANK[m.kind], -m.strength))
        chosen.append(Mention(start, end, text[start:end].strip(), tuple(meanings)))
    chosen.sort(key=lambda m: m.start)
    return Scan(text, tuple(chosen), tuple(residue(text, given, taken, vocabulary, chosen, cuts)))


def _likeliest(meanings: Sequence[Meaning]) -> tuple[int, int]:
    """The rank of a stretch: by what it may mean, names of their own first."""
    return min((_RANK[m.kind], -m.strength) for m in meanings)


def _sound(meanings: list[Meaning], text: str) -> list[Meaning]:
    """Without other words for what is a word for asking ("how many", "average", "most") or stands in the records."""
    if any(m.kind is Kind.FIELD and m.field is not None and m.field.type == s.FIELD_TYPE_PERSON for m in meanings):
        # "Wins" of a winner is no word for the most.
        meanings = [m for m in meanings if m.kind is not Kind.CUE or m.name != "sup"]
    if any(m.kind is Kind.CUE and m.name == "verb" for m in meanings) and _SPENT.match(text):
        # 花了多少分钟: time was spent, and no money.
        meanings = [m for m in meanings if m.field is None or m.field.type != s.FIELD_TYPE_MONEY]
    asking = any(m.kind is Kind.CUE and m.name in _ASKING for m in meanings)
    if any(m.kind is Kind.VALUE and m.strength == 2 and normalise(m.value) == text for m in meanings):
        # 鸡蛋 that stands in the records is that, and no other word for the choice 蛋类.
        meanings = [m for m in meanings if m.kind is not Kind.CHOICE or m.strength == 3]
    return [m for m in meanings if not (asking and m.kind in (Kind.FIELD, Kind.ENTITY) and m.strength < 3)]


def _candidates(
    text: str, given: Sequence[Token], vocabulary: Vocabulary, today: date
) -> tuple[dict[tuple[int, int], list[Meaning]], list[tuple[int, int]]]:
    """What each stretch may mean, and where Chinese is cut into words."""
    found: dict[tuple[int, int], list[Meaning]] = {}

    def put(start: int, end: int, meaning: Meaning) -> None:
        while start < end and text[start] == " ":
            start += 1
        while end > start and text[end - 1] == " ":
            end -= 1
        held = found.setdefault((start, end), [])
        if meaning not in held:
            held.append(meaning)

    for one in chain(
        _asking(text, vocabulary, today),
        _people(text, vocabulary),
        _names(text, given, vocabulary),
        _numbers(text, given, kilometres=vocabulary.names("k")),
    ):
        put(*one)
    for _, second, _ in vocabulary.parted(text):
        # 奶 in 喂了几次奶 is what the verb is done with, no figure.
        found[second] = [Meaning(Kind.VOID)]
    names = {text[a:b] for a, b in found if b - a > 1}
    cuts = segments.cut(text, names, chinese_words())
    _whole_words(text, cuts, found)
    for start, end, fitting in vocabulary.everyday.find(text, given, cuts):
        # What is known by its whole name is not torn: 里 is no word in 家里. What fits the records names them.
        held = [
            (a, b) for a, b in found if a < end and start < b and not (start <= a and b <= end and b - a < end - start)
        ]
        if any(m.kind is not Kind.VOID for span in held for m in found[span]):
            continue
        if text[end - 1] in "的了过" and any(m.kind is Kind.FIELD for m in found.get((start, end - 1), ())):
            # 负责的 is what the field 负责人 says.
            continue
        put(start, end, Meaning(Kind.ENTITY, strength=1) if fitting else Meaning(Kind.VOID))
    return found, cuts


def _asking(text: str, vocabulary: Vocabulary, today: date) -> Iterator[_Candidate]:
    """Times and words for asking."""
    for one in times.find(text, today):
        yield one.start, one.end, Meaning(Kind.TIME, value=text[one.start : one.end], span=one.span)
    for cue, match in cues.find(text):
        if cue.value == "person" and cue.name == "distinct" and vocabulary.counts("people"):
            # The people that a record counts are none of those who keep it.
            continue
        told = cue.value or _told(cue.name, match)
        noun = match.groupdict().get("noun")
        # 怎么安排 asks for the 安排 that an app has.
        end = match.start("noun") if noun and vocabulary.names_records(noun) else cue.end
        yield cue.start, end, Meaning(Kind.CUE, cue.name, told, number=_number(match))
    for again in recurring.find(text):
        if again.name == "workdays" and vocabulary.chooses("work") and _WITH_WORK.search(text):
            # "On work days? with work and without": what was noted so.
            yield again.start, again.end, Meaning(Kind.VOID)
            continue
        if again.name == "hour" and (chosen := vocabulary.choices_called(again.text(text).split()[-1:])):
            # "In the morning", where records say themselves whether they are of the morning.
            yield again.start, again.end, chosen[0]
            continue
        if again.name == "workdays" and vocabulary.of_work and (day := _WORKING_DAY.search(text, again.start)):
            # In a log of work a working day is one with an entry, whatever day of the week it is.
            each = _EACH_DAY.search(text[: day.start()])
            start = each.start() if each else day.start()
            yield start, day.end(), Meaning(Kind.CUE, "per" if each else "unit", "day")
            continue
        # "Count of mondays": "of" belongs to what counts them.
        counted = _COUNT_OF.search(text[: again.start + 3])
        yield again.start + 3 * bool(counted), again.end, Meaning(Kind.CUE, again.name, again.value)
    for start, end, name, value in outings.find(text):
        yield start, end, Meaning(Kind.CUE, name, value)


def _people(text: str, vocabulary: Vocabulary) -> Iterator[_Candidate]:
    """Words for people: "I", "we", "which member", unless the app calls something else so."""
    for name, pattern in words.PEOPLE:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), Meaning(Kind.CUE, name)
    for name, pattern in words.PERSON_NOUNS:
        for match in pattern.finditer(text):
            if not vocabulary.names(match["noun"]):
                yield match.start(), match.end(), Meaning(Kind.CUE, name)
            elif name in ("who", "each") and vocabulary.chooses(match["noun"]):
                # "Which runner": who, of those that run.
                yield match.start(), match.start("noun"), Meaning(Kind.CUE, name)


def _names(text: str, given: Sequence[Token], vocabulary: Vocabulary) -> Iterator[_Candidate]:
    """Names of what the app holds, and phrases that name nothing."""
    for start, end in words.void_phrases(text):
        yield start, end, Meaning(Kind.VOID)
    for first, _, meaning in vocabulary.parted(text):
        yield *first, meaning
    for start, end, kinds in words.done_with(text):
        for meaning in vocabulary.choices_called(kinds):
            yield start, end, meaning
    for index, token in enumerate(given):
        for size, meaning in vocabulary.find(given, index):
            yield token.start, given[index + size - 1].end, meaning


def _numbers(text: str, given: Sequence[Token], *, kilometres: bool) -> Iterator[_Candidate]:
    for token, after in zip(given, [*given[1:], None], strict=False):
        value = words.number(token.text)
        if value is None:
            continue
        yield token.start, token.end, Meaning(Kind.NUMBER, number=value)
        if after is not None and after.start == token.end and after.text == "k" and not kilometres:
            yield token.start, after.end, Meaning(Kind.NUMBER, number=1000 * value)
    for match in _ZH_NUMBER.finditer(text):
        number = han(match.group())
        if number is not None:
            yield match.start(), match.end(), Meaning(Kind.NUMBER, number=float(number))


def _whole_words(text: str, cuts: Sequence[tuple[int, int]], found: dict[tuple[int, int], list[Meaning]]) -> None:
    """Drops what is but one character of another word, unless the app itself calls something so: 天 in 白天."""
    for start, end in cuts:
        if end - start == 1 or (start, end) in found:
            continue
        for at in range(start, end):
            meant = found.get((at, at + 1))
            if at == start and end - start == 2 and text[at + 1] in MEASURES:
                # 页数 is how many 页.
                continue
            if meant and not any(m.strength == 3 and m.kind in (Kind.CHOICE, Kind.FIELD) for m in meant):
                del found[at, at + 1]


def _told(name: str, match: re.Match[str]) -> str:
    """What a cue's pattern caught besides: the kind of a top list."""
    groups = {k: v for k, v in match.groupdict().items() if v}
    if name == "top":
        if is_chinese(match.group()) and "s" not in groups:
            return "latest" if "z1" in groups else _TOP_ZH.get(match.group()[1], "top")
        if "z1" in groups:
            return "latest"
        told = _RANKED.sub("", match.group())
        longest = max((f for f in KINDS if told.startswith(f"{f} ")), key=len, default=told.split(" ")[0])
        return groups.get("s") or longest
    return ""


def _number(match: re.Match[str]) -> float:
    groups = {k: v for k, v in match.groupdict().items() if v}
    told = next((groups[name] for name in ("n", "n2", "n3", "zn", "zm", "z1") if name in groups), "")
    if told:
        return words.number(told) or float(han(told) or 0)
    return 0.0
