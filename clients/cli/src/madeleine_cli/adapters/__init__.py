"""`madeleine adapters`: the operator's hand on what inference serves."""
