"""How options stand in a row without a comma, and what of a phrase is no part of a field's name."""

from __future__ import annotations

import re

# "Difficulty easy/medium/hard", "size S M L".
IN_A_ROW = re.compile(
    r"^(?P<x>[a-z][a-z ]{1,30}?)\s+(?P<c>\w+(?:\s?/\s?\w+){2,}|(?:xxs|xs|s|m|l|xl|xxl)(?:\s(?:xxs|xs|s|m|l|xl"
    r"|xxl)){1,6})$",
    re.I,
)
# "(easy medium hard)": grades that are told without a comma.
_GRADE = (
    r"(?:easy|medium|hard|difficult|low|mid|middle|high|tiny|small|large|big|huge|good|ok|okay|fair|poor|bad"
    r"|great|yes|no|maybe"
    r"|none|new|used|old|hot|warm|cold|light|dark|soft|strong|weak|cheap|expensive|fast|slow|short|long|xxs|xs|s"
    r"|m|l|xl|xxl)"
)
GRADES = re.compile(rf"{_GRADE}(?:\s+{_GRADE}){{1,6}}", re.I)
# "Voice: soprano alto tenor bass".
ROW = re.compile(
    r"(?!.*\b(?:how|what|when|who|where|which|why|if|the|an?|of|in|on|at|for|from|to|by|is|are|was|it|its|we|i"
    r"|you|they|with"
    r"|or|and|not|no|per|my|our|any|some|that|this|please|too|as)\b)[a-z]\w*(?:\s[a-z]\w*){2,6}",
    re.I,
)
WRITTEN = re.compile(
    r"(?:(?:first|last|full|family) )?names?|surname|(?:(?:tele)?phone|mobile|cell)(?: numbers?| no)?|tel|numbers?"
    r"|e-?mails?|(?:e-?mail )?address(?:es)?|contact|姓名|名字|称呼|电话号?码?|手机号?码?|邮箱|地址|微信号?|联系方式",
    re.I,
)
IF_ANY = re.compile(
    r",?\s+if\s+(?:any|known|there\s+(?:is|was|are|were)\s+(?:any|one|some)|we\s+know(?:\s+it)?)$", re.I
)


# "A rating for how we liked it", "the km on the bike when it was done": what it is for, and no part of its name.
_PURPOSE = re.compile(
    r"(?<=\w)(?<!\band)(?<!\bor)\s+(?:for (?:how(?: \w+(?= it\b| they\b| we\b))?|what|whether)|(?<!date"
    r" )(?<!time )(?<!day )(?<!until )(?<!till )(?<!since )(?<!by )(?<!from )when"
    r"|so(?: that)?|in case|because|since|cause)\s+(?:i|we|it|they|you|he|she|people|everyone|someone"
    r"|the \w+)\b[^,:\ue001]*(?=$|\ue001)",
    re.I,
)


def without_purpose(text: str) -> str:
    """A phrase without what the thing is for, or when it was so; all of it where nothing comes before."""
    short = _PURPOSE.sub("", text)
    # "A field for what it cost" has its name there.
    return (
        text
        if re.search(
            r"\b(?:field|column|box|place|spot|space|slot|way|one|something|somewhere"
            r"|yes ?/ ?no|y/n|(?:tick|check) ?(?:box|mark)|tick|flag|toggle|switch)$",
            short,
            re.I,
        )
        else short
    )
