"""Read models, written by event handlers."""

from madeleine_miniapp.projections.apps import APPS
from madeleine_miniapp.projections.edits import EDITS
from madeleine_miniapp.projections.templates import TEMPLATES

PROJECTIONS = (APPS, EDITS, TEMPLATES)
