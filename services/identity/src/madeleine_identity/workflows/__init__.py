"""The confirmation of an erasure on Temporal."""
