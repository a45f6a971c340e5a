"""Envoy HTTP filters, in the order that a request meets them."""

from __future__ import annotations

from typing import Any

from madeleine_gateway.clusters import SELF
from madeleine_gateway.methods import OPEN_METHODS, PublicMethod
from madeleine_gateway.settings import GatewaySettings
from madeleine_protos import DESCRIPTORS

TRANSCODER = "envoy.filters.http.grpc_json_transcoder"
RATE_LIMIT = "envoy.filters.http.local_ratelimit"
_API = "type.googleapis.com/envoy.extensions.filters.http"
_RATE_LIMIT_TYPE = f"{_API}.local_ratelimit.v3.LocalRateLimit"
ISSUER = "madeleine"
AUDIENCE = "madeleine"
JWKS_PATH = "/v1/jwks.json"
OPENAI_PREFIX = "/openai/v1/"
LIVE_PATH = "/v1/apps/[^/]+/live"
BUFFER = "envoy.filters.http.buffer"
_GUARDED = ("/madeleine.", "/openai/")


def http_filters(settings: GatewaySettings, methods: list[PublicMethod]) -> list[dict[str, Any]]:
    """The chain: limits and tokens come after transcoding, so that they speak of RPCs, whatever the dialect."""
    return [
        _filter("cors", "Cors"),
        {
            "name": BUFFER,
            "typed_config": {
                "@type": f"{_API}.buffer.v3.Buffer",
                "max_request_bytes": settings.gateway_max_body_bytes,
            },
        },
        _filter("grpc_web", "GrpcWeb"),
        {"name": TRANSCODER, "typed_config": transcoder(settings, methods, event_stream=False)},
        {"name": RATE_LIMIT, "typed_config": {"@type": _RATE_LIMIT_TYPE, "stat_prefix": "none"}},
        {"name": "envoy.filters.http.jwt_authn", "typed_config": _tokens(settings)},
        _filter("router", "Router"),
    ]


def transcoder(settings: GatewaySettings, methods: list[PublicMethod], *, event_stream: bool) -> dict[str, Any]:
    """REST and JSON to gRPC by the contracts' HTTP bindings; `event_stream` frames streams as server-sent events."""
    return {
        "@type": f"{_API}.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        "proto_descriptor": str(DESCRIPTORS),
        "services": sorted({method.service for method in methods}),
        "convert_grpc_status": True,
        "print_options": {
            "preserve_proto_field_names": True,
            "always_print_primitive_fields": True,
            "stream_newline_delimited": True,
            "stream_sse_style_delimited": event_stream,
        },
        "request_validation_options": {
            "reject_unknown_method": False,
            "reject_unknown_query_parameters": True,
            "reject_binding_body_field_collisions": True,
        },
        "max_request_body_size": settings.gateway_max_body_bytes,
    }


def rate_limit(name: str, tokens: int, interval: str) -> dict[str, Any]:
    """A token bucket of `tokens` in each `interval` ("60s"), kept by this process."""
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return {
        "@type": _RATE_LIMIT_TYPE,
        "stat_prefix": name.strip("/").replace("/", "_").replace(".", "_"),
        "token_bucket": {"max_tokens": tokens, "tokens_per_fill": tokens, "fill_interval": interval},
        "filter_enabled": always,
        "filter_enforced": always,
        "rate_limited_as_resource_exhausted": True,
    }


def cors_policy(settings: GatewaySettings) -> dict[str, Any]:
    """Which other origins browsers may call from; tokens travel in a header, so no credentials are allowed."""
    return {
        "@type": f"{_API}.cors.v3.CorsPolicy",
        "allow_origin_string_match": [{"exact": origin} for origin in settings.cors_origins],
        "allow_methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        "allow_headers": "authorization, content-type, accept, traceparent, tracestate, x-request-id, x-grpc-web, "
        "x-user-agent, grpc-timeout",
        "expose_headers": "grpc-status, grpc-message, grpc-status-details-bin, x-request-id",
        "max_age": "600",
    }


def _tokens(settings: GatewaySettings) -> dict[str, Any]:
    return {
        "@type": f"{_API}.jwt_authn.v3.JwtAuthentication",
        "providers": {
            "people": {
                "issuer": ISSUER,
                "audiences": [AUDIENCE],
                "forward": True,
                # Only headers: a token in a URL ends up in histories and logs. A browser that opens a WebSocket can set
                # none but the subprotocols that it offers.
                "from_headers": [
                    {"name": "authorization", "value_prefix": "Bearer "},
                    {"name": "sec-websocket-protocol", "value_prefix": "bearer."},
                ],
                "require_expiration": True,
                "clock_skew_seconds": 10,
                "remote_jwks": {
                    "http_uri": {"uri": f"http://{SELF}{JWKS_PATH}", "cluster": SELF, "timeout": "5s"},
                    "cache_duration": f"{settings.gateway_jwks_cache_s}s",
                    # In the background, so that keys once known stay in use while identity is away. Not before
                    # the listener opens: it is through the listener that they come.
                    "async_fetch": {"fast_listener": True},
                },
            }
        },
        "rules": [
            *({"match": {"path": path}} for path in sorted(OPEN_METHODS)),
            *({"match": {"prefix": prefix}, "requires": {"provider_name": "people"}} for prefix in _GUARDED),
            {"match": {"safe_regex": {"regex": LIVE_PATH}}, "requires": {"provider_name": "people"}},
        ],
    }


def _filter(name: str, message: str) -> dict[str, Any]:
    return {
        "name": f"envoy.filters.http.{name}",
        "typed_config": {"@type": f"{_API}.{name}.v3.{message}"},
    }
