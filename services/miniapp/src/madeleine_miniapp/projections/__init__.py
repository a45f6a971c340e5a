"""Read models, written by event handlers."""

from madeleine_miniapp.projections.apps import APPS
from madeleine_miniapp.projections.edits import EDITS

PROJECTIONS = (APPS, EDITS)
