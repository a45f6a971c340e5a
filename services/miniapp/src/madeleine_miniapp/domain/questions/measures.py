"""The figures that a question names: which numeric field a word means where it may mean several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import terms
from madeleine_miniapp.domain.limits import NUMERIC
from madeleine_miniapp.domain.questions.concepts import CHOICES, FIELDS, RECORDS
from madeleine_miniapp.domain.questions.lexicon import is_extreme
from madeleine_miniapp.domain.questions.marking import Marked
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.statements import Doubt, label
from madeleine_miniapp.domain.questions.text import names_of_records, stems, tokens
from madeleine_miniapp.domain.questions.units import Quantity, quantity, unit_named

PAST = re.compile(
    r"[花付用交掏垫](?:了|掉|过|的)|花费了|\b(?:spent|paid|did)\b|已经?[花付]"
    r"|(?<!预计)(?:总|全部|所有)(?:花费|开销|支出)|(?:总共|一共|共)花"
)
_TO_COME = re.compile(
    r"(?:还?要|得|需要?|预计|预估|打算|计划|准备)(?:再)?(?:花|付|交|出|掏|用|多少)"
    r"|\b(?:will|going to|need to|have to|gonna|still)\b[^.?!]*\b(?:cost|spend|pay)\b"
)
_PAID_FOR = re.compile(
    r"\b(?:spen[dt]|spends|spending|pays?|paid|paying|costs?|money|bill)\b(?: [a-z']+){0,4} (?:for|on|in)"
    r"(?: (?:the|our|my))? $"
    r"|花了?多少钱(?:的|加|买|在)?$"
)
_METERS = frozenset(
    stems(w) for w in ("reading", "meter", "meter reading", "meters", "读数", "抄表", "表", "电表", "水表")
)
_METERED = frozenset(("kwh", "m³", "m3", "mwh", "km", "度", "吨", "立方米"))
# A catch is weighed fish by fish, so that its weight may be meant of one of them.
_GOT = ("harvest", "sale", "purchase")
_WEIGHED = frozenset(("g", "kg", "克", "公斤", "千克", "斤"))
# Nothing but this stands between figures that are listed.
_IN_LIST = re.compile(
    r"(?:\s*[,/&+、，和及跟])+\s*(?:and )?|,? (?:and|plus|vs\.?|versus) (?:(?:the|my|our|average|total|mean) )*"
)
_CHOOSING = (s.FIELD_TYPE_CHOICE, s.FIELD_TYPE_MULTI_CHOICE)

# A mention with its index, and the numeric fields that it may mean.
_Named = list[tuple[int, Mention, tuple[s.Field, ...]]]


class Measures(Marked):
    """Figures, taken from the mentions."""

    __slots__ = ()

    def additive(self, of: s.Field) -> bool:
        """Whether a sum of the field's values means something: what a meter shows is counted already."""
        return not self.metered(of) and (self.lexicon.additive(of) or self.weighs_parts(of))

    def weighs_parts(self, of: s.Field) -> bool:
        """Whether records weigh what was got: harvested grams add up, as no body's weight does."""
        entity = self.subject.entity
        got = {word for kind in _GOT for word in self.lexicon.of_words(RECORDS, kind)}
        return of.unit.casefold() in _WEIGHED and bool(names_of_records(entity.name, entity.label) & got)

    def metered(self, of: s.Field) -> bool:
        """Whether a field holds what a meter shows."""
        entity = self.subject.entity
        return bool({stems(entity.name), stems(entity.label)} & _METERS) and of.unit.casefold() in _METERED

    def quantities_named(self) -> bool:
        """Whether the question names any numeric field; marks nothing."""
        return bool(self.fields_named(*NUMERIC))

    def quantities(self) -> list[Quantity]:
        """The numeric fields that the question names, each once, in its order; raises Doubt if it may mean several."""
        named = self._figures()
        named = self._paid_for(named)
        whole = {f.name: f for _, _, fields in named for f in fields if _is_whole(f, self.scan.text)}
        if len(whole) == 1:
            # "km driven" is not any other field in km.
            (chosen,) = whole.values()
            self.used |= {index for index, _, _ in named}
            self._measure(chosen)
            return [quantity(chosen, next((u for _, m, _ in named if (u := unit_named(m.text))), ""))]
        return self._chosen(named)

    def _figures(self) -> _Named:
        """The mentions of numeric fields, without those that only say which records they are of."""
        for index, mention, _ in self.fields_named(*NUMERIC):
            if mention.text.endswith("s") and any(m.strength == 3 for m in mention.of(Kind.ENTITY)):
                # "Doses" are the records, "dose" is what each says.
                self.used.add(index)
            elif len(mention.of(Kind.FIELD)) > 1 and self._counted_by(mention):
                # 量了几次血压: how many readings, whatever each of them says.
                self.used.add(index)
        named = self.fields_named(*NUMERIC)
        if len(named) > 1:
            # What may as well be a choice ("feelings") is not the figure that is named beside it.
            named = [n for n in named if not (_chosen_from(n[1], len(n[2])) and self._sought(n[1]))] or named
        # "fuel cost": what also names the records only tells which they are.
        named = self._without(named, Kind.ENTITY)
        # "How many kcal did that come to": what is said with anything names no field beside one that is named.
        return self._without(named, Kind.VOID)

    def _counted_by(self, mention: Mention) -> bool:
        """Whether it is asked how often there was what a mention names."""
        records = any(m.strength >= 2 and m.name == self.subject.entity.name for m in mention.of(Kind.ENTITY))
        return records and self.has("count") and not self.has("mean", "median", "sum", "sup")

    def _paid_for(self, named: _Named) -> _Named:
        """Takes out what money was spent on, where an amount was: of "paid for fuel", fuel is no figure."""
        amounts = self.subject.fields(s.FIELD_TYPE_MONEY)
        bought = [
            n for n in named if _PAID_FOR.search(self.scan.text[: n[1].start]) and not any(f in amounts for f in n[2])
        ]
        if not bought or self.amount(amounts) is None:
            return named
        self.used |= {index for index, _, _ in bought}
        return [n for n in named if n not in bought]

    def _without(self, named: _Named, kind: Kind) -> _Named:
        """Takes out what may be of this kind as well, where something else names one field."""
        if not any(len(fields) == 1 and not mention.of(kind) for _, mention, fields in named):
            return named
        out = [n for n in named if n[1].of(kind) and not self._listed_figure(n[1], [m for _, m, _ in named])]
        self.used |= {index for index, _, _ in out}
        return [n for n in named if n not in out]

    def _listed_figure(self, mention: Mention, figures: Sequence[Mention]) -> bool:
        """Whether a figure by its own name stands in a list with another: "mood and sleep"."""
        if max(m.strength for m in mention.of(Kind.FIELD)) < 3:
            return False
        sides = [(mention, m) if mention.start < m.start else (m, mention) for m in figures if m is not mention]
        return any(_IN_LIST.fullmatch(self.scan.text[one.end : other.start]) for one, other in sides)

    def _chosen(self, named: _Named) -> list[Quantity]:
        """Each field that is meant, with its unit; raises Doubt."""
        sure = {fields[0].name for _, _, fields in named if len(fields) == 1}
        made: dict[str, tuple[s.Field, str]] = {}
        for index, mention, fields in named:
            weak = max(m.strength for m in mention.of(Kind.FIELD)) == 1
            chosen = self._one(fields, sure, weak=weak)
            self.used.add(index)
            if weak and sure - {chosen.name} and chosen.name not in sure and self.soft(mention):
                # "time", "long", "spend" beside a field that is named outright.
                continue
            self._measure(chosen)
            _, unit = made.get(chosen.name, (chosen, ""))
            made[chosen.name] = (chosen, unit_named(mention.text) or unit)
        return [quantity(f, unit) for f, unit in made.values()]

    def _one(self, fields: tuple[s.Field, ...], sure: set[str], *, weak: bool) -> s.Field:
        """Which of the fields a mention means: the one that is named outright elsewhere, or what was spent."""
        agreed = next((f for f in fields if f.name in sure), None)
        if agreed is not None or len(fields) == 1:
            return agreed or fields[0]
        whole = [f for f in fields if not is_extreme(f)]
        if len(whole) == 1:
            # The heaviest of several is not what they weigh.
            return whole[0]
        if weak or all(f.type == s.FIELD_TYPE_MONEY for f in fields):
            return self._spent(fields)
        raise Doubt(f"it may mean {' or '.join(label(f) for f in fields)}")

    def _measure(self, of: s.Field) -> None:
        self.of_money = self.of_money or of.type == s.FIELD_TYPE_MONEY

    def _spent(self, fields: tuple[s.Field, ...]) -> s.Field:
        """Which of several figures money words speak of: what was spent is the amount paid, not the one planned."""
        amounts = [f for f in fields if f.type == s.FIELD_TYPE_MONEY]
        if not amounts:
            return fields[0]
        if (meant := self.amount(amounts)) is None:
            raise Doubt(f"it may mean {' or '.join(label(f) for f in amounts)}")
        return meant

    def amount(self, amounts: Sequence[s.Field]) -> s.Field | None:
        """Which of a planned and a paid amount a question of money means; None where it may mean either.

        What is cheapest, or what one thing costs, is told by what was paid, and by the plan where nothing was yet.
        """
        # What is spent is no price of one litre.
        amounts = [f for f in amounts if self.additive(f)] or amounts
        if len(amounts) < 2:
            return next(iter(amounts), None)
        summed = [f for f in amounts if self.additive(f)]
        if len(summed) == 1 and not any(m.cue(name) for m in self.items for name in ("sup", "top", "more", "less")):
            # What was spent is no unit price; what is dearest may be.
            return summed[0]
        words = self.lexicon.of_words(FIELDS, "budget")
        planned = [f for f in amounts if {stems(f.name), stems(f.label)} & words]
        paid = [f for f in amounts if f not in planned]
        if len(planned) != 1 or len(paid) != 1:
            return None
        done = self.lexicon.of_words(CHOICES, "paid")
        unpaid = any(c.negated and stems(c.value) in done for c in self.conditions)
        if PAST.search(self.scan.text) and not unpaid:
            return paid[0]
        today = self.asker.now.date()
        ahead = any(m.span and m.span.first > today for x in self.items for m in x.of(Kind.TIME))
        if unpaid or ahead or _TO_COME.search(self.scan.text):
            # What is to come has only been planned.
            return planned[0]
        of_one = any(c.kind is Kind.VALUE for c in self.conditions)
        ranks = any(
            m.cue(name) for m in self.items for name in ("sup", "top", "more", "less", "rank", "mean", "median")
        )
        limited = any(len(limit.fields) != 1 for limit in self.limits)
        return self._price(planned[0], paid[0]) if of_one or ranks or limited else None

    def settle_limits(self) -> None:
        """What is over an amount of money costs more, by what was paid or planned."""
        amounts = self.subject.fields(s.FIELD_TYPE_MONEY)
        for place, limit in enumerate(self.limits):
            # A bare number is one of money where records hold no other figures.
            bare = (
                not (limit.fields or limit.unit or limit.counted or self.has("unit"))
                and amounts == self.subject.numeric
            )
            fields = amounts if bare and not self.quantities_named() else limit.fields
            money = all(f.type == s.FIELD_TYPE_MONEY for f in fields)
            meant = self.amount(fields) if fields != limit.fields or (len(fields) > 1 and money) else None
            if meant is not None:
                self.limits[place] = replace(limit, fields=(meant,))

    def _price(self, planned: s.Field, paid: s.Field) -> s.Field:
        columns = [terms.column(f.name) for f in (paid, planned)]
        self.derived["price"] = terms.call(q.FUNCTION_COALESCE, *columns)
        said = f"{label(paid)}/{label(planned)}"
        return s.Field(name="price", label=said, type=s.FIELD_TYPE_MONEY, unit=paid.unit)

    def _sought(self, mention: Mention) -> bool:
        """Whether "which" or "what" stands right before a mention."""
        return any(m.cue("which") or m.cue("what") for m in self.items if 0 <= mention.start - m.end <= 1)


def _chosen_from(mention: Mention, numeric: int) -> bool:
    """Whether a mention may mean a field of choices as well as so many numeric ones."""
    meant = mention.of(Kind.FIELD)
    most = max(m.strength for m in meant)
    held = [m.field for m in meant if m.strength == most and m.field is not None]
    return len(held) > numeric and any(f.type in _CHOOSING for f in held)


def _is_whole(f: s.Field, text: str) -> bool:
    """Whether a name of several words is all in the question, not only one of them."""
    held = {t.stem for t in tokens(text)}
    names = [n for n in (stems(f.name, camel=True), stems(f.label)) if len(n) > 1 and n[0].isascii()]
    return any(set(n) <= held for n in names)
