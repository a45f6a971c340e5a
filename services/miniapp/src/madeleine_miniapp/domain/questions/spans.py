"""Spans of time, as questions mean them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# "Before" and "until" reach back to here, what is "still ahead" reaches forward to there.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days from `first` to `last`.

    `rolling_hours` set: that many hours up to `back_hours` before now, where the records have times.
    """

    first: date
    last: date
    rolling_hours: int = 0
    back_hours: int = 0
    # The end of the whole period, of one that is running.
    until: date | None = None
    # How the question named it, if by a name of its own: "February", "past 7 days".
    name: str = ""

    def moments(self, now: datetime) -> tuple[datetime, datetime] | None:
        """A rolling span's moments, after the first up to the second."""
        if not self.rolling_hours:
            return None
        end = now - timedelta(hours=self.back_hours)
        return end - timedelta(hours=self.rolling_hours), end

    def label(self, language: str, today: date) -> str:
        """ "Mon 9 – Sun 15 March", with years where they are not the present one."""
        if self.last == LATEST:
            first = replace(self, last=self.first).label(language, today)
            return f"{first}起" if language == "zh" else f"from {first}"
        if language == "zh":
            texts = [
                (f"{d.year}年" if d.year != today.year else "") + f"{d.month}月{d.day}日"
                for d in (self.first, self.last)
            ]
            return texts[0] if self.first == self.last else f"{texts[0]}–{texts[1]}"
        year = f" {self.last.year}" if self.last.year != today.year else ""
        last = f"{self.last:%a} {self.last.day} {MONTHS[self.last.month - 1]}{year}"
        if self.first == self.last:
            return last
        first = f"{self.first:%a} {self.first.day}"
        if (self.first.year, self.first.month) != (self.last.year, self.last.month):
            first += f" {MONTHS[self.first.month - 1]}"
        if self.first.year != self.last.year:
            first += f" {self.first.year}"
        return f"{first} – {last}"


@dataclass(frozen=True, slots=True)
class Found:
    """A span and where the text names it."""

    start: int
    end: int
    span: Span
