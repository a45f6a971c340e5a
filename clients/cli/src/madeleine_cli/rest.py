"""The public API over REST, as the contracts' HTTP bindings say: requests and responses are the generated messages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

# Importing annotations registers the google.api.http option, without which the parser would drop it.
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, json_format
from google.protobuf.message import Message

from madeleine_protos import DESCRIPTORS

R = TypeVar("R", bound=Message)
_VARIABLE = re.compile(r"\{(\w+)\}")
# A server that streams says something every 15 s, if only a heartbeat.
_STREAM_SILENCE_S = 60.0


class ApiError(Exception):
    """A refused call: HTTP status, message, ErrorInfo's reason and the bad fields with what is wrong with them."""

    def __init__(self, call: str, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.message = str(body.get("message", ""))
        details: list[Mapping[str, Any]] = list(body.get("details", []))
        self.reason = next((str(d["reason"]) for d in details if "reason" in d), "")
        violations = [v for d in details for v in d.get("field_violations", d.get("fieldViolations", []))]
        self.fields: dict[str, str] = {v["field"]: v["description"] for v in violations}
        super().__init__(f"{call} was refused with {status} {self.reason}: {self.message}")


@dataclass(frozen=True, slots=True)
class Binding:
    """How one RPC is called: HTTP verb, path template ("/v1/apps/{app_id}"), and whether it has a body and streams."""

    rpc: str
    verb: str
    template: str
    has_body: bool
    streams: bool
    request: str
    response: str
    variables: tuple[str, ...] = field(default=())

    def path(self, values: Mapping[str, str]) -> str:
        """The path with its variables filled in."""
        return _VARIABLE.sub(lambda found: quote(values[found[1]], safe=""), self.template)


@cache
def bindings() -> Mapping[str, Binding]:
    """Every public RPC's binding by the full name of its request (each RPC has a request of its own)."""
    files = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    found: dict[str, Binding] = {}
    # Any: googleapis' stubs do not say what message the option extends.
    http: Any = annotations_pb2.http
    for file in files.file:
        for service in file.service:
            for method in service.method:
                if not method.options.HasExtension(http):
                    continue
                rule = method.options.Extensions[http]
                verb = str(rule.WhichOneof("pattern"))
                template = str(getattr(rule, verb))
                binding = Binding(
                    rpc=f"{file.package}.{service.name}/{method.name}",
                    verb=verb.upper(),
                    template=template,
                    has_body=rule.body == "*",
                    streams=method.server_streaming,
                    request=method.input_type.removeprefix("."),
                    response=method.output_type.removeprefix("."),
                    variables=tuple(_VARIABLE.findall(template)),
                )
                found[binding.request] = binding
    return found


class Api:
    """One caller of a gateway: a person once `token` is set, else nobody."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client`: its base URL is the gateway's."""
        self._client = client
        self.token = ""

    @property
    def base_url(self) -> str:
        """The gateway's address, without a slash at its end."""
        return str(self._client.base_url).rstrip("/")

    async def call(self, request: Message, response: type[R]) -> R:
        """One call; raises ApiError, httpx.HTTPError, and ParseError for an answer that is not as the contract says."""
        answer = await self._client.send(self._request(request))
        if answer.status_code != httpx.codes.OK:
            raise _refusal(request, answer)
        return json_format.Parse(answer.text, response())

    async def stream(self, request: Message, response: type[R]) -> AsyncIterator[R]:
        """One server-streaming call: a message for each line; raises as `call`."""
        answer = await self._client.send(self._request(request, _STREAM_SILENCE_S), stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise _refusal(request, answer)
            async for line in answer.aiter_lines():
                if line:
                    yield json_format.Parse(line, response())
        finally:
            await answer.aclose()

    async def content(self, request: Message) -> AsyncIterator[bytes]:
        """A file that the gateway sends as it is (google.api.HttpBody), piece by piece; raises as `call`."""
        answer = await self._client.send(self._request(request, _STREAM_SILENCE_S), stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise _refusal(request, answer)
            async for piece in answer.aiter_bytes():
                yield piece
        finally:
            await answer.aclose()

    def _request(self, request: Message, read_s: float | None = None) -> httpx.Request:
        binding = bindings()[request.DESCRIPTOR.full_name]
        values = json_format.MessageToDict(request, preserving_proto_field_name=True)
        path = binding.path({name: str(values.pop(name, "")) for name in binding.variables})
        return self._client.build_request(
            binding.verb,
            path,
            json=values if binding.has_body else None,
            params=None if binding.has_body else values,
            headers={"authorization": f"Bearer {self.token}"} if self.token else None,
            timeout=httpx.USE_CLIENT_DEFAULT if read_s is None else httpx.Timeout(10.0, read=read_s),
        )


def _refusal(request: Message, answer: httpx.Response) -> ApiError:
    try:
        body = answer.json()
    except ValueError:
        body = {"message": answer.text}
    return ApiError(bindings()[request.DESCRIPTOR.full_name].rpc, answer.status_code, body)
