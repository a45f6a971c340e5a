"""PostingService: other services' apps speak here."""

from __future__ import annotations

from madeleine.chat.v1 import chat_pb2 as pb
from madeleine.chat.v1.chat_pb2_grpc import PostingServiceServicer
from madeleine_chat.application.app_posts import AppPosts
from madeleine_chat.domain.app_posts import MOST_TEXT
from madeleine_common.auth import require_service
from madeleine_common.rpc.checks import Checks

_MOST_WORDS_OF = 100


class PostingApi(PostingServiceServicer):
    """For the mini-app service alone."""

    def __init__(self, posts: AppPosts) -> None:
        self._posts = posts

    async def PostFromApp(self, request: pb.PostFromAppRequest, context) -> pb.PostFromAppResponse:
        caller = require_service("miniapp")
        checks = Checks()
        for field in ("conversation_id", "person_id", "app_id"):
            checks.id(field, getattr(request, field))
        checks.text("text", request.text, most=MOST_TEXT)
        checks.idempotency_key(request.idempotency_key)
        if len(request.words_of) > _MOST_WORDS_OF:
            checks.bad("words_of", f"must be at most {_MOST_WORDS_OF}")
        for index, person_id in enumerate(request.words_of):
            checks.id(f"words_of[{index}]", person_id)
        checks.done()
        return pb.PostFromAppResponse(message_id=await self._posts.post(caller, request))
