"""Scripts of custom views that ship with the service (`blueprints/scripts/*.js`).

A blueprint names one: `{"type": "custom", "script": "heatmap", "by": "date", "title": {"en": ..., "zh": ...}}`. A spec
holds the script itself, so that an app looks the same whatever ships later: to add one by hand, give a view
`VIEW_TYPE_CUSTOM`, its `entity`, the field that it goes `by` and as `script` the text under its name here. "heatmap"
wants a date field, "who_owes_whom" a person who paid and an amount of money. A script is only ever run in the
client's sandbox (`clients/web/src/sandbox`), never here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def packaged_scripts() -> dict[str, str]:
    """JavaScript by name ("heatmap")."""
    found = files("madeleine_miniapp").joinpath("blueprints", "scripts").iterdir()
    return {file.name.removesuffix(".js"): file.read_text("utf-8") for file in found if file.name.endswith(".js")}
