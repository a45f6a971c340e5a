"""Read models, rebuilt from events."""

from madeleine_identity.projections.people import PEOPLE

PROJECTIONS = (PEOPLE,)
