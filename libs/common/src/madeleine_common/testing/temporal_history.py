"""What Temporal keeps of a workflow, opened: to look for what must not be there even sealed."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client


async def opened_history(client: Client, workflow_id: str) -> bytes:
    """The data of every payload in a workflow's history, opened and joined."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    payloads = [payload for event in history.events for payload in _payloads(event)]
    codec = client.data_converter.payload_codec
    opened = await codec.decode(payloads) if codec else payloads
    return b"\n".join(payload.data for payload in opened)


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [v for v in value.values() if isinstance(v, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            yield from _payloads(part)
