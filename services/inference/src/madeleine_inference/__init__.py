"""The model: generation, embeddings, adapters hot-swapped."""
