"""How likely a remark states something that lasts: worth keeping when there is no room for everything.

Learned from remarks that somebody asked for later and from passing ones: a logistic model over cues of the text and,
where the memory has its vector (of `as_unit`: date, speaker, text), a direction in the embedder's space.
"""

from __future__ import annotations

from collections.abc import Sequence

from madeleine_memory.domain.cues import cues
from madeleine_memory.domain.learned import model, shipped

_FILE = "worth.json"


def worth(text: str, vector: Sequence[float] | None, model_id: str | None = None) -> float:
    """The probability, within (0, 1), that a text states something that lasts.

    A vector that is missing, or was made by a model (`model_id`, where known) other than the one that this was learned
    with, is passed over: then the text alone tells.
    """
    if vector is None or (model_id is not None and model_id != shipped(_FILE)["model_id"]):
        return model(_FILE, "text").probability(cues(text))
    return model(_FILE, "vector").probability(cues(text), vector)
