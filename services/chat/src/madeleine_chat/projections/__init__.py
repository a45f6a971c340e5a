"""Read models."""

from madeleine_chat.projections.writer import CONVERSATIONS

PROJECTIONS = (CONVERSATIONS,)
