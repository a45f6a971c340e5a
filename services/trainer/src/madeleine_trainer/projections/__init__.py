"""Read models of signals and runs."""

from madeleine_trainer.projections.training import TRAINING

PROJECTIONS = (TRAINING,)
