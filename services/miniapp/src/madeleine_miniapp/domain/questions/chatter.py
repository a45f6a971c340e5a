# ruff: noqa: E501 - patterns of sentences, one line each.
"""Sentences around a question that ask nothing and restrict nothing: "my sister says i never cook."."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.absences import LACKS_IT
from madeleine_miniapp.domain.questions.english import is_name
from madeleine_miniapp.domain.questions.goals import states_goal
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.scanning import Scan

_STOP = re.compile(
    r"(?<!\d)\.(?!\d)|\.{2,}|[?!;:()。？！；：（）\n…]|\s[-–—]\s"
    r"|,(?= (?:i'll|i will|so (?:that )?i can|then i|want to|need to|gotta|gonna|because|cause|i need to|i want to|i have to|just (?:curious|wondering|checking)|(?:it |that |which |this )?(?:seems?|feels?|felt|looks|sounds?) (?:like|as if|a (?:lot|bit)|so|too|rather|quite|pretty|very|really|kind of|low|high|wrong|off|much|many|few)|bet|hopefully|hoping|i (?:hope|bet|fear|guess|suspect|think))\b)"
)
# Anything like this may change what is asked: such a sentence must be understood.
_RESTRICTS = re.compile(
    r"\b(?:only|except|excluding|exclude|without|mean|counts?|counting|include|including|not|don't|isn't|ignore|leave|skip|just the|of course|obviously|instead|both|mention\w*|(?:wrote|written|write|noted|said) (?:\w+ )?(?:about|on))\b"
    r"|只|不算|除了|不要|不包括|不含|都算|也算|的不|仅"
)
_DEFINES = re.compile(
    r"\blet's say\b|\bi mean\b|\bi\.e\.|\bmeaning\b|\bcounts? as\b|\b(?:good|bad|decent|low|high) ?(?:=|means)"
)
# So may this, if a sentence does not tell why something is asked.
_LACKS = re.compile(r"\b(?:(?:have|has|had|carry|carries|with|got|is|are) (?:still )?no|missing|lack\w*|blank|empty)\b")
_PURPOSE = re.compile(
    r"^(?:(?:i'm |we're |been |i've been )?(?:trying|hoping|aiming|planning) to|(?:i'm |just )?looking for|i'll|i will|then i|gotta|got to|(?:i )?(?:should|must|ought to|have got to) |i (?:usually|always|often|tend to|need|want|wanna|just want|'m|am going to|promised|have to|keep|forgot|think)|(?:haven't|have not|didn't) (?:done|had|logged|entered|finished|started|do|have|log) (?:it|mine|any|today(?:'s)?)\b[^,]*\byet\b|(?:will|gonna) (?:do|log|add|enter)\b|want to|need to|going to|gonna|because|cause|as i|so (?:that )?i can|it's for|for my|asking for|just (?:curious|wondering|checking)|no rush|thanks|thank you|(?:today|it|this|that) (?:may|might|could)|(?:my |the |our )?(?!who|which|what|how|when|where|it|i|we|you|they|how)\w+ (?:says|said|thinks|thought|asked|asks|wants|wanted|claims|claimed|reckons|reckoned|believes|suspects|worries|bets|swears|insists|complains|wonders|keeps saying)\b|i (?:suspect|have a feeling|believe|reckon|bet|fear|guess)\b|i've a feeling\b|(?:doc|doctor|the doctor|mum|mom|coach|someone) (?:asked|says|said|wants)|we wanted to|i wanted to|想(?=知道|看看|问|了解|要)|我想|我要(?!带|去|买|做)|因为|谢谢|我记得|我觉得)"
)
# What somebody expects or makes of it: "should be higher i hope", "feels like i'm slacking", "bad habit".
_OPINION = re.compile(
    r"^(?:(?:it|that|this|which) )?(?:(?:probably|surely) )?(?:seems?|feels?|felt|looks|sounds?) (?:like|as if|as though|a (?:lot|bit)|so|too|rather|quite|pretty|very|really|kind of|sort of|low|high|wrong|off|much|many|few)\b"
    r"|^(?:it |that |they )?(?:should|must|ought to|could|might|has to|have to|'s got to) (?:be|have been) (?:\w+ )?(?:higher|lower|more|less|fewer|better|worse|longer|shorter|a (?:lot|few|bit)|plenty|enough|none|many|easy|quick|good|bad|high|low)\b"
    r"|^(?:bet|hopefully|hoping|i hope|i'm hoping|i fear|i'm afraid|pretty sure|guessing|my guess|i expect)\b"
    r"|^(?:an? |my |such an? |what an? |the )?(?:(?:very|really|new|old) )?(?:bad|good|nasty|terrible|awful|horrible|guilty|silly|dumb|stupid|weird|strange|lovely|nice|sad|lazy|secret|expensive|costly) (?:habits?|pleasure|idea|sign|news|weakness|vice|obsession|luck|joke|story|excuse|timing|taste|move|me)$"
    r"|^(?:i'm |i am |am )?(?:feeling|feel) (?:\w+ )?(?:guilty|bad|good|proud|lazy|sorry|great|terrible|awful)$|^(?:so )?(?:how (?:am i|are we) (?:doing|getting on)|what's the (?:state of play|score))$|^(?:oops|whoops|sigh|yikes|sorry|yay|finally|embarrassing|shame on me|my bad|don't (?:ask|judge(?: me)?|laugh)|no (?:judgement|judgment|judging)|guilty|long story)$"
)
_LEADING_IN = re.compile(
    r"^(?:so |and |but |well )?(?:is|are|am|was|were|do|does|did|have|has|how (?!often|many|much|long|far)\w+ (?:am|is|are|was|were|have|has|do|does|did))\b"
)
_GETTING = re.compile(
    r"(?:so |and |but |well )?(?:is|are|was|were|has|have)\b.*\b(?P<get>getting|gotten|got|becoming|become) (?:\w+ )?(?:more \w+|less \w+|[a-z]+er|better|worse)$"
)
# "Entries that mention the knee": those are asked for.
_RECORDS_ASKED = re.compile(
    r"\s*(?:the |all |any |my |our )*(?:notes?|entries|records?|days|sessions|everything|anything)\b"
)
_THERE = re.compile(r"\b(?:from|at|in|to) there\b|\bthere\s*[?.!]*$")
_CLAIMS = re.compile(r"(?:so )?i(?:'d)? (?:bet|guess|reckon|suppose|suspect|think|believe)\b")
# Who is spoken of in what only leads in is who is asked about, if the question itself says nobody else.
_OF_SOMEBODY = ("me", "us", "anybody", "who", "each", "rank", "others", "whose")
# "Le Guin - which titles are there": so few words name what is asked about.
_TOPIC = 3
# "Tesco, Aldi or Spar - who gets most of our money".
_LISTED_TOPIC = 8
_DETERMINED = re.compile(r"^(?:(?:my|our|the|an?|all|this|that)\s+)+")
_LISTED = re.compile(r",|\bor\b|\band\b|、|还是|和")
_NAMES = re.compile(r"\s*[-–—:：]")
_NAMED = (Kind.FIELD, Kind.CHOICE, Kind.VALUE, Kind.ENTITY)
_NAMING = (*_NAMED, Kind.PERSON, Kind.TIME, Kind.NUMBER)
_ENDS_ASKING = re.compile(r"^\s*[?？]")
_STRONG = frozenset({"count", "how_many", "how_much", "sum", "mean", "median", "share", "sup", "last", "first", "list", "which", "what", "who", "when", "streak", "rank", "gap", "often", "top", "pace", "been_at", "took", "exist", "how_long", "for_every"})  # fmt: skip


def without_chatter(scan: Scan) -> Scan:
    """The scan without the sentences that can be left out, if a question remains."""
    sentences: list[tuple[int, int, bool]] = []
    start = 0
    for stop in _STOP.finditer(scan.text):
        sentences.append((start, stop.start(), bool(_ENDS_ASKING.match(scan.text[stop.start() :]))))
        start = stop.end()
    sentences.append((start, len(scan.text), False))
    sentences = [s for s in sentences if scan.text[s[0] : s[1]].strip()]
    if len(sentences) < 2:
        return scan
    scan = _as_trend(scan, sentences)
    asking = [s for s in sentences if s[2] or _strong(scan, s[0], s[1])]
    dropped: list[tuple[int, int]] = []
    led: list[tuple[int, int]] = []
    for begin, end, asks in sentences:
        text = scan.text[begin:end].strip(" ,")
        unknown = any(begin <= a < end for a, _, _ in scan.unplaced)
        opinion = _OPINION.match(text) if not _exact(scan, begin, end) else None
        purpose = opinion or _PURPOSE.match(text)
        if asks and unknown and _leads_in(scan, (begin, end), text, sentences):
            dropped.append((begin, end))
            led.append((begin, end))
            continue
        if scan.text[end : end + 1] == ":" and any(begin <= m.start < end and m.of(Kind.TIME) for m in scan.mentions):
            # "My pyramid since may: climbs per grade".
            continue
        if (
            asks
            or _RESTRICTS.search(text)
            or states_goal(text)
            or not (unknown or purpose)
            or (not purpose and _LACKS.search(text))
        ):
            continue
        if not purpose and scan.text[:begin].rstrip().endswith("("):
            # What stands in brackets says more of what is asked: "(arrived then)".
            continue
        most = _LISTED_TOPIC if _LISTED.search(text) else _TOPIC
        topic = len(_DETERMINED.sub("", text).split()) <= most and _NAMES.match(scan.text[end:])
        if not purpose and (topic or (not _told(text) and _tells(scan, begin, end))):
            continue
        if not purpose and _strong(scan, begin, end) and not _told(text):
            continue
        if is_chinese(text) and (scan.text[end : end + 1] == "(" or scan.text[:begin].rstrip()[-1:] == ")"):
            # What stands around brackets is one sentence.
            continue
        # "Entries with low energy (bad habit)" asks for what it names.
        others = [
            s
            for s in (sentences if opinion or (purpose and not _strong(scan, begin, end)) else asking)
            if (s[0], s[1]) != (begin, end) and (s[0], s[1]) not in dropped
        ]
        named = bool(set(others) & set(asking)) or opinion or _names_any(scan, others)
        if others and named and not (_CLAIMS.match(text) and not _names_any(scan, others)):
            dropped.append((begin, end))
    scan = _uncoloured(scan, sentences, asking)
    if not dropped:
        return scan
    kept = [m for m in scan.mentions if not _within(m.start, dropped)]
    if (
        len(kept) < len(scan.mentions)
        and not any(m.of(*_NAMED) for m in kept)
        and _names_any(scan, [(a, b, False) for a, b in dropped])
    ):
        # "Ages since I had plums... how many days is it?": what it is asked of.
        return scan
    if not any(m.kind is Kind.PERSON or any(m.cue(n) for n in _OF_SOMEBODY) for m in kept):
        kept += [m for m in scan.mentions if _within(m.start, led) and (m.kind is Kind.PERSON or m.cue("me"))]
    if any(m.cue("vs") for m in kept) and not any(_says_more(m) for m in kept):
        # "Am I happier after a good night? mood with 7 hours or more vs less": the comparison answers it.
        kept += [m for m in scan.mentions if _within(m.start, led) and _says_more(m)]
    if _THERE.search(scan.text):
        # "Going to the library later. Which ones are from there?"
        kept += [
            m for m in scan.mentions if _within(m.start, dropped) and m.of(Kind.VALUE, Kind.CHOICE) and m not in kept
        ]
    if LACKS_IT.search(scan.text):
        # "I forgot the sleep field again... how many entries don't have it".
        kept += [m for m in scan.mentions if _within(m.start, dropped) and m.of(Kind.FIELD) and m not in kept]
    return replace(
        scan,
        mentions=tuple(sorted(kept, key=lambda m: m.start)),
        unplaced=tuple(u for u in scan.unplaced if not _within(u[0], dropped)),
    )


def _says_more(mention: Mention) -> bool:
    """ "Happier", "longer": more or less of what the word itself is about."""
    return any(m.value for m in (mention.cue("more"), mention.cue("less")) if m is not None)


def _as_trend(scan: Scan, sentences: list[tuple[int, int, bool]]) -> Scan:
    """ "Are groceries getting dearer? average bill per month": the figures over time answer it, and what it names stays."""
    start, end, asks = sentences[0]
    told = (Kind.CHOICE, Kind.VALUE, Kind.PERSON, Kind.TIME)
    over_time = any(m.start >= end and m.cue("per") for m in scan.mentions)
    found = _GETTING.match(scan.text[start:end].rstrip()) if asks and over_time else None
    if found is None:
        return scan
    named = [m for m in scan.mentions if m.start < found.start("get") and (m.of(*told) or m.cue("me") or m.cue("us"))]
    kept = [*named, *(m for m in scan.mentions if m.start >= end)]
    if len(kept) == len(scan.mentions):
        return scan
    trend = Mention(end, end, "", (Meaning(Kind.CUE, "trend"),))
    return replace(scan, mentions=tuple(sorted([*kept, trend], key=lambda m: m.start)))


def _names_any(scan: Scan, sentences: list[tuple[int, int, bool]]) -> bool:
    """Whether any of the sentences names something of the records."""
    return any(m.of(*_NAMED) for m in scan.mentions if _within(m.start, [(a, b) for a, b, _ in sentences]))


def _leads_in(scan: Scan, one: tuple[int, int], text: str, sentences: list[tuple[int, int, bool]]) -> bool:
    """Whether a question only says why the next one is asked: "are we weekend warriors? share of sessions on ..."."""
    if not _LEADING_IN.match(text) or _RESTRICTS.search(text):
        return False
    rest = [(a, b) for a, b, _ in sentences if (a, b) != one and a > one[0]]
    named = {(x.kind, x.name, x.value) for m in scan.mentions if _within(m.start, rest) for x in m.of(*_NAMING)}
    whole = any(_strong(scan, a, b) or _RECORDS_ASKED.match(scan.text[a:b]) for a, b in rest) and any(
        kind in _NAMED for kind, _, _ in named
    )
    here = [m for m in scan.mentions if one[0] <= m.start < one[1] and m.of(*_NAMING)]
    return whole and all({(x.kind, x.name, x.value) for x in m.of(*_NAMING)} & named for m in here)


def _uncoloured(scan: Scan, sentences: list[tuple[int, int, bool]], asking: list[tuple[int, int, bool]]) -> Scan:
    """Without words that only colour, where nothing is asked or the text says what they mean.

    "Too many late dinners again... how many after nine?", "good days? let's say with an 8 or higher".
    """
    defined = _DEFINES.search(scan.text)

    def kept(start: int, phrase: str) -> bool:
        aside = any(a <= start < b and (a, b, c) not in asking for a, b, c in sentences)
        names = any(is_name(word) for word in phrase.split(" "))
        return names or not asking or not (aside or defined)

    return replace(scan, unplaced=tuple(u for u in scan.unplaced if kept(u[0], u[2])))


def _tells(scan: Scan, begin: int, end: int) -> bool:
    """Whether a stretch holds a number, a comparison, a time or a name: it may be a condition half understood."""
    return any(
        begin <= m.start < end
        and (
            m.of(Kind.NUMBER, Kind.TIME, Kind.CHOICE, Kind.VALUE, Kind.FIELD, Kind.PERSON)
            or m.cue("cmp")
            or m.cue("post")
        )
        for m in scan.mentions
    )


def _exact(scan: Scan, begin: int, end: int) -> bool:
    """Whether a stretch holds a number or a time: what is said of those may restrict."""
    return any(begin <= m.start < end and m.of(Kind.NUMBER, Kind.TIME) for m in scan.mentions)


def _within(at: int, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in stretches)


def _strong(scan: Scan, begin: int, end: int) -> bool:
    return any(
        begin <= m.start < end and any(x.kind is Kind.CUE and x.name in _STRONG for x in m.meanings)
        for m in scan.mentions
    )


def _told(text: str) -> bool:
    """Whether a sentence tells rather than asks: it begins with a subject and has no question word."""
    return bool(re.match(r"(?:i|we|my|our|he|she|they|the|it)\b|我|他|她", text)) and not re.search(
        r"\b(?:how|what|which|who|when|average|total|median)\b|多少|几|哪|谁", text
    )
