"""Words that tell what a text is about, in English and Chinese."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-zà-öø-ÿ]{3,}")
_CJK_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_STOP_WORDS = """
    about actually after again ago all also always and another any anyone are back because been before being best
    better between big both but came can cannot come could day days did does doing don done down each even ever
    every few find first for from get gets getting give going good got had has have having help her here him his how
    idea into its just keep kind know last later left less let like little long look lot made make makes many may
    maybe mean means more most much must name need needs never new next nice not now off okay old once one only
    other our out over own people per please put quite really remind right said same saw say see she should since
    some someone something soon still such sure take tell than thank thanks that the their them then there these
    they thing things think this those though time today tomorrow tonight too try two use used very want was way
    week weeks well were what when where which while who whole why will with word work would yeah year yes yesterday
    yet you your recorded morning evening night
"""
_STOP_PAIRS = """
    今天 明天 昨天 什么 怎么 一个 这个 那个 可以 没有 我们 他们 就是 还是 但是 因为 所以 觉得 知道
    时候 现在 有点 不是 一下 起来 已经
"""
_STOP = frozenset(_STOP_WORDS.split()) | frozenset(_STOP_PAIRS.split())


def terms(text: str) -> frozenset[str]:
    """Content words in lower case without a plural's "s"; of Chinese, pairs of characters."""
    found = {_singular(word) for word in _WORD.findall(text.lower()) if word not in _STOP}
    for run in _CJK_RUN.findall(text):
        found |= {run[i : i + 2] for i in range(len(run) - 1)} - _STOP
    return frozenset(found)


def is_chinese(text: str) -> bool:
    """Whether a text has Chinese in it."""
    return _CJK_RUN.search(text) is not None


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
