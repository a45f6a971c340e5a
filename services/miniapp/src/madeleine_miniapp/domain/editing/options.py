"""The options that an enumeration offers."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.text import Prepared, listed
from madeleine_miniapp.domain.language import is_chinese


def options(text: str, prepared: Prepared) -> tuple[str, ...]:
    """The options that an enumeration offers, each once, as written."""
    cleaned = re.sub(
        r"^\s*(?:either|one of|e\.g\.|eg|like|such as|for example|比如|例如|如)\s*[:：]?\s*", "", text, flags=re.I
    )
    cleaned = re.sub(
        r"\s+(?:only|please|thanks|thank you|etc)\.?\s*$|(?:等等?|这几个|这些|就行|就好|几种|即可)$",
        "",
        cleaned.strip(),
        flags=re.I,
    )
    words = ("or", "and", "plus", "&") if not is_chinese(cleaned) else ("or", "和", "或者?", "跟", "还有", "以及", "与")
    found: list[str] = []
    for part in (
        listed(cleaned, words, slashes=True)
        if not is_chinese(cleaned)
        else re.split(r"\s*(?:[,，、/|;；]|和|或者|或|以及|还有)\s*", cleaned)
    ):
        plain = re.sub(r"^(?:and|or|a|an|the)\s+", "", prepared.plain(part).strip(" .。:：-–"), flags=re.I)
        if plain and plain.lower() not in {f.lower() for f in found}:
            found.append(plain)
    return tuple(found)
