"""Read models."""

from madeleine_inference.projections.catalog import CATALOG

PROJECTIONS = (CATALOG,)
