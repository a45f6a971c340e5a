"""Every public RPC refuses bad calls with the right status, a field path or a reason, and appends nothing.

The list is the contracts' own: an RPC that gets an HTTP binding is in it from then on.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from google.protobuf.descriptor import FieldDescriptor

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.inference.v1 import adapters_pb2 as adapters
from madeleine.memory.v1 import memory_pb2 as memory
from madeleine.miniapp.v1 import miniapp_pb2 as miniapp
from madeleine.spark.v1 import spark_pb2 as spark
from madeleine.trainer.v1 import trainer_pb2 as trainer
from madeleine_cli.demo import meals
from madeleine_cli.demo.people import Person
from madeleine_cli.rest import ApiError, Binding, bindings
from madeleine_common.ids import new_id
from madeleine_common.testing import eventually

_MODULES = (adapters, chat, identity, memory, miniapp, spark, trainer)
_OPEN = {"SignUp", "LogIn", "LogInWithOidc", "RefreshToken", "GetJwks"}
# In the contracts, and not built yet: they answer 501 to whoever is signed in.
_NOT_YET = {
    "LogInWithOidc", "ExportMe",
}  # fmt: skip
_ALL = sorted(bindings().values(), key=lambda binding: binding.rpc)


def _name(binding: Binding) -> str:
    return binding.rpc.rpartition("/")[2]


def _descriptor(binding: Binding):
    name = binding.request.rpartition(".")[2]
    return next(
        m.DESCRIPTOR.message_types_by_name[name] for m in _MODULES if name in m.DESCRIPTOR.message_types_by_name
    )


def _strings(binding: Binding) -> list[str]:
    """The string fields of a request's body."""
    fields = _descriptor(binding).fields
    return [
        f.name
        for f in fields
        if f.type == FieldDescriptor.TYPE_STRING and not f.is_repeated and f.name not in binding.variables
    ]


_WITH_BODY = [b for b in _ALL if b.has_body]
_WITHOUT_BODY = [b for b in _ALL if not b.has_body]
_WITH_TEXT = [b for b in _WITH_BODY if _strings(b)]
# Those that speak of something that has members, an owner, or may not be there.
_OF_SOMETHING = [b for b in _ALL if b.variables]


@dataclass(frozen=True)
class Known:
    """What Ana has, by the name of the path variable that speaks of it; and Eve, who has no part in it."""

    ana: Person
    eve: Person
    ids: dict[str, str]


@pytest.fixture(scope="session")
def known_things() -> dict[str, Known]:
    """Made once, by the first test that needs it."""
    return {}


@pytest.fixture
async def known(house, known_things: dict[str, Known]) -> Known:
    if "all" not in known_things:
        ana, eve = await house.person("Ana", spark=True), await house.person("Eve")
        group, own = await house.group(ana), await house.direct(ana)
        message, _ = await group.say(ana, "@Madeleine good morning!")
        await own.say(ana, "My driving test is on Saturday.")
        log = await meals.make_log(house.screen, ana, group.conversation_id)
        record = (await meals.record_meals(log, ana, ana))[0]

        async def remembered() -> list[memory.Memory]:
            return await house.memories(own)

        (private,) = await eventually(remembered, within_s=60)
        request = spark.MakeSparkRequest(idempotency_key=secrets.token_hex(16))
        operation = (await ana.api.call(request, spark.MakeSparkResponse)).operation
        watch = spark.WatchSparkOperationRequest(operation_id=operation.operation_id)
        async for update in ana.api.stream(watch, spark.WatchSparkOperationResponse):
            operation = update.operation

        async def answered() -> bool:
            return any(m.HasField("answer") for m in await house.messages(group) + await house.messages(own))

        await eventually(answered, within_s=120)
        ids = {
            "conversation_id": group.conversation_id,
            "message_id": message.message_id,
            "person_id": ana.person_id,
            "app_id": log.app.app_id,
            "record_id": record.record_id,
            "memory_id": private.memory_id,
            "spark_id": operation.result_id,
            "operation_id": operation.operation_id,
        }
        known_things["all"] = Known(ana, eve, ids)
    return known_things["all"]


@pytest.fixture
async def nothing_appended(house, known) -> AsyncIterator[None]:
    """Counts every service's events before and after the test."""
    before = await house.events()
    yield
    assert await house.events() == before


def _path(binding: Binding, ids: dict[str, str]) -> str:
    values = {"version": "1", "handle": "nobody-here", "token": "no-such-token", "run_id": new_id(), **ids}
    return binding.path({name: values.get(name, new_id()) for name in binding.variables})


def _body(binding: Binding) -> dict[str, object]:
    """A body that is right as far as one can tell from the contract alone."""
    samples: dict[str, object] = {
        "idempotency_key": secrets.token_hex(16),
        "text": "hello",
        "emoji": "👍",
        "person_id": new_id(),
        "role": "MEMBER_ROLE_MEMBER",
        "mode": "ASSISTANT_MODE_AUTO",
        "rating": "SPARK_RATING_KEPT" if "spark" in binding.rpc else "RATING_UP",
        "verdict": "VERDICT_KEPT",
        "values": {"calories": 1},
        "query": {"function": "AGGREGATE_FUNCTION_COUNT"},
        "conversation_id": new_id(),
        "request": "add a note",
        "pinned": True,
        "when": "tomorrow at 9",
        "memory_off": True,
        "message_id": new_id(),
        "name": "notes.txt",
        "media_type": "text/plain",
        "size_bytes": "5",
        "sha256": hashlib.sha256(b"hello").hexdigest(),
        "spec": {"title": "Meals"},
        "base_version": 1,
        "csv": "dish,calories\nsoup,3\n",
        "format": "FILE_FORMAT_JSON",
        "data": base64.b64encode(b"hello").decode(),
    }
    fields = {f.name for f in _descriptor(binding).fields} - set(binding.variables)
    return {name: value for name, value in samples.items() if name in fields}


async def _send(house, binding: Binding, person: Person | None, path: str, **content) -> httpx.Response:
    headers = {"authorization": f"Bearer {person.api.token}"} if person else {}
    return await house.client.request(binding.verb, path, headers=headers, **content)


def _error(answer: httpx.Response) -> ApiError:
    return ApiError(str(answer.request.url.path), answer.status_code, answer.json())


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", [b for b in _ALL if _name(b) not in _OPEN], ids=_name)
async def test_nobody_calls_without_a_token(house, known, binding: Binding):
    content = {"json": _body(binding)} if binding.has_body else {}
    answer = await _send(house, binding, None, _path(binding, known.ids), **content)
    assert answer.status_code == 401, answer.text
    assert _error(answer).message


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", _WITH_BODY, ids=_name)
@pytest.mark.parametrize("malformed", ['{{"{0}"', "[1, 2]", '{{"{0}": [[1]]}}'], ids=["cut", "list", "type"])
async def test_malformed_json_is_refused(house, known, binding: Binding, malformed: str):
    field = next(f.name for f in _descriptor(binding).fields if f.name not in binding.variables)
    body = malformed.format(field).encode()
    answer = await _send(house, binding, known.ana, _path(binding, known.ids), content=body)
    assert answer.status_code == 400, answer.text
    assert _error(answer).message


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", _WITHOUT_BODY, ids=_name)
async def test_an_unknown_parameter_is_refused(house, known, binding: Binding):
    answer = await _send(house, binding, known.ana, _path(binding, known.ids), params={"no_such_field": "1"})
    assert answer.status_code == 400, answer.text
    assert "no_such_field" in _error(answer).message


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", _WITH_TEXT, ids=_name)
async def test_what_is_too_long_is_refused_with_its_field(house, known, binding: Binding):
    field = max(_strings(binding), key=lambda name: name == "text")
    body = {**_body(binding), field: "x" * (64 * 1024 + 1)}
    answer = await _send(house, binding, known.ana, _path(binding, known.ids), json=body)
    assert answer.status_code == 400, answer.text
    assert field in _error(answer).fields


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", _OF_SOMETHING, ids=_name)
async def test_what_is_not_there_is_not_found(house, known, binding: Binding):
    await _refused(house, binding, known.ana, _path(binding, {}))


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize("binding", [b for b in _OF_SOMETHING if set(b.variables) & {
    "conversation_id", "app_id", "memory_id", "spark_id", "operation_id"}], ids=_name)  # fmt: skip
async def test_what_is_not_theirs_is_out_of_a_strangers_reach(house, known, binding: Binding):
    await _refused(house, binding, known.eve, _path(binding, known.ids))


@pytest.mark.usefixtures("nothing_appended")
@pytest.mark.parametrize(
    ("verb", "path", "content"),
    [
        ("POST", "/v1/apps", {"json": {"prompt": "a plant log", "conversation_id": "GROUP"}}),
        ("POST", "/v1/apps:ask", {"json": {"question": "how many calories this week?", "conversation_id": "GROUP"}}),
        ("GET", "/v1/apps", {"params": {"conversation_id": "GROUP"}}),
        ("GET", "/v1/memories", {"params": {"space": "conversation:GROUP"}}),
        ("GET", "/v1/memories", {"params": {"space": "person:ANA"}}),
        ("POST", "/v1/memories:recall", {"json": {"query": "driving test", "spaces": ["person:ANA"]}}),
    ],
)
async def test_a_stranger_names_a_group_or_a_person_in_vain(house, known, verb: str, path: str, content: dict):
    def named(value: object) -> object:
        if isinstance(value, list):
            return [named(item) for item in value]
        return str(value).replace("GROUP", known.ids["conversation_id"]).replace("ANA", known.ana.person_id)

    ((kind, values),) = content.items()
    sent = {kind: {name: named(value) for name, value in values.items()}}
    if path == "/v1/apps" and verb == "POST":
        sent[kind]["idempotency_key"] = secrets.token_hex(16)
    headers = {"authorization": f"Bearer {known.eve.api.token}"}
    answer = await house.client.request(verb, path, headers=headers, **sent)
    assert answer.status_code in {403, 404}, answer.text
    assert _error(answer).reason


async def _refused(house, binding: Binding, person: Person, path: str) -> None:
    answer = await _send(house, binding, person, path, **{"json" if binding.has_body else "params": _body(binding)})
    if _name(binding) in _NOT_YET:
        assert answer.status_code == 501, answer.text
        return
    assert answer.status_code in {403, 404}, answer.text
    assert _error(answer).reason
