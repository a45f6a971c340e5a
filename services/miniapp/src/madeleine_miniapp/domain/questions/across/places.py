# ruff: noqa: E501 - patterns of questions, one line each.
"""Where a question says to look: "in the workout tracker", "according to the diary"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.subjects import Asker, Subject, Subjects
from madeleine_miniapp.domain.questions.text import stem, stems

Places = Mapping[tuple[str, str], frozenset[str]]
# What an app is, whatever it records.
_KINDS = "app|log|logs|logbook|diary|tracker|list|journal|book|records?|history|sheet|ledger|notes"
APP_KINDS = re.compile(rf"\b(?:{_KINDS})\b|(?:记录|日记|账本|清单|本子|应用|列表|日志)$")
_LEAD = r"(?:in|from|by|per|on|into|according to|go(?:ing)? by|judg(?:e|ing) by|judged by|taken from|as per|us(?:e|ing)|based on|with|as in)"
_EN = re.compile(
    rf"\b{_LEAD} (?:the |my |our )?(?P<n>(?:[\w'-]+ ){{0,2}}?(?:{_KINDS}))\b(?:'s)?(?: app)?|\b{_LEAD} (?:the |my |our )?(?P<m>[\w'-]+ (?:app|log|tracker|list))\b"
)
_SAYS = re.compile(
    rf"\b(?:the |my )?(?P<n>(?:[\w'-]+ ){{0,2}}?(?:{_KINDS})) (?:says?|shows?|knows?|has|tells?|holds?) (?:which days|that|so|them|it all|the days)\b"
)
_ZH = re.compile(
    r"(?:按照?|根据|从|以|看)?(?P<n>(?:(?![年月日份号周天今昨明])[\u3400-\u9fff]){1,6}?(?:记录|日记|账本|清单|本子|应用|列表|日志))(?:里面?|中|上|来看|为准|的为准|来算)(?:的)?"
)
_TICKS = r"tick(?:s|ed|box(?:es)?)?|check(?:box|mark)(?:es|s)?"
# "Not by what I ticked in the diary": which records are not meant.
_NOT = re.compile(
    rf"[,;(]?\s*(?:and |but )?(?:not (?:by|in|from|using|according to)|ignor(?:e|ing)|rather than|instead of|never mind|forget) [^,;.?!()]*\b(?:{_KINDS}|{_TICKS})\b[^,;.?!()]*"
    rf"|[,;(]?\s*(?:and |but )?not (?:the|my|what i) (?:[\w'-]+ ){{0,3}}?(?:{_KINDS}|{_TICKS})\b[^,;.?!()]*|[，,]?(?:不按|不看|而不是|不是)[^，。？！]*(?:记录|日记|账本|清单)[^，。？！]*"
)
_HINT = re.compile(
    rf"[,;(]?\s*(?:\b(?:\w+ \w+ )?(?:go(?:ing)? by|judg(?:e|ing) by|according to|taken? (?:[\w'-]+ ){{0,3}}?from|as per|us(?:e|ing)|based on) (?:the |my |our )?)(?P<n>(?:[\w'-]+ ){{0,2}}?(?:{_KINDS}|[\w-]+))(?: app)?\)?(?=\s*(?:$|[.;,?!)]))"
    rf"|[,;:.?!(]\s*(?:only |just )?(?:(?:the |those )?(?:ones|days|those) )?(?:from|in|per|by|as in) (?:the |my |our )(?P<alone>(?:[\w'-]+ ){{0,2}}?(?:{_KINDS}))(?: app)?\)?(?=\s*(?:$|[.;,?!)]))"
)
# "It's in my diary", 看书以阅读记录为准: a sentence on which records tell it.
_TOLD_BY = re.compile(
    rf"(?:^|[,;:.?!(]|\s[-–—])\s*(?:(?:that|this|it)(?:'?s| is| was| should be)|see|check|look|i (?:wrote|noted|put) (?:it|that)(?: down)?)(?: (?:all|noted|written|down|logged|recorded|somewhere))* (?:in |into )?(?:the |my |our )(?P<n>(?:[\w'-]+ ){{0,2}}?(?:{_KINDS}))(?: app)?\)?(?=\s*(?:$|[.;,?!)]))"
    r"|[，,。？?；;（(]\s*(?:[^，。？?；;（(]{0,6}?)?(?:以|按照?|根据)(?P<z>[\u3400-\u9fff]{1,8}?)的?(?:为准|来算|算|来看|来判断)[)）]?(?=\s*(?:$|[，,。？?；;]))"
)
_ENDS = re.compile(r"(?:^|(?<=[.;]))\s*[,.;:]\s*|\(\s*\)|（\s*）")


def place_words(subjects: Subjects, lexicon: Lexicon) -> Places:
    """The words by which each kind of record, or its app, is called."""
    made: dict[tuple[str, str], frozenset[str]] = {}
    for subject, _ in subjects:
        names = [stems(subject.spec.title), stems(subject.entity.name), stems(subject.entity.label)]
        held = {part for name in names for part in name}
        titled = {
            name
            for word in subject.spec.title.split()
            if stem(word.casefold()) not in PLACES
            for name in lexicon.of_entity_titled(subject.entity, word)
            if is_chinese(name[0])
        }
        held |= {
            "".join(name)
            for name in (*names, *lexicon.of_entity(subject.entity), *titled)
            if len(name) == 1 or (name and is_chinese(name[0]))
        }
        if any(stems(f.name) in _SPLITS or stems(f.label) in _SPLITS for f in subject.entity.fields):
            held |= {"账本", "ledger"}
        made[subject.app_id, subject.entity.name] = frozenset(held)
    return made


def without_places(text: str, places: Places, subjects: Subjects) -> tuple[str, Subjects]:
    """The text without where it says to look, and the subjects that are meant by it."""
    text = without_denied(text)
    among = subjects
    for pattern in (_SAYS, _EN, _ZH):
        for match in reversed(list(pattern.finditer(text))):
            name = match.groupdict().get("n") or match.groupdict().get("m") or ""
            found = meant(name, places, subjects)
            if not found or len(found) == len(subjects):
                continue
            text = f"{text[: match.start()]} {text[match.end() :]}"
            among = [one for one in among if one in found] or found
    return _ENDS.sub(" ", text).strip(), among


def without_denied(text: str) -> str:
    """The text without which records are not meant: "not by what I ticked in the diary"."""
    return _NOT.sub(" ", text)


def hinted(text: str, places: Places, subjects: Subjects) -> tuple[str, Subjects]:
    """The text without a sentence on which records to go by, and those: "go by the tracker, not by the diary"."""
    text = without_denied(text)
    for match in reversed([*_HINT.finditer(text), *_TOLD_BY.finditer(text)]):
        named = match.groupdict()
        found = meant(named["n"] or named.get("alone") or named.get("z") or "", places, subjects)
        apps = {subject.app_id for subject, _ in found}
        # An app that tells it does so by all its kinds of record: books are read in sessions.
        of_apps = [one for one in subjects if one[0].app_id in apps]
        found = of_apps if len(of_apps) < len(subjects) else found
        if found and len(found) < len(subjects):
            return _ENDS.sub(" ", f"{text[: match.start()]} {text[match.end() :]}"), found
    return text, ()


def meant(name: str, places: Places, subjects: Subjects) -> list[tuple[Subject, Asker]]:
    """The kinds of record that a name is made of words of."""
    if is_chinese(name):
        bare = _ZH_KIND.sub("", name)
        return [
            (subject, asker)
            for subject, asker in subjects
            if any(
                bare == held or (len(held) > 1 and held in name) for held in places[subject.app_id, subject.entity.name]
            )
        ]
    words = [w for w in stems(name) if w not in _GENERAL] or list(stems(name))
    own = [w for w in words if w not in PLACES]
    wanted = own or words
    if not wanted:
        return []
    return [
        (subject, asker) for subject, asker in subjects if set(wanted) <= places[subject.app_id, subject.entity.name]
    ]


_ZH_KIND = re.compile(r"(?:记录|日记|账本|清单|本子|应用|列表|日志|账)$")
# Records of what is split among people are their ledger.
_SPLITS = frozenset(
    stems(w) for w in ("split between", "shared by", "split", "shared among", "分摊", "分摊人", "参与人", "谁分")
)
PLACES = frozenset(
    stem(w)
    for w in (
        "app",
        "log",
        "logbook",
        "diary",
        "tracker",
        "list",
        "journal",
        "book",
        "record",
        "history",
        "sheet",
        "ledger",
        "note",
    )
)
_GENERAL = frozenset(stem(w) for w in ("app", "the", "my", "our"))
