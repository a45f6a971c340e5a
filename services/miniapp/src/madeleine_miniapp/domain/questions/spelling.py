# ruff: noqa: E501 - tables of words.
"""Spellings of chats and slips of the keyboard, written out: "w/ a number", "thru", "ive", "avrage", "febuary"."""

from __future__ import annotations

import re
from functools import cache

from madeleine_miniapp.domain.questions import english

_CHAT = {
    "thru": "through", "tho": "though", "rn": "right now", "u": "you", "ur": "your", "r": "are", "gotta": "got to", "gimme": "give me", "lemme": "let me",
    "gonna": "going to", "dunno": "i wonder", "cos": "because", "cuz": "because", "coz": "because", "bc": "because", "yr": "year", "yrs": "years",
    "wk": "week", "wks": "weeks", "mth": "month", "mths": "months", "mnth": "month", "mnths": "months", "yday": "yesterday", "tmrw": "tomorrow",
    "ppl": "people", "abt": "about", "btwn": "between", "b/w": "between", "smth": "something", "sth": "something", "sthg": "something", "evry": "every",
    "w/": "with", "w/o": "without", "tot": "total", "qty": "number of", "pct": "percent", "excl": "excluding", "incl": "including",
    "ive": "i have", "weve": "we have", "youve": "you have", "theyve": "they have", "im": "i am", "youre": "you are", "theyre": "they are",
    "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "havent": "haven't", "hasnt": "hasn't", "hadnt": "hadn't", "isnt": "isn't", "arent": "aren't",
    "wasnt": "wasn't", "werent": "weren't", "cant": "can't", "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't", "aint": "isn't",
    "whats": "what's", "wheres": "where's", "whens": "when's", "hows": "how's", "thats": "that's", "theres": "there's", "heres": "here's", "lets": "let's",
    "whos": "who's", "hw": "how", "hwo": "how", "hwo's": "how's", "waht": "what", "whta": "what", "wht": "what", "wich": "which", "whihc": "which",
    "whcih": "which", "whch": "which", "whn": "when", "wehn": "when", "mny": "many", "mnay": "many", "amny": "many", "mcuh": "much", "muhc": "much", "teh": "the",
    "hte": "the", "adn": "and", "oftn": "often", "oftne": "often", "lsat": "last", "tihs": "this", "thsi": "this",
    "restaraunt": "restaurant", "restaraunts": "restaurants", "restauraunt": "restaurant", "restauraunts": "restaurants",
    "tiems": "times", "tmies": "times", "dya": "day", "dyas": "days", "wekk": "week", "weke": "week", "mnoth": "month", "motnh": "month", "monht": "month", "yera": "year", "shes": "she's", "hes": "he's",
}  # fmt: skip
# What is said to nobody in particular.
_ASIDES_TEXT = """
ngl tbh smh imo imho lmao lol lols rofl omg omfg idk fwiw afaik iirc btw fyi pls plz plss thx tysm ty haha hahaha hehe
hmm hmmm ugh meh yo hey argh aargh ooh ohh aww yay nah welp sheesh jeez gee geez phew tsk oi psst erm umm uhm
"""
_ASIDES = frozenset(_ASIDES_TEXT.split())
# Words that are often slipped in.
_SLIPPED_TEXT = """
average february january september october november december monday tuesday wednesday thursday friday saturday
yesterday tomorrow weekend weekends weekday weekdays afternoon evening evenings median without shortest longest
biggest smallest cheapest earliest highest including excluding everything because together altogether consecutive
breakdown christmas expensive percentage different calories calorie restaurant restaurants usually overall exactly
actually sessions minutes monthly compared recently entries
workout workouts expense expenses groceries breakfast breakfasts dinner dinners category categories distance duration
"""
_SLIPPED = _SLIPPED_TEXT.split()
# Of short words only neighbours are exchanged: "thigns".
_SWAPPED_TEXT = """
things money spent total night nights meals lunch bought pages books train trained average mood never always since
"""
_SWAPPED = _SWAPPED_TEXT.split()
# Words of their own that are one letter away.
_REAL_TEXT = """
weekends weekend weekday weekdays evenings evening restaurants averages averaged medium medial medina medians lowest
slowest nighest congest longish easiest largest session mourning sunray deferent extensive expansive compares compare
comparer calorie calories calorific decently recent minuted minuets minute mediant monthly months mouthly overalls
coverall shorten shortens bigger minister everything whether entrees enteries entities cession secessions
percentages christmases overalls whitout shortess
expanse expanses diner diners dinned dinger sinner winner thinner inner working durations distances distanced
"""
_REAL = _REAL_TEXT.split()
# Shorter words are too easily others.
_LONG = 6
_WORD = re.compile(r"(?<![\w'/])(?:w/o|w/|b/w|[a-z]+(?:'[a-z]+)?)(?![\w'])")
_BOTH = re.compile(r"(?<=[a-z] )n(?= [a-z])|(?<=[a-z])\s*\bn'(?= )")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def written_out(text: str) -> str:
    """A normalised text with its short spellings and slips replaced."""
    return re.sub(r" {2,}", " ", _WORD.sub(lambda m: _word(m.group()), _BOTH.sub("and", text))).strip()


def _word(word: str) -> str:
    if word in _ASIDES:
        return ""
    return _CHAT.get(word) or _slips().get(word, word)


@cache
def _slips() -> dict[str, str]:
    made: dict[str, str] = {}
    for word in _SLIPPED:
        for at in range(1, len(word)):
            head, tail = word[:at], word[at:]
            made[head + tail[1:]] = word
            made |= {head + letter + tail[1:]: word for letter in _LETTERS if at + 1 < len(word)}
            if at + 1 < len(word):
                made[head + tail[1] + tail[0] + tail[2:]] = word
            made[head + tail[0] + tail] = word
    for word in _SWAPPED:
        for at in range(1, len(word) - 1):
            made.setdefault(word[:at] + word[at + 1] + word[at] + word[at + 2 :], word)
    for word in (*_SLIPPED, *_SWAPPED, *_REAL):
        made.pop(word, None)
    return made


def is_slip(typed: str, meant: str) -> bool:
    """Whether a long word is another but for a letter left out, put in, or exchanged with its neighbour."""
    if min(len(typed), len(meant)) < _LONG or typed[0] != meant[0] or typed == meant:
        return False
    longer, shorter = (typed, meant) if len(typed) >= len(meant) else (meant, typed)
    if len(longer) == len(shorter):
        return any(typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] == meant for i in range(1, len(typed) - 1))
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(1, len(longer)))


def is_slip_of(typed: str, stem: str) -> bool:
    """Whether a word is a slip of what is done or was done, by its stem: "trainig" of train."""
    forms = (f"{stem}ing", f"{stem}ings", f"{stem}ed", f"{stem}s", f"{stem[:-1]}ing", f"{stem}{stem[-1:]}ing")
    return (
        len(stem) > 2
        and typed[:2] == stem[:2]
        and any(is_slip(typed, form) for form in forms if english.word(form.removesuffix("s")) or english.word(form))
    )
