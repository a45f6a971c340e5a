"""How two people change a mini-app: by sentences, by hand, back again; and stop the making of one."""

from __future__ import annotations

from pathlib import Path

from app_page import PLUMS, SOON_MS, cell, proposal, tool, view, write
from playwright.sync_api import Page, WebSocketRoute, expect


def stop(ann: Page, wait_ms: float) -> None:
    """Ann stops the making of another app: what is there of it stays."""
    ann.get_by_label("An app that…").fill("the plants on our balcony: when watered, by whom")
    ann.get_by_role("button", name="Make it").click()
    ann.get_by_role("button", name="Cancel", exact=True).click()
    expect(ann.get_by_text("Stopped. What is there already stays.")).to_be_visible(timeout=wait_ms)
    expect(ann.get_by_role("button", name="Make it")).to_be_enabled()


def change(ann: Page, ben: Page, wait_ms: float, out: Path) -> None:
    """Ann asks for changes by sentences; what would change waits for her and for Ben, over a reload too."""
    place = ann.url
    for request in ("add a field for the shop", "rename the field Category to Sort"):
        tool(ann, "Change")
        ann.get_by_role("textbox", name="Change this app").fill(request)
        ann.get_by_role("button", name="Show the change").click()
        expect(proposal(ann, request)).to_contain_text("Ann", timeout=wait_ms)
    ann.screenshot(path=out / "change.png")
    tool(ben, "Change")
    proposal(ben, "rename the field Category to Sort").get_by_role("button", name="Discard").click()
    expect(ben.get_by_text("Dropped. Nothing was changed.")).to_be_visible(timeout=SOON_MS)
    ann.goto(place)
    tool(ann, "Change")
    shop = proposal(ann, "add a field for the shop")
    expect(shop.get_by_role("list", name="Proposed changes")).to_contain_text("shop", ignore_case=True, timeout=SOON_MS)
    expect(proposal(ann, "rename the field Category to Sort")).to_have_count(0)
    shop.get_by_role("button", name="Apply", exact=True).click()
    view(ann, "Table")
    expect(ann.get_by_text("Everybody has the new version.")).to_be_visible(timeout=SOON_MS)
    expect(cell(ben, PLUMS, "Shop")).to_be_visible(timeout=SOON_MS)
    write(ben, PLUMS, "Shop", "Market hall")
    expect(cell(ann, PLUMS, "Shop")).to_have_value("Market hall", timeout=SOON_MS)


def cancel(ann: Page, wait_ms: float) -> None:
    """Ann stops a change while the model still ponders over it: nothing waits to be decided on."""
    tool(ann, "Change")
    ann.get_by_role("textbox", name="Change this app").fill("make it a bit more like the one that grandma had, you know")
    ann.get_by_role("button", name="Show the change").click()
    ann.get_by_role("button", name="Cancel", exact=True).click()
    expect(ann.get_by_text("Dropped. Nothing was changed.")).to_be_visible(timeout=wait_ms)
    expect(ann.get_by_role("list", name="Changes that wait to be decided on")).to_have_count(0)
    expect(ann.get_by_role("button", name="Show the change")).to_be_enabled()


def collide(ann: Page, ben: Page) -> None:
    """Ann and Ben give the app another title, and she has not heard of his: hers is refused, shown on his, then made."""
    deaf: list[bool] = []

    def line(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda said: None if deaf else browser.send(said))

    ann.route_web_socket("**/live", line)
    ann.reload()
    windows = []
    for page, title in ((ann, "Our costs"), (ben, "What we spend")):
        tool(page, "Change")
        page.get_by_role("button", name="Change it by hand").click()
        window = page.get_by_role("dialog", name="Change it by hand")
        window.get_by_label("Title").fill(title)
        window.get_by_role("button", name="Show the change").click()
        windows.append(window)
    hers, his = windows
    deaf.append(True)
    his.get_by_role("button", name="Apply", exact=True).click()
    expect(his).to_have_count(0, timeout=SOON_MS)
    hers.get_by_role("button", name="Apply", exact=True).click()
    expect(hers.get_by_text("Your changes are kept")).to_be_visible(timeout=SOON_MS)
    expect(hers.get_by_role("list", name="Proposed changes")).to_contain_text("What we spend → Our costs")
    hers.get_by_role("button", name="Apply", exact=True).click()
    expect(hers).to_have_count(0, timeout=SOON_MS)
    deaf.clear()
    for page in (ann, ben):
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text("🏡 Our costs", timeout=SOON_MS)


def change_by_hand(ann: Page, ben: Page, out: Path) -> None:
    """Ann changes fields and the title by hand, Ben the icon: what is wrong is told where it is, both stand."""
    tool(ann, "Change")
    ann.get_by_role("button", name="Change it by hand").click()
    window = ann.get_by_role("dialog", name="Change it by hand")
    shop = window.get_by_role("group", name="Shop")
    shop.get_by_label("Type", exact=True).select_option("CHOICE")
    shop.get_by_label("Another choice").fill("Corner shop, Bakery")
    shop.get_by_label("Name of the field").fill("Where")
    window.get_by_label("Choice fun").fill("leisure")
    window.get_by_label("New field").first.fill("Note")
    window.get_by_role("button", name="Add field").click()
    window.get_by_label("Title").fill("")
    window.get_by_label("Title").scroll_into_view_if_needed()
    ann.screenshot(path=out / "editor.png")

    tool(ben, "Change")
    ben.get_by_role("button", name="Change it by hand").click()
    his = ben.get_by_role("dialog", name="Change it by hand")
    his.get_by_label("Icon").fill("🏡")
    his.get_by_role("button", name="Show the change").click()
    expect(his.get_by_role("list", name="Proposed changes")).to_contain_text("→ 🏡")
    his.get_by_role("button", name="Apply", exact=True).click()
    expect(his).to_have_count(0, timeout=SOON_MS)

    expect(window.get_by_text("Your changes are kept")).to_be_visible(timeout=SOON_MS)
    window.get_by_role("button", name="Show the change").click()
    window.get_by_role("button", name="Apply", exact=True).click()
    expect(window.get_by_label("Title")).to_have_attribute("aria-invalid", "true", timeout=SOON_MS)
    ann.screenshot(path=out / "wrong.png")
    window.get_by_label("Title").fill("Costs of our flat")
    window.get_by_role("button", name="Show the change").click()
    changes = window.get_by_role("list", name="Proposed changes")
    for said in ("Shop → Where", "Where: Text → Choice", "Note (Text)", "fun → leisure", "→ Costs of our flat"):
        expect(changes).to_contain_text(said)
    expect(changes).not_to_contain_text("🏡")
    ann.screenshot(path=out / "by_hand.png")
    window.get_by_role("button", name="Apply", exact=True).click()
    expect(window).to_have_count(0, timeout=SOON_MS)
    for page in (ann, ben):
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(
            "🏡 Costs of our flat", timeout=SOON_MS
        )
        expect(cell(page, PLUMS, "Where")).to_have_value("Market hall", timeout=SOON_MS)
        expect(cell(page, "Cinema", "Category")).to_have_value("leisure", timeout=SOON_MS)


def restore(ann: Page, ben: Page, out: Path) -> None:
    """An earlier version comes back, then the later one again with what had been entered."""
    tool(ann, "History")
    versions = ann.get_by_role("region", name="History").get_by_role("listitem")
    expect(versions.first).to_contain_text("+ Shop", timeout=SOON_MS)
    newest = versions.first.locator("b").inner_text()
    ann.screenshot(path=out / "history.png")
    versions.nth(1).get_by_role("button", name="Restore").click()
    expect(ben.get_by_role("columnheader", name="Shop")).to_have_count(0, timeout=SOON_MS)
    versions.filter(has_text=newest).get_by_role("button", name="Restore").click()
    expect(cell(ben, PLUMS, "Shop")).to_have_value("Market hall", timeout=SOON_MS)
