"""Times that people name, in English and Chinese, read exactly: "tomorrow at 9", "in two hours", "下周三下午三点半".

`read` finds the first expression of a text that names a time ahead. Where words leave it open, it takes this reading:

- An hour that may be before or after noon is the next at which people are up, 7:00 to 20:59: "at 8" is 8:00, or 20:00
  when that is over; "at 9" is 9:00, today or tomorrow; 1 to 6 are after noon. With a day on which no such hour is
  ahead any other counts: "today at 9", said at ten, is 21:00. "09:00", "21:00", "21h", "15点" are as they stand.
  Who is to be woken or gets up does so before noon: "wake me up at 6".
- A day without a time is 9:00; today 9:00, 18:00 or 21:00, whichever is ahead. Morning is 9:00, noon 12:00, afternoon
  15:00, 傍晚 18:00, evening 19:00, night and 晚上 20:00, 深夜 22:00; midnight is the one that ends the day named.
- "Monday" is the next one, today only with a time that is ahead; "next Monday" and 下周一 are of the calendar week
  (from Monday) after this one, 这周一 of this one. "Next week" is its Monday, a weekend its Saturday, then its Sunday.
- A day or a month without a year is the next one; "16/3" is the 16th of March, unless only the other way round can be.
- "In two hours" is passed time; "in two days", "in a week" keep the clock's time, "in a month" the day or the
  month's last. "A few" and 几 are three, "a couple" two. "Half nine" is 9:30.
- A time that the clocks leave out is as much later as they are put forward (2:30 is 3:30); of one that comes twice it
  is the first that is ahead.
- "The day before Christmas", "half an hour before the meeting at 3pm", 提前十分钟 count back from the time that is
  named; "by Friday" and 周五之前 are read as that day itself.

A day and a time that stand apart are one ("tomorrow call mum at 9") where nothing else is meant. Of several times the
first counts, and one that tells what it is about ("about the 3pm meeting") last. What cannot be (31 February, 25:00),
is over ("yesterday") or recurs ("every day") is refused with its reason.
Why this is written here, and how libraries compare: docs/adr/0015-time-expressions.md.
"""

from __future__ import annotations

from madeleine_common.times.future.asking import due, read, reminder
from madeleine_common.times.future.saying import Due, NoTime, told

__all__ = ["Due", "NoTime", "due", "read", "reminder", "told"]
