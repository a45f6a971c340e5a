"""The scripts that ship with the mini-app service, drawn in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from .conftest import drawn, show

_SCRIPTS = Path(__file__).parents[3] / "miniapp/src/madeleine_miniapp/blueprints/scripts"


def entity(**fields: str) -> dict[str, Any]:
    """An app with one entity "e" of these fields and types."""
    kinds = [{"name": name, "type": f"FIELD_TYPE_{kind}"} for name, kind in fields.items()]
    return {"currency": "EUR", "entities": [{"name": "e", "fields": kinds}]}


def records(*values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"record_id": str(i), "entity": "e", "entered_by": "a", "values": each} for i, each in enumerate(values)]


async def test_the_heatmap_that_ships_shows_a_year_and_its_streaks(page: Page):
    script = (_SCRIPTS / "heatmap.js").read_text()
    days = ["2026-03-14T23:30:00+02:00", "2026-03-13", "2026-03-13", "2026-03-12", "2026-01-01", "2025-02-01", "soon"]
    given = records(*({"day": day} for day in days))
    await show(page, script, records=given, spec=entity(day="DATE"), view={"entity": "e", "by": "day"})
    assert (await drawn(page)).endswith("3 days in a row now · at most 3 · 5 days with records")
    cells = page.locator("section.drawn rect")
    # 52 whole weeks and this one up to Sunday 15 March.
    assert await cells.count() == 53 * 7
    assert await page.get_by_label("2026-03-13: 2").get_attribute("opacity") == "1"
    await show(page, script, spec=entity(day="DATE"), view={"entity": "e"})
    assert await drawn(page) == "No records with a date yet."


async def test_who_owes_whom_that_ships_settles_to_the_cent(page: Page):
    script = (_SCRIPTS / "who_owes_whom.js").read_text()
    people = {"a": "Ana", "b": "Ben", "c": "Cem"}
    paid = records({"cost": 100, "who": "a"}, {"cost": 20.01, "who": "b"}, {"cost": 9, "done": True}, {"cost": "much"})
    spec = entity(cost="MONEY", who="PERSON", done="BOOLEAN")
    await show(page, script, records=paid, spec=spec, view={"entity": "e"}, people=people)
    said = await drawn(page)
    assert "Cem owes Ana 40.00 EUR" in said
    assert "Ben owes Ana 19.99 EUR" in said
    assert "Together 120.01 EUR" in said
    named = entity(cost="MONEY", who="PERSON", among="TEXT")
    some = records({"cost": 30, "who": "a", "among": "Ben and Cem"}, {"cost": 10, "who": "b", "among": "ana; BEN"})
    await show(page, script, records=some, spec=named, view={"entity": "e", "by": "who"}, people=people)
    said = await drawn(page)
    # 15 each by Ben and Cem, less the 5 that Ana owes Ben.
    assert "Cem owes Ana 15.00 EUR" in said
    assert "Ben owes Ana 10.00 EUR" in said
    await show(page, script, records=records(), spec=spec, view={"entity": "e"}, people=people)
    assert await drawn(page) == "No expenses yet."
