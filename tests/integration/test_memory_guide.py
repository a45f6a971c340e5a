"""docs/guides/memory.md, call by call, as it is written there: each path and body must be what the house understands."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from madeleine_common.testing import eventually

_GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "memory.md"
_CALL = re.compile(r"`(GET|POST) (/v1/\S+?)(?: (\{.*?\}))?`(?:, `\?(\w+=\w+)`)?")
_MORE = re.compile(r"`(:\w+)`")


def _rows() -> list[str]:
    """The rows of the guide's table of calls."""
    return [line.split(" | ")[0] for line in _GUIDE.read_text("utf-8").splitlines() if line.startswith("| `")]


def test_the_guide_still_has_its_table() -> None:
    assert len(_rows()) >= 11
    assert all(_CALL.search(row) for row in _rows())


class Reader:
    """Somebody who has the guide open and types what it says."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"}

    async def call(self, verb: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self._client.request(verb, path, json=body, headers=self._headers)

    async def ok(self, verb: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = await self.call(verb, path, body)
        assert answer.status_code == 200, f"{verb} {path} {body}: {answer.text}"
        return answer


@pytest.mark.timeout(240)
async def test_every_call_of_the_guide_is_answered(house) -> None:
    ana = await house.person("Ana")
    group = await house.group(ana)
    reader = Reader(house.client, ana.api.token)
    for text in ("I live in Lyon, near the lake.", "My door's code is 4711."):
        body = {"text": text, "idempotencyKey": secrets.token_hex(16)}
        kept = (await reader.ok("POST", "/v1/memories", body)).json()["memory"]
    memory_id = kept["memory_id"]

    async def recalled() -> bool:
        found = (await reader.ok("POST", "/v1/memories:recall", {"query": "where do I live?"})).json()
        return len(found["memories"]) > 0

    await eventually(recalled, within_s=60)
    samples: dict[str, dict[str, Any]] = {
        ":pin": {"pinned": False},
        ":correct": {"text": "My door's code is 4712."},
        ":restore": {},
        ":share": {"conversationId": group.conversation_id},
    }
    for row in _rows():
        for verb, path, written, also in _CALL.findall(row):
            path = path.replace("{id}", memory_id)
            if not written and verb == "POST":
                for action in (path.removeprefix(f"/v1/memories/{memory_id}"), *_MORE.findall(row)):
                    body = {**samples[action], "idempotencyKey": secrets.token_hex(16)}
                    answer = await reader.call("POST", f"/v1/memories/{memory_id}{action}", body)
                    # What is not in cold storage cannot be restored: the guide's call is understood all the same.
                    assert answer.status_code == 200 or action == ":restore", f"{action}: {answer.text}"
                    assert answer.status_code != 404, f"{action}: {answer.text}"
                continue
            body = json.loads(written.replace('"..."', f'"{secrets.token_hex(16)}"')) if written else None
            answer = await reader.ok(verb, path, body)
            if path.endswith(":planForget"):
                plan = answer.json()
                assert any("4712" in found["text"] for found in plan["memories"])
                forget = {"planId": plan["plan_id"], "idempotencyKey": secrets.token_hex(16)}
                done = (await reader.ok("POST", "/v1/memories:forget", forget)).json()
                assert done["forgotten"] >= 1
            if also:
                await reader.ok(verb, f"{path}?{also}")
