"""From a question in English or Chinese to a typed query, without a model."""
