"""An event's headers as a CloudEvent's attributes, as JSON shows them."""

from __future__ import annotations


def cloud_attributes(headers: dict[str, str]) -> dict[str, object]:
    """The attributes, without what belongs to the wire alone."""
    attributes: dict[str, object] = {n.removeprefix("ce-"): v for n, v in headers.items() if n.startswith("ce-")}
    # Where else a large payload lies is said by its message, not by the event.
    attributes.pop("dataref", None)
    return {**attributes, "traceparent": headers["traceparent"]} if "traceparent" in headers else attributes
