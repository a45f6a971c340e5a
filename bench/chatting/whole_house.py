"""Identity, chat, memory and mini-apps, all real, in this process; the prompts that chat sends are recorded."""

from __future__ import annotations

import asyncio
import base64
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatting.recorder import Recorder, recording
from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import ChatServiceStub
from madeleine.identity.v1 import identity_pb2 as identity
from madeleine.identity.v1.identity_pb2_grpc import IdentityServiceStub
from madeleine.memory.v1.memory_pb2_grpc import MemoryServiceStub
from madeleine.miniapp.v1.miniapp_pb2_grpc import MiniappServiceStub
from madeleine_chat.bootstrap import bootstrap as chat_bootstrap
from madeleine_chat.settings import ChatSettings
from madeleine_common.auth import ServiceTokens
from madeleine_common.embedded.process import free_port
from madeleine_common.identity_client import PeopleKeys, RemoteKeySource
from madeleine_common.ids import new_id
from madeleine_common.rpc.client import Caller, channel
from madeleine_common.service import IdentityOverrides
from madeleine_common.testing.rig import Rig, Servers, TestPerson, running_service
from madeleine_common.testing.waiting import eventually
from madeleine_identity.bootstrap import bootstrap as identity_bootstrap
from madeleine_identity.bootstrap import own_keys
from madeleine_identity.settings import IdentitySettings
from madeleine_inference.models import default_model_dir, prepare_language_model
from madeleine_memory.bootstrap import bootstrap as memory_bootstrap
from madeleine_memory.settings import MemorySettings
from madeleine_miniapp.bootstrap import bootstrap as miniapp_bootstrap
from madeleine_miniapp.settings import MiniappSettings

# What memory calls its consumers of the others' events.
_HEARS = {"identity": "memory-people", "chat": "memory-messages", "miniapp": "memory-records"}
_TAKES_S = 300.0


@dataclass(frozen=True)
class WholeHouse:
    """The running services."""

    identity: Rig[IdentitySettings]
    chat: Rig[ChatSettings]
    memory: Rig[MemorySettings]
    miniapp: Rig[MiniappSettings]
    recorder: Recorder

    @property
    def chats(self) -> ChatServiceStub:
        """The chat."""
        return ChatServiceStub(self.chat.channel)

    @property
    def memories(self) -> MemoryServiceStub:
        """The memory."""
        return MemoryServiceStub(self.memory.channel)

    @property
    def apps(self) -> MiniappServiceStub:
        """The mini-apps."""
        return MiniappServiceStub(self.miniapp.channel)

    async def sign_up(self, name: str, language: str) -> TestPerson:
        """Somebody new who wants to be remembered."""
        request = identity.SignUpRequest(
            handle=f"p-{new_id()[-12:]}",
            password=new_id(),
            display_name=name,
            time_zone="Asia/Shanghai" if language == "zh" else "Europe/Berlin",
            language=language,
            consent=identity.Consent(memory=True),
            idempotency_key=new_id(),
        )
        reply = await IdentityServiceStub(self.identity.channel).SignUp(request)
        call = (("authorization", f"Bearer {reply.tokens.access_token}"),)
        person = TestPerson(reply.profile.person_id, name, call)
        await self.remembered("identity", f"person-{person.person_id}")
        return person

    async def conversation(self, owner: TestPerson, *others: TestPerson) -> str:
        """A new group in which the AI answers to its name, or the owner's direct chat."""
        request = pb.CreateConversationRequest(
            kind=pb.CONVERSATION_KIND_GROUP if others else pb.CONVERSATION_KIND_DIRECT,
            title="Us" if others else "",
            member_ids=[person.person_id for person in others],
            assistant_mode=pb.ASSISTANT_MODE_MENTION,
            idempotency_key=new_id(),
        )
        return (await self.chats.CreateConversation(request, metadata=owner.call)).conversation.conversation_id

    async def say(self, who: TestPerson, conversation_id: str, text: str, **more: Any) -> pb.Message:
        """A message as it was sent."""
        fields: dict[str, Any] = {"conversation_id": conversation_id, "text": text, "idempotency_key": new_id()}
        return (await self.chats.SendMessage(pb.SendMessageRequest(**(fields | more)), metadata=who.call)).message

    async def answer_to(self, who: TestPerson, asked: pb.Message) -> tuple[pb.Message, str]:
        """The answer to a message, and what was streamed of it before."""
        request = pb.StreamConversationRequest(conversation_id=asked.conversation_id, after_cursor=asked.cursor)
        call = self.chats.StreamConversation(request, metadata=who.call)
        pieces: list[str] = []
        try:
            async with asyncio.timeout(_TAKES_S):
                async for update in call:
                    told = update.message if update.HasField("message") else update.answer_failed
                    pieces.append(update.answer_delta.text)
                    if told.sender == "assistant" and told.in_reply_to == asked.message_id:
                        return told, "".join(pieces)
        finally:
            call.cancel()
        raise RuntimeError("the stream ended before the answer")

    async def remembered(self, context: str, stream_id: str) -> None:
        """Waits until memory has taken all that stands in a stream now."""
        rig: Rig[Any] = {"identity": self.identity, "chat": self.chat, "miniapp": self.miniapp}[context]
        version = await rig.house.store.head(stream_id)

        async def taken() -> bool:
            reached = await self.memory.house.pool.fetchval(
                "SELECT version FROM stream_positions WHERE projection = $1 AND stream_id = $2",
                _HEARS[context],
                stream_id,
            )
            return (reached or 0) >= version

        await eventually(taken, within_s=_TAKES_S)

    async def embedded(self, *spaces: str) -> None:
        """Waits until every memory of these spaces can be found by its meaning."""

        async def done() -> bool:
            return not await self.memory.house.pool.fetchval(
                "SELECT EXISTS (SELECT FROM memory_vector WHERE embedding IS NULL AND space = ANY ($1::text[]))",
                list(spaces),
            )

        await eventually(done, within_s=_TAKES_S)


@asynccontextmanager
async def whole_house(servers: Servers, inference_address: str, **chat_settings: Any) -> AsyncIterator[WholeHouse]:
    """Four services in this process beside inference in its own; `chat_settings` are chat's by their Python names."""
    ports = {name: f"127.0.0.1:{free_port()}" for name in ("identity", "chat", "memory", "miniapp")}
    ports["inference"] = inference_address
    everywhere: dict[str, Any] = {f"{name}_address": address for name, address in ports.items()}
    everywhere["database_pool"] = 16
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="madeleine-house-")))
        everywhere["data_dir"] = folder
        master = folder / "master.key"
        master.touch(mode=0o600)
        master.write_bytes(base64.b64encode(os.urandom(32)))
        own = own_keys(lambda: IdentitySettings(identity_master_key_file=master))

        async def start(name: str, settings: Any, bootstrap: Any, keys: IdentityOverrides, **more: Any) -> Rig[Any]:
            opened = running_service(
                servers, name, settings, bootstrap, identity=keys, listen=ports[name], **(everywhere | more)
            )
            return await stack.enter_async_context(opened)

        def asking(name: str) -> IdentityOverrides:
            """Keys as in a real house: identity is asked for them."""
            to_identity = channel(ports["identity"])
            stack.push_async_callback(to_identity.close)
            caller = Caller(ServiceTokens(name, servers.keys / f"{name}.pem"))
            return IdentityOverrides(lambda _: RemoteKeySource(to_identity, caller), lambda _: PeopleKeys(to_identity))

        identity_rig = await start(
            "identity", IdentitySettings, identity_bootstrap, own, identity_master_key_file=master
        )
        model = await asyncio.to_thread(prepare_language_model, default_model_dir())
        recorder = await stack.enter_async_context(recording(model.folder, inference_address))
        memory_rig = await start("memory", MemorySettings, memory_bootstrap, asking("memory"))
        miniapp_rig = await start("miniapp", MiniappSettings, miniapp_bootstrap, asking("miniapp"))
        chat_rig = await start(
            "chat",
            ChatSettings,
            chat_bootstrap,
            asking("chat"),
            **({"chat_turns": 8, "chat_answer_s": _TAKES_S, "inference_address": recorder.address} | chat_settings),
        )
        yield WholeHouse(identity_rig, chat_rig, memory_rig, miniapp_rig, recorder)
