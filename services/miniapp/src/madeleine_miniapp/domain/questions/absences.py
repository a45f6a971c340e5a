# ruff: noqa: E501 - patterns of words, one line each.
"""Values that are there or not: "without a price", "forgot to score", "skip those with no distance", "only what has a note".

Read from the text before single negations are: which words lack, which have, which leave out, and the field that the
stretch between them names. A record that is left out because it lacks a value, or is the only one counted because it
has one, is the same filter. Where nothing of a day or an entry is said to be missing ("skip the empty days") there is
none: what has no value is never counted.
"""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.neighbours import field_of

_BY_NAME = 2
_END = r"[.,;:?!()，。；：？！（）\n]|\s[-–—]\s|\b(?:even )?(?:though|although|but|despite)\b|$"
_WORDS = r"(?:[\w'/%-]+ ){0,6}?"
_LOGGING = r"(?:note|write|put|enter|fill in|fill out|fill|add|log|record|give|track|set|tick|mention|type|save|jot)"
_LOGGED = r"(?:noted|written|wrote|put|entered|filled in|filled out|filled|added|logged|recorded|gave|given|tracked|set|ticked|mentioned|typed|saved|jotted|got|had)"
_NOT = r"(?:didn't|did not|don't|haven't|have not|hasn't|has not|never|forgot to|forget to|forgets to|forgetting to|failed to|failing to|couldn't|wasn't|was not|isn't|weren't)"
# Words behind which stands what a record lacks.
_LACKS = (
    rf"(?:with no|without(?: an?| any| the)?|(?:has|have|having|had|carry|carries|got|show|shows|gave|gives|is|was|there's|there is|there was|contain|contains) no(?:t an?)?|lack(?:s|ing|ed)?|missing(?: an?| the)?"
    rf"|{_NOT} (?:actually |really |bother to |bothered to |even )?(?:{_LOGGING}|{_LOGGED}|have|has)(?: down| in)?(?: an?| the| any| my| its| our| how many| how much)?|nobody {_LOGGED}(?: down| in)?(?: an?| the| any)?|no)"
)
_HAS = rf"(?:with(?: an?| the| some| any)?|(?:has|have|having|had|carry|carries|got)(?: an?| the| some| any)?|(?:i|we|somebody|someone|people) (?:actually |really |did )?(?:{_LOGGED}|{_LOGGING})(?: down| in)?(?: an?| the| some| any)?)"
_OUT = r"(?:skip(?:ping)?|ignor(?:e|ing)|leav(?:e|ing) (?:out|aside)|omit(?:ting)?|exclud(?:e|ing)|drop(?:ping)?|not counting|don't count|do not count|without counting|disregard(?:ing)?|forget(?: about)?|except(?: for)?|other than|not including|don't include)"
_LEFT_OUT = r"(?:(?:are |is |can be |being |get |should be )?(?:left out|excluded|ignored|skipped|omitted|dropped|disregarded|not counted|not included)|(?:don't|doesn't|do not|does not) count|aside|out|just ignore(?: them| those)?|ignore(?: them| those)?)"
_EMPTY = r"(?:missing|empty|blank|unlogged|unrecorded|unfilled)"

# "Skip those with no distance", "leave out any day where I wrote nothing down".
_LEAVES_OUT = (
    re.compile(rf"\b{_OUT} (?:the )?{_WORDS}{_LACKS}(?P<field> [^.,;:?!()]*?)?(?=\s*(?:{_END}))"),
    re.compile(rf"\b{_OUT} (?:the |any |all )?{_EMPTY}(?P<field>(?: \w+){{0,3}}?)(?=\s*(?:{_END}))"),
    re.compile(rf"\b{_OUT} (?:the )?{_WORDS}(?:nothing|no (?:data|entry|entries|record|records|value|values|number|figure|log|logs)|(?:is|are|was|were) (?:{_EMPTY}|not (?:there|filled in|recorded|logged|noted)))(?P<field> [^.,;:?!()]*?)?(?=\s*(?:{_END}))"),
    re.compile(rf"(?:^|(?<=[.,;:(] )|(?<=[(])|(?<= - )){_WORDS}{_LACKS}(?P<field> [^.,;:?!()]*?)? {_LEFT_OUT}(?=\s*(?:{_END}))"),
    re.compile(rf"(?:^|(?<=[.,;:(?!] )|(?<=[(]))(?:the )?{_EMPTY} (?:ones|values|entries|days|records|data)?(?P<field>(?:[\w ]*?)),? ?{_LEFT_OUT}(?=\s*(?:{_END}))"),
    re.compile(r"(?:没有?(?:填写|记录|写|填|记|标|打|给|输|录)?|缺(?:少)?|未(?:填写|记录|填|记|录)?|漏(?:填|记|写)?|空着?)(?P<field>[^，,。；;？?！!（）()]{0,8}?)的?(?:那些|那几[天条笔顿]|日子|天|记录|条目|项目?|就)*(?:就)?(?:都)?(?:不算(?:在内)?|不计(?:入)?|算了|别算|不要算?|不用算|除外|忽略|跳过|去掉|略过|排除)"),
    re.compile(r"(?:不算|不计|忽略|跳过|去掉|排除|除去|除了)(?:掉)?(?:那些)?没有?(?:填写|记录|写|填|记|标|打|给)?(?P<field>[^，,。；;？?！!（）()]{0,8}?)的(?:日子|天|记录|条目|项目?)?"),
)  # fmt: skip
# "Only what has a price", "only days with data", "where I noted the distance".
_ONLY_WITH = (
    re.compile(rf"\b(?:only|just|counting only|only counting|only count|count only|only use|use only) (?:the |those |these )?{_WORDS}{_HAS}(?P<field> [^.,;:?!()]*?)(?=,? obviously\b|,? of course\b|\s*(?:{_END}))"),
    re.compile(rf"\b(?:only |just )?(?:where|when|if|for (?:those|the ones|entries|records|items) (?:that|which|where)|of (?:those|the ones|the entries|the records) (?:that|which|where)|of the entries where) (?:both are |they are |it is |it's |it was |both |i |we )?(?:{_LOGGED})(?: down| in)?(?! (?:no|nothing|none|neither|not)\b)(?P<field> [^.,;:?!()]*?)?(?=\s*(?:{_END}))"),
    re.compile(rf"\bof (?:the |all )?(?:entries|records|days|ones|items|those) (?:where|in which|when|that|for which) (?:i |we )?(?:{_HAS})(?P<field> [^.,;:?!()]*?)(?=\s*(?:{_END}))"),
    re.compile(r"\b(?:as far as|where(?:ver)?) (?:it|they|that|the \w+) (?:was|were|is|are|has been|had been) (?:noted|recorded|known|filled in|given|there|entered|logged)(?P<field>)(?: down)?"),
    re.compile(r"(?:只算|只看|只统计|只计)(?:有)?(?:填写|记录|写|填|记|标)?了?(?P<field>[^，,。；;？?！!（）()]{1,8}?)的(?:日子|天|记录|条目|项目?)?"),
    re.compile(r"有(?:填写|记录|写|填|记|标)?(?P<field>[^，,。；;？?！!（）()]{1,8}?)的(?:日子|天|记录|条目|项目?)?(?:才算|才计)"),
)  # fmt: skip
# "How many entries still have no price", "forgot to score", "with the calories left blank": which lack it.
_LACKING = (
    re.compile(rf"\b(?:forgot|forget|left out|omitted|skipped)(?: about)? (?:the |my |our |its |a )(?P<field>[\w ]{{3,20}}?)(?: for)?(?=\s*(?:{_END}|\b(?:in|on|this|last|since)\b))"),
    re.compile(rf"\b(?:still |yet )?(?:with no|without (?:an?|any)|(?:has|have|having|had|carry|carries|got) (?:still )?no|lack(?:s|ing|ed)?(?: an?| the| its)?|missing (?:an?|the|its|their)|(?:are|is|still) missing(?: an?| the)?) (?P<field>[^.,;:?!()]*?)(?=\s*(?:{_END}|\b(?:yet|so far|still|in|on|at|this|last|since|and|at all)\b))"),
    re.compile(rf"\b(?:{_NOT}|did (?:i|we|somebody|anybody|someone|anyone) (?:forget to|not|fail to)|did (?:i|we) forget to|(?:i|we|somebody|someone) forgot to) (?:actually |even |bother to )?(?:{_LOGGING}|{_LOGGED}|have)(?: down| in)? (?:an? |the |any |my |its |our )?(?P<field>[^.,;:?!()]*?)(?: in| down)?(?=\s*(?:{_END}|\b(?:yet|so far|for|in|on|at|this|last|since|and|at all)\b))"),
    re.compile(r"\b(?:forget|forgot|fail|failed|neglected|omitted|bothered) to (?P<field>score|rate|tag|price|weigh|time|label|grade|note)\b(?! (?:it |them )?(?:down|under|over|above|below|an? |\d|the |how |my |its ))"),
    re.compile(rf"\b(?:with |where |the |has |have )+(?P<field>[\w -]{{3,24}}?)(?: (?:is|was|are|were|still|field))? (?:left (?:blank|empty|out|open)|blank|empty|missing|not (?:filled in|recorded|entered|logged|noted|set))(?=\s*(?:{_END}|\b(?:yet|so far|in|on|this|last|since)\b))"),
    re.compile(r"(?:[还尚]?没有?|忘了|漏)(?:填写|记录|写|填|记|标|打|给|录|选)了?(?P<field>[^，,。；;？?！!（）()的了]{1,8})(?=的|[，,。；;？?！!（）()]|$)"),
    re.compile(r"(?P<field>[^，,。；;？?！!（）()的了有]{1,8}?)(?:还|都)?(?:没有?(?:填写?|记录?|写|标|录|选)|空着|缺失|是空的|漏填|漏记)"),
)  # fmt: skip
# "I forgot the sleep field again... how many entries don't have it": the field that was named before.
LACKS_IT = re.compile(
    rf"\b(?:{_NOT} (?:even |actually |yet )?(?:have|has|got|show|carry|contain)|(?:do|does) not have|lack(?:s|ed|ing)?|(?:are|is|was|were) (?:still )?missing) (?:it|one|any|them|that)\b(?: yet| at all)?|(?:没有?|缺)它"
)
_HAVING = (
    re.compile(r"\b(?:have|has|had|with) (?:the |an? |any )?(?P<field>[\w ]{3,20}?) (?:filled in|filled out|set|noted|recorded|entered|given)\b"),
    re.compile(r"\b(?:(?:did (?:i|we) (?:bother to )?|that (?:i|we) |i |we )(?:actually |bothered to |bother to |did )?(?:add(?:ed)?|writ(?:e|ten)|wrote|put|leave|left|attach(?:ed)?|enter(?:ed)?|filled in|fill in|gave|give)(?: in| down)? (?:an? |any |some |the )(?P<field>note|comment|remark|price|cost|rating|score|category|distance|value|tag)s?)(?: to| for| on)?\b"),
    re.compile(r"\b(?:with|that have|which have|that has|have|has|having|come with|came with|carry|carries) (?:an? |any |some )(?P<field>note|comment|remark|price|rating|score|category|distance|tag)\b(?! (?:of|under|over|above|below|at least|saying|about|that says|mentioning|from|for|\d))"),
    re.compile(r"(?P<field>[^，,。；;？?！!（）()的了有]{1,8}?)(?:都|已经)?(?:填写?|写|录|标)(?:好|上)?了(?=吗|没)"),
    re.compile(r"(?:写了?|有|填了?|加了?|带)(?P<field>备注|评分|打分|价格|分类|类别|标签)的"),
)  # fmt: skip
_GENERIC = re.compile(
    r"\b(?:anything|something|nothing|data|entry|entries|record|records|values?|number|figure|log|logs|info|one|it|them|day|days|logged|filled|down|number of|both)\b|数据|记录|两样|都|一个|任何"
)
# Words of these patterns themselves.
_OWN = re.compile(
    r"skip\w*|ignor\w*|leav\w*|left|omit\w*|exclud\w*|drop\w*|disregard\w*|forg[eo]t\w*|bother\w*|empty|blank|missing|unlogged|unrecorded|unfilled|lack\w*|carr\w+|fail\w*|fill\w*|just|obviously|out|down|aside|only|count\w*|where\w*|attach\w*|scor\w*|rat\w*"
)


def find_absences(facts: Facts) -> None:
    """Takes what is said of values that are there or not."""
    for patterns, lacks in ((_LEAVES_OUT, False), (_ONLY_WITH, False), (_LACKING, True), (_HAVING, False)):
        aside = patterns in (_LEAVES_OUT, _ONLY_WITH)
        for pattern in patterns:
            for found in pattern.finditer(facts.scan.text):
                _take(facts, found, lacks=lacks, aside=aside, loose=patterns is _LEAVES_OUT)
    _take_back(facts)


def _take_back(facts: Facts) -> None:
    """Takes "don't have it" as said of the one field that stands before."""
    found = LACKS_IT.search(facts.scan.text)
    if found is None:
        return
    before = [(i, m) for i, m in enumerate(facts.items) if m.end <= found.start() and m.of(Kind.FIELD)]
    named = {m.name: m.field for _, x in before for m in x.of(Kind.FIELD) if m.strength >= _BY_NAME and m.field}
    within = {i for i, m in enumerate(facts.items) if m.start < found.end() and found.start() < m.end}
    if len(named) != 1 or facts.used & within:
        return
    ((_, known),) = named.items()
    if not any(c.field == known.name for c in facts.conditions):
        facts.conditions.append(_missing(known, found.start()))
    facts.used |= within | {i for i, _ in before}
    unknown = [u for u in facts.scan.unplaced if found.start() <= u[0] < found.end()]
    facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u not in unknown))


def _take(facts: Facts, found: re.Match[str], *, lacks: bool, aside: bool, loose: bool) -> None:
    start, end = found.span()
    within = [(i, m) for i, m in enumerate(facts.items) if m.start < end and start < m.end]
    if any(i in facts.used for i, _ in within) or not found.group().strip():
        return
    if any(m.end > end + 1 or m.start < start - 1 for _, m in within if m.kind is not Kind.VOID and m.of(Kind.TIME)):
        return
    if any(m.start < found.start("field") < m.end for _, m in within):
        # 没打包: 打 is a part of 打包, no verb of filling in.
        return
    known = _field_in(facts, found)
    if known is None and not (aside and _plain(within) and (_GENERIC.search(found.group()) or _blank(found))):
        return
    if any(
        m.of(Kind.CHOICE, Kind.VALUE, Kind.PERSON, Kind.TIME, Kind.NUMBER) and not m.of(Kind.FIELD) for _, m in within
    ):
        return
    unknown = [u for u in facts.scan.unplaced if start <= u[0] < end]
    strange = [w for u in unknown for w in u[2].split() if not _OWN.fullmatch(w)]
    field = found.span("field")
    if strange and (
        not loose or known is None or len(strange) > 3 or any(field[0] <= u[0] < field[1] for u in unknown)
    ):
        return
    if known is not None and not any(c.field in (known.name, "") and label(known) in c.told for c in facts.conditions):
        # What is but said aside restricts all that is asked about, and is no part of it.
        facts.conditions.append(_missing(known, start) if lacks else _there(known, start, "" if aside else known.name))
    facts.used |= {i for i, m in within if aside or _inside(m, found)}
    facts.scan = replace(facts.scan, unplaced=tuple(u for u in facts.scan.unplaced if u not in unknown))


def _blank(found: re.Match[str]) -> bool:
    return not (found.groupdict().get("field") or "").strip()


def _plain(within: list[tuple[int, Mention]]) -> bool:
    """Whether a stretch names nothing: what it leaves out has no value, whichever it is."""
    return not any(m.of(Kind.CHOICE, Kind.VALUE, Kind.PERSON, Kind.NUMBER, Kind.TIME) for _, m in within)


def _inside(mention: Mention, found: re.Match[str]) -> bool:
    """Whether a mention belongs to what is said of the value, rather than to the question around it."""
    if mention.start < found.start() or mention.end > found.end() + 1:
        return False
    asks = {"how_many", "count", "which", "what", "list", "unit", "share", "me", "us", "each", "sum", "mean", "row"}
    return not any(m.kind is Kind.CUE and m.name in asks for m in mention.meanings) or mention.of(Kind.FIELD) != ()


def _field_in(facts: Facts, found: re.Match[str]) -> s.Field | None:
    """The field that the stretch names: the last there, the surest first."""
    start, end = found.span("field")
    if start < 0:
        return None
    held = [m for m in facts.items if m.start < end and start < m.end and m.of(Kind.FIELD)]
    held = [m for m in held if m.kind in (Kind.FIELD, Kind.ENTITY, Kind.CUE, Kind.VOID)]
    # "No sale" is no record, not one without an amount.
    held = [m for m in held if not _rather_a_record(m)]
    if not held:
        return None
    strength = max(x.strength for m in held for x in m.of(Kind.FIELD))
    best = [m for m in held if any(x.strength == strength for x in m.of(Kind.FIELD))][-1]
    fields = [x.field for x in best.of(Kind.FIELD) if x.strength == strength and x.field is not None]
    if strength == 1 and len({f.name for f in fields}) > 1:
        return None
    known = fields[0] if fields else field_of(best)
    if known in facts.subject.temporal[:1] and len(facts.subject.temporal) == 1:
        # Every record has the date that it goes by.
        return None
    return known


def _rather_a_record(mention: Mention) -> bool:
    entity = max((m.strength for m in mention.of(Kind.ENTITY)), default=0)
    return entity >= max(m.strength for m in mention.of(Kind.FIELD))


def _missing(known: s.Field, start: int) -> Condition:
    held = terms.column(known.name)
    lacks = terms.call(q.FUNCTION_IS_MISSING, held)
    if known.type == s.FIELD_TYPE_BOOLEAN:
        # What was never ticked is not so.
        no = terms.value(False)
        lacks = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_COALESCE, held, no), no)
    if known.type == s.FIELD_TYPE_MULTI_CHOICE:
        none = terms.call(q.FUNCTION_EQUAL, terms.call(q.FUNCTION_LENGTH, held), terms.value(0.0))
        lacks = terms.call(q.FUNCTION_OR, lacks, none)
    return Condition(lacks, f"{label(known)} –", known.name, "", start, negated=True, kind=Kind.FIELD)


def _there(known: s.Field, start: int, name: str) -> Condition:
    held = terms.present(terms.column(known.name))
    return Condition(held, f"{label(known)} ✓", name, "", start, kind=Kind.FIELD)
