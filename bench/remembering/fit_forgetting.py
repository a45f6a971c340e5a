"""Fits what the memory service forgets by: `PYTHONPATH=bench .venv/bin/python -m remembering.fit_forgetting DATA`.

DATA is a folder with forgetting.jsonl and, where there is one, locomo_dev/ with long talk, which teaches what is no
change; besides it, remarks.jsonl and supersession.jsonl beside this file, which were written by hand for it. Three
logistic models (worth, supersession, recurrence, each with and without vectors), then thresholds and the constants of
value, chosen on a simulation of the scenarios. Every figure is of scenarios that were left out: weights and constants
alike come from the other seven eighths.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from madeleine_inference.adapters.onnx_embedder import OnnxEmbedder
from madeleine_inference.models import default_model_dir, prepare_embedder
from madeleine_memory.domain.learned import trying
from madeleine_memory.domain.remarks import Remark
from remembering.forgetting_data import (
    FOLDS,
    Tied,
    embed_scenarios,
    own_pairs,
    own_remarks,
    read_talk,
    scenario_ties,
    talk_rows,
    talk_ties,
    worth_rows,
)
from remembering.forgetting_models import Files, fitted, judged, worth_file
from remembering.forgetting_simulation import Kept, Scenario, live, read_scenarios, tally

Constants = dict[str, float]
# Conversations to learn from what closes and repeats nothing, and every how manieth of their turns.
_TALKS, _STEP = 5, 4
# One after the other, each at its best while the others stay, twice around.
_START: Constants = {
    "closes": 0.07,
    "doubtful": 0.01,
    # By hand: of 16 changes with their questions that were invented for it ("moved to Berlin", "where does she live?"),
    # 0 leaves 4 stale, this 1, and it costs the scenarios 5 of 131 probes.
    "lead": 0.015,
    "repeats": 0.5,
    "may_have_changed": 0.1,
    "floor": -2.0,
    "use": 0.3,
    "repetition": 0.5,
}
_TRIED = {
    # From lower on, more than one in thirty turns of long talk would close something; from higher on, "I moved to
    # Berlin" would not close "I live in Lyon".
    "closes": (0.05, 0.07),
    "doubtful": (0.003, 0.005, 0.01, 0.02),
    "repeats": (0.5, 0.7, 0.85),
    "may_have_changed": (0.05, 0.1, 0.2),
    "floor": (-2.0, -1.5, -1.0),
    "use": (0.15, 0.3, 0.6),
    "repetition": (0.5, 1.0),
}


def main() -> None:
    """Writes the JSON files and prints what they are worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with forgetting.jsonl")
    data = parser.parse_args().data
    scenarios = read_scenarios(data / "forgetting.jsonl")
    embedder = OnnxEmbedder(prepare_embedder(default_model_dir()), threads=1)
    embed_scenarios(embedder, scenarios)
    pairs = own_pairs(embedder)
    talks = read_talk(embedder, data / "locomo_dev", _TALKS)
    rows = [*worth_rows(scenarios, own_remarks(embedder), pairs), *talk_rows(talks)]
    worths = judged(rows, embedder.model_id)
    with trying({"worth.json": worth_file(rows, embedder.model_id)}):
        tied = [*with_worth(pairs, worths), *scenario_ties(scenarios, worths), *talk_ties(talks, _STEP)]
    trial = Trial(scenarios, [fitted(rows, tied, fold, embedder.model_id) for fold in range(FOLDS)])
    ends: list[Kept] = []
    for fold in range(FOLDS):
        chosen = trial.choose([other for other in range(FOLDS) if other != fold])
        print(f"fold {fold}: {chosen}", file=sys.stderr)
        ends += trial.run(chosen, fold)
    figures = summary(tally(ends))
    for line in misses(ends):
        print(line, file=sys.stderr)
    files = with_constants(fitted(rows, tied, None, embedder.model_id), trial.choose(range(FOLDS)))
    folder = Path(str(resources.files("madeleine_memory.domain")))
    fitted_on = f"{len(scenarios)} scenarios, {len(pairs)} pairs, {len(rows)} remarks"
    told = {
        "fitted_on": fitted_on,
        "left_out": figures,
    }
    for name, content in files.items():
        folder.joinpath(name).write_text(json.dumps({**told, **content}, separators=(",", ": ")) + "\n", "utf-8")
    print(json.dumps(figures))


def with_worth(pairs: Sequence[Tied], worths: dict[int, float]) -> list[Tied]:
    """The pairs, their remarks as worthy as they were judged; where nothing judged them, as worthy as what is held."""

    def judge(remark: Remark) -> Remark:
        return replace(remark, worth=worths.get(id(remark.vector), remark.worth))

    return [replace(p, newer=judge(p.newer), olders=[judge(older) for older in p.olders]) for p in pairs]


def with_constants(files: Files, constants: Constants) -> Files:
    """The files with their thresholds, and that of value."""
    return {
        **files,
        "supersession.json": {
            "threshold": constants["closes"],
            "doubtful": constants["doubtful"],
            "lead": constants["lead"],
            **files["supersession.json"],
        },
        "recurrence.json": {
            "threshold": constants["repeats"],
            "may_have_changed": constants["may_have_changed"],
            **files["recurrence.json"],
        },
        "value.json": {name: constants[name] for name in ("floor", "use", "repetition")},
    }


class Trial:
    """Scenarios, and for each fold the weights that have not seen it."""

    def __init__(self, scenarios: Sequence[Scenario], folds: Sequence[Files]) -> None:
        self._scenarios = scenarios
        self._folds = folds
        self._known: dict[tuple[object, ...], Counter[str]] = {}

    def run(self, constants: Constants, fold: int) -> list[Kept]:
        """The ends of a fold's scenarios."""
        with trying(with_constants(self._folds[fold], constants)):
            return [live(scenario) for at, scenario in enumerate(self._scenarios) if at % FOLDS == fold]

    def worth(self, constants: Constants, which: Iterable[int]) -> float:
        """What constants are worth on some folds."""
        total: Counter[str] = Counter()
        for fold in which:
            key = (fold, *sorted(constants.items()))
            if key not in self._known:
                self._known[key] = tally(self.run(constants, fold))
            total += self._known[key]
        return worth_of(total)

    def choose(self, which: Iterable[int]) -> Constants:
        """The constants that serve the scenarios of some folds best."""
        which = list(which)
        best, most = dict(_START), self.worth(_START, which)
        for _ in range(2):
            for name, values in _TRIED.items():
                for tried in ({**best, name: value} for value in values if value != best[name]):
                    worth = self.worth(tried, which)
                    if worth > most:
                        best, most = tried, worth
        return best


def worth_of(counts: Counter[str]) -> float:
    """What a policy is worth: a stale answer weighs as much as three that are missing; trivia kept cost a little."""
    return (
        counts["found/all"] / counts["probes/all"]
        - 3 * counts["superseded_used"] / counts["probes/all"]
        - 0.3 * counts["trivia_held"] / counts["trivia"]
        - 0.01 * counts["merged_wrongly"]
    )


def summary(counts: Counter[str]) -> dict[str, Any]:
    """The figures to report."""
    groups = sorted(name.partition("/")[2] for name in counts if name.startswith("probes/"))
    return {
        "found": {g: f"{counts[f'found/{g}']}/{counts[f'probes/{g}']}" for g in groups},
        "superseded_used": f"{counts['superseded_used']}/{counts['superseded']}",
        **{name: counts[name] for name in ("closed", "closed_falsely", "forgets", "forgets_left")},
        "trivia_held": f"{counts['trivia_held']}/{counts['trivia']}",
        **{name: counts[name] for name in ("items", "merged", "merged_wrongly")},
    }


def misses(ends: Sequence[Kept]) -> list[str]:
    """What went wrong, for people to read."""
    told: list[str] = []
    for kept in ends:
        said = kept.scenario.said
        current = set[int]().union(*(item.sources for item in kept.items if not item.closed))
        for place, probe in enumerate(kept.scenario.probes):
            needs, unwanted = set(probe["needs"]), set(probe["must_not_use"])
            recalled = current - kept.left_out[place]
            lost = needs - recalled if probe["needs_mode"] == "all" or not needs & recalled else set[int]()
            for at in sorted(lost):
                why = f"closed by {said[kept.closings[at]].text!r}" if at in kept.closings else "let go"
                told.append(f"{kept.scenario.id} lost ({why}, {probe['kind']}): {said[at].text}")
            told += [f"{kept.scenario.id} stale: {said[at].text}" for at in sorted(unwanted & recalled)]
    return told


if __name__ == "__main__":
    main()
