"""Custom views under attack: the built client's sandbox in a real browser, behind the gateway's own headers.

A script can only reach what QuickJS gives it. The second half of the tests supposes that it broke out of QuickJS: code
is run in the sandbox's worker and frame themselves, and must not get a byte out either.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, Worker, async_playwright, expect

_WEB = Path(__file__).parents[3] / "clients/web"
_VITE = _WEB / "node_modules/.bin/vite"
_NODE = shutil.which("node") or str(Path(__file__).parents[3] / ".venv-node/bin/node")
pytestmark = [
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here"),
    pytest.mark.skipif(not _VITE.exists(), reason="the web client's libraries are not installed (make web)"),
]


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


@pytest.fixture(scope="module")
def attacked(run_envoy: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Base URL of a gateway that serves the page on which the sandbox is attacked."""
    dist = tmp_path_factory.mktemp("attacked")
    command = [_NODE, str(_VITE), "build", "e2e/sandbox", "--outDir", str(dist), "--logLevel", "warn"]
    subprocess.run(command, cwd=_WEB, check=True, timeout=60)
    with run_envoy(tmp_path_factory.mktemp("gateway"), MADELEINE_GATEWAY_WEB_DIST=str(dist)) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
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


async def test_a_drawing_is_shown_as_elements(page: Page):
    script = """
    function draw({ records, people, today }) {
      return { tag: "div", attrs: { look: "column" }, children: [
        { tag: "strong", text: `${records.length} by ${people.p1} on ${today}` },
        { tag: "svg", attrs: { viewBox: "0 0 10 10", label: "a square" }, children: [
          { tag: "rect", attrs: { x: 1, y: 1, width: 8, height: 8, fill: "accent" } }] }] };
    }"""
    records = [{"record_id": "r1", "entity": "meal", "values": {"dish": "soup"}}]
    await show(page, script, records=records, people={"p1": "Ana"})
    assert await drawn(page) == "1 by Ana on 2026-03-15"
    assert await page.locator("section.drawn svg rect").get_attribute("fill") == "var(--accent)"
    # A change of the data draws again in the same sandbox.
    await show(page, script, records=[*records, *records], people={"p1": "Ben"})
    await expect(page.get_by_text("2 by Ben on 2026-03-15")).to_be_visible()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("function draw() { for (;;) {} }", "took too long"),
        ("for (;;) {}", "took too long"),
        ("function draw() { try { for (;;) {} } catch { return 'caught' } finally { for (;;) {} } }", "took too long"),
        ("function draw() { return /(a+)+$/.test('a'.repeat(40) + 'b') ? 'a' : 'b' }", "took too long"),
        ("function draw() { return { toJSON() { for (;;) {} } } }", "took too long"),
        # QuickJS itself loops here without asking: the worker is killed.
        ("function draw() { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) }", "took too long"),
        ("function draw() { const held = []; for (;;) held.push(new Uint8Array(1e6)) }", "too much memory"),
        ("function draw() { return new ArrayBuffer(1e9).byteLength }", "too much memory"),
        ("function draw() { return 'x'.repeat(600000) }", "too large"),
        ("function draw() { return draw() }", "could not be drawn"),
        ("function draw() { throw new Error('on purpose') }", "on purpose"),
        ("function draw() { throw null }", "it threw null"),
        ("function draw() { throw { get name() { for (;;) {} }, message: 'x' } }", "took too long"),
        ("function draw() {", "SyntaxError"),
        ("const drawing = 1", "no function draw"),
        ("function draw() {}", "no element"),
        ("x" * 70_000, "longer than"),
    ],
)
async def test_what_breaks_a_limit_is_stopped_and_the_next_drawing_is_well(page: Page, script: str, why: str):
    await show(page, script)
    assert why in await refusal(page)
    await expect(page.locator("iframe")).to_have_count(0)
    assert not page.workers
    await show(page, "function draw() { return 'well again' }")
    assert await drawn(page) == "well again"


_ELSEWHERE = """
    fetch XMLHttpRequest WebSocket EventSource Worker importScripts Image document window self parent top location
    navigator localStorage sessionStorage indexedDB caches postMessage setTimeout queueMicrotask std os require process
    WebAssembly console alert"""


async def test_nothing_of_the_page_or_the_network_is_there(page: Page):
    there = "names.filter(n => n in globalThis || Function(`return typeof ${n}`)() !== 'undefined').join()"
    await show(page, f"const names = {_ELSEWHERE.split()};" + says(f"names.length + {there}"))
    assert await drawn(page) == f"is {len(_ELSEWHERE.split())}"


@pytest.mark.parametrize(
    "expression",
    [
        "Function('return this')().fetch",
        "(() => {}).constructor('return typeof document')()",
        "[].constructor.constructor('return this.parent')()",
        "Reflect.getPrototypeOf(async function* () {}).constructor('yield document')().next().document",
        "Object.getOwnPropertyNames(globalThis).filter(n => /fetch|doc|win|loc|nav|stor|post|sock/i.test(n)) + ''",
    ],
)
async def test_constructors_lead_nowhere(page: Page, expression: str):
    await show(page, says(expression))
    assert await drawn(page) in {"is undefined", "is", "is null"}


async def test_modules_cannot_be_loaded(page: Page, canary: Canary):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    script = f"""
    let got = "nothing";
    for (const from of ["{canary.url}/m.js", "/assets/x.js", "data:text/javascript,1", "std", "os"])
      import(from).then(() => got = from, () => {{}});
    function draw() {{ return got }}"""
    await show(page, script)
    assert await drawn(page) == "nothing"
    assert not canary.heard
    assert not [url for url in asked if "/assets/" not in url and not url.startswith("blob:")]


async def test_data_is_frozen_and_a_copy(page: Page):
    script = """
    function draw(data) {
      "use strict";
      const tries = [() => { data.records.push(1) }, () => { data.records[0].values.dish = "x" },
        () => { data.spec.entities.length = 0 }, () => { data.more = 1 }, () => { delete data.view.name }];
      return tries.map((change) => { try { change(); return "changed " } catch (error) { return "frozen " } });
    }"""
    records = [{"record_id": "r", "entity": "e", "values": {"dish": "soup"}}]
    await show(page, script, records=records, spec={"entities": [1]}, view={"name": "v"})
    assert (await drawn(page)).split() == ["frozen"] * 5


async def test_redefining_everything_changes_nothing_outside(page: Page):
    script = """
    JSON.stringify = () => "[\\"forged\\"]"; JSON.parse = () => ({});
    Object.prototype.tag = "script"; Object.prototype.polluted = "yes"; Array.prototype.toJSON = () => "poisoned";
    Object.freeze = (x) => x; String = Number = Array = Map = Symbol = null;
    function draw() { return JSON.parse ? { tag: "p", text: "own" } : 1 }"""
    await show(page, script)
    assert await drawn(page) == "own"
    assert await page.evaluate("({}).polluted === undefined && [].toJSON === undefined")
    proto = 'function draw() { return { tag: "p", text: "x", attrs: { ["__proto__"]: { polluted: "yes" } } } }'
    await show(page, proto)
    assert "__proto__" in await refusal(page)
    assert await page.evaluate("({}).polluted === undefined")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("function draw() { return Array(6000).fill('x') }", "5000 elements"),
        ("function draw() { let n = 'x'; for (let i = 0; i < 99; i++) n = [n]; return n }", "deep"),
        ("async function draw() { return 'late' }", "element undefined"),
    ],
)
async def test_what_is_no_drawing_is_refused(page: Page, script: str, why: str):
    await show(page, script)
    assert why in await refusal(page)


_FORBIDDEN: list[Any] = [
    {"tag": "script", "text": "alert(1)"},
    {"tag": "img", "attrs": {"src": "x", "onerror": "alert(1)"}},
    {"tag": "iframe", "attrs": {"srcdoc": "x"}},
    {"tag": "a", "attrs": {"href": "javascript:alert(1)"}},
    {"tag": "form", "children": [{"tag": "input"}]},
    {"tag": "style", "text": "* { display: none }"},
    {"tag": "svg", "children": [{"tag": "foreignObject"}]},
    {"tag": "svg", "children": [{"tag": "use", "attrs": {"href": "#x"}}]},
    {"tag": "p", "attrs": {"onclick": "alert(1)"}},
    {"tag": "p", "attrs": {"style": "position: fixed; inset: 0"}},
    {"tag": "p", "attrs": {"class": "door"}},
    {"tag": "p", "attrs": {"dangerouslySetInnerHTML": {"__html": "<img>"}}},
    {"tag": "p", "attrs": {"ref": "x"}},
    {"tag": "p", "attrs": {"look": "row modal"}},
    {"tag": "rect", "attrs": {"fill": "url(http://127.0.0.1/x)"}},
    {"tag": "rect", "attrs": {"width": "1e9"}},
    {"tag": "constructor"},
    {"tag": "__proto__"},
    {"tag": ["div"]},
    {"tag": {"toString": "div"}},
    {"$$typeof": "react.element", "type": "script"},
    True,
]


async def test_no_other_element_or_attribute_is_drawn(page: Page):
    # Each beside a sound one, so that it is the attack that is refused.
    for node in _FORBIDDEN:
        await show(page, f"function draw() {{ return [{{ tag: 'p', text: 'sound' }}, {json.dumps(node)}] }}")
        assert "could not be drawn" in await refusal(page), node
        await show(page, "function draw() { return { tag: 'p', text: 'sound' } }")
        assert await drawn(page) == "sound"


async def test_markup_is_text(page: Page):
    await show(page, "function draw() { return { tag: 'p', text: '<img src=x onerror=alert(1)><b>bold</b>' } }")
    assert await drawn(page) == "<img src=x onerror=alert(1)><b>bold</b>"
    assert await page.locator("section.drawn").inner_html() == (
        "<p>&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;bold&lt;/b&gt;</p>"
    )


async def test_messages_of_others_are_not_heard(page: Page):
    await show(page, "function draw() { return 'the real one' }")
    assert await drawn(page) == "the real one"
    forged = {"id": 1, "outcome": {"drawing": '"forged"'}, "ready": True}
    await page.evaluate("forged => window.postMessage(forged, '*')", forged)
    before = len(page.workers)
    await page.evaluate(
        """() => new Promise((done) => { const other = document.createElement('iframe');
             other.sandbox.add('allow-scripts'); other.srcdoc = '<p>another frame</p>'; other.onload = done;
             document.body.append(other) })"""
    )
    other = page.frames[-1]
    attack = """forged => { const pair = new MessageChannel();
      parent.postMessage(forged, '*');
      parent.frames[0].postMessage({ source: 'postMessage(1)', wasm: new ArrayBuffer(8) }, '*', [pair.port2]) }"""
    await other.evaluate(attack, forged)
    # What came after the forgeries has been dealt with: so were they.
    await page.frames[1].evaluate("() => new Promise((done) => setTimeout(done, 0))")
    assert len(page.workers) == before
    assert await drawn(page) == "the real one"


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


_SCRIPTS = Path(__file__).parents[2] / "miniapp/src/madeleine_miniapp/blueprints/scripts"


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
