"""The times that a question speaks of, in English and Chinese, against a present day in the asker's time zone.

A grammar in three steps: *atoms* are times by themselves (`english`, `chinese`: a date, a month, a feast, "last week",
"the past 10 days"), *operators* make others of them (`parts`: halves, the week of; `bounds`: ranges, since and until,
the seven days before that), and what is said twice is one (`finding`). `calendar` calculates,
`terms` are the words.
"""

from madeleine_miniapp.domain.questions.times.finding import find

__all__ = ["find"]
