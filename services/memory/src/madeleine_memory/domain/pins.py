"""Wishes to keep a statement for good, told from reminders to do something."""

from __future__ import annotations

import re

_I = re.IGNORECASE

_PIN = re.compile(
    r"^(?P<before>.*?[\s,.;—–-](?=(?:please |pls )?pin\b))?(?:(?:hey|ok|please|pls|{name})[\s,:]*)*"
    r"(?:pin(?: this| that| it| the following)?(?: please| mate| for me| down| up| to the top)*"
    r"|(?:always )?remember(?: this| that| the following)?(?: please| for me| forever)*"
    r"|(?:please )?(?:keep|save|store|note) (?:this|that|the following)(?: down| please| for me| forever)*"
    r"|(?:do not|don't|dont|never)(?: ever)? forget(?: this| that)?)\s*[:：]\s*(?P<said>\S.*)$",
    _I | re.DOTALL,
)
_PIN_THAT = re.compile(
    r"^(?:(?:hey|ok|{name})[\s,:]*)*(?P<please>(?:please|pls|always)\s+)?(?:pin|remember"
    r"|keep in mind)\s+(?:it\s+)?that\s+(?P<said>\S.*[^?\s])\s*$",
    _I | re.DOTALL,
)
_PIN_ZH = re.compile(
    r"^(?P<before>.*?)(?:^|(?<=[，。！,.\s]))(?:{name}[，,\s]*)?(?:[请請]|麻[烦煩])?你?(?P<help>[帮幫]我"
    r"|[给給]我)?(?:永[远遠]|一定要?|牢牢)?"
    r"(?:[记記](?:住|一下|下[来來]?|[着著])|[钉釘](?:住|一下|[选選])|[置釘钉][顶頂]|牢[记記]|(?:[别別]"
    r"|不要)忘(?:了|[记記])?(?=[：:]))"
    r"(?:[这這]个?|一下|[这這][条條句]|哦|喔|啊)?\s*(?P<mark>[：:，,])?\s*(?P<said>\S.*)$",
    re.DOTALL | _I,
)


def pin_wish(text: str, name: str = "Madeleine") -> str | None:
    """The statement that a text asks to keep for good ("pin this: ...", 记住：...), without the asking; None: none.

    A reminder to do something ("remember to call Ana", 记得买奶) is no such wish.
    """
    text = text.strip()
    for pattern in (_PIN, _PIN_THAT, _PIN_ZH):
        match = re.match(pattern.pattern.replace("{name}", re.escape(name)), text, pattern.flags)
        if match is None:
            continue
        before = (match.groupdict().get("before") or "").strip(" ,，.;:：—-")
        if pattern is _PIN_THAT:
            # "Remember that time we got lost" tells a story.
            own = re.match(r"(?:i|i'm|we|my|our|the|he|she|they|it)\b", match["said"], _I)
            return (
                match["said"] if own and (match["please"] or not re.match(r"(?:the|it)\b", match["said"], _I)) else None
            )
        if pattern is _PIN_ZH:
            if (not match["mark"] and not match["help"]) or text.endswith(("吗", "嗎", "？", "?")):
                return None
            if match["mark"] in ("，", ",") and before:
                return None
        return f"{before}, {match['said']}" if before else match["said"]
    return None
