"""Reads what is to change in an app off a person's sentence, without a model."""
