"""Mini-apps without a model: the application's own last step with a plain blueprint, and records through the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from google.protobuf.struct_pb2 import Struct

from chatting.whole_house import WholeHouse
from madeleine.miniapp.v1 import miniapp_pb2 as pb
from madeleine.miniapp.v1 import spec_pb2 as spec
from madeleine_common.events import Repository
from madeleine_common.ids import new_id
from madeleine_common.testing.rig import TestPerson
from madeleine_miniapp.adapters.library import PackagedLibrary
from madeleine_miniapp.application.creation import Creation
from madeleine_miniapp.application.likeness import Likeness
from madeleine_miniapp.application.ports import Order
from madeleine_miniapp.domain.app import App, evolve
from madeleine_miniapp.domain.drafting import whole

_LIBRARY = PackagedLibrary()
# Which blueprint an app of such a name is made from; of the others a collection.
_BLUEPRINTS = {
    "expenses": r"expense|budget|cost|savings|cash|记账|账",
    "mood": r"mood|心情",
    "meals": r"meal|recipe",
    "health": r"health|weight|sugar|cycle|经期",
    "trip": r"trip|camp|露营",
    "shopping": r"shopping",
    "chores": r"rota|待办|homework",
}
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


class _NoModel:
    """Never asked: what is recorded is the plain blueprint under a given title."""

    async def generate(self, system: str, user: str, json_schema: str, person_id: str) -> Any:
        raise AssertionError("no model is needed")

    async def embed_queries(self, texts: Any) -> list[list[float]]:
        raise AssertionError("no model is needed")

    embed_passages = embed_queries


async def make_app(house: WholeHouse, owner: TestPerson, title: str, conversation_id: str = "") -> pb.App:
    """A new app with this title and all fields of the blueprint that suits it."""
    kind = next((b for b, words in _BLUEPRINTS.items() if re.search(words, title, re.IGNORECASE)), "collection")
    repository = Repository[App](house.miniapp.house.store, App, evolve)
    creation = Creation(repository, _LIBRARY, Likeness(_LIBRARY, _NoModel()))
    order = Order(new_id(), title, conversation_id, owner.person_id, f"person:{owner.person_id}", new_id(), "00" * 32)
    made = whole(_LIBRARY.get(kind), "en", _LIBRARY.known_fields())
    made.title = title[:40]
    await creation.record(order, kind, made)
    return (await house.apps.GetApp(pb.GetAppRequest(app_id=order.app_id), metadata=owner.call)).app


async def add_record(house: WholeHouse, who: TestPerson, app: pb.App, text: str) -> pb.Record:
    """A record that holds the text in its first text field and the text's first number in every number."""
    values = Struct()
    number = float(found[0].replace(",", "")) if (found := _NUMBER.search(text)) else 1.0
    texts = [field for field in app.spec.entities[0].fields if field.type == spec.FIELD_TYPE_TEXT]
    for field in app.spec.entities[0].fields:
        if field is texts[0]:
            values.update({field.name: text})
        elif (value := _value(field, number)) is not None:
            values.update({field.name: value})
    request = pb.AddRecordRequest(app_id=app.app_id, values=values, idempotency_key=new_id())
    return (await house.apps.AddRecord(request, metadata=who.call)).record


def _value(field: spec.Field, number: float) -> Any:
    now = datetime.now(UTC)
    match field.type:
        case spec.FIELD_TYPE_NUMBER | spec.FIELD_TYPE_MONEY | spec.FIELD_TYPE_INTEGER | spec.FIELD_TYPE_RATING:
            whole = field.type in (spec.FIELD_TYPE_INTEGER, spec.FIELD_TYPE_RATING)
            given = round(number) if whole else number
            most = field.max if field.HasField("max") else 5 if field.type == spec.FIELD_TYPE_RATING else given
            least = field.min if field.HasField("min") else 1
            return max(least, min(most, given))
        case spec.FIELD_TYPE_DATE:
            return now.date().isoformat()
        case spec.FIELD_TYPE_DATETIME:
            return now.isoformat(timespec="seconds")
        case spec.FIELD_TYPE_CHOICE:
            return field.choices[0]
        case _:
            return None
