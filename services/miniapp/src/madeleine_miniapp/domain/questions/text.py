"""Text as questions are read: normalised, cut into tokens, words reduced to stems."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from madeleine_miniapp.domain.language import is_chinese

_TOKEN = re.compile(
    r"[\u3400-\u9fff]|\d+[abcdef](?![^\W_])|\d+(?:[.,]\d+)*|(?:(?![\u3400-\u9fff\d])[^\W_])+(?:'(?:(?![\u3400-\u9fff])[^\W_])+)?"
)
_IRREGULAR_WORDS = (
    "ran run;swam swim;swum swim;ate eat;eaten eat;slept sleep;drove drive;driven drive;rode ride;ridden ride;"
    "bought buy;paid pay;spent spend;wrote write;written write;felt feel;went go;gone go;got get;gotten get;"
    "drank drink;drunk drink;took take;taken take;sang sing;sung sing;met meet;taught teach;gave give;given give;"
    "lent lend;made make;had have;has have;saw see;seen see;kept keep;left leave;lost lose;sold sell;"
    "sent send;won win;broke break;broken break;woke wake;caught catch;came come;fed feed;led lead;"
    "put put;laid lay;said say;told tell;cost cost;children child;people person;lives life;shelves shelf;knives knife;"
    "loaves loaf;leaves leaf;men man;women woman;feet foot;teeth tooth;hrs hour;min minute;mins minute;"
    "better good;best good;worse bad;worst bad;bigger big;kilometre km;kilometer km;kilometres km;kilometers km;"
    "litre liter;litres liter;metre meter;metres meter;favourite favorite;colour color;dying die;lying lie;"
    "skis ski;news news;always always;yes yes;this this;his his;its its;was was;is is;us us;gas gas;bus bus;ups up;"
    "yoga yoga;less less;chess chess;bring bring;during during;morning morning;evening evening;nothing nothing;"
    "something something;anything anything;everything everything;need need;red red;bed bed;speed speed;feed feed;"
    "practise practice;practises practice;practised practice;practising practice;"
    "seed seed;weed weed;thing thing;spring spring;wedding wedding;king king;string string;ring ring;sing sing"
)
_IRREGULAR: dict[str, str] = {form: word for form, _, word in (p.partition(" ") for p in _IRREGULAR_WORDS.split(";"))}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or one Chinese character, with its place in the text."""

    text: str
    start: int
    end: int
    stem: str


def normalise(text: str) -> str:
    """NFKC, casefolded, plain quotes, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    return re.sub(r"\s+", " ", folded).strip()


def unaccented(text: str) -> str:
    """The text as typed without accents: "tomas" for Tomás, "spati" for späti."""
    if text.isascii() or is_chinese(text):
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def tokens(text: str) -> list[Token]:
    """The tokens of a normalised text, in order."""
    return [Token(f.group(), f.start(), f.end(), stem(f.group())) for f in _TOKEN.finditer(text)]


def stem(word: str) -> str:
    """A key that the inflections of an English word share: run, runs, running, ran; cycle, cycling."""
    word = unaccented(word).removesuffix("'s").removesuffix("'")
    if word in _IRREGULAR:
        return _bare(_IRREGULAR[word])
    if len(word) <= 3 or not word.isascii():
        return (
            word[:-1]
            if len(word) == 3 and word.isascii() and word[-1] == "s" and word[-2] not in "aius"
            else _bare(word)
        )
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and any(c in "aeiouy" for c in word[: -len(ending)]):
            return _bare(_undoubled(word[: -len(ending)]))
    if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        return _bare(word[:-2])
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        # "waterings" is one more ending.
        return stem(word[:-1])
    return _bare(word)


def _bare(word: str) -> str:
    """Without what an ending may have swallowed: "cycl" for cycle, "studi" is never made."""
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "y" if len(word) > 3 and word.endswith("i") else word


def _undoubled(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        return word[:-1]
    return word


@lru_cache(maxsize=16_384)
def stems(phrase: str, *, camel: bool = False) -> tuple[str, ...]:
    """The stems of a name or phrase as written in a spec: "avg_hr" is two words; with `camel`, "avgHr" too."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", phrase) if camel else phrase
    spaced = spaced.replace("_", " ").replace("-", " ")
    return tuple(t.stem for t in tokens(normalise(spaced)))


def names_of_records(name: str, label: str) -> set[tuple[str, ...]]:
    """The stems of what records are called: "FillUp" is written as one word and as two."""
    return {stems(name), stems(name, camel=True), stems(label)} - {()}


def term_pattern(term: str) -> re.Pattern[str]:
    """Finds a term: whole words (a plain plural may differ) in alphabets, a substring in Chinese."""
    folded = normalise(term.replace("_", " "))
    if is_chinese(folded):
        return re.compile(re.escape(folded))
    escaped = re.escape(folded).replace(r"\ ", r"[ \-]")
    return re.compile(rf"(?<![^\W_]){escaped}(?:'?s|es)?(?![^\W_])")
