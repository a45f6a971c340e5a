"""Supposes that a script broke out of QuickJS: code is run in the sandbox's worker and frame themselves.

Even there no byte gets out, nothing of the page is read, and nobody else's messages are heard.
"""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.async_api import Error, Page, Worker

from .conftest import Canary, drawn, show


async def inside(page: Page) -> Worker:
    """The worker of a sandbox that has drawn something."""
    await show(page, "function draw() { return 'drawn' }")
    await drawn(page)
    assert len(page.workers) == 1
    return page.workers[0]


_NETWORK = {
    "fetch": "fetch(url).then(() => 'got out')",
    "fetch without cors": "fetch(url, { mode: 'no-cors' }).then(() => 'got out')",
    "beacon": "navigator.sendBeacon(url, 'x') && 'queued'",
    "request": "new Promise((done, fail) => { const x = new XMLHttpRequest(); x.onload = () => done('got out');"
    " x.onerror = fail; x.open('GET', url); x.send() })",
    "socket": "new Promise((done, fail) => { const s = new WebSocket(url.replace('http', 'ws'));"
    " s.onopen = () => done('got out'); s.onerror = fail })",
    "events": "new Promise((done, fail) => { const s = new EventSource(url); s.onopen = () => done('got out');"
    " s.onerror = fail })",
    "import": "import(url + '/m.js').then(() => 'got out')",
    "nested worker": "new Promise((done, fail) => { const w = new Worker(url); w.onmessage = () => done('got out');"
    " w.onerror = fail })",
}
_OF_WORKER = {**_NETWORK, "import scripts": "importScripts(url + '/m.js') || 'got out'"}
_OF_FRAME = {
    **_NETWORK,
    "image": "new Promise((done, fail) => { const i = new Image(); i.onload = i.onerror = fail; i.src = url })",
    "script": "new Promise((done, fail) => { const s = document.createElement('script');"
    " s.onload = () => done('got out'); s.onerror = fail; s.src = url; document.head.append(s) })",
    "style": "new Promise((done, fail) => { const l = document.createElement('link'); l.rel = 'stylesheet';"
    " l.onload = () => done('got out'); l.onerror = fail; l.href = url; document.head.append(l) })",
    "frame": "new Promise((done, fail) => { const f = document.createElement('iframe'); f.src = url;"
    " f.onload = fail; document.body.append(f) })",
    "form": "(() => { const f = document.createElement('form'); f.action = url; document.body.append(f);"
    " f.submit(); throw 1 })()",
    "popup": "window.open(url) ? 'got out' : Promise.reject()",
    "top": "(() => { top.location = url; return 'got out' })()",
    "parent": "parent.document.body.innerText && 'got out'",
    "storage": "localStorage.getItem('session') && 'got out'",
    "cookie": "document.cookie && 'got out'",
    "inline": "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
    " document.head.append(s); if (window.ran) return 'got out'; throw 1 })()",
}


async def test_even_out_of_quickjs_the_worker_reaches_nothing(page: Page, canary: Canary):
    worker = await inside(page)
    for way, code in _OF_WORKER.items():
        tried = f"async url => {{ try {{ return await ({code}) }} catch {{ return 'refused' }} }}"
        # A beacon is taken in and then dropped: only the canary knows.
        assert await worker.evaluate(tried, canary.url) in {"refused", "queued"}, way
    assert not canary.heard


async def test_even_out_of_the_worker_the_frame_reaches_nothing(page: Page, canary: Canary):
    await inside(page)
    for way, code in _OF_FRAME.items():
        tried = f"async url => {{ try {{ return await ({code}) }} catch {{ return 'refused' }} }}"
        assert await page.frames[1].evaluate(tried, canary.url) in {"refused", "queued"}, way
    assert not canary.heard
    assert await page.title() == "Sandbox under attack"


@pytest.mark.parametrize("target", ["{canary}/?leak", "/?leak", "data:text/html,leak"])
async def test_the_frame_cannot_go_elsewhere(page: Page, canary: Canary, attacked: str, target: str):
    await inside(page)
    there = target.format(canary=canary.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with suppress(Error):
        # A refused navigation leaves an empty page behind, and this call without an answer.
        await page.frames[1].evaluate(
            "there => { location.href = there }", f"{attacked}{there}" if there[0] == "/" else there
        )
    await page.evaluate("() => fetch('/healthz').then((r) => r.text())")
    assert not canary.heard
    assert not [url for url in asked if "leak" in url]
    assert not [frame.url for frame in page.frames if "leak" in frame.url]
