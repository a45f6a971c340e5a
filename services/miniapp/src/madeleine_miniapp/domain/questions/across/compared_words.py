# ruff: noqa: E501 - patterns of questions, one line each.
"""Words in which days are compared, and those that go with days and say nothing of them."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.questions.influence import HARMS, HELPS

MORE = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|bigger|greater|up)\b|更[多好高长久大]|[多好高长久](?:一?[点些])?(?=吗|么)"
    rf"|{HELPS}"
)
LESS = re.compile(
    r"\b(?:less|worse|lower|shorter|fewer|smaller|down|sadder|unhappier)\b|更[少差低短小]|[少差低短](?:一?[点些])?(?=吗|么)|变差"
    rf"|{HARMS}"
)
# "5 or lower", "less than 6 hours" say which days are meant, not what is compared.
OF_LIMITS = re.compile(
    r"\b(?:or|and) (?:more|better|higher|longer|greater|up|less|worse|lower|shorter|fewer|smaller|down)\b"
    r"|\b(?:more|better|higher|longer|greater|less|worse|lower|shorter|fewer|smaller) than (?=\d)"
)
COMPARES = re.compile(
    r"\b(?:more|better|higher|longer|further|happier|bigger|greater|less|worse|lower|shorter|fewer|smaller|sadder|differently|different|differs?|difference|change|compare|compared?(?: to| with)?|vs\.?|versus)\b|更[多好高长久少差低短]|不一样|不同|[多好高长久少差低短](?:一?[点些])?(?=吗|么)|对比|比较|相比"
    rf"|{HELPS}|{HARMS}"
)
# What goes with the days and says nothing of them: "that day", "both averages please", "for each".
JOINT = re.compile(
    r"\b(?:on )?(?:that|those|the same|these) (?:very |same )?(?:days?|nights?|ones)\b|\bwhich days\b|\b(?:both|the two|two) (?:averages|means|numbers|figures|values|groups)(?: of days)?\b|\b(?:averages|numbers|figures) for (?:each|both)\b|\bfor (?:each|both)\b|\bside by side\b|\bnext to\b|\beach\s*$|\bthe two\b|\bis (?:my|it|there)\b(?=\s*(?:$|[?,.]))|\bplease\b|\bbetween\s*(?:and)?\s*$|\bend up with\b|\bhow's\b|\bis it\b|\bdoes it\b|\b(?:fell|falls?|landed|happened)\b(?=\s*\x1f)"
    r"|(?:(?:两个|各自?的?)平均[分值数]?(?:都?要)?|平均[分值数]?都要)(?=[？?。]*$)|两个(?:数|平均|都)[^，。？]*要|各(?=吃|花|练|睡|是)|的?那些天"
)
# "Minutes for both", "as numbers": how it is to be told.
ASIDE = re.compile(
    r"(?:[,;:.?(]|\s[-–—])\s*(?:(?:total|the|give me|show me|in|as|both|two) )*(?P<u>minutes|mins|hours|euros?|eur|money|numbers|totals|figures|amounts|sums|days|pages)(?: (?:(?:for|of) )?(?:both|each|the two))?(?: please)?\s*\)?\s*[.?!]*$"
    r"|(?:[，,？?]|(?<=[？?]))\s*(?:两个)?(?:分别|各)(?:自)?(?:是|有|花了?)?(?:多少)?(?:分钟|小时|钱|欧元?|元|块钱?|页|天|次)?[？?。]*$"
)
# "For groceries", but not "what did I pay for in March".
FOR_SOMETHING = r"(?:on|for) (?!(?:in|on|at|for|last|this|that|these|those|yesterday|today|since|during|between|from|over|and|then|when)\b)\w"
