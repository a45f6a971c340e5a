# ruff: noqa: E501 - patterns of questions, one line each.
"""Reads questions over several kinds of record, of one app or of several: days of one that are days of another.

The question is cut where it speaks of another kind of record; each part must be understood, whole, over one kind by the
reader of such questions. What a part asks is then computed over the days, the week or the time that the other part names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.questions import times
from madeleine_miniapp.domain.questions.balances import read_balance
from madeleine_miniapp.domain.questions.facts import Doubt, Facts
from madeleine_miniapp.domain.questions.frames import base
from madeleine_miniapp.domain.questions.frames.base import Measured
from madeleine_miniapp.domain.questions.gathering import gather
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.plans import Plan, Shown
from madeleine_miniapp.domain.questions.reading import Reading, read, scanned
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import is_chinese, normalise, stems
from madeleine_miniapp.domain.relation_tree import inputs_of

Subjects = Sequence[tuple[Subject, Asker]]
_OTHER_KIND, _WAYS = 2.0, 50
_END = r"(?=[,.;?!]|$)"
# "on climbing days", "on days when I train": (clause, whether days without it are meant).
_DAYS = tuple(
    (re.compile(pattern), without)
    for pattern, without in (
        (
            r"\bon (?:the |those |all )?(?:days|nights|dates) (?:that |when |where |on which )?(?:i|we) (?:didn't|did not|don't|do not|haven't|never) (?P<c>[^,.;?!]+)"
            + _END,
            True,
        ),
        (r"\bon (?:the |those |all )?(?:days|nights|dates) without (?:any |an? )?(?P<c>[^,.;?!]+)" + _END, True),
        (
            r"\b(?:on|over|for) (?:the |those |all |my )?(?:days|nights|dates) (?:that |when |where |on which |with (?:an? |some |any )?|of )?(?P<c>[^,.;?!]+)"
            + _END,
            False,
        ),
        (r"\bon (?:my |our |the )?non-(?P<c>[\w' -]{2,30}?) days\b", True),
        (
            r"\bon (?:my |our |the )?(?P<c>(?!(?:how|which|what|those|these|most|some|all|bad|good|week|work|other|many)\b)[\w' -]{2,30}?) days\b",
            False,
        ),
        (r"\b(?:when|whenever) i (?:didn't|did not|don't|do not) (?P<c>[^,.;?!]+)" + _END, True),
        (r"\b(?:when|whenever) (?:i|we) (?P<c>(?:have |had |'ve )?[^,.;?!]+)" + _END, False),
        (r"(?:在)?(?:没有?|不)(?P<c>[^，。？！,?]{1,16}?)的(?:那些|那几|这些)?(?:天|日子|时候)(?:里)?[，,]?", True),
        (r"(?:在)?(?P<c>[^，。？！,?]{1,16}?)的(?:那些|那几|这些)?(?:天|日子|时候)(?:里)?[，,]?", False),
    )
)
_MORE = re.compile(r"\b(?:more|better|higher|longer|further|happier)\b|更[多好高长久]|[多好高](?=吗)")
_LESS = re.compile(r"\b(?:less|worse|lower|shorter|fewer)\b|更[少差低短]|[少差低](?=吗)")
_COMPARES = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|less|worse|lower|shorter|fewer|differently|different|change)\b|更[多好高长久少差低短]|不一样|不同|[多好高少差低](?=吗)"
)
_BOTH = (
    re.compile(
        r"\b(?:days?|nights?)\b(?P<m>.*?)\b(?:when |that |where )?(?:i |we )?(?:have |did )?both (?P<a>[^?!]+?) and (?P<b>[^?!]+)"
    ),
    re.compile(r"\bhow many days\b(?P<m>.*?)\b(?:i|we) (?P<a>[^?!]+?) and (?:also )?(?P<b>[^?!]+)"),
    re.compile(
        r"(?P<m>.*?)(?:有)?(?:多少|几)天(?:我)?(?:既|又)?(?P<a>[^，。？！]+?)(?:又|也|还|并且|而且|同时)(?P<b>[^，。？！]+)"
    ),
    re.compile(r"(?P<m>.*?)既(?P<a>[^，。？！]+?)又(?P<b>[^，。？！]+?)的(?:天数|日子|天)(?:有)?(?:多少|几)?"),
)
_THAT = (
    re.compile(
        r"^(?P<a>.*\b(?:which|what) (?P<u>day|week|month)\b.+?)[,;]? and (?P<b>.+?\b(?:(?:in|on) )?(?:that|the same) (?P=u)\b.*)$"
    ),
    re.compile(r"^(?P<a>.*哪(?:一|个)?(?P<u>天|周|星期|月).+?)[，,；]\s*(?P<b>.*(?:那|同)(?:一|个)?(?P=u).*)$"),
)
_THIS = re.compile(r"\b(?:(?:in|on) )?(?:that|the same) (?:day|week|month)\b|(?:那|同)(?:一|个)?(?:天|周|星期|月)")
_UNITS = {"天": "day", "周": "week", "星期": "week", "月": "month"}
_PLUS = re.compile(r"\bplus\b|\btogether with\b|\badded to\b|加上|再加")
_ALL_IN_ALL = re.compile(r"\ball in all\b|\baltogether\b|\bin (?:all|total)\b|\bcombined\b|一共|总共|合计")
_ASKER = re.compile(r"(?<![^\W_'])(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)(?![\w'])|我(?!们)")
_EVERYONE = re.compile(
    r"\b(?:we|us|our|everyone|everybody|anyone|anybody|somebody|someone|all of us)\b|我们|大家|有人|任何人|所有人"
)
# "Go by the tracker, not by what I ticked": which records are meant.
_HINT = re.compile(
    r"[.;,，。]?\s*(?:\b(?:go(?:ing)?|judg(?:e|ing)) by (?:the |my |our )?(?P<h>[^.;,?!]+)(?:,? (?:and )?not (?:by |in )?(?P<n>[^.;?!]+))?|(?:以|按|根据)(?P<z>[^，。,]{1,12})(?:为准|的为准))"
)
_APPS = re.compile(
    r"\b(?:in )?which (?:ones? )?(?:of )?(?:my|our|these|the)? ?(?:apps|logs|trackers|mini-?apps|diaries|lists)\b|哪(?:些|几个|个)(?:应用|小程序|app|记录本?|本子?)"
)
_PART = re.compile(r"[，,；;]\s*(?:and |then )?|\band (?=(?:how|what|which|when)\b)|(?:以及|还有)")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of the question was read as over one kind of record."""

    reading: Reading
    asker: Asker


@dataclass(frozen=True, slots=True)
class _Days:
    """Records whose days are meant."""

    subject: Subject
    records: q.Relation
    day: q.Expression
    told: str


def read_across(question: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """The reading of a question that takes several kinds of record; None if it is none, or not wholly understood."""
    text = normalise(question).replace("\n", " ")
    for attempt in (_written, _both, _compared, _on_days, _that_bucket, _sum, _side_by_side):
        try:
            found = attempt(text, subjects, lexicon)
        except Doubt:
            continue
        if found is not None:
            return found
    return None


# ---- parts


def _best(
    text: str, subjects: Subjects, lexicon: Lexicon, fits: Callable[[Reading], bool] = lambda _: True
) -> _Part | None:
    """The reading of a part over the kind of record that it names best."""
    found = [_Part(read(text, subject, asker, lexicon), asker) for subject, asker in subjects]
    sound = [p for p in found if p.reading.computable and p.reading.score > 0 and fits(p.reading)]
    return max(sound, key=lambda p: p.reading.score, default=None)


def _gathered(text: str, subject: Subject, asker: Asker, lexicon: Lexicon) -> Facts | None:
    try:
        return gather(subject, asker, lexicon, scanned(text, subject, asker, lexicon))
    except Doubt:
        return None


def _days_of(clause: str, subjects: Subjects, lexicon: Lexicon, other: Subject | None, *, own: bool) -> _Days | None:
    """The records that a clause such as "I slept less than 6 hours" speaks of; `own`: the asker's, if nobody is named."""
    best: tuple[float, _Days] | None = None
    for subject, asker in subjects:
        facts = _gathered(clause, subject, asker, lexicon)
        if facts is None or _same(subject, other):
            continue
        if own and subject.shared and not facts.people:
            facts.people = [asker.person_id]
        score = read(clause, subject, asker, lexicon).score
        records = _records(facts)
        if score <= 0 or records is None:
            continue
        told = ", ".join(c.told for c in facts.conditions if c.told) or subject.entity.label or subject.entity.name
        days = _Days(subject, records, facts.day(facts.moment()), told)
        best = max(best, (score, days), key=lambda pair: pair[0]) if best else (score, days)
    return best[1] if best else None


def _own(text: str, *others: Subject) -> bool:
    """Whether the asker's own days are meant: "I", or records that are theirs alone beside them."""
    if _EVERYONE.search(text):
        return False
    return bool(_ASKER.search(text)) or any(not s.shared for s in others)


def _records(facts: Facts) -> q.Relation | None:
    """The records that a clause means, if it was wholly understood."""
    facts.cue("me", "us", "how_much", "exist", "row", "times", "verb", "unit", "share_none")
    at = facts.moment()
    made = base.chosen(facts, facts.spans(), at)
    return None if facts.left_over() else made


def _same(one: Subject, other: Subject | None) -> bool:
    return other is not None and (one.app_id, one.entity.name) == (other.app_id, other.entity.name)


def _without(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}".strip(" ,，")


def _made(part: Reading, plan: Plan, *others: Subject) -> Reading:
    return replace(part, plan=plan, also=tuple(s for s in others if not _same(s, part.subject)))


def _zh(text: str) -> bool:
    return is_chinese(text)


# ---- days of one kind that are days of another


def _on_days(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Average protein on climbing days": a question over one kind, on the days of another."""
    text, others = _hinted(text, subjects)
    for pattern, without in _DAYS:
        for match in pattern.finditer(text):
            rest = _without(text, match.start(), match.end())
            part = _best(rest, subjects, lexicon)
            if part is None or part.reading.facts is None or part.reading.plan is None:
                continue
            days = _days_of(match["c"], others, lexicon, part.reading.subject, own=_own(text, part.reading.subject))
            if days is None:
                continue
            part = _per_day(rest, part, lexicon)
            plan = _restricted(part, days, without)
            if plan is not None:
                return _made(part.reading, plan, days.subject)
    return None


def _hinted(text: str, subjects: Subjects) -> tuple[str, Subjects]:
    """The text without a word on which records to go by, and those."""
    match = _HINT.search(text)
    if match is None:
        return text, subjects
    wanted = set(stems(match["h"] or match["z"] or ""))
    found = [
        (s, a) for s, a in subjects if wanted & {*stems(s.spec.title), *stems(s.entity.name), *stems(s.entity.label)}
    ]
    return (_without(text, match.start(), match.end()), found) if found else (text, subjects)


def _per_day(text: str, part: _Part, lexicon: Lexicon) -> _Part:
    """An average of what adds up is one of days, when days are spoken of."""
    facts = part.reading.facts
    if facts is None or not any(m.cue("mean") for m in facts.items) or any(m.cue("per") for m in facts.items):
        return part
    of = facts.copy().quantities()
    if len(of) != 1 or not lexicon.additive(of[0].field):
        return part
    again = read(
        f"{text.rstrip(' ?？。.')}{'每天' if _zh(text) else ' per day'}", part.reading.subject, part.asker, lexicon
    )
    return _Part(again, part.asker) if again.computable else part


def _restricted(part: _Part, days: _Days, without: bool) -> Plan | None:
    reading, plan = part.reading, part.reading.plan
    if plan is None or reading.facts is None:
        return None
    day = reading.facts.day(reading.facts.copy().moment())
    kind = q.JOIN_KIND_ANTI if without else q.JOIN_KIND_SEMI
    own = terms.records(reading.subject.app_id, reading.subject.entity.name)
    relation = _replaced(plan.relation, own, terms.joined(own, days.records, kind, (day, days.day)))
    zh = _zh(reading.facts.scan.text)
    on = (
        ("没有" if without else "有") + days.told + "的日子"
        if zh
        else f"on days {'without' if without else 'with'} {days.told}"
    )
    return replace(plan, relation=relation, told=f"{plan.told}，{on}" if zh else f"{plan.told} {on}")


def _replaced(relation: q.Relation, old: q.Relation, new: q.Relation) -> q.Relation:
    """The relation with other records in place of its own."""
    if relation.SerializeToString(deterministic=True) == old.SerializeToString(deterministic=True):
        return new
    made = q.Relation()
    made.CopyFrom(relation)
    for _, below in inputs_of(made):
        below.CopyFrom(_replaced(below, old, new))
    return made


def _compared(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Am I in a better mood on days I train": the days with and those without; or the days of two limits."""
    if not _COMPARES.search(text):
        return None
    text, others = _hinted(text, subjects)
    for pattern, without in _DAYS:
        for match in pattern.finditer(text):
            rest = _without(text, match.start(), match.end())
            if not _COMPARES.search(rest):
                continue
            verdict = "less" if _LESS.search(rest) else "more" if _MORE.search(rest) else ""
            rest = _COMPARES.sub(" ", rest)
            for subject, asker in subjects:
                facts = _gathered(rest, subject, asker, lexicon)
                days = (
                    _days_of(match["c"], others, lexicon, subject, own=_own(text, subject))
                    if facts is not None and not without
                    else None
                )
                figure = _figure(facts, lexicon) if facts is not None and days is not None else None
                if facts is None or days is None or figure is None:
                    continue
                measured, given, at = figure
                sides = [
                    _side(given, measured, facts, at, days, kind, lexicon)
                    for kind in (q.JOIN_KIND_SEMI, q.JOIN_KIND_ANTI)
                ]
                zh = _zh(text)
                names = (
                    (f"有{days.told}的日子", f"没有{days.told}的日子")
                    if zh
                    else (f"days with {_article(days)}", "days without")
                )
                told = (
                    f"{measured.told(zh)}，{'有和没有' if zh else ''}{days.told}"
                    if zh
                    else f"{measured.told(zh)} on days with and without {days.told}"
                )
                plan = _rows(names, sides, measured, told, verdict)
                return _made(
                    Reading(subject, plan, read(rest, subject, asker, lexicon).score, facts=facts), plan, days.subject
                )
    return _two_limits(text, subjects, lexicon)


def _article(days: _Days) -> str:
    name = (days.subject.entity.label or days.subject.entity.name).lower()
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _figure(facts: Facts, lexicon: Lexicon) -> tuple[Measured, q.Relation, q.Expression] | None:
    """What is compared, of which records: the mean of what does not add up, else the mean of the days' sums."""
    facts.cue("me", "us", "exist", "mean", "per", "how_much", "how_many", "verb", "what")
    of = facts.quantities()
    if len(of) != 1:
        return None
    at = facts.moment()
    given = base.chosen(facts, facts.spans(), at)
    if facts.left_over():
        return None
    return Measured("mean", of[0]), given, at


def _side(
    given: q.Relation,
    measured: Measured,
    facts: Facts,
    at: q.Expression,
    days: _Days,
    kind: q.JoinKind.ValueType,
    lexicon: Lexicon,
) -> q.Relation:
    rows = terms.joined(given, days.records, kind, (facts.day(at), days.day))
    return _mean(rows, measured, facts.day(at), lexicon)


def _mean(rows: q.Relation, measured: Measured, day: q.Expression, lexicon: Lexicon) -> q.Relation:
    if measured.quantity is not None and lexicon.additive(measured.quantity.field):
        sums = terms.grouped(rows, terms.named(day=day), [Measured("sum", measured.quantity).of("value")])
        return terms.grouped(sums, [], [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))])
    return terms.grouped(rows, [], [measured.of("value")])


def _rows(names: Sequence[str], sides: Sequence[q.Relation], measured: Measured, told: str, verdict: str) -> Plan:
    """One row for each side, with its name."""
    rows = [
        terms.extended(side, terms.named(days=terms.value(name), value=terms.column("value")), only=True)
        for name, side in zip(names, sides, strict=True)
    ]
    shown = (Shown("days"), Shown("value", measured.unit))
    return Plan(terms.united(*rows), shown, told, key="days", verdict=verdict)


def _two_limits(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Do I eat more on bad days (mood 5 or less) than on good ones (7 and up)": days by what another kind holds."""
    for limiting, asker in subjects:
        bounds = _gathered(text, limiting, asker, lexicon)
        if bounds is None or len(bounds.limits) != 2 or not any(x.fields for x in bounds.limits):
            continue
        fields = next(x.fields for x in bounds.limits if x.fields)
        if len(fields) != 1 or any(x.fields and x.fields != fields for x in bounds.limits):
            continue
        for subject, own in subjects:
            facts = None if _same(subject, limiting) else _gathered(text, subject, own, lexicon)
            of = facts.quantities() if facts is not None else []
            if facts is None or len(of) != 1 or not _explained(facts, bounds):
                continue
            measured, at, zh = Measured("mean", of[0]), facts.moment(), _zh(text)
            spans = facts.spans()
            inner = Measured("sum" if lexicon.additive(of[0].field) else "mean", of[0])
            sums = terms.grouped(
                base.chosen(_only(facts), spans, at), terms.named(day=facts.day(at)), [inner.of("value")]
            )
            other = bounds.moment()
            level = terms.measure("level", q.MEASURE_FUNCTION_MEAN, terms.column(fields[0].name))
            levels = terms.grouped(base.chosen(_only(bounds), spans, other), terms.named(on=bounds.day(other)), [level])
            both = terms.joined(sums, levels, q.JOIN_KIND_INNER, (terms.column("day"), terms.column("on")))
            sides = [
                terms.grouped(
                    terms.filtered(both, base.holds(replace(x, fields=fields), terms.column("level"))),
                    [],
                    [terms.measure("value", q.MEASURE_FUNCTION_MEAN, terms.column("value"))],
                )
                for x in bounds.limits
            ]
            name = fields[0].label or fields[0].name
            names = [
                f"{'' if zh else 'days with '}{name.lower()} {_told_limit(x.sign, x.number, zh)}{'的日子' if zh else ''}"
                for x in bounds.limits
            ]
            verdict = "less" if _LESS.search(text) else "more" if _MORE.search(text) else ""
            told = f"每天的{measured.told(zh)}" if zh else f"{measured.told(zh)} per day, by days' mean {name.lower()}"
            plan = replace(_rows(names, sides, measured, told, verdict), spans=tuple(spans))
            return _made(Reading(subject, plan, 1.0, facts=_only(facts)), plan, limiting)
    return None


def _only(facts: Facts) -> Facts:
    """The facts without the limits and filters that another kind of record is meant by."""
    made = facts.copy()
    made.limits, made.conditions = [], []
    return made


def _told_limit(sign: str, number: float, zh: bool) -> str:
    told = {"<=": ("or less", "以下"), ">=": ("or more", "以上")}
    if sign in told:
        return f"{number:g}{told[sign][1]}" if zh else f"{number:g} {told[sign][0]}"
    words = {"<": ("below", "低于"), ">": ("above", "高于")}.get(sign, ("", ""))
    return f"{words[zh]}{number:g}" if zh else f"{words[0]} {number:g}".strip()


_PLAIN = re.compile(
    r"^(?:bad|good|ones?|differently|different|days?|than|better|worse|more|less|the|on|up|or|and|per|day|的|日子|天|时候|比|更多|更少)*$"
)


def _explained(facts: Facts, other: Facts) -> bool:
    """Whether what one reading leaves over is what the other made something of."""
    held = {m.text for i, m in enumerate(other.items) if i in other.used} | {x.told for x in other.limits}
    words = {w for text in held for w in re.findall(r"\w+", text)}
    left = [w for text in facts.left_over() for w in re.findall(r"\w+", text)]
    return all(w in words or _PLAIN.match(w) for w in left)


def _both(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Days this year when I both trained and read": days of both kinds, counted."""
    for pattern in _BOTH:
        match = pattern.search(text)
        if match is None:
            continue
        spans = times.find(text, subjects[0][1].now.date()) if subjects else []
        held = [s.span for s in spans]
        clauses = [_cut(match[name], spans, text, match.start(name)) for name in ("a", "b")]
        middle = _cut(match["m"], spans, text, match.start("m"))
        if len(held) > 1 or re.sub(
            r"\b(?:on|when|that|did|have|i|we|in|of|the|were|was|there|is|are)\b|[我在的有是了]|[\s,，]", "", middle
        ):
            continue
        own = _own(text)
        first = _days_of(clauses[0], subjects, lexicon, None, own=own)
        second = _days_of(clauses[1], subjects, lexicon, first.subject if first else None, own=own)
        if first is None or second is None:
            continue
        sides: list[q.Relation] = []
        for name, days in (("one", first), ("other", second)):
            asker = next(a for s, a in subjects if _same(s, days.subject))
            facts = _gathered("", days.subject, asker, lexicon)
            if facts is None:
                return None
            wanted = [facts.within(span, facts.moment()) for span in held]
            sides.append(terms.grouped(terms.filtered(days.records, *wanted), [q.Named(name=name, value=days.day)], []))
        made = terms.joined(*sides, q.JOIN_KIND_INNER, (terms.column("one"), terms.column("other")))
        made = terms.grouped(made, [], [terms.measure("days", q.MEASURE_FUNCTION_COUNT)])
        zh = _zh(text)
        told = f"既有{first.told}又有{second.told}的天数" if zh else f"days with both {first.told} and {second.told}"
        plan = Plan(made, (Shown("days", "天" if zh else "days"),), told, tuple(held), figure="days", counts=True)
        asker = next(a for s, a in subjects if _same(s, first.subject))
        reading = read(clauses[0], first.subject, asker, lexicon)
        return _made(replace(reading, problem="", unplaced=()), plan, second.subject)
    return None


def _cut(part: str, spans: Sequence[times.Found], text: str, start: int) -> str:
    """A part of the text without the times in it."""
    for span in sorted(spans, key=lambda f: -f.start):
        if start <= span.start and span.end <= start + len(part):
            part = part[: span.start - start] + " " + part[span.end - start :]
    return part.strip(" ,，?？。.")


# ---- several figures


def _that_bucket(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Which week did I train most in, and how much did I spend that week": a figure of another kind beside it."""
    for pattern in _THAT:
        match = pattern.search(text)
        if match is None:
            continue
        unit = _UNITS.get(match["u"], match["u"])
        first = _top(match["a"], unit, subjects, lexicon)
        if first is None or first.reading.plan is None:
            continue
        rest = _THIS.sub(" ", match["b"])
        best: tuple[float, Facts, Measured, q.Relation] | None = None
        for subject, asker in subjects:
            facts = None if _same(subject, first.reading.subject) else _gathered(rest, subject, asker, lexicon)
            figure = _counted(facts) if facts is not None else None
            if facts is None or figure is None:
                continue
            score = read(rest, subject, asker, lexicon).score
            if best is None or score > best[0]:
                best = (score, facts, *figure)
        if best is None or best[0] <= 0:
            continue
        _, facts, measured, given = best
        name = (
            f"{measured.name}_then" if any(x.name == measured.name for x in first.reading.plan.shown) else measured.name
        )
        sums = terms.grouped(
            given, [q.Named(name="then", value=base.bucket(unit, facts.moment()))], [measured.of(name)]
        )
        made = terms.joined(
            first.reading.plan.relation, sums, q.JOIN_KIND_OUTER, (terms.column(unit), terms.column("then"))
        )
        kept = [x.name for x in first.reading.plan.shown] + [name]
        made = terms.extended(made, [q.Named(name=n, value=terms.column(n)) for n in kept], only=True)
        told = f"{first.reading.plan.told}; {measured.told(_zh(text))}"
        plan = replace(
            first.reading.plan, relation=made, told=told, shown=(*first.reading.plan.shown, Shown(name, measured.unit))
        )
        return _made(first.reading, plan, facts.subject)
    return None


def _top(text: str, unit: str, subjects: Subjects, lexicon: Lexicon) -> _Part | None:
    """The day, week or month with the most: of time, if the records have one and it is done "most", not most often."""

    def fits(reading: Reading) -> bool:
        return reading.plan is not None and any(shown.name == unit for shown in reading.plan.shown)

    part = _best(text, subjects, lexicon, fits)
    if part is None or part.reading.plan is None or re.search(r"\boften\b|\btimes\b|次", text):
        return part
    lasting = part.reading.subject.fields(s.FIELD_TYPE_DURATION)
    if len(lasting) == 1 and any(shown.name == "value" and not shown.unit for shown in part.reading.plan.shown):
        label = lasting[0].label or lasting[0].name
        more = (
            re.sub(r"\b(the )?most\b", lambda m: f"{m.group()} {label}", text)
            if not _zh(text)
            else text.replace("最多", f"{label}最多")
        )
        again = read(more, part.reading.subject, part.asker, lexicon)
        return _Part(again, part.asker) if again.computable and fits(again) else part
    return part


def _counted(facts: Facts) -> tuple[Measured, q.Relation] | None:
    facts.cue("verb", "exist")
    measured = base.measured(facts)
    if measured is None:
        return None
    given = base.chosen(facts, facts.spans(), facts.moment())
    return None if facts.left_over() else (measured, given)


def _sum(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "My share of eating out plus what I spent on takeaway in February": figures of one unit, added up."""
    pieces = _PLUS.split(text)
    if len(pieces) < 2 or not subjects:
        return None
    parts = [_figure_part(piece, subjects, lexicon) for piece in _with_times(pieces, subjects)]
    sound = [p for p in parts if p is not None and p.plan is not None]
    if len(sound) < len(parts):
        return None
    plans = [p.plan for p in sound if p.plan is not None]
    units = {next((s.unit for s in plan.shown if s.name == plan.figure), "") for plan in plans}
    if len(units) != 1 or not all(plan.figure for plan in plans):
        return None
    lines = [terms.extended(p.relation, terms.named(value=terms.column(p.figure)), only=True) for p in plans]
    made = terms.grouped(
        terms.united(*lines), [], [terms.measure("total", q.MEASURE_FUNCTION_SUM, terms.column("value"))]
    )
    spans = tuple(dict.fromkeys(span for plan in plans for span in plan.spans))
    plan = Plan(made, (Shown("total", units.pop()),), " + ".join(p.told for p in plans), spans, figure="total")
    return _made(sound[0], plan, *(p.subject for p in sound[1:]))


def _figure_part(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    shared = read_balance(text, subjects, lexicon)
    if shared is not None and shared.computable:
        return shared
    part = _best(text, subjects, lexicon, lambda r: r.plan is not None and bool(r.plan.figure))
    return part.reading if part else None


def _with_times(pieces: Sequence[str], subjects: Subjects) -> list[str]:
    """The parts, each with the one time that is said somewhere."""
    today = subjects[0][1].now.date()
    said = [text[f.start : f.end] for text in pieces for f in times.find(text, today)]
    parts = [_ALL_IN_ALL.sub(" ", piece).strip(" ,，?？。.") for piece in pieces]
    if len(set(said)) != 1:
        return parts
    return [p if times.find(p, today) else (f"{said[0]}{p}" if _zh(p) else f"{p} {said[0]}") for p in parts]


def _side_by_side(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "On that day, what did I do, how was my mood, how much did I eat": several answers in one row."""
    pieces = [p for p in _PART.split(text) if p.strip(" ?？。.")]
    if not 2 <= len(pieces) <= 5:
        return None
    sound = _apart(_with_times(pieces, subjects), subjects, lexicon)
    if len({(p.subject.app_id, p.subject.entity.name) for p in sound}) < 2:
        return None
    made: q.Relation | None = None
    shown: list[Shown] = []
    for place, part in enumerate(sound):
        one = _in_one_row(part, place)
        if one is None:
            return None
        relation, column = one
        made = relation if made is None else terms.joined(made, relation, q.JOIN_KIND_INNER)
        shown.append(column)
    plans = [p.plan for p in sound if p.plan is not None]
    spans = tuple(dict.fromkeys(span for plan in plans for span in plan.spans))
    if made is None or len(spans) != 1:
        return None
    plan = Plan(made, tuple(shown), "; ".join(p.told for p in plans), spans)
    return _made(sound[0], plan, *(p.subject for p in sound[1:]))


def _apart(parts: Sequence[str], subjects: Subjects, lexicon: Lexicon) -> list[Reading]:
    """The best reading of each part, of different kinds of record rather than of the same; empty if a part has none."""
    chosen: list[tuple[float, list[Reading]]] = [(0.0, [])]
    for part in parts:
        readings = [read(part, subject, asker, lexicon) for subject, asker in subjects]
        sound = [r for r in readings if r.computable and r.score > 0]
        chosen = [
            (worth + r.score + (_OTHER_KIND if not any(_same(r.subject, h.subject) for h in held) else 0.0), [*held, r])
            for worth, held in chosen
            for r in sound
        ]
        chosen = sorted(chosen, key=lambda pair: -pair[0])[:_WAYS]
    return max(chosen, key=lambda pair: pair[0], default=(0.0, []))[1]


def _in_one_row(part: Reading, place: int) -> tuple[q.Relation, Shown] | None:
    """A part's answer as one cell: its figure, or the names in its rows."""
    plan = part.plan
    if plan is None:
        return None
    if plan.figure and not plan.key:
        figure = next((s for s in plan.shown if s.name == plan.figure), Shown(plan.figure))
        name = f"{figure.name}_{place}"
        return terms.grouped(
            plan.relation, [], [terms.measure(name, q.MEASURE_FUNCTION_MAX, terms.column(figure.name))]
        ), replace(figure, name=name)
    kinds = [s for s in plan.shown if any(f.name == s.name and f.choices for f in part.subject.entity.fields)] or list(
        plan.shown
    )
    name = f"{kinds[0].name}_{place}"
    return terms.grouped(
        plan.relation, [], [terms.measure(name, q.MEASURE_FUNCTION_LIST, terms.column(kinds[0].name))]
    ), replace(kinds[0], name=name)


def _written(text: str, subjects: Subjects, lexicon: Lexicon) -> Reading | None:
    """ "Which of my apps did I write something in yesterday": the apps with a record of that time."""
    if not _APPS.search(text) or not subjects:
        return None
    rest = _APPS.sub(" ", text)
    apps: dict[str, list[q.Relation]] = {}
    spans: tuple[times.Span, ...] = ()
    first: Facts | None = None
    for subject, asker in subjects:
        facts = _gathered(rest, subject, asker, lexicon)
        if facts is None:
            return None
        facts.cue("which", "what", "list", "me", "us", "exist", "row", "verb", "thing")
        held, at = facts.spans(), facts.moment()
        if len(held) > 1 or facts.left_over():
            return None
        spans, first = tuple(held), first or facts
        own = (
            [terms.call(q.FUNCTION_EQUAL, terms.column(facts.person), terms.value(asker.person_id))]
            if subject.shared
            else []
        )
        rows = terms.filtered(base.records(facts), *own, *(facts.within(s, at) for s in held))
        apps.setdefault(subject.spec.title, []).append(
            terms.extended(rows, terms.named(app=terms.value(subject.spec.title)), only=True)
        )
    parts = [relation for held in apps.values() for relation in held]
    made = terms.grouped(
        terms.united(*parts), terms.named(app=terms.column("app")), [terms.measure("records", q.MEASURE_FUNCTION_COUNT)]
    )
    zh = _zh(text)
    plan = Plan(
        made, (Shown("app"), Shown("records")), "有记录的应用" if zh else "apps with a record", spans, key="app"
    )
    reading = Reading(subjects[0][0], plan, 1.0, facts=first)
    return _made(reading, plan, *(s for s, _ in subjects[1:]))
