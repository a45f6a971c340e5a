"""Field phrases of an English prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.known_fields import KnownFields, singular
from madeleine_miniapp.domain.wishes import cues
from madeleine_miniapp.domain.wishes.model import Wish

MAX_LABEL = 40


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Verbs after which a prompt lists what is to be recorded.
_OPENERS = _set(
    "track tracks tracking log logs logging record records recording note notes noting write enter entering list"
    " include"
    " including includes contain containing with save store capture remember containing columns column fields field put"
    " collect collecting rate rating see know show shows showing tell tells saying says say like about count counting"
    " monitor monitoring compare comparing measure measuring check jot add adding fill document documenting register"
)
_LEADS = _OPENERS | _set(
    "average avg total mean sum overall weekly monthly daily highest lowest a an the my our your his her their"
    " its this that these those some any each every all both one i we you he"
    " she they it"
    " me us them who's i'd we'd i'm we're want wants wanted need needs would could can may might should please"
    " pls plz also"
    " and or plus then so maybe perhaps just only to for of in on at by from as be is are was were am been do"
    " does did have"
    " has had get make build create give set keep keeping up down out app tool something thing way place able let lets"
    " want-to d'like having along together too again too. well e.g. eg like love hi hello hey ideally optionally"
    " possibly"
    " probably new simple small little short quick separate extra optional additionally further besides always still"
    " there here when-ever sort where-ever track-of would-like looking look help helps me. us. it."
)
# Verbs of telling that are nouns, too: "my rating".
_NOUNS_TOO = _set("rating note notes count comment comments record")
_STOPS = _set(
    "see know show shows tell tells say says like about with check list include write enter save put track log track"
)
_QUESTIONS = _set("who whom whose when where which what whether how")
_PREPOSITIONS = _set("by to for from with at on since after until in during of")
_CUT = _set(
    "for of in on at from with by to per since before after when that so because then if instead again each every this"
    " today also too please pls plz during until once while where who which whether as into about between than around"
)
_TALK = _set(
    "i we you he she it they me us them is are was were be been am do does did don't doesn't didn't have has had"
    " haven't can"
    " can't cannot will would won't should want wants need needs always never nobody everyone everybody somebody"
    " someone"
    " because but not there anymore i'm i'd i've we've we're it's that's let's lets keep keeps forget forgets us"
    " going go"
    " goes know knows see make makes take takes get gets got run runs like likes think try tries trying live"
    " lives share"
)
# What an app and its parts are called: no fields.
_APP_WORDS = _set(
    "app apps tracker tracking log diary journal planner list lists board kanban chart charts graph graphs plot"
    " calendar"
    " checklist table spreadsheet gallery overview statistics stats reminder reminders record records database"
    " sheet view"
    " views total totals average averages sum summary history record-keeping notebook tool tally dashboard curve"
    " timeline leaderboard ranking week month year"
    " everything anything something nothing stuff thing things etc people friends family us everyone we others time"
)
_GENERIC_QUANTITY = re.compile(r"^(?:it|they|we|i|he|she|you|is|are|was|were|there)$")
_MAY = _set(
    "can could put puts write writes enter enters add adds log logs note notes see sees share shares collect"
    " tick vote all each"
)
_DONE_ALREADY = _set("done ready finished needed possible necessary due it they we i someone everything")
_PARTICIPLES = re.compile(
    r"^(?:\w{3,}ed|seen|paid|done|sent|given|taken|bought|sold|made|read|eaten|drunk|sown|grown|spent|lent|kept"
    r"|held|built"
    r"|won|lost|found|met|run|swum|written|drawn|worn|shown|told|left|put|cut)$"
)
_MEASURED = _set("harvested collected spent eaten drunk read made sold baked brewed picked walked ridden driven laid")
_ADJECTIVES = {
    "many": s.FIELD_TYPE_INTEGER,
    "much": s.FIELD_TYPE_NUMBER,
    "long": s.FIELD_TYPE_NUMBER,
    "far": s.FIELD_TYPE_NUMBER,
    "old": s.FIELD_TYPE_NUMBER,
    "big": s.FIELD_TYPE_NUMBER,
    "high": s.FIELD_TYPE_NUMBER,
    "tall": s.FIELD_TYPE_NUMBER,
    "deep": s.FIELD_TYPE_NUMBER,
    "heavy": s.FIELD_TYPE_NUMBER,
    "fast": s.FIELD_TYPE_NUMBER,
    "warm": s.FIELD_TYPE_NUMBER,
    "hot": s.FIELD_TYPE_NUMBER,
    "cold": s.FIELD_TYPE_NUMBER,
    "often": s.FIELD_TYPE_TEXT,
    "well": s.FIELD_TYPE_RATING,
    "good": s.FIELD_TYPE_RATING,
    "bad": s.FIELD_TYPE_RATING,
    "hard": s.FIELD_TYPE_RATING,
    "strong": s.FIELD_TYPE_RATING,
    "difficult": s.FIELD_TYPE_RATING,
    "tired": s.FIELD_TYPE_RATING,
    "happy": s.FIELD_TYPE_RATING,
    "spicy": s.FIELD_TYPE_RATING,
    "busy": s.FIELD_TYPE_RATING,
}
_UNITS_OF_LONG = {"hour": "h", "day": "days", "week": "weeks", "minute": "min", "second": "s", "night": "nights"}
_FELT = re.compile(r"\b(?:feel|feels|felt|feeling|went|goes|liked?|enjoyed|was|is|rate[sd]?)\b")
# A figure over records, not a part of one.
_EACH = re.compile(r"\b(?:each|all|every one|both)\b", re.IGNORECASE)
_SO_FAR = re.compile(r"\b(?:so far|in total|altogether|left over|still (?:missing|to go)|in all)\b")
_PAID = re.compile(r"\b(?:cost|costs|paid|pay|spent|spend|owes?|money|earned?|charged?|worth)\b")
_AROUND = re.compile(r"\bbefore\s*(?:and|or|/)\s*(?:\d+ ?\w+ )?after(?: (?:the |each |every )?[a-z]+)?", re.IGNORECASE)
_TRAILING = _set("maybe too optional optionally pls please etc also perhaps ideally possibly each lol thanks thx")
_MARK = "\u2060"
_BRACKET = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]")
_SLASHED = re.compile(r"(?<![\w/])([^\W\d_][\w'-]*(?:/[^\W\d_][\w'-]*)+)(?![\w/])")
_SENTENCES = re.compile(r"(?<=[^\d\s])[.](?=\s|$)|[!?;\n•]+|\s[-–—]+\s|(?<=\d)\.(?=\s|$)")
_COLON = re.compile(r":(?!\d)\s*")
_COMMAS = re.compile(
    r"\s*(?:,|\band/or\b|\bas well as\b|\band\b|\bplus\b|\s[+&]\s|\bincluding\b|\b(?=with\b(?! who)))\s*", re.IGNORECASE
)
_FAMILY = _set(
    "husband wife partner mum mom mother dad father sister brother son daughter kids children child neighbours"
    " neighbors flatmates"
    " roommates colleagues team grandma grandpa friends friend girlfriend boyfriend parents family cousin aunt"
    " uncle housemates"
    " flatmate roommate neighbour classmates students members"
)
# Nouns that are counted or measured, whatever stands before them.
_COUNTED = _set(
    "units unit count level amount percentage percent number quantity reading value gravity pressure volume range rate"
)
# What one does with a thing is no state of it.
_NEEDED = _set("needed used worn required wanted chosen")
_TO_THE_END = _set("on since until before by")
_NUMERALS = _set("one two three four five six seven eight nine ten")
_ONCE = _set("last next first previous latest")
_TIMELY = _set("date day time month evening morning")
_WORD = re.compile(rf"{_MARK}\d+{_MARK}|[^\s\"“”,]+")


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    # It stands where things to record are listed.
    listed: bool
    first: bool
    # Something of its sentence stands before it: a capital letter there begins a name.
    inner: bool = False


def fields(prompt: str, known: KnownFields) -> list[Wish]:
    """The fields that an English prompt names, in order."""
    details: list[str] = []

    def mark(found: re.Match[str]) -> str:
        details.append(found[1])
        return f" {_MARK}{len(details) - 1}{_MARK} "

    wishes: list[Wish] = []
    if order := _AROUND.search(prompt):
        # "before and after meals" is one question with two answers.
        wishes.append(Wish(_label(order[0].split()[:6]), "", s.FIELD_TYPE_CHOICE, choices=("before", "after")))
        prompt = prompt.replace(order[0], " ")
    plain = re.sub(r"\?\s*,", ",", prompt.replace("’", "'").replace("‘", "'"))
    text = _BRACKET.sub(mark, plain)
    sentences = [piece for piece in _SENTENCES.split(text) if piece.strip()]
    for number, sentence in enumerate(sentences):
        for phrase in _phrases(sentence, opening=number == 0):
            said, rest = _detail_of(phrase, details)
            if _EACH.search(" ".join(phrase.words)) and said.type == s.FIELD_TYPE_RATING:
                wishes = [w if w.certain else said.on(w) for w in wishes]
            if len(rest) == 1 and (pair := _SLASHED.fullmatch(rest[0])) and said == cues.Detail():
                # "smell/taste": two fields with one comma saved.
                both = [_read(replace(phrase, words=(w,)), known) for w in pair[1].split("/")]
                wishes += [w for w in both if w is not None]
                continue
            read = _read(replace(phrase, words=rest, listed=phrase.listed or said.type is not None), known)
            if read is None and said != cues.Detail():
                # "mood, 1-10": the scale belongs to what came before.
                bare = not rest or len(rest) <= 2
                if bare and wishes and not wishes[-1].choices and said.type is not None:
                    wishes[-1] = said.on(wishes[-1])
                elif said.type == s.FIELD_TYPE_RATING:
                    wishes.append(said.on(Wish("Rating", "rating", s.FIELD_TYPE_RATING)))
                continue
            if read is not None:
                wishes.append(said.on(read))
    return _settled(wishes)


def _settled(wishes: Sequence[Wish]) -> list[Wish]:
    """Nouns in lists count only beside something certain, or where there are several."""
    certain = sum(w.certain for w in wishes)
    if not certain and len(wishes) < 2:
        return list(wishes)
    seen: set[str] = set()
    kept: list[Wish] = []
    for wish in wishes:
        key = wish.name or wish.label.casefold()
        if key not in seen and wish.label.casefold() not in seen:
            kept.append(wish)
        seen |= {key, wish.label.casefold()}
    return kept


def _phrases(sentence: str, *, opening: bool) -> Iterator[_Phrase]:
    """The phrases of a sentence between commas, "and", and before question words."""
    parts = _COLON.split(sentence)
    listed = False
    for index, part in enumerate(parts):
        colon = index > 0
        listed = listed or colon
        pieces = [p for p in _COMMAS.split(part) if p.strip()]
        for number, piece in enumerate(pieces):
            words = _WORD.findall(piece)
            start = 0
            for cut in [*_breaks(words), len(words)]:
                stretch = tuple(words[start:cut])
                if stretch:
                    opened = any(w.casefold() in _OPENERS for w in stretch)
                    first = opening and index == 0 and number == 0 and start == 0
                    opened = opened and not first
                    inner = not (index == 0 and number == 0 and start == 0) and "\n" not in sentence
                    yield _Phrase(stretch, listed or opened or len(pieces) > 2, first, inner)
                    listed = listed or opened or (first and any(w.casefold() in _OPENERS for w in stretch))
                start = cut


def _breaks(words: Sequence[str]) -> list[int]:
    """Where a question word starts a phrase of its own: after a verb of telling, not after a noun that it describes."""
    at: list[int] = []
    for index, word in enumerate(words):
        if index == 0 or word.casefold().split("'")[0] not in _QUESTIONS:
            continue
        start = index
        before = words[index - 1].casefold()
        if before in _PREPOSITIONS:
            start -= 1
            before = words[start - 1].casefold() if start else ""
        if start == 0:
            continue
        asks = word.casefold() in ("what", "how", "whether", "whose") or before in _LEADS or before in _OPENERS
        if asks or words[start - 1].startswith(_MARK):
            at.append(start)
    return at


def _detail_of(phrase: _Phrase, details: Sequence[str]) -> tuple[cues.Detail, tuple[str, ...]]:
    """What brackets, scales, units and slashes say, and the words without them."""
    said = cues.Detail()
    kept: list[str] = []
    for word in phrase.words:
        if word.startswith(_MARK):
            found = cues.detail(details[int(word.strip(_MARK))])
            said = found if found != cues.Detail() else said
        else:
            kept.append(word)
    text = " ".join(kept)
    if said == cues.Detail():
        if found := cues.scale(text):
            said, text = found, cues.without_scale(text)
        elif cues.yes_no(text):
            said, text = cues.Detail(s.FIELD_TYPE_BOOLEAN), cues.without_yes_no(text)
        elif (slashed := _SLASHED.search(text)) and not cues.unit_of(slashed[1]):
            options = cues.choices(slashed[1])
            if len(options) > 2 or (options and slashed.start() > 0):
                said, text = cues.Detail(s.FIELD_TYPE_CHOICE, choices=options), text.replace(slashed[1], " ")
    words = text.split()
    if len(words) > 1 and words[-2].casefold() == "in" and (unit := cues.unit_of(words[-1])):
        said, words = cues.Detail(s.FIELD_TYPE_NUMBER, unit=unit), words[:-2]
    while len(words) > 1 and words[-1].casefold().strip(".!") in _TRAILING:
        words = words[:-1]
    return said, tuple(w.strip(".:;?!'\"") for w in words if w.strip(".:;?!'\"-–"))


def _read(phrase: _Phrase, known: KnownFields) -> Wish | None:
    words = list(phrase.words)
    lowered = [w.casefold() for w in words]
    if len(words) == 1 and phrase.listed and lowered[0] not in _STOPS and not phrase.first:
        if field := known.of(words[0]):
            return _known(words, field.name, known)
        if lowered[0] in _OPENERS:
            return Wish(_label(words), "", None, certain=False)
    if lowered and lowered[0] in ("before", "after", "during", "without", "per"):
        return None
    while words:
        field = known.of(" ".join(words))
        # A bare lead such as "see" is a known word only by accident.
        too = phrase.listed and len(phrase.words) > 1 and lowered[0] in _NOUNS_TOO
        if field is not None and (len(words) > 1 or lowered[0] not in _LEADS or too):
            return _known(words, field.name, known)
        if lowered[0] in _QUESTIONS or (lowered[0] in _PREPOSITIONS and len(words) > 1 and lowered[1] in _QUESTIONS):
            return _question(words, known)
        if lowered[0] not in _LEADS:
            break
        words, lowered = words[1:], lowered[1:]
    if not words:
        return None
    if len(words) in (2, 3) and lowered[-1] in _TO_THE_END:
        participle = bool(_PARTICIPLES.match(lowered[-2]))
        if lowered[-1] == "by" and participle:
            return Wish(_label(words), "", s.FIELD_TYPE_PERSON)
        if participle or lowered[-1] in ("before", "by", "until"):
            return Wish(_label(words), "", s.FIELD_TYPE_DATE)
    return _noun(words, phrase, known)


def _question(words: list[str], known: KnownFields) -> Wish | None:
    """A phrase that begins with a question word."""
    words = _expanded(words)
    for end in range(min(len(words), 7), 1, -1):
        if end < len(words) and end < 3 and words[0].casefold() == "how":
            # "how many" alone is a quantity; with a noun it counts that.
            break
        if field := known.of(" ".join(words[:end])):
            return _known(words[:end], field.name, known)
    lowered = [w.casefold() for w in words]
    if lowered[0] in _PREPOSITIONS:
        words, lowered = words[1:], lowered[1:]
    head, rest = lowered[0], words[1:]
    short = _short(rest)
    match head:
        case "who" | "whom" | "whose":
            return Wish(_label(["Who", *_short(rest, keep_talk=True)]), "who" if not rest else "", s.FIELD_TYPE_PERSON)
        case "when":
            if rest and rest[0].casefold() in _DONE_ALREADY and "again" not in (w.casefold() for w in rest):
                return None
            again = any(w.casefold() in ("again", "next") for w in rest)
            label = _label(["When", *(_short(rest, keep_talk=True) if again else short), *(["again"] if again else [])])
            return Wish(label, "next_date" if again else "" if short else "date", s.FIELD_TYPE_DATE)
        case "where":
            if len(rest) > 1 and rest[1].casefold() in _MAY:
                return None
            return Wish(_label(["Where", *short]), "" if short else "place", s.FIELD_TYPE_TEXT)
        case "whether":
            return Wish(_label(_short(rest, keep_talk=True)), "", s.FIELD_TYPE_BOOLEAN) if rest else None
        case "which":
            return _noun(short, _Phrase((), listed=True, first=False), known) if short else None
        case "what":
            return _what(rest, known)
        case _:
            return _how(rest, known)


def _what(rest: list[str], known: KnownFields) -> Wish | None:
    if not rest:
        return Wish("What", "what", s.FIELD_TYPE_TEXT)
    text = " ".join(rest).casefold()
    if _PAID.search(text):
        return Wish(_label(["What", *rest[:5]]), "cost", s.FIELD_TYPE_MONEY)
    if rest[0].casefold() in _TALK:
        return Wish(_label(["What", *_short(rest, keep_talk=True)]), "", s.FIELD_TYPE_TEXT)
    if _PARTICIPLES.match(rest[0].casefold()) or rest[0].casefold().endswith("s"):
        return Wish(_label(["What", *_short(rest, keep_talk=True)]), "", s.FIELD_TYPE_TEXT)
    read = _noun(_short(rest), _Phrase((), listed=True, first=False), known)
    return replace(read, certain=True) if read else None


def _how(rest: list[str], known: KnownFields) -> Wish | None:
    if not rest:
        return None
    lowered = [w.casefold() for w in rest]
    kind = _ADJECTIVES.get(lowered[0])
    if kind is None:
        rated = _FELT.search(" ".join(lowered))
        return Wish(
            _label(["How", *_short(rest, keep_talk=True)]), "", s.FIELD_TYPE_RATING if rated else s.FIELD_TYPE_TEXT
        )
    after = rest[1:]
    if not after:
        return None
    if lowered[0] == "often":
        # "how often she woke" is counted; "how often" alone is a rhythm.
        return Wish(_label(["How often", *_short(after, keep_talk=True)]), "", s.FIELD_TYPE_INTEGER)
    if _SO_FAR.search(" ".join(lowered)):
        return None
    if lowered[0] == "much" and _PAID.search(" ".join(lowered)):
        return Wish(_label(["How much", *_short(after, keep_talk=True)]), "amount", s.FIELD_TYPE_MONEY)
    if lowered[0] in ("many", "much"):
        noun = _short(after)
        if not noun or _GENERIC_QUANTITY.match(after[0].casefold()):
            return Wish(_label(["How", rest[0], *_short(after, keep_talk=True)]), "", kind)
        unit = cues.unit_of(noun[0])
        found = known.of(" ".join(noun)) or known.of(noun[0])
        numeric = found is not None and found.type in _NUMERIC
        name = found.name if found is not None and numeric and len(noun) == 1 else ""
        measured = len(after) > len(noun) and after[len(noun)].casefold() in _MEASURED
        label = [*noun, after[len(noun)]] if measured else noun
        counted = kind == s.FIELD_TYPE_INTEGER and not unit
        return Wish(_label(label), name, s.FIELD_TYPE_INTEGER if counted else s.FIELD_TYPE_NUMBER, unit)
    unit = next((u for w, u in _UNITS_OF_LONG.items() if any(singular(x) == w for x in lowered)), "")
    label = _label(["How", rest[0], *_short(after, keep_talk=True)])
    if lowered[0] == "long":
        return Wish(label, "", kind, unit or "min")
    if lowered[0] in ("warm", "hot", "cold"):
        return Wish(label, "", kind, "°C")
    return Wish(label, "", kind)


_NUMERIC = (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY)


def _noun(words: list[str], phrase: _Phrase, known: KnownFields) -> Wish | None:
    """A phrase that names a thing: a known field by its last word, or a noun in a list."""
    lowered = [w.casefold() for w in words]
    head = _head(lowered)
    while head and head[0] in _LEADS and not (len(head) == 1 and known.of(head[0])):
        words, lowered, head = words[1:], lowered[1:], head[1:]
    while len(head) > 1 and head[-1] in _APP_WORDS and known.of(" ".join(head)) is None:
        head = head[:-1]
    if not head or (head[-1] in _APP_WORDS and known.of(" ".join(head)) is None):
        return None
    whole = known.of(" ".join(head))
    if whole is None and len(head) > 1 and (dated := _dated(words, lowered, head, known)):
        return dated
    if whole is None and len(head) > 1 and head[-1] in _COUNTED and not phrase.first:
        return _counted(head, _label(_with_of(words, len(head))), known)
    if whole is None and (unit := cues.unit_of(head[-1])) and len(head) > 1:
        # "distance km": the unit behind the name.
        inner = _noun(words[: len(head) - 1], phrase, known)
        return cues.Detail(s.FIELD_TYPE_NUMBER, unit=unit).on(inner) if inner else None
    talk = any(w in _TALK for w in head)
    label = _label(_with_of(words, len(head)))
    if whole is None and len(head) > 1 and head[-1] in _NEEDED and phrase.listed and not talk:
        return _unknown(words, head, label, known)
    found = known.last_in(head)
    if found is not None:
        name = " ".join(words[found.start : len(head)])
        if found.start == 0 or talk or all(w in _LEADS for w in head[: found.start]):
            return _known(name.split(), found.field.name, known)
        if phrase.first or len(head) > 4:
            return None
        return Wish(label, "", found.field.type, found.field.unit)
    if phrase.first or talk or len(head) > 4 or not phrase.listed or set(head) & _FAMILY:
        return None
    if len(head) == 1 and words[0][:1].isupper() and words[0][1:].islower() and phrase.inner:
        # Somebody's name.
        return None
    if len(words) > len(head) and " ".join(lowered[len(head) :])[:7] in (
        "per day",
        "per wee",
        "per mon",
        "a day",
        "a week",
    ):
        return Wish(label, "", s.FIELD_TYPE_INTEGER)
    return _unknown(words, head, label, known)


def _unknown(words: Sequence[str], head: Sequence[str], label: str, known: KnownFields) -> Wish | None:
    """A noun that no known field is called: by its form, or text."""
    unit = cues.unit_of(head[0])
    if _PARTICIPLES.match(head[-1]) or head[-1] in _NEEDED:
        if unit or (len(head) > 1 and head[-1] in _MEASURED):
            return Wish(label, "", s.FIELD_TYPE_NUMBER, unit)
        if head[-1] in _NEEDED:
            field = known.of(" ".join(head[:-1]))
            return Wish(label, field.name if field else "", field.type if field else None, certain=field is not None)
        return Wish(label, "", s.FIELD_TYPE_BOOLEAN)
    if (
        head[-1].endswith("ly")
        or (head[0].endswith("ing") and len(words) > 1)
        or head[0][:1].isdigit()
        or head[0] in _NUMERALS
        or not any(c.isalpha() for c in head[-1])
    ):
        return None
    if unit := cues.unit_of(head[-1]):
        return Wish(label, "", s.FIELD_TYPE_NUMBER, unit)
    measured = known.of(head[0])
    if len(head) > 1 and measured is not None and measured.type == s.FIELD_TYPE_NUMBER:
        # "temp warm side"
        return Wish(label, "", measured.type, measured.unit)
    return Wish(label, "", None, certain=False)


def _counted(head: Sequence[str], label: str, known: KnownFields) -> Wish:
    """A noun such as "salary range" or "insulin units"; a mere number may be a name ("batch number")."""
    first = known.of(" ".join(head[:-1]))
    if first is not None and first.type == s.FIELD_TYPE_MONEY:
        return Wish(label, first.name, s.FIELD_TYPE_MONEY)
    if first is None and head[-1] == "number":
        return Wish(label, "", None, certain=False)
    return Wish(label, "", s.FIELD_TYPE_NUMBER)


def _dated(words: Sequence[str], lowered: Sequence[str], head: Sequence[str], known: KnownFields) -> Wish | None:
    """ "applied on", "last practised", "vaccination date": a moment."""
    label = _label(words[: len(head)])
    if head[-1] in _TIMELY and (found := known.of(head[-1])) is not None and found.type in _TEMPORAL:
        return Wish(label, "", found.type)
    if head[0] in ("last", "next") and len(head) == 2:
        return Wish(label, "next_date" if head[0] == "next" else "", s.FIELD_TYPE_DATE)
    if head[0] in _ONCE and _PARTICIPLES.match(head[-1]):
        return Wish(label, "next_date" if head[0] == "next" else "", s.FIELD_TYPE_DATE)
    return None


_TEMPORAL = (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME)


def _head(lowered: Sequence[str]) -> list[str]:
    """The words up to the first preposition behind the noun."""
    for index, word in enumerate(lowered):
        if index and word in _CUT:
            return list(lowered[:index])
    return list(lowered)


def _with_of(words: Sequence[str], head: int) -> list[str]:
    """The noun, with a short "of ..." behind it."""
    if head < len(words) - 1 and words[head].casefold() == "of" and len(words) - head <= 3:
        return list(words)
    return list(words[:head])


def _known(words: Sequence[str], name: str, known: KnownFields) -> Wish:
    field = known.named(name)
    if field is None:
        return Wish(_label(words), name)
    return Wish(_label(words), name, field.type, field.unit, (), field.least, field.most)


def _short(words: Sequence[str], *, keep_talk: bool = False) -> list[str]:
    """At most four words up to a preposition; without `keep_talk` also up to a pronoun or auxiliary."""
    kept: list[str] = []
    for word in words:
        low = word.casefold()
        if (low in _CUT and kept) or (not keep_talk and low in _TALK) or len(kept) == 4:
            break
        kept.append(word)
    return kept


def _expanded(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    for word in words:
        stem, mark, tail = word.partition("'")
        if mark and stem.casefold() in _QUESTIONS and tail in ("s", "re", "d"):
            out += [stem, {"s": "is", "re": "are", "d": "had"}[tail]]
        else:
            out.append(word)
    return out


def _label(words: Sequence[str]) -> str:
    text = " ".join(words)[:MAX_LABEL].strip()
    return text[:1].upper() + text[1:]
