"""Signs of a field's type that need no knowledge of the field: scales, units, options."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.units import unit_named
from madeleine_miniapp.domain.wishes.model import Wish

_NUMBER = r"\d+(?:\.\d+)?"
# "1-10", "0 to 10", "out of 5", "/10", "1到10分", "五分制".
_SCALE = re.compile(
    rf"(?<![\d.-])({_NUMBER})\s*(?:-|–|—|to|\.\.|~|到|至)\s*({_NUMBER})(?![\d.])分?"
    rf"|(?:out of|of|/|满分)\s*(5|10|20|100)(?!\d)"
)
_YES_NO = re.compile(
    r"\b(?:y/n|yes/no|yes or no|y or n|true/false|or not(?: yet)?|tick(?:ed)?|checkbox)\b"
    r"|是/否|是否|有没有|是不是|打勾|勾选"
)
MONEY = re.compile(
    r"[€$£¥]|\b(?:eur|euros?|usd|dollars?|gbp|chf|francs?|cny|rmb|yuan)\b|人民币|欧元|美元|元", re.IGNORECASE
)
_EXAMPLES = re.compile(r"^(?:e\.?g\.?|for example|like|such as|i\.?e\.?|either|比如|例如|如)[,:\s]*", re.IGNORECASE)
_MORE = re.compile(r"(?:,|\s)*\b(?:etc\.?|and so on|\.\.\.)\s*$|…|等等?$", re.IGNORECASE)
_OPTIONS = re.compile(r"\s*(?:,|/|;|\||、|，|；|\bor\b|\band\b|或者|或|和)\s*", re.IGNORECASE)
MAX_OPTION, MAX_OPTIONS = 30, 20


@dataclass(frozen=True, slots=True)
class Detail:
    """What a bracket or a phrase says of a field besides its name."""

    type: s.FieldType.ValueType | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    def on(self, wish: Wish) -> Wish:
        """The wish with this said of it; a person stays a person, whoever is listed."""
        if wish.type == s.FIELD_TYPE_PERSON or self == Detail():
            return wish
        kind = self.type
        if self.unit and wish.type in (s.FIELD_TYPE_NUMBER, s.FIELD_TYPE_INTEGER):
            kind = wish.type
        return replace(
            wish,
            type=wish.type if kind is None else kind,
            unit=self.unit or ("" if self.type == s.FIELD_TYPE_RATING else wish.unit),
            choices=self.choices,
            least=self.least,
            most=self.most,
            certain=True,
        )


def scale(text: str) -> Detail | None:
    """A scale: from one it is a rating, else a whole number with bounds."""
    found = _SCALE.search(text)
    if not found:
        return None
    least, most = (float(found[1]), float(found[2])) if found[1] else (1.0, float(found[3]))
    if most <= least or most > 100:
        return None
    if least == 1 and most.is_integer() and most >= 2:
        return Detail(s.FIELD_TYPE_RATING, most=most)
    return Detail(s.FIELD_TYPE_INTEGER, least=least, most=most)


def without_scale(text: str) -> str:
    """The text without its scale."""
    return _SCALE.sub(" ", text) if scale(text) else text


def yes_no(text: str) -> bool:
    """Whether the text asks for yes or no."""
    return bool(_YES_NO.search(text))


def without_yes_no(text: str) -> str:
    """The text without the words that ask for yes or no."""
    return _YES_NO.sub(" ", text)


def detail(text: str) -> Detail:
    """What a bracket behind a field's name says: a scale, yes or no, a unit, a currency, or options."""
    text = text.strip()
    if found := scale(text):
        return found
    if yes_no(text):
        return Detail(s.FIELD_TYPE_BOOLEAN)
    if unit := unit_named(text):
        return Detail(s.FIELD_TYPE_NUMBER, unit=unit)
    if MONEY.fullmatch(text.removeprefix("in ").strip()):
        return Detail(s.FIELD_TYPE_MONEY)
    options = choices(text)
    return Detail(s.FIELD_TYPE_CHOICE, choices=options) if options else Detail()


def choices(text: str) -> tuple[str, ...]:
    """Options listed in a text; none when it does not list at least two short ones."""
    open_list = bool(_EXAMPLES.match(text) or _MORE.search(text))
    text = _MORE.sub("", _EXAMPLES.sub("", text)).strip(" .,;:")
    parts = [p.strip(" .'\"“”") for p in _OPTIONS.split(text)]
    parts = [p for p in parts if p]
    if not 2 <= len(parts) <= MAX_OPTIONS or any(len(p) > MAX_OPTION or len(p.split()) > 4 for p in parts):
        return ()
    distinct = tuple(dict.fromkeys(parts))
    if open_list:
        other = "其他" if re.search(r"[\u3400-\u9fff]", text) else "other"
        distinct = tuple(dict.fromkeys((*distinct, other)))
    return distinct
