"""Wishes that people utter about memory itself: "forget what I said about Ola", "pin this: gate code 4411".

Cautious on purpose: what is no clear order stays talk. "Don't forget the milk", "I forget", "forget it, I'll walk",
别忘了带伞 are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from madeleine_memory.domain.pins import pin_wish
from madeleine_memory.domain.remarks import Remark, content

__all__ = ["Wish", "forget_wish", "meant", "pin_wish"]

_I = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to forget: the words of what it is about, or that it points at what was said just before."""

    target: str
    # No words tell what is meant: it is the last remark.
    points_back: bool
    # "That", "the thing about": one remark and not all on the matter, most likely the latest.
    one: bool = True


_POINTED = Wish("", True)
_ASKING = (
    r"(?:(?:hey|hi|ok|okay|oh|ah|um|hm+|no|wait|well|actually|so|and|but|then|also|now|sorry|oops|pls|plz|please"
    r"|kindly|just"
    r"|can you|could you|would you|will you|you can|you should|you must|i want you to|i'd like you to"
    r"|i need you to|better"
    r"|{name})[\s,:!]*)*"
)
_START = r"(?:^|[.,;:!?…—–)\n-]\s*)[\"'“”]?@?"
_SAID = (
    r"(?:(?:what|everything|anything|all|whatever)\s+(?:that\s+)?(?:i|we)\b(?:'ve| have| had| just)*"
    r"|(?:that\s+)?(?:i|we)\s+(?:ever |just |even )?(?=said|told|mentioned|wrote|shared)|(?:everything|anything"
    r"|all)(?=\s+about))"
)
_THING = (
    r"(?:that|this|the|my)\s+(?:last\s+|whole\s+)?(?:thing|things|bit|part|stuff|one|message|remark|line|note"
    r"|sentence)"
)
_KEEP = r"(?:remember|keep|store|save|record|note|hold on to|hang on to|memori[sz]e)"
# The object of "forget": whatever follows up to the end of the clause.
_FORGET = (
    r"(?P<verb>forget|unremember|disremember|erase|delete|remove|scrap|scratch|wipe|strike|do(?:n't|nt"
    r"| not) (?:ever )?" + _KEEP + r")"
)
_CLOSING = re.compile(
    r"[\s,]*\b(?:please|pls|plz|thanks|thank you|ok|okay|now|completely|totally|entirely|altogether|for good"
    r"|for me|at once"
    r"|right away|immediately|forever|will you|would you|can you|mate|ever|again|{name}|from (?:your "
    r"|the )?memor(?:y|ies))\s*$",
    _I,
)
_SECRET = re.compile(
    r"\b(?:please|pls|plz|private|secret|confiden\w+|shouldn'?t|should not|wasn'?t meant|not meant|stored|saved"
    r"|memory|don'?t (?:want|keep"
    r"|store|save|tell|remember|mention)|never (?:said|happened|mention)|nobody|delete|totally|completely)\b",
    _I,
)
_BARE = re.compile(
    r"^(?:that|this|it|all (?:of )?(?:that|this|it)|the (?:above|last (?:one|message|thing|bit|part))|what (?:i"
    r"|we)(?:'ve| have)? ?"
    r"(?:just )?(?:said|told you|wrote|typed)(?: (?:just now|before|earlier|above))?)$",
    _I,
)
_LEAD = re.compile(
    rf"^(?:{_SAID}\s*(?:just\s+)?(?:said|told|wrote|mentioned|shared|say|know"
    rf"|typed)?(?:\s+(?:to\s+)?you)?(?:\s+that\b)?|{_THING}|that|this)?\s*"
    r"(?:(?:about|regarding|concerning|on|with)\s+)?(?:the (?:thing|bit|part|stuff) (?:about|with)\s+)?",
    _I,
)
_OBJECT = re.compile(
    rf"^(?:{_SAID}|{_THING}|(?:all )?about\b|that\b|this\b|it\b|all (?:of )?(?:that|this|it)\b|my\b|the\b)", _I
)
_TOLD = re.compile(rf"^(?:{_SAID}|{_THING}|that\b|this\b|(?:all )?about\b|it\b)", _I)

_ZH_FORGET = re.compile(
    r"忘掉|忘了(?=它|他|她|吧|[这這那刚剛]|我[说說讲講刚剛]|[关關]于|[关關]於|[，。！,.!\s]|$)|忘[记記](?=它|吧"
    r"|[这這那刚剛]|我[说說讲講刚剛]|[关關]|[，。！,.!\s]|$)"
    r"|(?:[别別]|不要|不用)(?:再)?(?:存|[记記](?:下[来來]?|住|着|著)?|保存"
    r"|留[着著]?)(?=[，。！,.!\s了吧这這那我]|$)|[当當]我[没沒](?:[说說讲講提])|[删刪](?:掉|除|了)"
)
# Said of one's own forgetting, or for the opposite; "don't" before "forget" turns it.
_ZH_NOT = re.compile(
    r"(?:[别別]|不要|勿|不能|不可|不[会會]|[没沒](?:有)?|不|[难難]|千万[别別]|千萬[别別])(?:再|把.{0,12})?忘"
    r"|(?<![帮幫给給])我(?:又|都|也|差点|差點|老是|[总總]是?|[经經]常|[会會]|[刚剛])?忘"
    r"|(?:差点|差點|老是|[总總]是?|[经經]常|全|[会會]|[永]?[远遠]|[谁誰]|[他她])忘|忘了[带帶]|忘[记記][带帶]"
    r"|忘了(?:[吃喝买買拿[关關锁鎖]])"
)
_ZH_ORDER = re.compile(
    r"[请請]|麻[烦煩]|拜托|拜託|[帮幫]我|[给給]我|你|把|[忘][掉]|[当當]我[没沒]|[别別]|不要|不用|{name}"
    r"|^[忘删刪]|[，。！\s]忘"
)
_ZH_SAID = re.compile(
    r"[刚剛](?:[刚剛]|才)?|[这這那][句条條件段个個]?|上一?[句条條]|上面|前面|我[说說讲講][过過]?的?|那些"
)
_ZH_PHRASE = re.compile(
    r"[请請]|麻[烦煩]|拜托|拜託|[帮幫]我|[给給]我|你|把|可以|能不能|能否|就|都|吧|好[吗嗎]|一下|[关關][于於]"
    r"|的?(?:事情?|[话話]|[内內]容|那件事|[记記][录錄])|全部|彻底|徹底"
    r"|谢谢|謝謝|的"
)
_ZH_ACT = re.compile(
    r"忘掉|忘了|忘[记記]|(?:[别別]|不要|不用)再?(?:保存|存|[记記][下住着著]?|留[着著])"
    r"|[当當]我[没沒][说說讲講提][过過]?|[删刪](?:掉|除|了)"
)
_WIDE = re.compile(r"[\u3400-\u9fff]")


def forget_wish(text: str, name: str = "Madeleine") -> Wish | None:
    """The wish to forget that a text utters to the AI of that name; None: it utters none.

    `target` is empty where only what was said just before is meant.
    """
    if _WIDE.search(text):
        return _forget_unspaced(text, name)
    start = re.compile(
        _START + _ASKING.replace("{name}", re.escape(name)) + _FORGET + r"\s+(?P<rest>.+)", _I | re.DOTALL
    )
    match = start.search(text)
    if match is None or (
        text.rstrip().endswith("?") and not re.match(r"(?:.*\b)?(?:can|could|would|will) you\b", text, _I)
    ):
        return None
    if re.fullmatch(r"@?\w+", text[: match.start()].strip(" ,")) and not re.match(rf"@?{re.escape(name)}\b", text, _I):
        # "Tom, forget what I said": somebody else is asked.
        return None
    ordered = bool(re.search(rf"\b(?:please|pls|plz|{re.escape(name)})\b", text, _I))
    clause, tail = _clause(match["rest"])
    about = _without_closing(clause, name)
    verb = match["verb"].lower()
    if re.match(r"about it\b", about, _I):
        # "Forget about it" is an idiom, unless somebody is asked.
        return _POINTED if ordered and not tail else None
    if not _OBJECT.match(about) and not (
        ordered and verb == "forget" and not re.match(r"(?:to|not|how|where|when|me)\b", about, _I)
    ):
        return None
    told = bool(_TOLD.match(about))
    secret = ordered or bool(_SECRET.search(text))
    # "Delete the photo", "forget the milk, we have some": of things, not of memories.
    if verb != "forget" and not (told or re.search(r"\bmemor(?:y|ies)\b", text, _I) or verb.startswith("do")):
        return None
    if verb.startswith("do") and not ((told and not re.match(r"that\s+\w+", about, _I)) or ordered):
        return None
    if tail and not secret and not (told and not re.match(r"(?:it|that|this)$", about, _I)):
        return None
    if _BARE.match(about):
        return _POINTED
    words = _LEAD.sub("", about, count=1).strip(" \"'“”")
    pointing = bool(re.match(rf"(?:that|this|{_THING})\b", about, _I))
    return Wish(words, not words, pointing or not words)


def _clause(rest: str) -> tuple[str, str]:
    parts = re.split(r"[.,;!?…—\n]+|\s-\s|\s(?:because|cause|since|as i|i'll|i will)\b", rest.strip(), maxsplit=1)
    tail = parts[1].strip(" .,!?;") if len(parts) > 1 else ""
    polite = re.fullmatch(r"(?:(?:please|pls|plz|thanks|thank you|ok|okay|madeleine)[\s,!.]*)*", tail, _I)
    return parts[0].strip(), "" if polite else tail


def _without_closing(clause: str, name: str) -> str:
    closing = re.compile(_CLOSING.pattern.replace("{name}", re.escape(name)), _I)
    while (shorter := closing.sub("", clause)) != clause:
        clause = shorter
    return clause.strip()


def _forget_unspaced(text: str, name: str) -> Wish | None:
    order = re.compile(_ZH_ORDER.pattern.replace("{name}", re.escape(name)), _I)
    if not _ZH_FORGET.search(text) or _ZH_NOT.search(text) or not order.search(text):
        return None
    previous = bool(_ZH_SAID.search(text)) or "它" in text or "当我" in text or "當我" in text
    bare = re.sub(rf"@?{re.escape(name)}", " ", text, flags=_I)
    for pattern in (_ZH_ACT, _ZH_SAID, _ZH_PHRASE):
        bare = pattern.sub(" ", bare)
    # What is left of the request's own words says nothing about its object.
    words = " ".join(
        word
        for word in re.split(r"[\s，。！？、,.!?：:]+", bare)
        if len(word) > 1 or (word.isalnum() and not _WIDE.search(word))
    )
    # "删掉这张照片": of things, not of memories.
    if re.search(r"[删刪]", text) and not re.search(r"[记記][忆憶录錄住]|[说說讲講]|[句条條]", text):
        return None
    return Wish(words, not words, previous or not words)


def meant(wish: Wish, olders: Sequence[Remark]) -> list[int]:
    """The places of the remarks, in the order of their time, that a wish is about: all of them are to be forgotten.

    Words decide; where they fit none of these, none is meant, but for a wish that points back: that is the last.
    """
    if wish.points_back:
        return [len(olders) - 1] if olders else []
    words = content(wish.target)
    held = [len(words & content(older.text)) for older in olders]
    most = max(held, default=0)
    if not most:
        return []
    if wish.one and held[-1]:
        return [len(olders) - 1]
    return [at for at, count in enumerate(held) if count == most]
