"""Words and patterns by which an English prompt is read."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s


def words_of(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


MAX_LABEL = 40
# Verbs after which a prompt lists what is to be recorded.
OPENERS = words_of(
    "track tracks tracking log logs logging record records recording note notes noting write enter entering list"
    " include"
    " including includes contain containing with save store capture remember containing columns column fields field put"
    " collect collecting rate rating see know show shows showing tell tells saying says say like about count counting"
    " monitor monitoring compare comparing measure measuring check jot add adding fill document documenting register"
)
LEADS = OPENERS | words_of(
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
NOUNS_TOO = words_of("rating note notes count comment comments record")
STOPS = words_of(
    "see know show shows tell tells say says like about with check list include write enter save put track log track"
)
QUESTIONS = words_of("who whom whose when where which what whether how")
PREPOSITIONS = words_of("by to for from with at on since after until in during of")
CUT = words_of(
    "for of in on at from with by to per since before after when that so because then if instead again each every this"
    " today also too please pls plz during until once while where who which whether as into about between than around"
)
TALK = words_of(
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
APP_WORDS = words_of(
    "app apps tracker tracking log diary journal planner list lists board kanban chart charts graph graphs plot"
    " calendar"
    " checklist table spreadsheet gallery overview statistics stats reminder reminders record records database"
    " sheet view"
    " views total totals average averages sum summary history record-keeping notebook tool tally dashboard curve"
    " timeline leaderboard ranking week month year"
    " everything anything something nothing stuff thing things etc people friends family us everyone we others time"
)
GENERIC_QUANTITY = re.compile(r"^(?:it|they|we|i|he|she|you|is|are|was|were|there)$")
MAY = words_of(
    "can could put puts write writes enter enters add adds log logs note notes see sees share shares collect"
    " tick vote all each"
)
DONE_ALREADY = words_of("done ready finished needed possible necessary due it they we i someone everything")
PARTICIPLES = re.compile(
    r"^(?:\w{3,}ed|seen|paid|done|sent|given|taken|bought|sold|made|read|eaten|drunk|sown|grown|spent|lent|kept"
    r"|held|built"
    r"|won|lost|found|met|run|swum|written|drawn|worn|shown|told|left|put|cut)$"
)
MEASURED = words_of(
    "harvested collected spent eaten drunk read made sold baked brewed picked walked ridden driven laid"
)
ADJECTIVES = {
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
UNITS_OF_LONG = {"hour": "h", "day": "days", "week": "weeks", "minute": "min", "second": "s", "night": "nights"}
FELT = re.compile(r"\b(?:feel|feels|felt|feeling|went|goes|liked?|enjoyed|was|is|rate[sd]?)\b")
# A figure over records, not a part of one.
EACH = re.compile(r"\b(?:each|all|every one|both)\b", re.IGNORECASE)
SO_FAR = re.compile(r"\b(?:so far|in total|altogether|left over|still (?:missing|to go)|in all)\b")
PAID = re.compile(r"\b(?:cost|costs|paid|pay|spent|spend|owes?|money|earned?|charged?|worth)\b")
AROUND = re.compile(r"\bbefore\s*(?:and|or|/)\s*(?:\d+ ?\w+ )?after(?: (?:the |each |every )?[a-z]+)?", re.IGNORECASE)
TRAILING = words_of("maybe too optional optionally pls please etc also perhaps ideally possibly each lol thanks thx")
MARK = "\u2060"
BRACKET = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]")
SLASHED = re.compile(r"(?<![\w/])([^\W\d_][\w'-]*(?:/[^\W\d_][\w'-]*)+)(?![\w/])")
SENTENCES = re.compile(r"(?<=[^\d\s])[.](?=\s|$)|[!?;\n•]+|\s[-–—]+\s|(?<=\d)\.(?=\s|$)")
COLON = re.compile(r":(?!\d)\s*")
COMMAS = re.compile(
    r"\s*(?:,|\band/or\b|\bas well as\b|\band\b|\bplus\b|\s[+&]\s|\bincluding\b|\b(?=with\b(?! who)))\s*", re.IGNORECASE
)
FAMILY = words_of(
    "husband wife partner mum mom mother dad father sister brother son daughter kids children child neighbours"
    " neighbors flatmates"
    " roommates colleagues team grandma grandpa friends friend girlfriend boyfriend parents family cousin aunt"
    " uncle housemates"
    " flatmate roommate neighbour classmates students members"
)
# Nouns that are counted or measured, whatever stands before them.
COUNTED = words_of(
    "units unit count level amount percentage percent number quantity reading value gravity pressure volume range rate"
)
# What one does with a thing is no state of it.
NEEDED = words_of("needed used worn required wanted chosen")
TO_THE_END = words_of("on since until before by")
NUMERALS = words_of("one two three four five six seven eight nine ten")
ONCE = words_of("last next first previous latest")
TIMELY = words_of("date day time month evening morning")
WORD = re.compile(rf"{MARK}\d+{MARK}|[^\s\"“”,]+")
NUMERIC = (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER, s.FIELD_TYPE_MONEY)
TEMPORAL = (s.FIELD_TYPE_DATE, s.FIELD_TYPE_DATETIME)
