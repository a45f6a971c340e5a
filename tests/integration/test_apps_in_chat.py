"""Mini-apps and the chat that they are shared with, on the whole stack: what they say there, and who may use them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from madeleine.chat.v1 import chat_pb2 as chat
from madeleine.miniapp.v1 import miniapp_pb2 as m
from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_cli.demo.people import Person, new_key
from madeleine_cli.rest import ApiError
from madeleine_common.testing import eventually

_POST = s.Automation(
    name="dear",
    trigger="record",
    entity="chore",
    condition="cost > 100.0",
    action="post",
    text="{what} costs {cost}, says {who}",
)
_REMIND = s.Automation(
    name="soon", trigger="record", entity="chore", condition="urgent", action="remind", text="See to the {what}"
)


async def _chores(owner: Person, conversation_id: str = "") -> str:
    """The id of an app of chores, shared with a conversation if one is given."""
    request = m.CreateAppFromCsvRequest(
        title="Chores", csv="what\nBroom\n", conversation_id=conversation_id, idempotency_key=new_key()
    )
    app = (await owner.api.call(request, m.CreateAppFromCsvResponse)).app
    kind = s.Entity(
        name="chore",
        label="Chore",
        fields=[
            s.Field(name="what", label="What", type=s.FIELD_TYPE_TEXT, required=True),
            s.Field(name="cost", label="Cost", type=s.FIELD_TYPE_NUMBER),
            s.Field(name="who", label="Who", type=s.FIELD_TYPE_PERSON),
            s.Field(name="urgent", label="Urgent", type=s.FIELD_TYPE_BOOLEAN),
        ],
    )
    change = m.UpdateAppSpecRequest(
        app_id=app.app_id,
        spec=s.AppSpec(title="Chores", icon="🧹", entities=[kind], automations=[_POST, _REMIND]),
        base_version=app.version,
        idempotency_key=new_key(),
    )
    await owner.api.call(change, m.UpdateAppSpecResponse)
    return app.app_id


async def _add(by: Person, app_id: str, **values: Any) -> m.Record:
    struct = Struct()
    struct.update(values)
    request = m.AddRecordRequest(app_id=app_id, values=struct, idempotency_key=new_key())
    return (await by.api.call(request, m.AddRecordResponse)).record


async def test_what_an_app_says_by_itself_stands_in_its_conversation_once(house):
    ana, ben = await house.person("Ana"), await house.person("Ben")
    group = await house.group(ana, ben)
    heard_by_ben = await house.follow(ben, group.conversation)
    app_id = await _chores(ana, group.conversation_id)
    await _add(ben, app_id, what="Broom", cost=5)
    await _add(ben, app_id, what="Vacuum cleaner", cost=250, who="Ana")
    for talk in (group, heard_by_ben):
        said = await talk.until(lambda message: message.app_id == app_id, "what the app says")
        assert said.text == '🧹 Chores: Vacuum cleaner costs 250, says Ana (about "Vacuum cleaner")'
    assert [message.text for message in await house.messages(group) if message.app_id] == [said.text]
    # The AI was not called on by it.
    assert not [message for message in await house.messages(group) if message.HasField("answer")]


async def test_a_reminder_of_an_app_reaches_whom_its_record_is_about(house):
    ana, ben = await house.person("Ana"), await house.person("Ben")
    group = await house.group(ana, ben)
    app_id = await _chores(ana, group.conversation_id)
    await _add(ben, app_id, what="Windows", who="Ben", urgent=True)
    told = await group.until(lambda message: bool(message.reminder_id), "the reminder")
    assert told.sender == "assistant"
    assert told.text == 'Ben, a reminder: 🧹 Chores: See to the Windows (about "Windows")'
    # It is Ben's as any other: he can put it off.
    later = chat.SnoozeReminderRequest(
        conversation_id=group.conversation_id,
        reminder_id=told.reminder_id,
        when="in two hours",
        idempotency_key=new_key(),
    )
    reminder = (await ben.api.call(later, chat.SnoozeReminderResponse)).reminder
    assert (reminder.person_id, reminder.state) == (ben.person_id, chat.REMINDER_STATE_WAITING)


async def test_an_app_that_is_not_shared_speaks_in_its_owners_own_conversation(house):
    ana = await house.person("Ana")
    app_id = await _chores(ana)
    await _add(ana, app_id, what="Sofa", cost=900)

    async def own() -> chat.Conversation | None:
        found = await ana.api.call(chat.ListConversationsRequest(), chat.ListConversationsResponse)
        return next((c for c in found.conversations if c.kind == chat.CONVERSATION_KIND_DIRECT), None)

    # It is made for this.
    talk = await house.follow(ana, await eventually(own, within_s=60))
    said = await talk.until(lambda message: message.app_id == app_id, "what the app says")
    assert said.text.startswith("🧹 Chores: Sofa costs 900")


async def test_whoever_is_removed_from_the_conversation_is_out_of_its_apps_at_once(house):
    ana, ben = await house.person("Ana"), await house.person("Ben")
    group = await house.group(ana, ben)
    app_id = await _chores(ana, group.conversation_id)
    url = f"{ben.api.base_url.replace('http', 'ws', 1)}/v1/apps/{app_id}/live"
    offered = [Subprotocol("madeleine.live.v1"), Subprotocol(f"bearer.{ben.api.token}")]
    async with connect(url, subprotocols=offered) as socket:
        await socket.recv()
        # What is remembered of who is a member must not count, either.
        await _add(ben, app_id, what="Windows")
        remove = chat.RemoveMemberRequest(
            conversation_id=group.conversation_id, person_id=ben.person_id, idempotency_key=new_key()
        )
        await ana.api.call(remove, chat.RemoveMemberResponse)
        # Without word of it, it would be looked at every 30 s.
        async with asyncio.timeout(5):
            await socket.wait_closed()
        assert socket.close_code == 4403
    with pytest.raises(ApiError) as refused:
        await _add(ben, app_id, what="Doors")
    assert (refused.value.status, refused.value.reason) == (403, "NOT_A_MEMBER")
