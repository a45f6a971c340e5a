"""A page on which the built client's sandbox is attacked, in a real browser, behind the gateway's own headers."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

_WEB = Path(__file__).parents[4] / "clients/web"
_VITE = _WEB / "node_modules/.bin/vite"
_NODE = shutil.which("node") or str(Path(__file__).parents[4] / ".venv-node/bin/node")


@dataclass
class Canary:
    """A server that nothing in a sandbox may reach; it counts who comes."""

    url: str = ""
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Browsers open connections on suspicion; what counts is whether anything is said on one.
        if line := await reader.readline():
            self.heard.append(line)
        writer.write(b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def canary() -> AsyncIterator[Canary]:
    made = Canary()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture(scope="session")
def attacked(run_envoy: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Base URL of a gateway that serves the page on which the sandbox is attacked."""
    if shutil.which("chromium") is None:
        pytest.skip("no chromium here")
    if not _VITE.exists():
        pytest.skip("the web client's libraries are not installed (make web)")
    dist = tmp_path_factory.mktemp("attacked")
    command = [_NODE, str(_VITE), "build", "e2e/sandbox", "--outDir", str(dist), "--logLevel", "warn"]
    subprocess.run(command, cwd=_WEB, check=True, timeout=60)
    with run_envoy(tmp_path_factory.mktemp("gateway"), MADELEINE_GATEWAY_WEB_DIST=str(dist)) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(attacked: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield made
        await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, attacked: str) -> AsyncIterator[Page]:
    made = await browser.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    await made.goto(attacked)
    yield made
    assert not errors
    await made.close()


async def show(page: Page, script: str, **given: Any) -> None:
    order = [script, *(given.get(name, empty) for name, empty in _GIVEN)]
    await page.evaluate("order => window.show(...order)", order)


_GIVEN: tuple[tuple[str, Any], ...] = (("records", []), ("spec", {}), ("view", {}), ("people", {}))


def says(expression: str) -> str:
    """A script that draws what an expression is, or why it has no value."""
    return (
        f"function draw(data) {{ try {{ return 'is ' + String({expression}) }} catch (e) {{ return 'throws ' + e }} }}"
    )


async def drawn(page: Page) -> str:
    section = page.locator("section.drawn")
    await expect(section).to_be_visible(timeout=15_000)
    return await section.inner_text()


async def refusal(page: Page) -> str:
    alert = page.get_by_role("alert")
    await expect(alert).to_be_visible(timeout=15_000)
    return await alert.inner_text()
