"""A prompt as wishes."""

from __future__ import annotations

import re
import unicodedata

from madeleine_miniapp.domain.known_fields import KnownFields
from madeleine_miniapp.domain.language import language_of
from madeleine_miniapp.domain.wishes import asides, chinese, english
from madeleine_miniapp.domain.wishes.model import Wish, Wishes

MAX_WISHES = 20
_KINDS = (
    "app|tracker|log|diary|journal|planner|list|register|book|calendar|tool|organi[sz]er|checklist|board|"
    "rota|notebook|record|logbook"
)
_CALLED = re.compile(rf"\b(?:(?:an?|my|our|the|some)\s+)?((?:[a-z][\w'-]*\s+){{1,3}})({_KINDS})\b", re.IGNORECASE)
_FOR = re.compile(
    r"\b(?:app|tracker|log|list|something|tool|place)\s+(?:to (?:track|log|record|keep track of|organi[sz]e"
    r"|manage)|for|about|of)\s+((?:[\w'-]+\s*){1,4})",
    re.I,
)
_TRACK = re.compile(r"\b(?:track|log|record|keep track of|organi[sz]e|manage|plan)\s+((?:[\w'-]+\s*){1,4})", re.I)
_CALLED_ZH = re.compile(
    r"(?:做|弄|建|来|搞|要|记)(?:一)?个([\u3400-\u9fff]{2,10}?)(?:的)?(?:app|应用|小程序|软件|工具|，|。|,|$|：)"
)
_SHARED = re.compile(
    r"\b(?:we|us|our|ours|each of us|my (?:husband|wife|partner|brother|sister|flatmates?|roommates?|friends"
    r"|family|team|colleagues) and i"
    r"|me and|and me|together|whose|everyone|everybody|who (?:of|did|does|has))\b|我们|大家|一起|谁|室友|全家|轮流",
    re.IGNORECASE,
)
# Capitalised words that stand between commas or around "and": people.
_NAMES = re.compile(r"(?<=[,(:&] )[A-Z][a-zà-ÿ]+(?=[,;)]| and| &)|(?<=and )[A-Z][a-zà-ÿ]+\b")
_DULL = frozenset(
    [
        "ones",
        "d",
        "things",
        "a",
        "an",
        "the",
        "my",
        "our",
        "your",
        "their",
        "i",
        "we",
        "want",
        "need",
        "make",
        "me",
        "us",
        "build",
        "create",
        "simple",
        "new",
        "little",
        "small",
        "shared",
        "some",
        "please",
        "to",
        "for",
        "something",
        "can",
        "you",
        "could",
        "would",
        "like",
        "app",
        "tool",
        "list",
        "that",
        "this",
        "each",
        "every",
        "all",
        "who",
        "what",
        "when",
        "where",
        "how",
        "much",
        "many",
        "which",
        "and",
        "or",
        "with",
        "of",
        "in",
        "on",
        "so",
        "keep",
        "track",
        "log",
        "record",
        "it",
        "is",
        "are",
        "have",
        "has",
        "do",
        "does",
    ]
)


def read(prompt: str, known: KnownFields) -> Wishes:
    """What the prompt asks for; always an answer, in the worst case an empty one."""
    text = unicodedata.normalize("NFKC", prompt)
    language = language_of(text)
    reminders, rest = asides.reminders(text, language)
    found = chinese.fields(rest, known) if language == "zh" else english.fields(rest, known)
    return Wishes(
        language,
        _printable(found)[:MAX_WISHES],
        asides.views(text),
        asides.figures(rest),
        reminders,
        _title(text, language),
        re.split(r"[,.:;!?\n，。：；！？]", text, maxsplit=1)[0],
        bool(_SHARED.search(text) or len(_NAMES.findall(text)) > 1),
        text,
    )


def _printable(wishes: list[Wish]) -> tuple[Wish, ...]:
    return tuple(w for w in wishes if w.label.strip() and w.label.isprintable() and any(c.isalnum() for c in w.label))


def _title(text: str, language: str) -> str:
    """What the prompt itself calls the app."""
    if language == "zh":
        found = _CALLED_ZH.search(text)
        return found[1] if found else ""
    for pattern in (_CALLED, _FOR, _TRACK):
        for found in pattern.finditer(text):
            words = found[1].split()
            while words and words[0].casefold() in _DULL:
                words = words[1:]
            kept: list[str] = []
            for word in words:
                if word.casefold() in _DULL:
                    break
                kept.append(word)
            if kept and pattern is _CALLED and len(kept) == len(words):
                kind = "" if found[2].casefold() in ("app", "tool") else f" {found[2]}"
                return _capital(" ".join(kept) + kind)
            if kept and pattern is not _CALLED:
                return _capital(" ".join(kept))
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:40]
