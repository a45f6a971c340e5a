"""The guides' tables of calls, as they are written: each path and body must be what the house understands."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from madeleine_common.testing import eventually

_GUIDES = Path(__file__).parents[2] / "docs" / "guides"
_CALL = re.compile(r"`(GET|POST|PUT|DELETE) (/v1/\S+?)(?: (\{.*?\}))?`")
_ALSO = re.compile(r"`\?(\w+=\w+)`")
_ACTION = re.compile(r"`(:\w+)`")
# Of this week where the people of the house live, whenever that is.
_NOW = datetime.now(ZoneInfo("Europe/Paris"))
_SAMPLES = {
    "FIELD_TYPE_DATE": _NOW.date().isoformat(),
    "FIELD_TYPE_DATETIME": _NOW.isoformat(timespec="minutes"),
    "FIELD_TYPE_TEXT": "as always",
    "FIELD_TYPE_BOOLEAN": True,
}


def _rows(guide: str) -> list[str]:
    """The rows of a guide's first table of calls."""
    lines = (_GUIDES / guide).read_text("utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| `"))
    after = next(i for i, line in enumerate(lines[first:], first) if not line.startswith("| `"))
    return lines[first:after]


def _key() -> str:
    return secrets.token_hex(16)


@pytest.mark.parametrize(("guide", "least"), [("memory.md", 11), ("miniapps.md", 15)])
def test_the_guides_still_have_their_tables(guide: str, least: int) -> None:
    assert len(_rows(guide)) >= least
    assert all(_CALL.search(row) for row in _rows(guide))


class Reader:
    """Somebody who has a guide open and types what it says."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"}

    async def call(self, verb: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self._client.request(verb, path, json=body, headers=self._headers)

    async def ok(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What is answered; of a stream its last message."""
        answer = await self.call(verb, path, body)
        assert answer.status_code == 200, f"{verb} {path} {body}: {answer.text}"
        return json.loads(answer.text.strip().splitlines()[-1])


@pytest.mark.timeout(240)
async def test_every_call_of_the_guide_to_memory_is_answered(house) -> None:
    ana = await house.person("Ana")
    group = await house.group(ana)
    reader = Reader(house.client, ana.api.token)
    for text in ("I live in Lyon, near the lake.", "My door's code is 4711."):
        kept = await reader.ok("POST", "/v1/memories", {"text": text, "idempotencyKey": _key()})
    memory_id = kept["memory"]["memory_id"]

    async def recalled() -> bool:
        return bool((await reader.ok("POST", "/v1/memories:recall", {"query": "where do I live?"}))["memories"])

    await eventually(recalled, within_s=60)
    samples: dict[str, dict[str, Any]] = {
        ":pin": {"pinned": False},
        ":correct": {"text": "My door's code is 4712."},
        ":restore": {},
        ":share": {"conversationId": group.conversation_id},
    }
    for row in _rows("memory.md"):
        for verb, path, written in _CALL.findall(row.split(" | ")[0]):
            path = path.replace("{id}", memory_id)
            if not written and verb == "POST":
                for action in (path.removeprefix(f"/v1/memories/{memory_id}"), *_ACTION.findall(row)):
                    body = {**samples[action], "idempotencyKey": _key()}
                    answer = await reader.call("POST", f"/v1/memories/{memory_id}{action}", body)
                    # What is not in cold storage cannot be restored: the guide's call is understood all the same.
                    assert answer.status_code == 200 or action == ":restore", f"{action}: {answer.text}"
                    assert answer.status_code != 404, f"{action}: {answer.text}"
                continue
            body = json.loads(written.replace('"..."', f'"{_key()}"')) if written else None
            answer = await reader.ok(verb, path, body)
            if path.endswith(":planForget"):
                assert any("4712" in found["text"] for found in answer["memories"])
                forget = {"planId": answer["plan_id"], "idempotencyKey": _key()}
                assert (await reader.ok("POST", "/v1/memories:forget", forget))["forgotten"] >= 1
            for also in _ALSO.findall(row):
                await reader.ok(verb, f"{path}?{also}")


@pytest.mark.timeout(240)
async def test_every_call_of_the_guide_to_miniapps_is_answered(house) -> None:
    ana, ben = await house.person("Ana"), await house.person("Ben")
    group = await house.group(ana, ben)
    reader = Reader(house.client, ana.api.token)
    known = {"person": ben.person_id}
    for row in _rows("miniapps.md"):
        for verb, path, written in _CALL.findall(row):
            for name, value in known.items():
                path, written = (text.replace(f"{{{name}}}", value) for text in (path, written))
            body = await _body(reader, known, verb, path, written)
            answer = await reader.ok(verb, path, body)
            operation = answer.get("operation", {})
            if operation.get("state") == "OPERATION_STATE_RUNNING":
                known["operation"] = operation["operation_id"]
                ended = (await reader.ok("GET", f"/v1/apps/operations/{known['operation']}:watch"))["operation"]
                assert ended["state"] == "OPERATION_STATE_SUCCEEDED", ended
                known["app" if path == "/v1/apps" else "edit"] = ended["result_id"]
            if path == "/v1/apps":
                share = {"conversationId": group.conversation_id, "idempotencyKey": _key()}
                await reader.ok("POST", f"/v1/apps/{known['app']}:share", share)
            if path.endswith(":template"):
                known["code"] = answer["template"]["code"]
            if path.endswith(":ask"):
                assert answer["answered"], answer
                assert answer["table"]["rows"], answer
            if path.endswith(":edit"):
                edit = await reader.ok("GET", f"/v1/apps/{known['app']}/edits/{known['edit']}")
                assert edit["edit"]["changes"], edit
    versions = (await reader.ok("GET", f"/v1/apps/{known['app']}/versions"))["versions"]
    assert len(versions) >= 3


async def _body(reader: Reader, known: dict[str, str], verb: str, path: str, written: str) -> dict[str, Any] | None:
    """What the guide writes, with its dots filled in; what it leaves out, from the app as it is."""
    if verb == "GET":
        return None
    if not written:
        body: dict[str, Any] = {"idempotencyKey": _key()}
        if "/roles/" in path:
            body["role"] = "viewer"
        if path.endswith("/spec"):
            app = (await reader.ok("GET", f"/v1/apps/{known['app']}"))["app"]
            body |= {"spec": {**app["spec"], "title": "Hens"}, "baseVersion": app["version"]}
        return body
    written = written.replace('"..."', f'"{_key()}"')
    if "{...}" in written:
        app = (await reader.ok("GET", f"/v1/apps/{known['app']}"))["app"]
        fields = [f for f in app["spec"]["entities"][0]["fields"] if f["required"] or f["name"] == "eggs"]
        values = {f["name"]: (f["choices"] or [_SAMPLES.get(f["type"], 7)])[0] for f in fields if not f["formula"]}
        written = written.replace("{...}", json.dumps(values))
    return json.loads(written)
