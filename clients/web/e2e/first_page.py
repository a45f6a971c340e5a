"""Plays the web client's first page in a real browser and saves a picture of it.

Two people sign up, make a group, one asks the AI and both wait for the streamed answer; then one of them loses
the connection and catches up.

    python clients/web/e2e/first_page.py http://127.0.0.1:8080 [--out docs/img/client.png]
"""

from __future__ import annotations

import argparse
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "a long enough password"  # noqa: S105 (of two people made up for a picture)


@contextmanager
def chromium() -> Iterator[Browser]:
    """This machine's Chromium; exits with a word of advice where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("no chromium here; install it (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox as root, which is what a CI container runs as.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def sign_up(browser: Browser, url: str, handle: str, name: str) -> Page:
    """A page on which a new person is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", device_scale_factor=2)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="I am new here").click()
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name=f"Good to see you, {name}.")).to_be_visible(timeout=15_000)
    return page


def bubble(page: Page, text: str) -> Locator:
    """The message that says this; not the box to write in, which says it too until it is sent."""
    return page.get_by_role("article").filter(has_text=text)


def play(browser: Browser, url: str, out: Path, wait_s: float) -> None:
    """Signs two people up, lets them talk with the AI, and writes the picture; raises AssertionError if that fails."""
    tag = secrets.token_hex(3)
    ben = sign_up(browser, url, f"ben-{tag}", "Ben")
    ann = sign_up(browser, url, f"ann-{tag}", "Ann")
    errors: list[str] = []
    ann.on("pageerror", lambda error: errors.append(str(error)))

    ann.get_by_role("button", name="New group").click()
    ann.get_by_label("Title").fill("Sunday lunch")
    ann.get_by_label("Friends' handles, by commas").fill(f"ben-{tag}")
    ann.get_by_role("button", name="Create", exact=True).click()
    ann.get_by_role("heading", name="Sunday lunch").wait_for()

    ben.get_by_role("button", name="Madeleine").first.wait_for()
    ben.reload()
    ben.get_by_role("button", name="Sunday lunch").click()
    ben.get_by_label("Write a message").fill("I can bring a tart. I do not eat nuts.")
    ben.get_by_role("button", name="Send").click()
    expect(bubble(ann, "I can bring a tart.")).to_be_visible(timeout=15_000)

    ann.get_by_label("Write a message").fill("@madeleine what should we cook for Ben on Sunday?")
    ann.get_by_role("button", name="Send").click()
    for page in (ann, ben):
        # The buttons to judge an answer show once it is complete.
        expect(page.get_by_role("button", name="Good answer")).to_be_visible(timeout=wait_s * 1000)
    ann.get_by_role("button", name="Good answer").click()
    expect(ann.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true", timeout=15_000)

    # Ben's connection drops; he catches up from his cursor with what was said meanwhile.
    ben.context.set_offline(True)
    expect(ben.get_by_text("Connecting again")).to_be_visible(timeout=60_000)
    ann.get_by_label("Write a message").fill("Sunday at one, then.")
    ann.get_by_role("button", name="Send").click()
    expect(bubble(ann, "Sunday at one, then.")).to_be_visible(timeout=15_000)
    ben.context.set_offline(False)
    expect(bubble(ben, "Sunday at one, then.")).to_be_visible(timeout=30_000)
    assert not errors, errors  # noqa: S101 (this is a test)

    # A model may answer without having remembered anything: then there are no sources to show.
    for sources in ann.get_by_text("Sources").all():
        sources.click()
    out.parent.mkdir(parents=True, exist_ok=True)
    ann.screenshot(path=out)
    print(f"saved {out}")


def main() -> None:
    """Runs against the gateway at the given URL."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="where the gateway is, for example http://127.0.0.1:8080")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img" / "client.png")
    parser.add_argument("--wait", type=float, default=120.0, help="longest wait for the answer, seconds")
    arguments = parser.parse_args()
    with chromium() as browser:
        play(browser, arguments.url, arguments.out, arguments.wait)


if __name__ == "__main__":
    main()
