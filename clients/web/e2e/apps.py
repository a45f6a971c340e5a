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

from app_changes import cancel, change, change_by_hand, collide, restore, stop
from app_page import LENTILS, PLUMS, SOON_MS, cell, row, tool, view, write
from first_page import ROOT, chromium, sign_up
from playwright.sync_api import Browser, Page, expect

KEEPS_NOTHING = "async () => !(await indexedDB.databases()).some(({ name }) => name.startsWith('madeleine.live/'))"
TABLE = b"""What,Amount,Date,Who paid,Split between,Category
Bread,4.20,2026-11-20,Ben,all,groceries
Electricity,61,2026-11-18,Ann,all,utilities
Light bulbs,soon,2026-11-17,Ann,all,household
Cinema,22.50,2026-11-15,Ben,all,fun
Train to Lyon,48,2026-11-14,Ann,Ann and Ben,transport
"""


def make(ann: Page, ben: Page, handle: str, wait_ms: float, out: Path) -> None:
    """Ann makes a group and, by a sentence, an app in it; Ben finds it there."""
    ann.get_by_role("button", name="New group").click()
    ann.get_by_label("Title").fill("Our flat")
    ann.get_by_label("Friends' handles, by commas").fill(handle)
    ann.get_by_role("button", name="Create", exact=True).click()
    ann.get_by_role("button", name="Mini-apps", exact=True).click()
    expect(ann.get_by_text("No mini-apps yet.")).to_be_visible(timeout=SOON_MS)
    ann.get_by_label("An app that…").fill("shared expenses of our flat: what, how much and who paid")
    ann.get_by_role("button", name="Make it").click()
    # The first usable form is there before the model is done with it.
    expect(ann.get_by_role("button", name="Open", exact=True)).to_be_visible(timeout=wait_ms)
    ann.screenshot(path=out / "made.png")
    expect(ann.get_by_text("Ready.")).to_be_visible(timeout=wait_ms)
    ann.get_by_role("button", name="Open", exact=True).click()
    title = ann.get_by_role("main").get_by_role("heading", level=1)
    expect(title).to_be_visible(timeout=SOON_MS)

    ben.reload()
    ben.get_by_role("button", name="Our flat").click(timeout=SOON_MS)
    ben.get_by_role("button", name="Mini-apps", exact=True).click()
    ben.locator(".app-list").get_by_role("button").first.click(timeout=SOON_MS)
    expect(ben.get_by_role("main").get_by_role("heading", level=1)).to_have_text(title.inner_text(), timeout=SOON_MS)
    for page, other in ((ann, "Ben"), (ben, "Ann")):
        expect(page.get_by_role("list", name="Also here")).to_contain_text(f"{other} is here", timeout=SOON_MS)
        view(page, "Table")


def fill(ann: Page, ben: Page) -> None:
    """Each enters something, Ann also a file with a broken row; both see all of it."""
    for page, what, amount in ((ann, LENTILS, "12.5"), (ben, PLUMS, "8")):
        page.get_by_role("button", name="Add Expense").click()
        form = page.get_by_role("dialog")
        form.get_by_label(re.compile("^What")).fill(what)
        form.get_by_label("Amount").fill(amount)
        form.get_by_label("Date").fill("2026-11-22")
        form.get_by_role("button", name="Add record").click()
    for page in (ann, ben):
        expect(cell(page, LENTILS, "Amount")).to_have_value("12.5", timeout=SOON_MS)
        expect(cell(page, PLUMS, "Amount")).to_have_value("8", timeout=SOON_MS)
    tool(ann, "Files")
    ann.locator("input[type=file]").set_input_files({"name": "old.csv", "mimeType": "text/csv", "buffer": TABLE})
    expect(ann.get_by_text("Row 3: amount: must be a number")).to_be_visible(timeout=SOON_MS)
    ann.get_by_role("button", name="Import 4").click()
    expect(ann.get_by_text("Records added: 4")).to_be_visible(timeout=SOON_MS)
    expect(cell(ben, "Cinema", "Amount")).to_have_value("22.5", timeout=SOON_MS)
    tool(ann, "Ask")


def edit(ann: Page, ben: Page, out: Path) -> None:
    """Ann sees where Ben is, and what he writes there."""
    cell(ben, LENTILS, "Amount").focus()
    expect(ann.get_by_role("list", name="Also here")).to_contain_text(f"Ben is at {LENTILS}", timeout=SOON_MS)
    expect(row(ann, LENTILS).locator(".mark")).to_have_text("Ben", timeout=SOON_MS)
    ann.screenshot(path=out / "app.png")
    write(ben, LENTILS, "Amount", "14.5")
    expect(cell(ann, LENTILS, "Amount")).to_have_value("14.5", timeout=SOON_MS)


def refuse(ann: Page, ben: Page, out: Path) -> None:
    """A value that the field does not take is taken back, with the reason beside it; for others it stays as it was."""
    write(ben, LENTILS, "Amount", "-5")
    expect(row(ben, LENTILS).get_by_text("Not accepted: must be at least 0")).to_be_visible(timeout=SOON_MS)
    expect(cell(ben, LENTILS, "Amount")).to_have_value("14.5", timeout=SOON_MS)
    ben.screenshot(path=out / "refused.png")
    ben.get_by_role("list", name="Taken back").get_by_role("button", name="OK").click()
    expect(cell(ann, LENTILS, "Amount")).to_have_value("14.5")


def lose(ann: Page, ben: Page) -> None:
    """Ben edits without a connection, Ann the same record meanwhile; both stand. Undo takes back only one's own."""
    ben.context.set_offline(True)
    expect(ben.get_by_text("Connecting again")).to_be_visible(timeout=SOON_MS)
    write(ben, LENTILS, "Amount", "16")
    expect(ben.get_by_text("Changes not yet sent: 1")).to_be_visible(timeout=SOON_MS)
    write(ann, LENTILS, "What", "Red lentils")
    expect(cell(ann, "Red lentils", "Amount")).to_have_value("14.5")
    ben.context.set_offline(False)
    for page in (ann, ben):
        expect(cell(page, "Red lentils", "Amount")).to_have_value("16", timeout=2 * SOON_MS)
    expect(ben.get_by_text("Changes sent: 1")).to_be_visible(timeout=SOON_MS)

    ann.get_by_role("button", name="Undo").click()
    for page in (ann, ben):
        expect(cell(page, LENTILS, "Amount")).to_have_value("16", timeout=SOON_MS)
    ben.keyboard.press("Control+z")
    expect(cell(ann, LENTILS, "Amount")).to_have_value("14.5", timeout=SOON_MS)


def reload(ann: Page, ben: Page, out: Path) -> None:
    """Ben edits without a connection and loads the page anew: all is there, and goes out when he is back."""
    ben.evaluate("navigator.serviceWorker.ready.then(() => true)")
    ben.context.set_offline(True)
    expect(ben.get_by_text("Connecting again")).to_be_visible(timeout=SOON_MS)
    write(ben, PLUMS, "Amount", "9")
    write(ben, PLUMS, "What", "Yellow plums")
    expect(ben.get_by_text("Changes not yet sent: 2. They are kept here")).to_be_visible(timeout=SOON_MS)
    ben.screenshot(path=out / "offline.png")
    ben.reload()
    view(ben, "Table")
    expect(cell(ben, "Yellow plums", "Amount")).to_have_value("9", timeout=SOON_MS)
    expect(ben.get_by_text("Changes not yet sent: 2. They are kept here")).to_be_visible(timeout=SOON_MS)
    ben.screenshot(path=out / "reloaded.png")
    expect(cell(ann, PLUMS, "Amount")).to_have_value("8")
    ben.context.set_offline(False)
    for page, what in ((ann, "Yellow plums"), (ben, "Yellow plums")):
        view(page, "Table")
        expect(cell(page, what, "Amount")).to_have_value("9", timeout=2 * SOON_MS)
    expect(ben.get_by_text("Changes sent: 2")).to_be_visible(timeout=SOON_MS)
    ben.screenshot(path=out / "sent.png")
    write(ben, "Yellow plums", "What", PLUMS)
    write(ben, PLUMS, "Amount", "8")
    expect(cell(ann, PLUMS, "Amount")).to_have_value("8", timeout=SOON_MS)


def ask_and_take(ann: Page, out: Path) -> None:
    """Figures come from the server, in views and in answers; the records come out as a file."""
    tool(ann, "Ask")
    ann.get_by_label("Question").fill("What is the total amount?")
    ann.get_by_role("button", name="Ask", exact=True).last.click()
    expect(ann.locator(".answer")).to_contain_text("158.2", timeout=SOON_MS)
    view(ann, "Total amount by category")
    expect(ann.get_by_role("img", name=re.compile("leisure: 22.5"))).to_be_visible(timeout=SOON_MS)
    ann.screenshot(path=out / "asked.png")
    view(ann, "Table")
    tool(ann, "Files")
    with ann.expect_download() as saved:
        ann.get_by_role("button", name="CSV", exact=True).click()
    assert "Market hall" in Path(saved.value.path()).read_text("utf-8")  # noqa: S101 (this is a test)


def give_away(ann: Page, ben: Page) -> None:
    """Ben makes an app of his own from the template of Ann's, and comes back."""
    ann.get_by_role("button", name="Make a link").click()
    link, place = ann.get_by_label("Link to the template"), ben.url
    expect(link).to_be_visible(timeout=SOON_MS)
    ben.goto(link.input_value())
    ben.get_by_role("button", name="Make it mine").click(timeout=SOON_MS)
    expect(ben.get_by_text("No records yet.")).to_be_visible(timeout=SOON_MS)
    ben.goto(place)
    expect(cell(ben, PLUMS, "Amount")).to_have_value("8", timeout=SOON_MS)


def part(ann: Page, ben: Page, wait_ms: float) -> None:
    """Ben may only read, then is removed from the group and sees no more of it."""
    tool(ann, "People")
    ann.get_by_label("Role of Ben").select_option("viewer")
    expect(ben.get_by_text("You can read this app, not change it.")).to_be_visible(timeout=SOON_MS)
    expect(ben.get_by_role("button", name="Add Expense")).to_have_count(0)
    expect(cell(ben, PLUMS, "Amount")).to_have_count(0)
    ann.get_by_role("button", name="‹ Back").click()
    stop(ann, wait_ms)
    ann.get_by_role("button", name="People", exact=True).click()
    ann.get_by_role("button", name="Remove Ben").click()
    expect(ben.get_by_text("You are no longer a member here.")).to_be_visible(timeout=SOON_MS)
    expect(row(ben, PLUMS)).to_have_count(0)
    # Nothing of it stays in his browser, nor in hers when she signs out.
    ben.wait_for_function(KEEPS_NOTHING)
    assert not ann.evaluate(KEEPS_NOTHING)  # noqa: S101 (this is a test)
    ann.get_by_role("button", name="Sign out").click()
    expect(ann.get_by_role("button", name="Sign in")).to_be_visible(timeout=SOON_MS)
    ann.wait_for_function(KEEPS_NOTHING)


def play(browser: Browser, url: str, out: Path, wait_s: float) -> None:
    """Plays it all and writes the pictures; raises AssertionError where something is not seen."""
    tag = secrets.token_hex(3)
    ann, ben = sign_up(browser, url, f"ann-{tag}", "Ann"), sign_up(browser, url, f"ben-{tag}", "Ben")
    errors: list[str] = []
    for page in (ann, ben):
        page.on("pageerror", lambda error: errors.append(str(error)))
    out.mkdir(parents=True, exist_ok=True)

    make(ann, ben, f"ben-{tag}", wait_s * 1000, out)
    fill(ann, ben)
    edit(ann, ben, out)
    refuse(ann, ben, out)
    lose(ann, ben)
    reload(ann, ben, out)
    change(ann, ben, wait_s * 1000, out)
    restore(ann, ben, out)
    change_by_hand(ann, ben, out)
    collide(ann, ben)
    cancel(ann, wait_s * 1000)
    ask_and_take(ann, out)
    give_away(ann, ben)
    part(ann, ben, wait_s * 1000)
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
