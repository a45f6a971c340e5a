"""Plays two people who make a mini-app in a group and fill it live, each in a real browser, and saves pictures of it.

What one does the other sees without loading anything anew: records, edits, who is where, a change of the app itself. A
value that is refused comes back with the reason; edits without a connection merge; undo takes back only one's own.

    python clients/web/e2e/apps.py http://127.0.0.1:8080 [--out build/apps]
"""

from __future__ import annotations

import argparse
import re
import secrets
from pathlib import Path

from first_page import ROOT, chromium, sign_up
from playwright.sync_api import Browser, Locator, Page, expect

SOON_MS = 20_000
SOUP = "Lentil soup"


def tool(page: Page, name: str) -> None:
    """Opens one of the panels for the app as a whole."""
    tabs = page.get_by_role("group", name="The app as a whole")
    button = tabs.get_by_role("button", name=name, exact=True)
    if button.get_attribute("aria-pressed") != "true":
        button.click()


def item(page: Page, text: str) -> Locator:
    """A record in a list."""
    return page.locator(".view").get_by_role("listitem").filter(has_text=text)


def field(page: Page, label: str) -> Locator:
    """An input of the open record or form."""
    return page.get_by_role("dialog").get_by_label(label)


def close(page: Page) -> None:
    """Closes the open record."""
    page.get_by_role("button", name="Close").click()


def make(ann: Page, ben: Page, handle: str, wait_ms: float, out: Path) -> None:
    """Ann makes a group and, by a sentence, an app in it; Ben finds it there."""
    ann.get_by_role("button", name="New group").click()
    ann.get_by_label("Title").fill("Sunday lunch")
    ann.get_by_label("Friends' handles, by commas").fill(handle)
    ann.get_by_role("button", name="Create", exact=True).click()
    ann.get_by_role("button", name="Mini-apps", exact=True).click()
    expect(ann.get_by_text("No mini-apps yet.")).to_be_visible(timeout=SOON_MS)
    ann.get_by_label("An app that…").fill("a log of our meals with calories")
    ann.get_by_role("button", name="Make it").click()
    # The first usable form is there long before the model is done with it.
    expect(ann.get_by_role("button", name="Open", exact=True)).to_be_visible(timeout=wait_ms)
    ann.screenshot(path=out / "made.png")
    expect(ann.get_by_text("Ready.")).to_be_visible(timeout=wait_ms)
    ann.get_by_role("button", name="Open", exact=True).click()
    title = ann.get_by_role("main").get_by_role("heading", level=1)
    expect(title).to_be_visible(timeout=SOON_MS)

    ben.reload()
    ben.get_by_role("button", name="Sunday lunch").click(timeout=SOON_MS)
    ben.get_by_role("button", name="Mini-apps", exact=True).click()
    ben.locator(".app-list").get_by_role("button").first.click(timeout=SOON_MS)
    expect(ben.get_by_role("main").get_by_role("heading", level=1)).to_have_text(title.inner_text(), timeout=SOON_MS)
    for page, other in ((ann, "Ben"), (ben, "Ann")):
        expect(page.get_by_role("list", name="Also here")).to_contain_text(f"{other} is here", timeout=SOON_MS)
        page.get_by_role("group", name="Views").get_by_role("button", name=re.compile("^(All|List)")).first.click()


def fill(ann: Page, ben: Page, out: Path) -> None:
    """Each enters and edits; the other sees it, and who is at it."""
    for page, dish, kcal in ((ann, SOUP, "400"), (ben, "Plum tart", "600")):
        page.get_by_role("button", name="Add ", exact=False).last.click()
        field(page, "Dish").fill(dish)
        field(page, "Eaten at").fill("2026-11-22T12:30")
        field(page, "Calories").fill(kcal)
        page.get_by_role("button", name="Add record").click()
    for page in (ann, ben):
        for dish, kcal in ((SOUP, "400"), ("Plum tart", "600")):
            expect(item(page, dish)).to_contain_text(kcal, timeout=SOON_MS)

    ben.get_by_role("button", name=SOUP, exact=True).click()
    field(ben, "Calories").focus()
    expect(ann.get_by_role("list", name="Also here")).to_contain_text(f"Ben is at {SOUP}", timeout=SOON_MS)
    field(ben, "Calories").fill("450")
    ann.screenshot(path=out / "app.png")
    ben.keyboard.press("Enter")
    expect(item(ann, SOUP)).to_contain_text("450", timeout=SOON_MS)


def refuse(ann: Page, ben: Page, out: Path) -> None:
    """A value that the field does not take is taken back, with the reason beside it; nobody else saw it."""
    field(ben, "Calories").fill("-5")
    ben.keyboard.press("Enter")
    expect(ben.get_by_role("dialog").get_by_text("Not accepted: must be at least 0")).to_be_visible(timeout=SOON_MS)
    expect(field(ben, "Calories")).to_have_value("450", timeout=SOON_MS)
    ben.screenshot(path=out / "refused.png")
    close(ben)
    expect(item(ann, SOUP)).to_contain_text("450")
    ben.get_by_role("list", name="Taken back").get_by_role("button", name="OK").click()


def lose(ann: Page, ben: Page) -> None:
    """Ben edits without a connection, Ann the same record meanwhile; both stand. Undo takes back only one's own."""
    ben.context.set_offline(True)
    expect(ben.get_by_text("Connecting again")).to_be_visible(timeout=SOON_MS)
    ben.get_by_role("button", name=SOUP, exact=True).click()
    field(ben, "Calories").fill("500")
    ben.keyboard.press("Enter")
    close(ben)
    expect(ben.get_by_text("Your edits wait")).to_be_visible(timeout=SOON_MS)
    ann.get_by_role("button", name=SOUP, exact=True).click()
    field(ann, "Dish").fill("Red lentil soup")
    ann.keyboard.press("Enter")
    close(ann)
    expect(item(ann, "Red lentil soup")).to_contain_text("450")
    ben.context.set_offline(False)
    for page in (ann, ben):
        expect(item(page, "Red lentil soup")).to_contain_text("500", timeout=2 * SOON_MS)

    ann.get_by_role("button", name="Undo").click()
    for page in (ann, ben):
        expect(item(page, SOUP)).to_contain_text("500", timeout=SOON_MS)
        expect(item(page, "Red lentil soup")).to_have_count(0, timeout=SOON_MS)
    ben.keyboard.press("Control+z")
    expect(item(ann, SOUP)).to_contain_text("450", timeout=SOON_MS)


def change(ann: Page, ben: Page, wait_ms: float, out: Path) -> None:
    """Ann changes the app by a sentence: what would change is shown, then made; Ben has the new field at once."""
    tool(ann, "Change")
    ann.get_by_label("Change this app", exact=True).last.fill("add a field for the price")
    ann.get_by_role("button", name="Show the change").click()
    changes = ann.get_by_role("list", name="Proposed changes")
    expect(changes).to_contain_text("price", ignore_case=True, timeout=wait_ms)
    ann.screenshot(path=out / "change.png")
    ann.get_by_role("button", name="Apply", exact=True).click()
    expect(ann.get_by_text("Everybody has the new version.")).to_be_visible(timeout=SOON_MS)
    ben.get_by_role("button", name=SOUP, exact=True).click()
    price = ben.get_by_role("dialog").get_by_label("Price", exact=False)
    expect(price).to_be_visible(timeout=SOON_MS)
    price.fill("7")
    ben.keyboard.press("Enter")
    close(ben)
    expect(item(ann, SOUP)).to_contain_text("7", timeout=SOON_MS)
    tool(ann, "History")
    expect(ann.get_by_role("button", name="Restore")).to_be_visible(timeout=SOON_MS)


def ask_and_take(ann: Page, out: Path) -> None:
    """A question is answered from the records, with its reading; the records come out as a file."""
    tool(ann, "Ask")
    ann.get_by_label("Question").fill("How many calories in total?")
    ann.get_by_role("button", name="Ask", exact=True).last.click()
    expect(ann.locator(".answer")).to_contain_text("1,050", timeout=SOON_MS)
    ann.screenshot(path=out / "asked.png")
    tool(ann, "Files")
    with ann.expect_download() as saved:
        ann.get_by_role("button", name="CSV", exact=True).click()
    assert SOUP in Path(saved.value.path()).read_text("utf-8")  # noqa: S101 (this is a test)


def part(ann: Page, ben: Page) -> None:
    """Ben may only read, then is removed from the group and sees no more of it."""
    tool(ann, "People")
    ann.get_by_label("Role of Ben").select_option("viewer")
    expect(ben.get_by_text("You can read this app, not change it.")).to_be_visible(timeout=SOON_MS)
    expect(ben.get_by_role("button", name="Add ", exact=False)).to_have_count(0)
    ann.get_by_role("button", name="‹ Back").click()
    ann.get_by_role("button", name="People", exact=True).click()
    ann.get_by_role("button", name="Remove Ben").click()
    expect(ben.get_by_text("You are no longer a member here.")).to_be_visible(timeout=SOON_MS)
    expect(item(ben, SOUP)).to_have_count(0)


def play(browser: Browser, url: str, out: Path, wait_s: float) -> None:
    """Plays it all and writes the pictures; raises AssertionError where something is not seen."""
    tag = secrets.token_hex(3)
    ann, ben = sign_up(browser, url, f"ann-{tag}", "Ann"), sign_up(browser, url, f"ben-{tag}", "Ben")
    errors: list[str] = []
    for page in (ann, ben):
        page.on("pageerror", lambda error: errors.append(str(error)))
    out.mkdir(parents=True, exist_ok=True)

    make(ann, ben, f"ben-{tag}", wait_s * 1000, out)
    fill(ann, ben, out)
    refuse(ann, ben, out)
    lose(ann, ben)
    change(ann, ben, wait_s * 1000, out)
    ask_and_take(ann, out)
    part(ann, ben)
    assert not errors, errors  # noqa: S101 (this is a test)
    print(f"saved pictures in {out}")


def main() -> None:
    """Runs against the gateway at the given URL."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="where the gateway is, for example http://127.0.0.1:8080")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "apps")
    parser.add_argument("--wait", type=float, default=120.0, help="longest wait for the AI, seconds")
    arguments = parser.parse_args()
    with chromium() as browser:
        play(browser, arguments.url.rstrip("/"), arguments.out, arguments.wait)


if __name__ == "__main__":
    main()
