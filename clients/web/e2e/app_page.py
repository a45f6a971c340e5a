"""What the scripts of mini-apps do with an app's page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

SOON_MS = 20_000
LENTILS, PLUMS = "Lentils and rice", "Plums"


def tool(page: Page, name: str) -> None:
    """Opens one of the panels for the app as a whole."""
    button = page.get_by_role("group", name="The app as a whole").get_by_role("button", name=re.compile(f"^{name}"))
    if button.get_attribute("aria-pressed") != "true":
        button.click()


def view(page: Page, name: str) -> None:
    """Shows one of the app's views."""
    page.get_by_role("group", name="Views").get_by_role("button", name=name).first.click()


def row(page: Page, what: str) -> Locator:
    """A record in the table."""
    return page.get_by_role("row").filter(has=page.get_by_role("button", name=f"Open {what}", exact=True))


def cell(page: Page, what: str, label: str) -> Locator:
    """An input in the table."""
    return row(page, what).get_by_label(label, exact=True)


def write(page: Page, what: str, label: str, value: str) -> None:
    """Changes a value where it stands."""
    cell(page, what, label).fill(value)
    page.keyboard.press("Enter")


def proposal(page: Page, request: str) -> Locator:
    """A change that waits to be decided on."""
    return page.get_by_role("list", name="Changes that wait to be decided on").get_by_label(request, exact=True)
