"""Fixtures that every suite of the house shares."""

pytest_plugins = ["madeleine_common.testing.fixtures"]
