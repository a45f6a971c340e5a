"""Pure parts of memory: ids, lexemes, fusion, sentences of records, and what may happen to a space."""
