"""Envoy routes: the public RPCs, live editing, the REST prefix, the model, health, the web client, 404 for all else."""

from __future__ import annotations

from typing import Any

from madeleine_gateway.clusters import LIVE, OPENAI
from madeleine_gateway.filters import (
    BUFFER,
    LIVE_PATH,
    OPENAI_PREFIX,
    RATE_LIMIT,
    TRANSCODER,
    cors_policy,
    rate_limit,
    transcoder,
)
from madeleine_gateway.methods import GUARDED_METHODS, JWKS_METHOD, PublicMethod
from madeleine_gateway.settings import GatewaySettings
from madeleine_gateway.static import header, largest_file, static_routes

# Names no cluster, on purpose.
NOWHERE = "nowhere"
_NO_BUFFER = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute"


def route_config(settings: GatewaySettings, methods: list[PublicMethod]) -> dict[str, Any]:
    """The route table; what it does not name is not reachable."""
    routes = [_grpc_route(settings, method) for method in methods]
    if settings.gateway_live_address:
        routes.append(_live_route())
    routes += [_event_stream_route(settings, methods), _rest_route()]
    if settings.gateway_openai_address:
        routes.append(_openai_route(settings))
    routes += [_direct("health", {"path": "/healthz"}, 200, "ok\n")]
    routes += static_routes(settings.gateway_web_dist)
    routes += [_direct("none", {"prefix": "/"}, 404, "there is nothing at this path")]
    return {
        "name": "public",
        # The REST route leads nowhere; a test checks that every other route leads to a cluster.
        "validate_clusters": False,
        "max_direct_response_body_size_bytes": largest_file(settings.gateway_web_dist),
        "response_headers_to_remove": ["x-envoy-upstream-service-time", "x-envoy-decorator-operation", "server"],
        "response_headers_to_add": [
            header("x-content-type-options", "nosniff"),
            header("referrer-policy", "no-referrer"),
            header("x-frame-options", "DENY"),
            header("x-request-id", "%REQ(X-REQUEST-ID)%"),
        ],
        "virtual_hosts": [
            {
                "name": "public",
                "domains": ["*"],
                "routes": routes,
                "typed_per_filter_config": {
                    "envoy.filters.http.cors": cors_policy(settings),
                    RATE_LIMIT: rate_limit("api", settings.gateway_requests_per_s, "1s"),
                },
            }
        ],
    }


def _grpc_route(settings: GatewaySettings, method: PublicMethod) -> dict[str, Any]:
    action: dict[str, Any] = {"cluster": method.context}
    if method.streams:
        action |= {"timeout": "0s", "idle_timeout": f"{settings.gateway_stream_idle_s}s"}
    else:
        action["timeout"] = f"{settings.gateway_timeout_s}s"
        # Only where the request surely never reached the service; mutations are safe besides, by their key.
        action["retry_policy"] = {"retry_on": "connect-failure,refused-stream", "num_retries": 2}
    route: dict[str, Any] = {"name": method.path, "match": {"path": method.path}, "route": action}
    if method.path in GUARDED_METHODS:
        route["typed_per_filter_config"] = {
            RATE_LIMIT: rate_limit(method.path, settings.gateway_logins_per_minute, "60s"),
        }
    elif method.path == JWKS_METHOD:
        # A bucket of its own: were it starved by others, every token would be refused.
        route["typed_per_filter_config"] = {RATE_LIMIT: rate_limit("jwks", settings.gateway_requests_per_s, "1s")}
    return route


def _rest_route() -> dict[str, Any]:
    """Where a REST call is until it is transcoded: CORS needs a real route, and one left untranscoded is a 404."""
    return {
        "name": "rest",
        "match": {"prefix": "/v1/"},
        "route": {"cluster": NOWHERE, "cluster_not_found_response_code": "NOT_FOUND"},
    }


def _event_stream_route(settings: GatewaySettings, methods: list[PublicMethod]) -> dict[str, Any]:
    """REST asked for as server-sent events: the same transcoding, framed as "data: ...", instead of one line each."""
    route = _rest_route()
    route["match"]["headers"] = [{"name": "accept", "string_match": {"contains": "text/event-stream"}}]
    route["typed_per_filter_config"] = {TRANSCODER: transcoder(settings, methods, event_stream=True)}
    return route


def _openai_route(settings: GatewaySettings) -> dict[str, Any]:
    """The model over HTTP: no transcoding, and no limit but on silence, since an answer may stream for long."""
    return {
        "name": "openai",
        "match": {"prefix": OPENAI_PREFIX},
        "route": {
            "cluster": OPENAI,
            "timeout": "0s",
            "idle_timeout": f"{settings.gateway_stream_idle_s}s",
            "retry_policy": {"retry_on": "connect-failure", "num_retries": 2},
        },
    }


def _live_route() -> dict[str, Any]:
    """Live editing over WebSockets: what a socket sends is a body without end, never to be waited for.

    Both sides ping; a socket that is silent nevertheless for so long is dead.
    """
    return {
        "name": "live",
        "match": {
            "safe_regex": {"regex": LIVE_PATH},
            "headers": [{"name": "upgrade", "string_match": {"exact": "websocket", "ignore_case": True}}],
        },
        "route": {
            "cluster": LIVE,
            "timeout": "0s",
            "idle_timeout": "120s",
            "upgrade_configs": [{"upgrade_type": "websocket"}],
        },
        "typed_per_filter_config": {BUFFER: {"@type": _NO_BUFFER, "disabled": True}},
    }


def _direct(name: str, match: dict[str, Any], status: int, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "match": match,
        "direct_response": {"status": status, "body": {"inline_string": text}},
    }
