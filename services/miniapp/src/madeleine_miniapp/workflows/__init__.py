"""The making of an app, on Temporal."""
