"""Wires the chat service."""

from __future__ import annotations

import grpc

from madeleine.chat.v1 import events_pb2 as events
from madeleine.chat.v1.chat_pb2_grpc import (
    add_ChatServiceServicer_to_server,
    add_MembershipServiceServicer_to_server,
    add_PostingServiceServicer_to_server,
)
from madeleine.identity.v1.events_pb2 import PersonErased
from madeleine.inference.v1 import inference_pb2 as inference
from madeleine_chat.adapters.files import ObjectFiles
from madeleine_chat.adapters.live import Channels, HouseLive
from madeleine_chat.adapters.services import AppsClient, MemoryClient, ModelClient, PeopleClient
from madeleine_chat.adapters.structured import EmbedderClient, WriterClient
from madeleine_chat.adapters.timers import TemporalTimers
from madeleine_chat.adapters.turns import PostgresTurns
from madeleine_chat.adapters.uploads import PostgresUploads
from madeleine_chat.api.attachments import UPLOAD
from madeleine_chat.api.chat import ChatApi
from madeleine_chat.api.mapping import sent_message
from madeleine_chat.api.membership import MembershipApi
from madeleine_chat.api.posting import PostingApi
from madeleine_chat.application.answering import AnswerGenerator
from madeleine_chat.application.app_posts import AppPosts
from madeleine_chat.application.commands import Conversations
from madeleine_chat.application.erasure import Erasure
from madeleine_chat.application.judging import stream_of
from madeleine_chat.application.queries import Queries
from madeleine_chat.application.receipts import Receipts
from madeleine_chat.application.reminder_timers import HEARD, TimerKeeper
from madeleine_chat.application.reminders import Reminders
from madeleine_chat.application.sealed_parts import SealedParts
from madeleine_chat.application.search import Search
from madeleine_chat.application.speaking import Speaking
from madeleine_chat.application.summaries.summaries import Summaries
from madeleine_chat.application.telling import TellingRepository
from madeleine_chat.application.tidying import AttachmentTidying
from madeleine_chat.application.tools.choosing import Choosing
from madeleine_chat.application.tools.edit_app import EditApp
from madeleine_chat.application.tools.make_app import MakeApp
from madeleine_chat.application.tools.recall import Recall
from madeleine_chat.application.tools.records import Records
from madeleine_chat.application.tools.set_reminder import SetReminder
from madeleine_chat.application.tools.summarize import Summarize
from madeleine_chat.application.tools.toolbox import Toolbox
from madeleine_chat.application.turn import AssistantTurn
from madeleine_chat.application.uploads import Attachments, Limits
from madeleine_chat.application.waiting import WaitingTurns
from madeleine_chat.domain.choice import shipped
from madeleine_chat.domain.reading import Reading
from madeleine_chat.domain.reading import evolve as evolve_reading
from madeleine_chat.domain.speaking import Manners
from madeleine_chat.projections import PROJECTIONS
from madeleine_chat.projections.eraser import ERASED, PostgresPersonRows
from madeleine_chat.projections.index import PostgresIndex
from madeleine_chat.projections.reader import PostgresReadModel
from madeleine_chat.projections.reads import PostgresReads
from madeleine_chat.projections.reminders import PostgresReminders
from madeleine_chat.projections.said import PostgresSaid
from madeleine_chat.projections.writer import COMMITTED
from madeleine_chat.settings import ChatSettings
from madeleine_chat.workflows.activities import ReminderActivities
from madeleine_chat.workflows.remind import ReminderWorkflow
from madeleine_common.bus import Subscription
from madeleine_common.erasure import PersonalRows
from madeleine_common.events import Repository
from madeleine_common.rpc.server import ServerParts
from madeleine_common.service import House, Parts
from madeleine_common.temporal import WorkerParts

# States hold the answers' traces: fewer of them are kept than the house would.
_CACHED_CONVERSATIONS = 256
_CACHED_READINGS = 4096
# Ids, offset and the frame of an uploaded part.
_BESIDE_A_PART = 1024
_PERSONAL = (
    PersonalRows("members", "person_id = $1", "memberships, with their name"),
    PersonalRows("messages", "sender_id = $1", "what they said"),
    PersonalRows("messages", "mention_ids @> ARRAY[$1::uuid]", "messages that name them"),
    PersonalRows("message_words", "sender_id = $1", "the words by which what they said is found"),
    PersonalRows("reactions", "person_id = $1", "their emoji on messages"),
    PersonalRows("ratings", "person_id = $1", "their thumbs"),
    PersonalRows("messages", "words_of @> ARRAY[$1::uuid]", "answers and reminders that hold their words"),
    PersonalRows("changes", "viewer_id = $1", "when they gave a thumb or asked not to be notified"),
    PersonalRows("mutes", "person_id = $1", "until when they may not write"),
    PersonalRows("notifications", "person_id = $1", "until when they are not notified"),
    PersonalRows("uploads", "person_id = $1", "the files that they uploaded"),
    PersonalRows("reminders", "person_id = $1", "their reminders"),
    PersonalRows("reads", "person_id = $1", "how far they have read"),
    PersonalRows("open_turns", "asked_by = $1", "answers that they wait for"),
)


async def bootstrap(house: House[ChatSettings]) -> Parts:
    """The service's parts."""
    settings = house.settings
    people = PeopleClient(house.channel(settings.identity_address), house.caller)

    def forget(person_id: str, conversation_id: str) -> None:
        house.keyring.forget(f"person:{person_id}")
        repository.forget(stream_of(conversation_id))

    channels = Channels(COMMITTED, ERASED)
    read_model = PostgresReadModel(house.pool)
    live = HouseLive(house.nats, settings.database_url.get_secret_value(), channels, read_model.positions, forget)
    repository = TellingRepository(house.store, _CACHED_CONVERSATIONS, live, sent_message)
    uploads = PostgresUploads(house.pool)
    files = ObjectFiles(settings.chat_attachments_url, settings.data_dir / "attachments")
    conversations = Conversations(repository, people, uploads)
    attachments = Attachments(
        conversations=conversations,
        rows=uploads,
        parts=SealedParts(files, house.keyring),
        keyring=house.keyring,
        limits=Limits(
            types=settings.attachment_types,
            file_bytes=settings.chat_attachments_file_bytes,
            person_bytes=settings.chat_attachments_person_bytes,
            part_bytes=settings.chat_attachments_part_bytes,
            per_message=settings.chat_attachments_per_message,
        ),
    )
    tidying = AttachmentTidying(
        uploads, files, house.keyring, settings.chat_attachments_keep_s, settings.chat_attachments_tidy_s
    )
    queries = Queries(conversations, read_model, house.store, live)
    reading = Repository(house.store, Reading, evolve_reading, _CACHED_READINGS)
    receipts = Receipts(reading, queries, PostgresReads(house.pool))
    search = Search(queries, PostgresIndex(house.pool, read_model.positions))
    reminders = Reminders(repository, people, queries, PostgresReminders(house.pool))
    sampling = inference.Sampling(
        max_tokens=settings.chat_max_tokens,
        temperature=settings.chat_temperature,
        top_p=settings.chat_top_p,
        frequency_penalty=settings.chat_frequency_penalty,
    )
    inference_channel = house.channel(settings.inference_address)
    model = ModelClient(inference_channel, house.caller, settings.chat_model, sampling, settings.chat_answer_s)
    memory = MemoryClient(house.channel(settings.memory_address), house.caller, settings.chat_lookup_s)
    apps = AppsClient(
        house.channel(settings.miniapp_address), house.caller, settings.chat_lookup_s, settings.chat_edit_s
    )
    embedder = EmbedderClient(inference_channel, house.caller, settings.chat_lookup_s)
    writer = WriterClient(inference_channel, house.caller, settings.chat_model, settings.chat_choice_s)
    summaries = Summaries(queries, PostgresSaid(house.pool), embedder)
    used = (Records(apps), MakeApp(apps), EditApp(apps), SetReminder(reminders), Summarize(summaries), Recall(memory))
    choosing = Choosing(shipped(), embedder, writer if settings.chat_model_chooses else None)
    tools = Toolbox({tool.name: tool for tool in used}, choosing, live)
    turn = AssistantTurn(
        repository=repository,
        queries=queries,
        people=people,
        memory=memory,
        tools=tools,
        generator=AnswerGenerator(model, live, settings.chat_max_tokens, settings.chat_answer_s, settings.chat_away_s),
        live=live,
        turns=PostgresTurns(house.pool),
        files=attachments,
        queue_s=settings.chat_queue_s,
    )

    timers = TemporalTimers(house.temporal)
    erasure = Erasure(repository, PostgresPersonRows(house.pool, house.codec), house.keyring, timers)
    most_turns = min(settings.chat_turns, settings.database_pool // 2)
    waiting = WaitingTurns(turn, read_model, settings.chat_queue_look_s, most_turns)
    ears = EmbedderClient(inference_channel, house.caller, settings.chat_judge_s)
    manners = Manners(settings.chat_speak_threshold, settings.chat_speak_share)
    speaker = Speaking(repository, queries, ears, manners)

    def register(server: grpc.aio.Server) -> None:
        chat = ChatApi(conversations, queries, attachments, reminders, summaries, receipts, search)
        add_ChatServiceServicer_to_server(chat, server)
        add_MembershipServiceServicer_to_server(MembershipApi(repository), server)
        add_PostingServiceServicer_to_server(PostingApi(AppPosts(repository)), server)

    return Parts(
        server=ServerParts(
            register,
            (
                "madeleine.chat.v1.ChatService",
                "madeleine.chat.v1.MembershipService",
                "madeleine.chat.v1.PostingService",
            ),
            larger={UPLOAD: settings.chat_attachments_part_bytes + _BESIDE_A_PART},
        ),
        projections=PROJECTIONS,
        subscriptions=[
            Subscription("chat-erasure", "identity", react=erasure.react, types=(PersonErased.DESCRIPTOR.full_name,)),
            Subscription(
                "chat-attachments-erasure", "identity", react=tidying.react, types=(PersonErased.DESCRIPTOR.full_name,)
            ),
            Subscription(
                "chat-attachments",
                "chat",
                react=tidying.react,
                types=(events.MessageDeleted.DESCRIPTOR.full_name,),
            ),
            Subscription(
                "chat-speaking",
                "chat",
                react=speaker.react,
                types=(events.MessageSent.DESCRIPTOR.full_name,),
                # Conversations do not wait for each other's embeddings.
                concurrency=most_turns,
                # What was said before there was a judge has had its moment.
                from_start=False,
            ),
            Subscription(
                "chat-assistant-turn",
                "chat",
                react=turn.react,
                types=(
                    events.MessageSent.DESCRIPTOR.full_name,
                    events.AnswerRegenerationRequested.DESCRIPTOR.full_name,
                    events.SpeakingDecided.DESCRIPTOR.full_name,
                ),
                # Each turn holds a connection of the pool; the other half is for everybody else.
                concurrency=most_turns,
            ),
            Subscription("chat-reminders", "chat", react=TimerKeeper(repository, timers).react, types=HEARD),
        ],
        worker=WorkerParts([ReminderWorkflow], [ReminderActivities(reminders).fire]),
        background=[live.run, tidying.run],
        beside_consumers=[live.run, waiting.run],
        personal=_PERSONAL,
    )
