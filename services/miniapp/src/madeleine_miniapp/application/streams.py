"""The streams of an app."""

from __future__ import annotations


def stream_of(app_id: str) -> str:
    """The stream of an app itself: its spec, whom it is shared with, who may do what."""
    return f"app-{app_id}"


def records_stream(app_id: str) -> str:
    """The stream of its records, whose state is the app's document; older apps have some in the other stream."""
    return f"records-{app_id}"


def template_stream(code: str) -> str:
    """The stream of a template."""
    return f"template-{code}"


def app_of(stream_id: str) -> str:
    """The app that a stream belongs to."""
    return stream_id.partition("-")[2]
