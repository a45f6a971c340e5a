"""What Chinese asks for in a word or two: a kind, how often, together with whom, what was done."""

from __future__ import annotations

import re

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.forms.form import Form
from madeleine_miniapp.domain.questions.frames.places import place_fields
from madeleine_miniapp.domain.questions.mentions import Kind

_WHICH = re.compile("(?:哪一?[种类个样款项门家]|什么样?的?|啥)$")
_EVERY_HOW_LONG = re.compile("(?:多久|多长时间|(?:几|多少)天)[^，,。？?]{0,10}一[次回趟顿]")
_TOGETHER = re.compile("一起(?!算)|一块儿?(?!钱)|一同|共同")
_WHAT = re.compile("(?<![为没])(?:什么|啥)(?!时候|时间|意思|的|样)")
_WHERE = re.compile("哪[里儿]|在哪(?![天一几个种次年月周])")
_WHERE_MOST = re.compile("(?:哪[里儿]|在哪)[^，,。？?]{0,8}(?:最[多少常勤]|次数)")
_AT_HOME = re.compile("[在从]家(?![附具庭])")
_MORE_BY = re.compile("比(?!原|当初|计划|预算)[^，,。？?]{1,10}?[多少]\\w{0,3}?(?:多少|几)")
_ONE_FIGURE = re.compile("(?:还剩|一共|总共|合计|加起来)[^，,。？?]{0,6}(?:多少|几)")
_APART = re.compile("各|每|分别|谁|哪|什么|还是|[和与跟、比按]|排")
_ONE_BEFORE = re.compile("(?:[前后]|之前那|之后那)一?[顿次回条笔场本]|(?<![上这])下一[顿次]")
# 吃了外卖又吃了甜食: it may have been at one time, or on one day.
_ONE_AND_ANOTHER = re.compile("([吃做喝买看读练点])[了过]?[^，,。？?]{1,6}[又也还]\\1")
_COUNTED = re.compile("几|多少[个条笔次件样本项顿天人位]|次数|条数|数量|频")
# A difference is told of the one and the other.
_DIFFERENCE = " – "
_THINGS = frozenset({s.FIELD_TYPE_TEXT, s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE})


def which_kind(form: Form) -> list[str]:
    """哪种感觉: what is named is told, and no figure of something else."""
    missed: list[str] = []
    for mention in form.facts.items:
        fields = {m.name for m in mention.of(Kind.FIELD) if m.field is not None and m.field.type not in NUMERIC}
        if fields and _WHICH.search(form.text[: mention.start]) and not fields & form.names:
            missed.append(mention.text)
    return missed


def every_how_long(form: Form) -> str:
    """多久跑一次: how far apart, not how long each time."""
    return "" if "相邻" in form.plan.told else form.said(_EVERY_HOW_LONG)


def together(form: Form) -> str:
    """一起跑过几次: what several did together is no count of what each did."""
    several = len(form.facts.people) > 1 or (form.facts.subject.shared and "我们" in form.text)
    added = form.plan.figure and not form.plan.counts
    # Who was among them is told by the records.
    listed = any(c.field in form.people for c in form.facts.conditions)
    return form.said(_TOGETHER) if several and not (added or listed) else ""


def what(form: Form) -> str:
    """做了什么: things by name."""
    places = {f.name for f in place_fields(form.facts)}
    told = any(form.types.get(n) in _THINGS for n in form.names - places)
    return "" if told else form.said(_WHAT)


def where(form: Form) -> str:
    """在哪排练: places, where records tell them."""
    places = {f.name for f in place_fields(form.facts)}
    if not form.plan.key and (most := form.said(_WHERE_MOST)):
        # 在哪看得最多: places are compared, no records.
        return most
    return form.said(_WHERE) if places and not places & form.names else ""


def at_home(form: Form) -> str:
    """在家看的: home is a place among others, where records tell places."""
    places = {f.name for f in place_fields(form.facts)}
    told = any(c.field in places for c in form.facts.conditions)
    return form.said(_AT_HOME) if places and not told else ""


def more_by(form: Form) -> str:
    """比一月多花了多少: what lies between the two, and none of them alone."""
    between = form.single and _DIFFERENCE in form.plan.told
    return "" if between else form.said(_MORE_BY)


def one_and_another(form: Form) -> str:
    """吃了外卖又吃了甜食的日子: two things of one day are not those of one record."""
    fields = [c.field for c in form.facts.conditions if not c.negated]
    return form.said(_ONE_AND_ANOTHER) if len(set(fields)) < len(fields) else ""


def one_figure(form: Form) -> str:
    """还剩多少页: one figure, where nothing tells several apart."""
    return form.said(_ONE_FIGURE) if form.plan.key and not form.said(_APART) else ""


def one_before(form: Form) -> str:
    """前一顿: what stands beside a record, and not that record."""
    return form.said(_ONE_BEFORE)


def counted(form: Form) -> str:
    """多少钱，还剩多少: no number of records beside what was asked."""
    counts = len(form.plan.shown) > 1 and not form.plan.key and any(c.name == "count" for c in form.plan.shown)
    return "多少" if is_chinese(form.text) and counts and not form.said(_COUNTED) else ""
