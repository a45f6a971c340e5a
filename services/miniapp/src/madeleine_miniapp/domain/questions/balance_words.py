# ruff: noqa: E501 - patterns of questions, one line each.
"""Words about shared expenses, English and Chinese."""

from __future__ import annotations

import re

SETTLE = re.compile(
    r"\bsettle (?:us|it|things|everything|all of us)(?: all)? ?(?:up|out)?\b|\bsettle[- ]?up\b(?! payments?)|\b(?:get|make|call) (?:us|it|everyone) (?:all )?(?:even|square|quits)\b"
    r"|\bwho (?:has to|should|must|needs to|have to)? ?(?:pays?|gives?|owes?|transfers?|sends?)(?: back)?(?: how much to)? (?:whom|who|what to whom)\b"
    r"|\beven (?:us |things )?out\b|\bsquare (?:us |things )?up\b"
    r"|结[一个]?[下清]?账|结清|清账|平账|算[一清]?[下清]账|谁(?:该|要|应该|得|需要)?(?:给|付|转|还|欠)(?:钱)?(?:给)?谁"
)
BALANCE = re.compile(
    r"\bbalances?\b|\bin the (?:red|black)\b|\b(?:owe[sd]?|owing|debts?|indebted)\b|\bhow do(?:es)? (?:i|we|\w+) stand\b|\bnet position\b"
    r"|欠|余额|结余|净额|净值|该(?:收|拿|要)回"
)
SHARE = re.compile(
    r"(?:\b(?:my|our|his|her|their|your) (?:own |fair |personal |equal )?|(?<='s )(?:own |fair |personal |equal )?)(?:share|part|portion|cut)s?\b(?! of the (?:records|entries))"
    r"|(?:自己|我|他|她)的?(?:那一?份|份额|应摊|分摊)|(?:应该?|该)(?:分?摊|出|承担)(?:的)?(?:部分|多少|了多少)?|摊到?了?多少|分摊了?多少"
)
BETWEEN = re.compile(r"\bbetween\b|之间")
OWE = re.compile(r"\bowe[sd]?\b|\bowing\b|欠")
PASSIVE = re.compile(r"\b(?:am|is|are|was|were|be|being|been)(?: \w+){0,2} owed\b")
# How a question goes on about settling, and what says that only the two named are meant.
SAID = re.compile(
    r"\bwho(?:ever)? owes (?:the )?most pays? who(?:m?ever)? is owed (?:the )?most\b|\band so on\b|\b(?:un)?til+ (?:we're|we are|everyone is|everyone's|all is|all are|it's|it is) (?:all )?(?:even|square|quits|settled|zero)\b"
    r"|\bwho (?:has to |should |must )?pays? (?:whom|who)(?: what| how much)?\b|\b(?:just |only )?(?:between|among) (?:just )?(?:the )?(?:two|both) of (?:us|them)\b|\b(?:just|only) between (?:us|them)(?: two)?\b"
    r"|\bno matter who(?:'s| has)? (?:paid|pays|bought)(?: (?:for )?it)?\b|\b(?:regardless of|whoever|irrespective of)(?: who)? paid(?: (?:for )?it)?\b|\bover ?all\b|\ball in all\b|\bin total\b|\bat the moment\b"
    r"|\bevery?thing\b|\ba?m i (?=in the)|\bup or down\b|\bbalances?\b|(?<=owed )(?:money )?by\b|(?<=owe )(?:money )?to\b|\bmoney\b"
    r"|不管(?:是)?谁(?:付|买|垫)的?(?:钱)?|无论(?:是)?谁(?:付|买|垫)的?(?:钱)?|只?(?:看|算)?我们(?:两|俩)个?人?(?:之间)?|(?:我们)?之间|直到.{0,6}(?:平|清|两清)|最后|余额|结余|净额|净值|多少钱"
)
