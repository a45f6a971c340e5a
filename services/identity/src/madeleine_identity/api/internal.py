"""PeopleService and KeyringService: for other services of the house only."""

from __future__ import annotations

import re

import grpc

from madeleine.identity.v1 import identity_pb2 as pb
from madeleine.identity.v1.identity_pb2_grpc import KeyringServiceServicer, PeopleServiceServicer
from madeleine_common.auth import require_service
from madeleine_common.crypto.keyring import DataKey, KeySource
from madeleine_common.rpc.checks import Checks
from madeleine_identity.api.mapping import profile_message
from madeleine_identity.projections.people import People

_MOST = 1000
_CONVERSATION = re.compile(r"conversation:[0-9a-f-]{36}")
_SUBJECT = re.compile(r"[a-z]+:[0-9a-f-]{36}|service:[a-z]+")


class PeopleApi(PeopleServiceServicer):
    """Profiles by id."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def BatchGetPeople(
        self, request: pb.BatchGetPeopleRequest, context: grpc.aio.ServicerContext
    ) -> pb.BatchGetPeopleResponse:
        """Those of the people that there are."""
        require_service()
        checks = Checks()
        checks.between("person_ids", len(request.person_ids), 0, _MOST)
        for number, person_id in enumerate(request.person_ids):
            checks.id(f"person_ids[{number}]", person_id)
        checks.done()
        return pb.BatchGetPeopleResponse(
            people=[profile_message(p) for p in await self._people.get(request.person_ids)]
        )


class KeyringApi(KeyringServiceServicer):
    """Data keys."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys

    async def GetOrCreateKeys(
        self, request: pb.GetOrCreateKeysRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetOrCreateKeysResponse:
        """Each subject's key, made at first use."""
        require_service()
        checks = Checks()
        checks.between("subjects", len(request.subjects), 0, _MOST)
        for number, subject in enumerate(request.subjects):
            if not _SUBJECT.fullmatch(subject):
                checks.bad(f"subjects[{number}]", "must be <kind>:<id>, for example person:<id>")
        checks.done()
        batch = await self._keys.for_subjects(request.subjects)
        return pb.GetOrCreateKeysResponse(
            keys=[_key_message(key) for key in batch.keys], destroyed_subjects=sorted(batch.destroyed)
        )

    async def GetKeys(self, request: pb.GetKeysRequest, context: grpc.aio.ServicerContext) -> pb.GetKeysResponse:
        """Keys by id."""
        require_service()
        checks = Checks()
        checks.between("key_ids", len(request.key_ids), 0, _MOST)
        for number, key_id in enumerate(request.key_ids):
            checks.id(f"key_ids[{number}]", key_id)
        checks.done()
        batch = await self._keys.by_ids(request.key_ids)
        return pb.GetKeysResponse(
            keys=[_key_message(key) for key in batch.keys], destroyed_key_ids=sorted(batch.destroyed)
        )

    async def DestroyKeys(
        self, request: pb.DestroyKeysRequest, context: grpc.aio.ServicerContext
    ) -> pb.DestroyKeysResponse:
        """Ends the keys of conversations that nobody is left in."""
        require_service("chat")
        checks = Checks()
        checks.between("subjects", len(request.subjects), 0, _MOST)
        for number, subject in enumerate(request.subjects):
            if not _CONVERSATION.fullmatch(subject):
                checks.bad(f"subjects[{number}]", "must be conversation:<id>")
        checks.done()
        await self._keys.destroy_all(request.subjects)
        return pb.DestroyKeysResponse()


def _key_message(key: DataKey) -> pb.DataKey:
    return pb.DataKey(key_id=key.key_id, subject=key.subject, key=key.key)
