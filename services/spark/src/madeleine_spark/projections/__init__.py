"""Read models."""

from madeleine_spark.projections.cards import CARDS

PROJECTIONS = (CARDS,)
