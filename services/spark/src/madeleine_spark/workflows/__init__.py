"""The making of a card on Temporal."""
