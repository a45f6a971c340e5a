"""Who is named in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine_chat.domain.words import UNSPACED

# "me@ana.example" names nobody; Chinese before the sign is no part of an address.
_SIGN = r"(?<![A-Za-z0-9_.+-])[@＠]"
# The name ends where no letter of a spaced script follows: "@Ana你好" names Ana, "@Anabel" does not.
_EDGE = rf"(?![^\W{UNSPACED}])"
_ENDS_UNSPACED = re.compile(f"[{UNSPACED}]$")


def named(members: Iterable[pb.Member], text: str) -> list[str]:
    """Ids of the members whom "@Name" names, in order, each once; the longest name that fits counts, in any case.

    Several members of the same name are all named.
    """
    # Who has a name, and how they write it: "STRASSE" is Straße's name too, and case folds both alike.
    people: dict[str, list[str]] = {}
    spellings: dict[str, dict[str, None]] = {}
    for member in members:
        if name := " ".join(_plain(member.display_name).split()):
            folded = name.casefold()
            people.setdefault(folded, []).append(member.person_id)
            spellings.setdefault(folded, {folded: None})[name] = None
    if not people or not re.search("[@＠]", text):
        return []
    names = sorted(people, key=len, reverse=True)
    # One group for each name tells which it was.
    written = ("|".join(map(_written, spellings[name])) for name in names)
    pattern = re.compile(_SIGN + "(?:" + "|".join(f"({name})" for name in written) + ")", re.IGNORECASE)
    found: dict[str, None] = {}
    for hit in pattern.finditer(_plain(text)):
        found.update(dict.fromkeys(people[names[(hit.lastindex or 1) - 1]]))
    return list(found)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _written(name: str) -> str:
    words = r"\s+".join(re.escape(word) for word in name.split())
    return words if _ENDS_UNSPACED.search(name) else words + _EDGE
