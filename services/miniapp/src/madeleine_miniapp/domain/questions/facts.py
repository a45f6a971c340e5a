"""What a question says of one kind of record: conditions, limits, times, people, and cues, each used or left over."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.measures import PAST, Measures
from madeleine_miniapp.domain.questions.mentions import Kind, Mention
from madeleine_miniapp.domain.questions.moments import Moments
from madeleine_miniapp.domain.questions.statements import Condition, Doubt, Limit, label

__all__ = ("PAST", "Condition", "Doubt", "Facts", "Limit", "label")

# What stands before the next of several things that are asked.
_LISTED = re.compile(r"(?:[,+&/:(、，：]|\band|\bplus|和|以及|[-–—]) *(?:the |its |their |also |who )?$")
# What stands before a thing that is only what something was done with.
_ONE_OF = re.compile(r"(?:^|[^\w'])(?:a|any|my|our) $|[页章次回遍天]$|分钟$|小时$|钟头$|多久$|时间$")


class Facts(Measures, Moments):
    """The mentions of a question over one subject: what was made of them, and in the end what was left over."""

    __slots__ = ()

    @property
    def person(self) -> str:
        """The field that says whose a record is."""
        return self.person_field or self.subject.person

    def copy(self) -> Facts:
        """The same facts, to be used by another frame."""
        return replace(
            self,
            conditions=list(self.conditions),
            limits=list(self.limits),
            groups=list(self.groups),
            buckets=list(self.buckets),
            used=set(self.used),
            people=list(self.people),
        )

    def scan_left(self) -> list[str]:
        """Phrases in which nothing was found."""
        return [text for _, _, text in self.scan.unplaced]

    def left_over(self, shown: Collection[str] = ()) -> list[str]:
        """What was not understood: phrases in which nothing was found, and what nothing was made of.

        A field that the answer shows anyway is accounted for where the question only lists it ("km, person, day").
        """
        left = self.scan_left()
        left += [m.text for i, m in enumerate(self.items) if i not in self.used and not self._accounted(m, shown)]
        left += [limit.told for limit in self.limits]
        left += [c.told for c in self.conditions if c.value] if self.opposed else []
        return left + ([] if self.grouped else [label(f) for f in self.groups] + self.buckets)

    def _accounted(self, mention: Mention, shown: Collection[str]) -> bool:
        """Whether a mention that nothing was made of takes nothing from the answer."""
        if self.soft(mention) or (mention.cue("money") and self.of_money):
            return True
        if mention.typed(s.FIELD_TYPE_PERSON) and (self.people or self._only_done(mention)):
            return True
        # "low energy", "category groceries": the field of a choice that is filtered on.
        filtered = {c.field for c in self.conditions}
        if mention.kind is Kind.FIELD and any(m.name in filtered for m in mention.of(Kind.FIELD)):
            return True
        return self._of_one(mention) or self._listed(mention, shown) or self._named_beyond(mention)

    def _named_beyond(self, mention: Mention) -> bool:
        """Whether a mention only names the other record that a condition is on: "minutes on library books"."""
        beyond = self.subject.beyond
        named = {m.name for m in mention.of(Kind.FIELD)}
        return (
            beyond is not None
            and named == {beyond.link}
            and bool({c.field for c in self.conditions} & {*beyond.fields})
        )

    def _only_done(self, mention: Mention) -> bool:
        """要带几包: a verb that says what is done with things, and not who does it."""
        verb = all(m.strength == 2 for m in mention.of(Kind.FIELD)) and is_chinese(mention.text)
        asked = any(m.cue(name) for m in self.items for name in ("who", "each", "rank", "none", "by"))
        return verb and len(mention.text) == 1 and not asked

    def _listed(self, mention: Mention, shown: Collection[str]) -> bool:
        """Whether a mention is one of the columns that the question lists and the answer shows."""
        shows = any(m.name in shown for m in mention.of(Kind.FIELD))
        return mention.kind is Kind.FIELD and shows and bool(_LISTED.search(self.scan.text[: mention.start]))

    def _of_one(self, mention: Mention) -> bool:
        """Whether a mention only says what each record is of: "read a book", 多少页书."""
        title = self.subject.title
        if title is None or mention.kind is not Kind.FIELD or mention.text.endswith("s"):
            return False
        names_title = any(m.name == title.name for m in mention.of(Kind.FIELD))
        # "Plant care" is the care of plants, as all of it is.
        of_all = any(
            x.strength == 3 and m.text.isascii() and m.start == mention.end + 1
            for m in self.items
            for x in m.of(Kind.ENTITY)
        )
        return names_title and (of_all or bool(_ONE_OF.search(self.scan.text[: mention.start])))
