"""A request as it is read: quotations and brackets set aside, cut into clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Placeholders of what is set aside: a private character with the index.
_QUOTE, _BRACKET, _END = "\ue000", "\ue001", "\ue002"
# In a pattern: one quotation, one bracket.
QUOTED = rf"{_QUOTE}\d+{_END}"
BRACKETED = rf"{_BRACKET}\d+{_END}"
_QUOTATIONS = re.compile(
    r"[“”\"]([^“”\"]{1,80})[“”\"]|「([^」]{1,80})」|『([^』]{1,80})』|《([^》]{1,80})》"
    r"|(?<![^\W_])['‘]((?:[^'‘’]|(?<=\w)['’](?=\w)){1,80})['’](?![^\W_])"
)
# One bracket within another is a part of it: "((og - fg) * 131)".
_BRACKETS = re.compile(r"\(((?:[^()]|\([^()]*\)){1,200})\)|\[([^\[\]]{1,200})\]")
_HELD = re.compile(rf"([{_QUOTE}{_BRACKET}])(\d+){_END}")
# A stop ends a sentence unless it stands within a number or after one letter.
_SENTENCES = re.compile(
    r"(?<!\bapprox)(?<!\d)[.]+(?<!\bno\.(?=\s\d))(?=\s|$)|(?<=\d)\.(?=\s|$)|…+|\.{2,}(?!(?<=\w\.\.)\w)"
    r"|[!?;\n。！？；]+"
)
_CONTRACTED = re.compile(
    r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|must|need|ca|wo"
    r"|ai)nt\b|\b(i|we|they|you)(ve|re|ll)\b(?<!\bwell)(?<!\bwere)(?<!\bill)"
    r"|\b(there|what|where|that|let)s\b(?= (?:a|an|also|no|the|my|our|have|add|get|one|is|too|still|missing)\b)"
    r"|\b(he|she|who)s\b|\bi(m)\b(?! (?:app|messages?|chat)\b)",
    re.I,
)


# "The maker's a fixed list": of what is spoken of, not whose.
_IS = re.compile(
    r"(?<=\w)(?<!\bit)(?<!\bthat)(?<!\bthere)(?<!\bwhat)(?<!\bwho)(?<!\bwhere)(?<!\blet)(?<!\bhere)(?<!\bhow)"
    r"(?<!\bhe)(?<!\bshe)(?<!\bone)'s"
    r" (?=(?:an?|the|always|never|now|not|no longer|one of|only|useless|unnecessary|redundant|pointless|too"
    r"|really|out|gone|next)\b)",
    re.I,
)
# "Its often somebody else", "which rack its in": what is meant is "it is".
_ITS = re.compile(
    r"\bits(?= (?:missing|lacking|often|usually|mostly|always|sometimes|never|not|just|only|really|so|too|an?|the"
    r"|been|getting|quite|pretty|very|hard|easy|(?:in|on|at|for|from|by|due)(?=$|[\s,.!?]))\b)",
    re.I,
)
_WORDED = {"five": 5, "ten": 10, "twenty": 20, "hundred": 100}
_SHORT: dict[str, str] = {
    "addr": "address",
    "amt": "amount",
    "avg": "average",
    "colour": "color",
    "dept": "department",
    "desc": "description",
    "dob": "birthday",
    "favourite": "favorite",
    "hrs": "hour",
    "info": "information",
    "kilometre": "kilometer",
    "kilometres": "kilometer",
    "litre": "liter",
    "litres": "liter",
    "max": "maximum",
    "metre": "meter",
    "metres": "meter",
    "min": "minimum",
    "mins": "minute",
    "nr": "number",
    "num": "number",
    "pic": "picture",
    "pics": "picture",
    "qty": "quantity",
    "tel": "telephone",
    "url": "link",
    "temp": "temperature",
}


_POLITE = re.compile(
    r"(?:[\s,]+(?:please|pls|thanks|thank you|instead|too|as well|now|again|from now on"
    r"|everywhere|for me|for us|then|ok|okay))+$"
    r"|(?:更清楚|更合适|更好|比较好|就行|就好|吧|呢|哦|啊|了)+$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose quotations and brackets stand aside."""

    text: str
    quotes: tuple[str, ...]
    brackets: tuple[str, ...]

    def plain(self, text: str) -> str:
        """A stretch as it was written, quotation marks off."""

        def back(hit: re.Match[str]) -> str:
            index = int(hit[2])
            return self.quotes[index] if hit[1] == _QUOTE else f"({self.plain(self.brackets[index])})"

        return re.sub(r"\s+", " ", _HELD.sub(back, text)).strip()

    def bracket(self, text: str) -> str:
        """What the first bracket of a stretch holds; "" without one."""
        hit = re.search(rf"{_BRACKET}(\d+){_END}", text)
        return self.plain(self.brackets[int(hit[1])]) if hit else ""

    def quoted(self, text: str) -> list[str]:
        """The quotations of a stretch, in order."""
        return [self.quotes[int(hit[2])] for hit in _HELD.finditer(text) if hit[1] == _QUOTE]


def prepare(request: str) -> Prepared:
    """NFKC, plain apostrophes, single spaces; quotations and brackets replaced by placeholders."""
    # Private characters are ours alone.
    text = "".join(c for c in unicodedata.normalize("NFKC", request) if not "\ue000" <= c <= "\uf8ff")
    quotes: list[str] = []
    brackets: list[str] = []

    def quote(hit: re.Match[str]) -> str:
        held = next(g for g in hit.groups() if g is not None).strip()
        if not held:
            return " "
        quotes.append(held)
        return f"{_QUOTE}{len(quotes) - 1}{_END}"

    def bracket(hit: re.Match[str]) -> str:
        brackets.append((hit[1] or hit[2]).strip())
        return f"{_BRACKET}{len(brackets) - 1}{_END}"

    text = _QUOTATIONS.sub(quote, text).replace("’", "'").replace("‘", "'")
    text = _CONTRACTED.sub(_apostrophe, text)
    text = re.sub(r"\b(i|we)d(?= (?:(?:also|really|just) )*(?:love|like|prefer|rather)\b)", r"\1'd", text, flags=re.I)
    text = _BRACKETS.sub(bracket, text)
    text = re.sub(
        r"\b(i\.?e|e\.?g|approx|incl|etc|vs|no(?=\.\s\d)|max|(?<!\bin )min)\.(?=[\s,])",
        lambda hit: hit[1].replace(".", ""),
        text,
        flags=re.I,
    )
    text = re.sub(r"\s*(?<![\w(])[:;]-?[()DPp](?=[\s.!]|$)", ". ", text)
    text = re.sub(rf"\s+(?:please|pls)(?=\s*(?:[,:]|{_BRACKET}))", "", text, flags=re.I)
    text = _ITS.sub("it's", text)
    text = re.sub(r",\s*(too|as well|also)\s*(?=[,.!?]|$)", r" \1", text, flags=re.I)
    text = re.sub(
        r",\s*(?:sadly|unfortunately|luckily|thankfully|obviously|of course|finally|i (?:think|guess|suppose"
        r"|believe)|if possible"
        r"|if that's (?:ok|possible|okay))(?=\s*(?:[,.!?;]|$))",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(
        r"\b(wan|gon|got)(?:na|ta)\b",
        lambda hit: {"wan": "want to", "gon": "going to", "got": "got to"}[hit[1].lower()],
        text,
        flags=re.I,
    )
    text = re.sub(r"\b(can|could|would|will) u\b", r"\1 you", text, flags=re.I)
    text = re.sub(r"\bw/(?=\s|an?\b|the\b)\s*", "with ", text, flags=re.I)
    text = re.sub(r"\b(?:bc|b/c|coz|cuz)\b", "because", text, flags=re.I)
    text = re.sub(
        r"\bout of (five|ten|twenty|hundred)\b", lambda hit: f"out of {_WORDED[hit[1].lower()]}", text, flags=re.I
    )
    text = _IS.sub(" is ", text)
    text = re.sub(
        r"\b(serial|phone|flat|house|room|invoice|order|model|member|ticket|table|bib|locker)"
        r" no\.(?=\s)",
        r"\1 number",
        text,
        flags=re.I,
    )
    # "Water clear? as tick": a field and its type.
    text = re.sub(
        r"\?\s+(?=(?:yes ?/ ?no|y/n)(?:$|[.,!])|as\s+(?:an?\s+)?(?:tick|check|yes|number|text|date|rating|stars?"
        r"|choice|drop-?down|photo|link)\b)",
        " ",
        text,
    )
    # What people put in without meaning anything by it.
    text = re.sub(
        r"\s*\b(?:lol|haha+|hehe+|hihi|xd|omg|tbh|imo|fwiw|lmao)\b|(?:^|\s*,\s*|\s+)(?:oops|whoops|oopsie|ups"
        r"|argh|ugh|duh"
        r"|doh)\b,?|[\U0001f600-\U0001f64f]",
        "",
        text,
        flags=re.I,
    )
    return Prepared(re.sub(r"[ \t\r\f\v]+", " ", text).strip(), tuple(quotes), tuple(brackets))


def _apostrophe(hit: re.Match[str]) -> str:
    """ "dont" as "don't", "theres" as "there's": what people leave out on a telephone."""
    if hit[1]:
        return f"{hit[1]}n't"
    if hit[6]:
        return "i'm"
    return f"{hit[2]}'{hit[3]}" if hit[2] else f"{hit[4] or hit[5]}'s"


def sentences(text: str) -> list[str]:
    """The stretches between full stops."""
    return [piece.strip() for piece in _SENTENCES.split(text) if piece.strip()]


def bare(text: str) -> str:
    """Lower case, single spaces, no punctuation at the edges: for comparing."""
    return re.sub(r"[\s_\-]+", " ", text).strip(" .,:;!?'\"，。：；、！？“”").lower()


def tokens(text: str) -> list[str]:
    """Words, stemmed a little; Chinese is not cut."""
    words: list[str] = re.findall(r"[^\W_]+", bare(text).replace("'s ", " "))
    return [stem(_SHORT.get(word, word)) for word in words]


def stem(word: str) -> str:
    """A word without its plural or past ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:ch|sh|x|ss|z|[^aeo]us)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ed"):
        return word[:-2].removesuffix("e")
    if len(word) > 6 and word.endswith("ing"):
        return word[:-3]
    return word[:-1] if len(word) > 5 and word.endswith("e") else word


def listed(
    text: str, words: Sequence[str] = ("and", "or", "plus", "as well as", "&"), *, slashes: bool = False
) -> list[str]:
    """The members of an enumeration in either language; quotations are never cut."""
    joined = "|".join(rf"\s{w}\s" if w[0].isalpha() else rf"\s*{w}\s*" for w in words)
    marks = ",，、/|;；" if slashes else ",，、;；"
    parts = re.split(rf"\s*[{marks}]\s*(?:and\s|or\s|&\s)?|{joined}", text)
    return [part for part in (p.strip(" .:：") for p in parts) if part]


def polished(text: str) -> str:
    """A phrase without courtesies at its end."""
    return _POLITE.sub("", text.strip(" .,;:，。")).strip(" .,;:，。")
