"""Use cases of memory and the ports that they need."""
