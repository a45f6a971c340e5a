"""Scripts under attack of their own: each can only reach what QuickJS gives it, for so long and so much."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from .conftest import Canary, drawn, refusal, says, show


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
