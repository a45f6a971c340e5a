"""What memory keeps of other services' events, and of its own."""

from madeleine_memory.projections.listening import MEMORY

PROJECTIONS = (MEMORY,)
