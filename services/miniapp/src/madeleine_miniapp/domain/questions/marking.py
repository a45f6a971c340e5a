"""The mentions of a question, and which of them something has been made of: what a reader takes, it marks as used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from madeleine.miniapp.v1 import query_pb2 as q
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.limits import TEMPORAL
from madeleine_miniapp.domain.questions import words
from madeleine_miniapp.domain.questions.cues import SOFT
from madeleine_miniapp.domain.questions.lexicon import Lexicon
from madeleine_miniapp.domain.questions.mentions import Kind, Meaning, Mention
from madeleine_miniapp.domain.questions.scanning import Scan
from madeleine_miniapp.domain.questions.statements import Condition, Limit
from madeleine_miniapp.domain.questions.subjects import Asker, Subject
from madeleine_miniapp.domain.questions.text import tokens

_SOMEBODY = re.compile(r"\b(?:i|we|he|she|they|you)(?: [a-z]+(?:ly|ever))? $")
_DOES = re.compile(r"\b(?:do|does|did|done|doing) (?:the |my |our )?$")
_TAKES = re.compile(r"(?:did (?:it|that|this) )?(?:take|took|taken)(?: (?:me|us|him|her|them))?")


@dataclass(slots=True)
class Marked:
    """The mentions of a question over one subject, with what has been made of them."""

    subject: Subject
    asker: Asker
    lexicon: Lexicon
    scan: Scan
    conditions: list[Condition] = field(default_factory=list[Condition])
    limits: list[Limit] = field(default_factory=list[Limit])
    groups: list[s.Field] = field(default_factory=list[s.Field])
    # "by language and month": the days, weeks or months that it groups by beside a field.
    buckets: list[str] = field(default_factory=list[str])
    used: set[int] = field(default_factory=set[int])
    people: list[str] = field(default_factory=list[str])
    # "On days I had takeaway": only the records of days with such a record, or whose sums pass such a limit.
    of_days: list[Condition | Limit | q.Relation] = field(default_factory=list["Condition | Limit | q.Relation"])
    # "The day" of them: each is told by itself where there are several.
    one_day: bool = False
    # "When I exercise and when I don't exercise": one filter, of records that pass it against those that do not.
    opposed: bool = False
    # "per refuel": of each record.
    per_record: bool = False
    # The dates between which something waits: "how long does it sit on the list before we buy it".
    waits: tuple[s.Field, s.Field] | None = None
    # What is left of something is asked for.
    remaining: bool = False
    # The groups have been made something of.
    grouped: bool = False
    # The date that the question names.
    dated: s.Field | None = None
    # An amount of money is measured or held against a limit: words like "spent" are said with that.
    of_money: bool = False
    # The field of people that the question names; empty: the subject's first.
    person_field: str = ""
    # Figures that are computed of a record's fields: what was paid beyond what was planned.
    derived: dict[str, q.Expression] = field(default_factory=dict[str, q.Expression])
    # The day that is meant, counted from the first (1) or the last (-1) of the records that these filters let in.
    nth_day: tuple[int, tuple[q.Expression, ...]] = (0, ())
    # The people among whom an amount is shared out: 人均; 0: it is not.
    per_head: int = 0
    # "My last ten entries": only the latest (negative: the first) so many of the records that pass the filters.
    window: int = 0

    @property
    def items(self) -> tuple[Mention, ...]:
        """All mentions in order."""
        return self.scan.mentions

    def put_before(self, place: int, meaning: Meaning) -> None:
        """Puts a word that the question leaves unsaid before a mention."""
        at = self.items[place].start
        unsaid = Mention(at, at, "", (meaning,))
        used = {i if i < place else i + 1 for i in self.used}
        self.scan = replace(self.scan, mentions=(*self.items[:place], unsaid, *self.items[place:]))
        self.used.clear()
        self.used.update(used)

    def has(self, *names: str) -> bool:
        """Whether any of these cues is there and free; marks nothing."""
        return any(i not in self.used and m.cue(n) for i, m in enumerate(self.items) for n in names)

    def cue(self, *names: str) -> Meaning | None:
        """The first free cue of one of these names; all cues of that name count as used."""
        found: Meaning | None = None
        for index, mention in enumerate(self.items):
            for name in names:
                meaning = mention.cue(name)
                if meaning is not None and (index not in self.used):
                    found = found or meaning
                    self.used.add(index)
        return found

    def place(self, *names: str) -> int:
        """Where the first of these cues stands, used or not; -1: nowhere."""
        return next((m.start for m in self.items if any(m.cue(n) for n in names)), -1)

    def free(self, *kinds: Kind) -> list[tuple[int, Mention]]:
        """Mentions of these kinds that nothing was made of, with their index."""
        return [(i, m) for i, m in enumerate(self.items) if i not in self.used and m.of(*kinds)]

    def free_cues(self, *names: str) -> list[tuple[int, list[Meaning]]]:
        """Free cues of these names, with their index; marks nothing."""
        found = [(i, [x for n in names if (x := m.cue(n))]) for i, m in enumerate(self.items) if i not in self.used]
        return [(i, meanings) for i, meanings in found if meanings]

    def fields_named(self, *types: s.FieldType.ValueType) -> list[tuple[int, Mention, tuple[s.Field, ...]]]:
        """Free mentions of fields of these types: index, mention, the fields that it may mean (the strongest)."""
        found: list[tuple[int, Mention, tuple[s.Field, ...]]] = []
        for index, mention in self.free(Kind.FIELD):
            meant = mention.of(Kind.FIELD)
            most = max(m.strength for m in meant)
            fields = tuple(
                m.field for m in meant if m.field is not None and m.field.type in types and m.strength == most
            )
            if fields:
                found.append((index, mention, fields))
        return found

    def took_direction(self) -> str:
        """Whether "quickest finish" or "slowest read" was asked, as a superlative."""
        told = [m.text.removeprefix("the ") for m in self.items if m.cue("took")]
        if any(text.startswith(("slowest", "longest")) for text in told):
            return "max"
        return "min" if any(text.startswith(("quickest", "fastest", "shortest")) for text in told) else ""

    def _asks_how_long(self) -> bool:
        """Whether it is asked how long something took, and the app has records with a beginning and an end."""
        asks = any(m.cue("how_long") or m.cue("unit") for m in self.items)
        return asks and any(sum(f.type in TEMPORAL for f in e.fields) > 1 for e in self.subject.spec.entities)

    def says_it_was(self, mention: Mention) -> bool:
        """Whether a mention of the date of all records is a verb: "when I eat at" of eaten_at."""
        dates = self.subject.temporal
        named = {m.name for m in mention.of(Kind.FIELD)}
        done = len(dates) == 1 and named == {dates[0].name} and mention.kind is Kind.FIELD
        return done and _SOMEBODY.search(self.scan.text[: mention.start]) is not None

    def soft(self, mention: Mention) -> bool:
        """Whether a mention need not be made anything of."""
        named = max((m.strength for m in mention.of(Kind.FIELD)), default=0)
        if named == 3 and mention.of(Kind.ENTITY) and max(m.strength for m in mention.of(Kind.ENTITY)) < 3:
            # A field by its own name is not only what the app is called; "gaming" and "games" are what was done.
            if _DOES.search(self.scan.text[: mention.start]):
                # "I did the eggs": what one does is all that the app is about.
                return True
            own = mention.of(Kind.FIELD)[0].name.casefold()
            return any(mention.text.endswith(e) and not own.endswith(e) for e in ("ing", "s"))
        if self.says_it_was(mention):
            return True
        if mention.cue("others") and not self.subject.shared:
            # In a diary of one's own, "with friends" says when.
            return False
        if mention.cue("took") and _TAKES.fullmatch(mention.text) and not self._asks_how_long():
            # "How many sessions did it take": of records with one date, nothing lasts from day to day.
            return len(self.subject.temporal) < 2
        if any(m.kind in (Kind.VOID, Kind.ENTITY) or (m.kind is Kind.CUE and m.name in SOFT) for m in mention.meanings):
            return True
        if mention.text == "东西" and max((m.strength for m in mention.of(Kind.FIELD)), default=0) < 3:
            return True
        if mention.cue("anybody") and mention.cue("none"):
            # 没人 leaves something out.
            return False
        if any(m.kind is Kind.CUE and m.name in ("us", "anybody", "me", "each") for m in mention.meanings):
            return mention.cue("each") is None
        if mention.kind in (Kind.CHOICE, Kind.TIME, Kind.PERSON, Kind.VALUE):
            return False
        if mention.kind is Kind.NUMBER:
            return mention.text in ("one", "一")
        return mention.kind is not Kind.CUE and all(words.is_void(t.text) for t in tokens(mention.text))
