"""What people mean by a time, in English and Chinese: `past` reads what was, `future` what is to come."""

from __future__ import annotations

from madeleine_common.times.future import Due, NoTime, due, read, reminder, told

__all__ = ["Due", "NoTime", "due", "read", "reminder", "told"]
