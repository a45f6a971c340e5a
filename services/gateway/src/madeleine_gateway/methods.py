"""Which RPCs the outside may call: those that the contracts give an HTTP binding, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Importing annotations registers the google.api.http option, without which the parser would drop it.
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from madeleine_protos import DESCRIPTORS

# Methods that need no token: they are how one gets a token, or checks one.
OPEN_METHODS = frozenset(
    f"/madeleine.identity.v1.IdentityService/{name}"
    for name in ("SignUp", "LogIn", "LogInWithOidc", "RefreshToken", "GetJwks")
)
JWKS_METHOD = "/madeleine.identity.v1.IdentityService/GetJwks"
# Methods that check a secret, and so are worth guessing at.
GUARDED_METHODS = OPEN_METHODS - {JWKS_METHOD}


@dataclass(frozen=True, slots=True)
class PublicMethod:
    """One RPC that is routed; `path` is its gRPC path, `context` names the service that owns it."""

    path: str
    service: str
    context: str
    streams: bool
    http: str


def public_methods(descriptors: bytes | None = None) -> list[PublicMethod]:
    """All annotated RPCs of a serialized FileDescriptorSet (the committed one unless told), in file order.

    Raises ValueError when an open method is not among them: a renamed RPC must not lock everybody out.
    """
    files = descriptor_pb2.FileDescriptorSet.FromString(descriptors or DESCRIPTORS.read_bytes())
    found: list[PublicMethod] = []
    for file in files.file:
        if not file.package.startswith("madeleine."):
            continue
        for service in file.service:
            name = f"{file.package}.{service.name}"
            for method in service.method:
                # Any: googleapis' stubs do not say what message the option extends.
                http: Any = annotations_pb2.http
                if not method.options.HasExtension(http):
                    continue
                rule = method.options.Extensions[http]
                verb = str(rule.WhichOneof("pattern"))
                found.append(
                    PublicMethod(
                        path=f"/{name}/{method.name}",
                        service=name,
                        context=file.package.split(".")[1],
                        streams=method.server_streaming,
                        http=f"{verb.upper()} {getattr(rule, verb)}",
                    )
                )
    missing = OPEN_METHODS - {method.path for method in found}
    if missing:
        raise ValueError(f"not among the public methods: {', '.join(sorted(missing))}")
    return found
