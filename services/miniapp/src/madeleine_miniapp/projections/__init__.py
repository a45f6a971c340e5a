"""Read models, written by event handlers."""

from madeleine_miniapp.projections.apps import APPS

PROJECTIONS = (APPS,)
