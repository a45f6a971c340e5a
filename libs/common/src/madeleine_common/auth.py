"""Who calls: tokens of people (signed by identity) and of services (each signed by its own key)."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from madeleine_common.errors import Denied, Unauthenticated

AUDIENCE = "madeleine"
PEOPLE_ISSUER = "madeleine"
SERVICES_ISSUER = "madeleine-services"
SERVICE_TOKEN_S = 300
_LEEWAY_S = 10


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a person, or a service that may act for one."""

    # "person:<id>" or "service:<name>".
    subject: str
    # The person: the caller, or whom the service acts for; "" for a service that acts for itself.
    person_id: str = ""
    name: str = ""
    time_zone: str = "UTC"
    language: str = "en"

    @property
    def is_service(self) -> bool:
        """True for another service of the house."""
        return self.subject.startswith("service:")


_current: ContextVar[Principal | None] = ContextVar("principal", default=None)


def set_principal(principal: Principal | None) -> None:
    """Makes `principal` the caller of the running task."""
    _current.set(principal)


def principal() -> Principal:
    """The caller; raises Unauthenticated when there is none."""
    current = _current.get()
    if current is None:
        raise Unauthenticated("no token was given; log in and send 'authorization: Bearer <token>'")
    return current


def require_person() -> Principal:
    """The caller, who must be a person or act for one; raises Unauthenticated or Denied."""
    caller = principal()
    if not caller.person_id:
        raise Denied("this call is for people", reason="PERSON_REQUIRED")
    return caller


def require_service(*names: str) -> Principal:
    """The caller, who must be one of the named services (any, if none is named); raises Unauthenticated or Denied."""
    caller = principal()
    if not caller.is_service or (names and caller.subject.removeprefix("service:") not in names):
        raise Denied("this call is for services of the house", reason="SERVICE_REQUIRED")
    return caller


# A public key by its id; raises KeyError for an unknown one.
KeyLookup = Callable[[str], Awaitable[Any]]


def keys_of_jwks(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Public keys by key id from a JSON Web Key Set of Ed25519 keys (RFC 8037)."""
    return {key["kid"]: OKPAlgorithm.from_jwk(json.dumps(key)) for key in jwks["keys"]}


def jwk_of(key: Ed25519PrivateKey, kid: str) -> dict[str, str]:
    """The public half of a key as a JWK."""
    public: dict[str, str] = json.loads(OKPAlgorithm.to_jwk(key.public_key()))
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": public["x"]}


class TokenVerifier:
    """Tells from a token who calls, checking signature, issuer, audience and expiry."""

    def __init__(self, services_jwks: Path, people_key: KeyLookup) -> None:
        """`people_key` gives identity's public keys."""
        self._services_jwks = services_jwks
        self._service_keys: dict[str, Any] = {}
        self._people_key = people_key

    async def verify(self, token: str) -> Principal:
        """The token's principal; raises Unauthenticated with the reason."""
        try:
            header = jwt.get_unverified_header(token)
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
            kid = str(header.get("kid", ""))
            key = self._service_key(kid) if issuer == SERVICES_ISSUER else await self._people_key(kid)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=SERVICES_ISSUER if issuer == SERVICES_ISSUER else PEOPLE_ISSUER,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the token has expired; refresh it", reason="TOKEN_EXPIRED") from error
        except (jwt.PyJWTError, KeyError) as error:
            raise Unauthenticated("the token is not valid", reason="TOKEN_INVALID") from error
        subject = str(claims["sub"])
        if issuer == SERVICES_ISSUER:
            # A service's key signs for that service alone.
            if subject != f"service:{kid}":
                raise Unauthenticated("the token is not valid", reason="TOKEN_INVALID")
            person_id = str(claims.get("act_for", "")).removeprefix("person:")
        elif subject.startswith("person:"):
            person_id = subject.removeprefix("person:")
        else:
            raise Unauthenticated("the token is not valid", reason="TOKEN_INVALID")
        return Principal(
            subject,
            person_id,
            str(claims.get("name", "")),
            str(claims.get("zoneinfo", "UTC")),
            str(claims.get("locale", "en")),
        )

    def _service_key(self, kid: str) -> Any:
        if kid not in self._service_keys:
            # Read again for an unknown id: keys rotate by a new file.
            self._service_keys = keys_of_jwks(json.loads(self._services_jwks.read_text("utf-8")))
        return self._service_keys[kid]


class ServiceTokens:
    """Mints this service's tokens: 5 minutes each, one for each person acted for, reused until near their end."""

    def __init__(self, service: str, key_file: Path) -> None:
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{key_file}: not an Ed25519 key")
        self._service = service
        self._key = key
        self._minted: dict[Principal | None, tuple[float, str]] = {}

    def token(self, person: Principal | None = None) -> str:
        """A token for this service, acting for `person` if given."""
        now = time.time()
        expires, token = self._minted.get(person, (0.0, ""))
        if expires - now > 60:
            return token
        expires = now + SERVICE_TOKEN_S
        claims: dict[str, Any] = {
            "iss": SERVICES_ISSUER,
            "aud": AUDIENCE,
            "sub": f"service:{self._service}",
            "iat": int(now),
            "exp": int(expires),
        }
        if person is not None:
            claims |= {
                "act_for": f"person:{person.person_id}",
                "name": person.name,
                "zoneinfo": person.time_zone,
                "locale": person.language,
            }
        token = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._service})
        if len(self._minted) > 4096:
            self._minted.clear()
        self._minted[person] = (expires, token)
        return token
