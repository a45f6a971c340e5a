"""Read models."""

from madeleine_chat.projections.reads import READS
from madeleine_chat.projections.writer import CONVERSATIONS

PROJECTIONS = (CONVERSATIONS, READS)
