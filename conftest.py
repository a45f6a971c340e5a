"""Fixtures and settings that every suite of the house shares."""

from hypothesis import settings

# How long an example takes says what else the machine does. In CI (told by $CI) they are the same each time.
settings.register_profile("house", settings(), deadline=None)
settings.load_profile("house")

pytest_plugins = ["madeleine_common.testing.fixtures"]
