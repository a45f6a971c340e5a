"""SQL that reads memories, and the client of the embedder."""
