"""What differs between two specs, as RFC 6902 has it."""

from __future__ import annotations

import json
from typing import Any

import jsonpatch  # pyright: ignore[reportMissingTypeStubs]
from google.protobuf.json_format import MessageToDict

from madeleine.miniapp.v1.spec_pb2 import AppSpec


def diff(before: AppSpec, after: AppSpec) -> str:
    """The JSON Patch from one spec to another, both in protobuf's JSON form with the contract's field names."""
    patch: Any = jsonpatch.make_patch(_plain(before), _plain(after))
    return json.dumps(list(patch), ensure_ascii=False)


def _plain(spec: AppSpec) -> dict[str, Any]:
    return MessageToDict(spec, preserving_proto_field_name=True)
