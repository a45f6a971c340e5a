"""Judges how probable it is that the AI should speak after the last line of a talk; pure, its weights are shipped.

What each line does (asks for a fact, answers, jokes, ...) is told by a multinomial logistic model over cues in its
words and its embedding; where the talk stands follows from that; a logistic model over it gives the probability.
Without an embedder both go by words alone. `make fit-turns` fits them.
"""

from madeleine_chat.domain.judge.judging import Judged, judge, texts_to_embed
from madeleine_chat.domain.judge.lines import MOST_LINES, Line

__all__ = ["MOST_LINES", "Judged", "Line", "judge", "texts_to_embed"]
