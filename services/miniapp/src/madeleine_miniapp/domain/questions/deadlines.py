"""What is due: done on time or late, overdue, still to do; and by which of its dates a question goes."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions import english
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS
from madeleine_miniapp.domain.questions.denials import exclude, missing_field
from madeleine_miniapp.domain.questions.facts import Condition, Facts, label
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.naming import ACCOMPLISHED
from madeleine_miniapp.domain.questions.text import normalise, stems
from madeleine_miniapp.domain.questions.whose import PAID

ON_TIME = re.compile(
    r"\b(?:(?:done|finished|completed|pa(?:id|y)|returned?|handed in) )?(?:before|by)"
    r" (?:the|its|their) (?:due date|deadline)\b"
    r"|\b(?:(?:done|finished|completed|paid|returned|handed in) )?(?:on|in) time\b|按时|准时"
)
LATE = re.compile(
    r"\b(?:(?:done|finished|completed|pa(?:id|y)|returned?|handed in) )?(?<!are )(?<!is )(?:after|past)"
    r" (?:the|its|their|they were|it was) (?:due date|deadline|due)\b"
    r"|\b(?:(?:done|finished|completed|paid|returned|handed in) )?(?:too )?late\b(?! (?:at|in the)\b)|迟了|晚了|拖延"
)
_OVERDUE = re.compile(r"\b(?:overdue|past due|past (?:its|their|the) (?:due date|deadline))\b|逾期|超期")
_DUE = re.compile(r"\b(?:(?:is|are|was|were|comes?|came|falls?|fell|been) )?due\b")
_TO_DO = re.compile(
    r"\b(?:(?:still|yet|left|remaining|have|has|had|need|needs|got|gotta) )*to (?:be )?(?:do|done)\b"
    r"|\b(?:not|didn't|haven't|hasn't|never)(?: [a-z]+)?(?: yet)? (?:do|done)\b"
    r"|\b(?:outstanding|pending)\b|\b(?:still|yet) open\b|还要做|还得做|还没做|待办"
)  # fmt: skip
_AHEAD = re.compile(r"下一?次|预计|计划|截止|到期|过期|保质|应还")
_AHEAD_WORDS = frozenset(stems("due deadline next renewal expiry expires until planned scheduled"))
_BEGUN = re.compile(r"start|begin|began|begun|since|join|creat|add|open|开始|加入|创建|添加|开通")
_LISTED = re.compile(r"add|creat|enter|list|添加|加入|创建|录入")
_PAST = re.compile(r"\b(?:did|has|have|had|was|were|done|got|took|spent|went|\w+ed)\b|[了过]|上一?次")
_BY_TIME = ("last", "first", "per", "when", "streak", "gap", "which_bucket", "often")
_PLAIN = frozenset(stems(w) for w in ("date", "day", "when", "time", "at", "on", "日期", "时间", "日子", "timestamp"))
_AT_PRESENT = re.compile(r"right now|at the moment|currently|at present|these days|现在|目前|当前")
_WHICH = ("which", "what", "who", "how_many", "list")
_OTHERWISE = ("mean", "median", "sum", "share", "last", "first", "next", "streak", "how_much", "sup", "often")
# "Open" is said of what is not settled: no book that lies open.
_OPEN = re.compile(
    r"\b(?:still |yet )?(?:open|unpaid|unsettled|outstanding|pending)\b(?! (?:for|at|on|in|to|until|from)\b)"
)
_DATE_OF = re.compile(r"[_ ](?:on|at|date|day)$|^date[_ ]")
_SETTLED = ("done", "paid", "returned")
_SETTLED_WORDS = frozenset(
    stems(w) for w in (*_SETTLED, "finished", "completed", "settled", "closed", "resolved", "还", "付")
)


def take_deadlines(facts: Facts) -> None:
    """Takes what is said of deadlines, where records tell them."""
    ticked = _settled(facts)
    due, done = dates_kept(facts)
    if due is not None and done is not None:
        kept = (terms.column(done.name), terms.column(due.name))
        _take(facts, ON_TIME, terms.call(q.FUNCTION_LESS_OR_EQUAL, *kept), f"{label(done)} ≤ {label(due)}", done)
        _take(facts, LATE, terms.call(q.FUNCTION_GREATER, *kept), f"{label(done)} > {label(due)}", done)
    if due is not None:
        _take_overdue(facts, due, ticked)
    if due is not None and (found := _DUE.search(facts.scan.text)) and any(u[2] == "due" for u in facts.scan.unplaced):
        # "Was due before today": by that date.
        facts.dated = facts.dated or due
        _mark(facts, found)
    if ticked is not None:
        _take_unticked(facts, ticked, due)
    if ticked is None:
        _take_open(facts, _settled_on(facts))


def _take_unticked(facts: Facts, ticked: s.Field, due: s.Field | None) -> None:
    """Takes what is still to be done, or lent out at the moment."""
    now = next((m for m in facts.items if m.cue("now") and _AT_PRESENT.fullmatch(m.text)), None)
    if now is not None and facts.has(*_WHICH) and not facts.has(*_OTHERWISE) and not _named(facts, ticked):
        # What is lent out at the moment has not come back.
        missing_field(facts, ticked, now.start)
    for found in _TO_DO.finditer(facts.scan.text):
        if not any(c.field == ticked.name for c in facts.conditions):
            missing_field(facts, ticked, found.start())
        facts.dated = due or facts.dated
        _mark(facts, found)


def _take_overdue(facts: Facts, due: s.Field, ticked: s.Field | None) -> None:
    """What is overdue was due before today and is not done yet, as far as records say so."""
    found = _OVERDUE.search(facts.scan.text)
    if found is None:
        return
    if ticked is None:
        _leave_out_settled(facts, found.start())
    elif not any(c.field == ticked.name for c in facts.conditions):
        missing_field(facts, ticked, found.start())
    today = terms.value(facts.asker.now.date())
    gone = terms.call(q.FUNCTION_LESS, facts.day(terms.column(due.name)), today)
    told = f"{label(due)} < {facts.asker.now.date().isoformat()}"
    facts.conditions.append(Condition(gone, told, due.name, told, found.start(), kind=Kind.TIME))
    _mark(facts, found)


def _leave_out_settled(facts: Facts, start: int) -> None:
    """Leaves out what has a day on which it was settled, or is in a state that says so."""
    for f in facts.subject.temporal:
        if {stems(f.name)[:1], stems(f.label)[:1]} & _SETTLED_WORDS and not _is_ahead(facts, f):
            missing_field(facts, f, start)
    words = {w for said in _SETTLED for w in facts.lexicon.of_words(CHOICES, said)}
    for f in facts.subject.fields(s.FIELD_TYPE_CHOICE):
        for choice in f.choices:
            if stems(choice) in words | facts.lexicon.of_words(CHOICES, "cancelled"):
                exclude(facts, Meaning(Kind.CHOICE, f.name, choice, field=f), start)


def dates_kept(facts: Facts) -> tuple[s.Field | None, s.Field | None]:
    """Until when records were to be done, and when they were."""
    done = done_date(facts) or _settled_on(facts) or _day_of(facts, _settled(facts))
    return due_date(facts), done


def _named(facts: Facts, f: s.Field) -> bool:
    return any(x.name == f.name for m in facts.items for x in m.of(Kind.FIELD))


def date_of_deed(facts: Facts) -> None:
    """What was done goes by the day on which it was done, what is to come by the day on which it is due."""
    temporal = facts.subject.temporal
    if facts.dated is not None or len(temporal) < 2 or {stems(temporal[0].name), stems(temporal[0].label)} & _PLAIN:
        return
    spans = [m.span for x in facts.items for m in x.of(Kind.TIME) if m.span is not None]
    by_time = spans or any(m.cue(name) for m in facts.items for name in _BY_TIME)
    named = any(m.field is not None and m.field.type in TEMPORAL for x in facts.items for m in x.of(Kind.FIELD))
    due, done = due_date(facts), done_date(facts)
    if not by_time or named or due is None:
        return
    today = facts.asker.now.date()
    denied = any(m.cue("none") or m.cue("missing") for m in facts.items)
    if denied or (spans and all(span.first > today for span in spans)):
        # What was not done has no day on which it was.
        facts.dated = due
    elif done is not None and _PAST.search(facts.scan.text) and not any(span.first > today for span in spans):
        facts.dated = done


def date_of_paying(facts: Facts) -> None:
    """What was spent was so on the day on which it was bought or paid for, not when it was put on the list."""
    first = next(iter(facts.subject.temporal), None)
    if first is None or not _LISTED.search(f"{first.name} {first.label}".casefold()):
        return
    if facts.dated is not None or not any(m.kind is Kind.TIME for m in facts.items):
        return
    named = any(m.field is not None and m.field.type in TEMPORAL for x in facts.items for m in x.of(Kind.FIELD))
    money = any(m.cue("money") or m.typed(s.FIELD_TYPE_MONEY) for m in facts.items)
    money = money or (facts.has("how_much") and not any(m.of(Kind.FIELD) for m in facts.items))
    paid = [f for f in facts.subject.temporal[1:] if PAID & {*stems(f.name), *stems(f.label)}]
    if money and not named and len(paid) == 1 and facts.subject.fields(s.FIELD_TYPE_MONEY):
        facts.dated = paid[0]


def due_date(facts: Facts) -> s.Field | None:
    """The one date until which something is to be done, or when it comes next."""
    held = [f for f in facts.subject.temporal if _is_ahead(facts, f)]
    return held[0] if len(held) == 1 else None


def done_date(facts: Facts) -> s.Field | None:
    """The one other date, where it tells when something was done."""
    held = [f for f in facts.subject.temporal if not _is_ahead(facts, f)]
    return held[0] if len(held) == 1 and not _BEGUN.search(f"{held[0].name} {held[0].label}".casefold()) else None


def _day_of(facts: Facts, ticked: s.Field | None) -> s.Field | None:
    """The date on which what is ticked was done: returned_on of returned."""
    if ticked is None:
        return None
    own = {*stems(ticked.name), *stems(ticked.label)}
    held = [f for f in facts.subject.temporal if own & {*stems(f.name), *stems(f.label)}]
    return held[0] if len(held) == 1 else None


def _is_ahead(facts: Facts, f: s.Field) -> bool:
    names = {stems(f.name), stems(f.label)}
    own = {word for name in names for word in name}
    return bool(
        names & facts.lexicon.of_words(FIELDS, "due") or own & _AHEAD_WORDS or _AHEAD.search(f"{f.name} {f.label}")
    )


def _settled(facts: Facts) -> s.Field | None:
    """The field that says whether something is done."""
    words = ACCOMPLISHED | {w for said in _SETTLED for w in facts.lexicon.of_words(CHOICES, said)}
    held = [f for f in facts.subject.fields(s.FIELD_TYPE_BOOLEAN) if {stems(f.name), stems(f.label)} & words]
    return held[0] if len(held) == 1 else None


def _settled_on(facts: Facts) -> s.Field | None:
    """The one date on which a record was settled, beside the one it goes by: paid_on, returned_on."""
    held = [f for f in facts.subject.temporal[1:] if _deed_of(facts, f)]
    return held[0] if len(held) == 1 else None


def _deed_of(facts: Facts, f: s.Field) -> str:
    """What was done on a date that settles it: "paid" of paid_on; empty: it settles nothing."""
    words = {w for said in _SETTLED for w in facts.lexicon.of_words(CHOICES, said)}
    named = (_DATE_OF.sub("", name.casefold()) for name in (f.name, f.label))
    return next((name for name in named if name and name.isascii() and stems(name) in words), "")


def _take_open(facts: Facts, settled: s.Field | None) -> None:
    """Takes "open", "not paid yet", "already paid", where the day on which that was done tells it."""
    if settled is None:
        return
    deed = _deed_of(facts, settled)
    verbs = "|".join({deed, english.lemma(deed)} - {""})
    missing = re.compile(
        rf"{_OPEN.pattern}|\bun{deed}\b"
        rf"|\b(?:still|yet|left|remaining)(?: (?:have|has|need|needs|got))?(?: left)?(?: to)?(?: be)? (?:{verbs})\b"
        rf"|\b(?:(?:have|has|need|needs|got) )?(?:still |yet |left )to (?:be )?(?:{verbs})\b"
        rf"|(?:\b(?:not|never)|n't)(?: (?:i|we|he|she|they))?(?: yet)?(?: been)?(?: {deed})\b(?: yet)?"
    )
    entity = re.escape(normalise(facts.subject.entity.name))
    done = re.compile(
        rf"\balready(?: been)? {deed}\b|\b{deed} (?:already|yet)\b|\b{deed}(?= {entity})"
        rf"|\b(?:is|are|was|were)\b(?! not)[^,.;:?!]{{1,40}}?\b(?P<deed>{deed})\b"
        r"(?! (?:for|by|on|in|with|at|after|before|late)\b)"
    )
    lacking = [found for found in missing.finditer(facts.scan.text) if not _chosen_at(facts, *found.span())]
    amount = facts.has("how_much", "sum")
    for found in lacking:
        _mark_words(facts, *found.span(), fields=not amount)
    if lacking:
        missing_field(facts, settled, lacking[0].start())
        return
    found = done.search(facts.scan.text)
    start, end = found.span("deed" if found["deed"] else 0) if found is not None else (0, 0)
    if found is not None and not _chosen_at(facts, start, end):
        told = f"{label(settled)} ✓"
        held = terms.present(terms.column(settled.name))
        facts.conditions.append(Condition(held, told, settled.name, "", start, kind=Kind.FIELD))
        _mark_words(facts, start, end, fields=True)


def _chosen_at(facts: Facts, start: int, end: int) -> bool:
    """Whether a choice is called so, which is a filter of its own."""
    return any(m.of(Kind.CHOICE) and m.start < end and start < m.end for m in facts.items)


def _mark_words(facts: Facts, start: int, end: int, *, fields: bool) -> None:
    """Takes the words of a stretch; those that name `fields` only if told so: what is still to be paid is an amount."""
    within = [(i, m) for i, m in enumerate(facts.items) if m.start < end and start < m.end and _says(m)]
    facts.used |= {i for i, m in within if fields or m.typed(s.FIELD_TYPE_MONEY) is None}
    left = tuple(u for u in facts.scan.unplaced if not (start <= u[0] and u[1] <= end))
    facts.scan = replace(facts.scan, unplaced=left)


def _take(facts: Facts, pattern: re.Pattern[str], expression: q.Expression, told: str, of: s.Field) -> None:
    found = pattern.search(facts.scan.text)
    if found is None or _chosen_at(facts, *found.span()):
        return
    facts.conditions.append(Condition(expression, told, of.name, told, found.start(), kind=Kind.FIELD))
    _mark(facts, found)


def _mark(facts: Facts, found: re.Match[str]) -> None:
    """Takes the mentions and the unknown words of a stretch."""
    start, end = found.span()
    facts.used |= {i for i, m in enumerate(facts.items) if m.start < end and start < m.end and _says(m)}
    left = tuple(u for u in facts.scan.unplaced if not (u[0] < end and start < u[1]))
    facts.scan = replace(facts.scan, unplaced=left)


def _says(mention: Mention) -> bool:
    """Whether a mention says nothing else: not who it was."""
    return mention.kind not in (Kind.VOID, Kind.PERSON) and not (mention.cue("me") or mention.cue("us"))
