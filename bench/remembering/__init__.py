"""What `make bench-memory` measures with, and what the ranking's weights are fitted by."""
