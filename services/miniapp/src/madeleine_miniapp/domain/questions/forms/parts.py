# ruff: noqa: E501 - patterns of questions, one line each.
"""Each part of what was asked has a column: "what", "when", "how much", "who and when", 多少, 哪天."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC, TEMPORAL
from madeleine_miniapp.domain.questions.facts import label
from madeleine_miniapp.domain.questions.forms.form import COMPARED_TIMES, Form

# "what / when / how much", "who and when": question words that each ask for a part of the answer.
_ASKED = re.compile(
    r"(?:^|[,/;:&?]\s*|\s[-–—]\s|\b(?:and|or|with)\s+)(?:(?:the|to|by|from) )?"
    r"(?P<word>what|which|when(?! (?:i|i've|we|we've|my|our|he|she|they|it|one|some\w+)\b)|who|where|how much|how many|how often|how long)\b(?! of\b| if\b| else\b)"
)
_WHAT_FIGURE = re.compile(
    r"(?:[,;?]|\band|\bor) what (?:did|do|does|was|were|is|are) [^,;?]*\b(?:cost|costs|spen[dt]|pa(?:y|id)|total|amount|average|sum)\b"
)
_WHO_MOST = re.compile(r"(?:[,;?]\s*|\band )(?:who|which)\b[^,;?]*\b(?:most|least|fewest|more|less|fewer)\b")
_ZH_ASKED = re.compile("多少|几|谁|哪|什么|多久|多长")
_ZH_WORDS = (
    (re.compile("多少|(?<![哪那这])几(?!号|月|点)|多久|多长"), "how much"), (re.compile("谁"), "who"), (re.compile("哪一?天|什么时候|何时|几号"), "when"),
    (re.compile("哪[里儿]"), "where"),
)  # fmt: skip
_ZH_WHETHER = re.compile("(?:吗|了没有?|[过好完到]没有?)$|有没有|是不是|是否|够不够")
_ZH_DONE = re.compile("(?:吃|做|买|点|喝|练|看|读|订)了?(?:些|点)?(?:什么|啥)")
_ZH_AND_THEN = re.compile("(?<=[,，?？])[^,，?？几多哪谁什啥]{1,8}呢(?=[?？]?$)")
_ZH_WHO_MOST = re.compile("(?:多少|几)[^,，?？]{0,8}[,，?？][^,，?？]{0,4}谁[^,，?？]{0,8}最[多少高低]")
_ZH_EACH = re.compile("[每各]个?人|[分各]别?[自]?(?=[花付吃用跑读练])|各")
_ZH_KIND = re.compile("哪一?[类种]")
_ZH_APART = re.compile("分开|分别|各自|各是")
_ZH_LIST = re.compile("(?:有|都|是)?哪些|哪几[个项笔条本家样种道款位件]")
_EACH_BUCKET = re.compile(
    r"\b(day|week|month|year) (?:by|for) \1\b|\b(?:one|an?) [a-z ]{2,20} (?:for|in) (?:each|every) (?:day|week|month|year)\b|逐[日周月年]|各月|按月"
)
# "On which days did I train, and what": what was done, too.
_AND_WHAT = re.compile(r"(?:,|&|\band) *(?:and )?what\s*[?.!]*$")
_TOLD = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE})
_MEAN = re.compile(r"\b(?:average|mean|median|typical)")
_DAY_COLUMNS = frozenset({"day", "on", "day_of_it", "week", "month", "year", "night", "first", "last"})
_SPANNED = re.compile(
    r"\b(days|weeks|hours|minutes)\b (?:on average )?(?:from|between|until|it takes|before|after) (?!\d)"
)
# "Days with any painkiller": the days, or how many, but no records.
_DAYS_ASKED = re.compile(
    r"(?:^|[:;?.!-] *)(?:(?:the|my|our|all|number of) )*(?:days|nights|evenings|weeks) (?:with|on which|when|where|that|without|in)\b(?![^?]*[,/])"
)
_MOST_DAYS = re.compile(r"\b(?:on|for|with) the (?:most|fewest) (?:different )?(?:days|nights)\b")


def unmet(form: Form) -> list[str]:
    """What the question asks for and the plan's answer does not show."""
    if is_chinese(form.text):
        return _untabled(form) + _other_days(form) + _of_meters(form) + _parts_chinese(form) + _things_chinese(form)
    return _other_days(form) + _of_meters(form) + _parts_english(form)


def _parts_english(form: Form) -> list[str]:
    asked = list(_ASKED.finditer(form.text))
    # "and what did they cost" asks for a figure of its own.
    words = [m["word"] for m in asked] + ["how much" for _ in _WHAT_FIGURE.finditer(form.text)]
    figure = next((m.start() for m in asked if m["word"] in ("how much", "how many")), -1)
    most = _WHO_MOST.search(form.text)
    if len(words) > 1 and most and 0 <= figure < most.start() and form.plan.verdict not in ("who", "least"):
        # "How much did we spend, and who spent the most": two answers.
        return [most.group().strip()]
    figures = len([w for w in words if w.startswith("how")])
    return [word for word in dict.fromkeys(words) if not _shows(form, word, figures)]


def _parts_chinese(form: Form) -> list[str]:
    clauses = [c for c in re.split("[,，;；?？。]", form.text) if _ZH_ASKED.search(c)]
    words = [word for clause in clauses for pattern, word in _ZH_WORDS if pattern.search(clause)]
    whether = next((c for c in re.split("[,，;；?？。]", form.text) if _ZH_WHETHER.search(c) and c not in clauses), "")
    if form.single and (more := form.said(_ZH_AND_THEN)):
        # 花了多少，回来呢: another figure is asked for.
        return [more]
    if (most := form.said(_ZH_WHO_MOST)) and form.plan.key in form.people and not form.said(_ZH_EACH):
        # 花了多少，谁花得最多: what all came to is asked for as well.
        return [most]
    if words and whether and not form.plan.verdict:
        # 要带几样？都装好了没: a figure is no yes or no.
        return [whether]
    return [word for word in dict.fromkeys(words) if not _shows(form, word, words.count("how much"))]


def _things_chinese(form: Form) -> list[str]:
    """Things themselves, kinds, or things told apart, where the answer is one figure or one record."""
    missed: list[str] = []
    listed, plan = form.said(_ZH_LIST), form.plan
    if (apart := form.said(_ZH_APART)) and form.single and len(plan.shown) == 1:
        missed.append(apart)
    if listed and form.single:
        missed.append(listed)
    titles = {f.name for f in form.facts.subject.fields(s.FIELD_TYPE_TEXT)}
    if (kind := form.said(_ZH_KIND)) and not plan.key and any(c.told and c.name in titles for c in plan.shown):
        # 哪一类最高 asks for a kind, no record.
        missed.append(kind)
    if (done := form.said(_ZH_DONE)) and form.single and len(plan.shown) == 1:
        # 吃了什么，多少卡: the thing as well.
        missed.append(done)
    if listed and form.names and form.names <= {f.name for f in form.facts.subject.numeric}:
        # 有哪些 asks for the things, no yes or no and sums.
        missed.append(listed)
    return missed


def _other_days(form: Form) -> list[str]:
    """Days that were asked for, where money, records or their number are told."""
    if (days := form.said(_MOST_DAYS)) and "number of records" in form.plan.told:
        return [days]
    days = form.said(_DAYS_ASKED).strip()
    if days and len(form.plan.shown) > 2 and not form.plan.key and not form.plan.figure:
        return [days]
    # "Average days from sending to payment" is no amount of money.
    spanned, money = form.said(_SPANNED).strip(), any(len(c.unit) == 3 and c.unit.isupper() for c in form.plan.shown)
    return [spanned] if spanned and money and form.said(_MEAN) else []


def _of_meters(form: Form) -> list[str]:
    """What is asked of a meter is what was used between two readings, no mean or sum of them."""
    meters = [re.escape(label(f)) for f in form.facts.subject.numeric if form.facts.metered(f)]
    asked = (re.search(rf"(?:mean|sum|median) of ({m})|({m})的?(?:平均|总|合计)", form.plan.told) for m in meters)
    return [found[1] or found[2] for found in asked if found]


def _untabled(form: Form) -> list[str]:
    """A row for each month that was asked for, where the plan makes one figure of them all."""
    return [form.said(_EACH_BUCKET)] if form.single and form.said(_EACH_BUCKET) else []


def _shows(form: Form, word: str, figures_asked: int) -> bool:
    """Whether the plan has a column for a question word."""
    plan, held = form.plan, {form.types[n] for n in form.names if n in form.types}
    if word == "what":
        return not form.said(_AND_WHAT) or bool(held & _TOLD)
    if word == "when":
        return bool(held & set(TEMPORAL) or form.names & _DAY_COLUMNS or plan.key in COMPARED_TIMES)
    if word == "who":
        return form.tells_people or plan.verdict in ("who", "least")
    if word == "where":
        return bool(held & {s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE})
    if word == "which":
        # What has no name is told by its day.
        dated = form.facts.subject.title is None and bool(form.names & _DAY_COLUMNS)
        return bool(held - set(NUMERIC) - set(TEMPORAL)) or plan.key != "" or not plan.figure or dated
    if plan.key in COMPARED_TIMES or (plan.key and plan.counts and word in ("how many", "how often")):
        # One for each.
        return True
    return form.figures(but=_DAY_COLUMNS | {form.facts.person, "entered_by"}) >= figures_asked
