"""What `make bench-events` measures, one file for each figure, each against a peer in the same run."""
