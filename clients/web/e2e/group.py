"""Plays two people in a group, each in a real browser, and saves pictures of what they see.

One makes the group, lets the AI speak when it helps, and invites the other by a link. What one does the other sees:
that they type, a reaction, an edit, a delete, what was read, a card of the AI's, a file, what is unread.

    python clients/web/e2e/group.py http://127.0.0.1:8080 [--out build/web]
"""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from first_page import ROOT, bubble, chromium, sign_up
from playwright.sync_api import Browser, Page, expect

SOON_MS = 20_000


def say(page: Page, text: str) -> None:
    """Writes a message as people do, key by key, and sends it."""
    page.get_by_label("Write a message").press_sequentially(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(bubble(page, text)).to_be_visible(timeout=SOON_MS)


def act(page: Page, text: str, name: str) -> None:
    """Presses one of the buttons that a message has for who points at it."""
    bubble(page, text).hover()
    bubble(page, text).get_by_role("button", name=name, exact=True).first.click()


def enter(ann: Page, ben: Page, url: str) -> None:
    """Ann makes the group and a link; Ben comes in by it."""
    ann.get_by_role("button", name="New group").click()
    ann.get_by_label("Title").fill("Sunday lunch")
    ann.get_by_role("button", name="Create", exact=True).click()
    ann.get_by_role("button", name="People", exact=True).click()
    expect(ann.get_by_text("No open invites.")).to_be_visible(timeout=SOON_MS)
    ann.get_by_role("radio", name="When it helps").click()
    expect(ann.get_by_role("radio", name="When it helps")).to_be_checked(timeout=SOON_MS)
    ann.get_by_role("button", name="New invite link").click()
    link = ann.get_by_role("textbox", name="Invite link").input_value()
    assert link.startswith(f"{url}/#/join/"), link  # noqa: S101 (this is a test)

    ben.goto(link)
    ben.get_by_role("button", name="Join", exact=True).click()
    expect(ben.get_by_role("heading", name="Sunday lunch")).to_be_visible(timeout=SOON_MS)
    expect(ann.get_by_label("Role of Ben")).to_have_value("MEMBER_ROLE_MEMBER", timeout=SOON_MS)
    ben.get_by_role("button", name="People", exact=True).click()
    expect(ben.get_by_role("radio", name="When it helps")).to_be_checked(timeout=SOON_MS)
    expect(ben.get_by_role("radio", name="Never")).to_be_disabled()
    ben.get_by_role("button", name="Chat", exact=True).click()


def talk(ann: Page, ben: Page) -> None:
    """Typing, replies, reactions, edits and deletes, as the other sees them."""
    ann.get_by_role("button", name="Chat", exact=True).click()
    ben.get_by_label("Write a message").press_sequentially("I bring a trat")
    expect(ann.get_by_text("Ben writing…")).to_be_visible(timeout=SOON_MS)
    ben.get_by_role("button", name="Send", exact=True).click()

    expect(bubble(ann, "I bring a trat")).to_be_visible(timeout=SOON_MS)
    # With the keyboard alone.
    bubble(ann, "I bring a trat").get_by_role("button", name="React", exact=True).focus()
    ann.keyboard.press("Enter")
    ann.get_by_role("button", name="React with 🎉").focus()
    ann.keyboard.press("Space")
    expect(bubble(ben, "I bring a trat").get_by_role("button", name="🎉 Ann")).to_be_visible(timeout=SOON_MS)
    expect(bubble(ben, "I bring a trat").get_by_text("read by Ann")).to_be_visible(timeout=SOON_MS)

    act(ben, "I bring a trat", "Edit")
    ben.get_by_label("New text").fill("I bring a tart, see https://tarts.example/plum.")
    ben.get_by_role("button", name="Save").click()
    expect(bubble(ann, "I bring a tart").get_by_text("edited")).to_be_visible(timeout=SOON_MS)
    expect(bubble(ann, "I bring a tart").get_by_role("link")).to_have_attribute("href", "https://tarts.example/plum")

    act(ann, "I bring a tart", "Reply")
    say(ann, "Lovely, I cook the rest")
    expect(bubble(ben, "Lovely").get_by_role("button", name="Ben I bring a tart")).to_be_visible(timeout=SOON_MS)

    say(ben, "My door code is 4711")
    act(ben, "My door code is 4711", "Delete")
    bubble(ben, "My door code is 4711").get_by_role("button", name="Delete").last.click()
    expect(bubble(ann, "Message deleted")).to_be_visible(timeout=SOON_MS)
    expect(ann.get_by_text("4711")).to_have_count(0)


def ask(ann: Page, ben: Page, wait_ms: float) -> None:
    """The AI sets a reminder; both see its card. Ben puts the answer right."""
    say(ann, "Madeleine, remind me tomorrow at 9 to buy the plums")
    for page in (ann, ben):
        expect(page.locator(".card")).to_contain_text("Reminder", timeout=wait_ms)
        expect(page.get_by_role("button", name="Good answer").first).to_be_visible(timeout=wait_ms)
    # What the card rests on leads to the message that asked for it.
    ben.locator(".card").get_by_text("Sources").click()
    ben.locator(".card").get_by_role("button", name="remind me").click(timeout=SOON_MS)
    expect(ben.locator(".bubble.found")).to_contain_text("remind me tomorrow", timeout=SOON_MS)
    card = ben.get_by_role("article").filter(has=ben.locator(".card"))
    card.hover()
    card.get_by_role("button", name="Put right").click()
    ben.get_by_label("New text").fill("At nine I will tell you.")
    ben.get_by_role("button", name="Save").click()
    expect(bubble(ann, "At nine I will tell you.").get_by_text("edited")).to_be_visible(timeout=SOON_MS)


def share(ann: Page, ben: Page) -> None:
    """A file goes from one to the other, byte by byte the same; something stays off the record."""
    recipe = ("Plum tart: flour, butter, plums, patience.\n" * 20_000).encode()
    ann.locator("input[type=file]").set_input_files({"name": "recipe.txt", "mimeType": "text/plain", "buffer": recipe})
    expect(ann.get_by_role("button", name="Remove recipe.txt")).to_be_visible(timeout=SOON_MS)
    ann.get_by_role("checkbox", name="off the record").check()
    say(ann, "Grandmother's secret")
    expect(bubble(ben, "Grandmother's secret").get_by_text("off the record")).to_be_visible(timeout=SOON_MS)
    with ben.expect_download() as saved:
        ben.get_by_role("button", name="Save recipe.txt").click()
    assert Path(saved.value.path()).read_bytes() == recipe  # noqa: S101 (this is a test)
    assert saved.value.suggested_filename == "recipe.txt"  # noqa: S101 (this is a test)


def come_back(ann: Page, ben: Page) -> None:
    """Ben is away, sees that there is something new, and finds what was said before."""
    ben.get_by_role("button", name="Madeleine").first.click()
    expect(ben.get_by_role("heading", name="Good to see you")).to_be_visible(timeout=SOON_MS)
    say(ann, "Who brings wine?")
    expect(ben.get_by_label("Unread: ", exact=False)).to_be_visible(timeout=SOON_MS)
    ben.get_by_label("Search messages").fill("tart")
    ben.get_by_role("button", name="Find", exact=True).click()
    ben.get_by_role("list", name="Found messages").get_by_role("button").first.click()
    expect(ben.locator(".bubble.found")).to_contain_text("I bring a tart", timeout=SOON_MS)


def part(ann: Page, ben: Page) -> None:
    """Ben is removed, and sees at once no more of what was said; Ann leaves."""
    ann.get_by_role("button", name="People", exact=True).click()
    ann.get_by_role("button", name="Remove Ben").click()
    expect(ann.get_by_label("Role of Ben")).to_have_count(0, timeout=SOON_MS)
    expect(ben.get_by_text("you are not a member of this conversation")).to_be_visible(timeout=SOON_MS)
    expect(ben.get_by_role("article")).to_have_count(0)
    ann.get_by_role("button", name="Leave the group").click()
    ann.get_by_role("button", name="Yes, leave").click()
    expect(ann.get_by_text("No conversations yet.")).to_be_visible(timeout=SOON_MS)


def play(browser: Browser, url: str, out: Path, wait_s: float) -> None:
    """Plays it all and writes the pictures; raises AssertionError where something is not seen."""
    tag = secrets.token_hex(3)
    ann, ben = sign_up(browser, url, f"ann-{tag}", "Ann"), sign_up(browser, url, f"ben-{tag}", "Ben")
    errors: list[str] = []
    for page in (ann, ben):
        page.on("pageerror", lambda error: errors.append(str(error)))
    out.mkdir(parents=True, exist_ok=True)

    enter(ann, ben, url)
    ann.screenshot(path=out / "people.png")
    talk(ann, ben)
    ask(ann, ben, wait_s * 1000)
    ann.screenshot(path=out / "card.png")
    share(ann, ben)
    come_back(ann, ben)
    ben.screenshot(path=out / "found.png")

    part(ann, ben)
    assert not errors, errors  # noqa: S101 (this is a test)
    print(f"saved pictures in {out}")


def main() -> None:
    """Runs against the gateway at the given URL."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="where the gateway is, for example http://127.0.0.1:8080")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "web")
    parser.add_argument("--wait", type=float, default=120.0, help="longest wait for the AI, seconds")
    arguments = parser.parse_args()
    with chromium() as browser:
        play(browser, arguments.url.rstrip("/"), arguments.out, arguments.wait)


if __name__ == "__main__":
    main()
