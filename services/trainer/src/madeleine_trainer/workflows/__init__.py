"""The flywheel on Temporal."""
