"""The whole Envoy configuration as one value."""

from __future__ import annotations

from typing import Any

from madeleine_gateway.clusters import OTLP, clusters
from madeleine_gateway.filters import OPENAI_PREFIX, http_filters
from madeleine_gateway.methods import public_methods
from madeleine_gateway.routes import route_config
from madeleine_gateway.settings import GatewaySettings, address

_HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_CONNECTIONS = (
    "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
)
# What Envoy itself answers (not a service), as google.rpc.Code: the same JSON shape as every other error.
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 8, 415: 3, 429: 8, 431: 8, 502: 14, 503: 14, 504: 4}
_INTERNAL = 13


def render(settings: GatewaySettings) -> dict[str, Any]:
    """Envoy's bootstrap configuration; raises ValueError for an address that cannot be read."""
    methods = public_methods()
    contexts = sorted({method.context for method in methods})
    host, port = address(settings.gateway_listen)
    admin_host, admin_port = address(settings.gateway_admin_listen)
    manager = {
        "@type": _HCM,
        "stat_prefix": "public",
        "codec_type": "AUTO",
        "route_config": route_config(settings, methods),
        "http_filters": http_filters(settings, methods),
        "http2_protocol_options": {"max_concurrent_streams": 256},
        "use_remote_address": True,
        # Nobody outside is one of us, also from a private address: x-envoy-* headers are stripped from all.
        "internal_address_config": {"unix_sockets": False},
        "normalize_path": True,
        "merge_slashes": True,
        # "%2F" in a path means different things to different parts of the house: refuse it.
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "300s",
        "server_header_transformation": "PASS_THROUGH",
        "generate_request_id": True,
        "local_reply_config": _local_replies(),
        "access_log": [_access_log()],
    }
    if settings.otlp_endpoint:
        manager["tracing"] = _tracing()
    return {
        "admin": {"address": _socket(admin_host, admin_port)},
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": {
                        "@type": _CONNECTIONS,
                        "max_active_downstream_connections": settings.gateway_max_connections,
                    },
                }
            ]
        },
        "static_resources": {
            "listeners": [
                {
                    "name": "public",
                    "address": _socket(host, port),
                    "per_connection_buffer_limit_bytes": settings.gateway_max_body_bytes,
                    "filter_chains": [
                        {
                            "filters": [
                                {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
                            ]
                        }
                    ],
                }
            ],
            "clusters": clusters(settings, contexts),
        },
    }


def _socket(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _local_replies() -> dict[str, Any]:
    def mapper(status: dict[str, Any], code: int) -> dict[str, Any]:
        return {
            "filter": {"status_code_filter": {"comparison": status}},
            "body_format_override": reply(code, "%LOCAL_REPLY_BODY%"),
        }

    def when(operator: str, value: int) -> dict[str, Any]:
        return {"op": operator, "value": {"default_value": value, "runtime_key": f"gateway.reply.{operator}.{value}"}}

    def reply(code: int, message: str) -> dict[str, Any]:
        return {"json_format": {"code": code, "message": message, "details": []}}

    def has(name: str, match: dict[str, Any]) -> dict[str, Any]:
        return {"header_filter": {"header": {"name": name, **match}}}

    # A gRPC client gets status and message in trailers, where JSON would only be noise. A transcoded call looks like
    # gRPC by now, and is told apart by the path that it came with.
    grpc = {
        "filter": {
            "and_filter": {
                "filters": [
                    has("content-type", {"string_match": {"prefix": "application/grpc"}}),
                    has("x-envoy-original-path", {"present_match": False}),
                ]
            }
        }
    }
    unknown_path = {
        "filter": {"response_flag_filter": {"flags": ["NC"]}},
        "body_format_override": reply(5, "there is no such method and path under /v1/"),
    }
    # What OpenAI's clients look for in a refusal.
    openai_error = {"message": "%LOCAL_REPLY_BODY%", "type": "gateway_error", "code": "%RESPONSE_CODE%"}
    openai = {
        "filter": has(":path", {"string_match": {"prefix": OPENAI_PREFIX}}),
        "body_format_override": {"json_format": {"error": openai_error}},
    }
    exact = [mapper(when("EQ", status), code) for status, code in _CODES.items()]
    return {"mappers": [grpc, openai, unknown_path, *exact, mapper(when("GE", 500), _INTERNAL)]}


def _access_log() -> dict[str, Any]:
    """One JSON line a request; the route's name stands for the path, which may hold ids and invite tokens."""
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {
                "json_format": {
                    "time": "%START_TIME%",
                    "method": "%REQ(:METHOD)%",
                    "route": "%ROUTE_NAME%",
                    "protocol": "%PROTOCOL%",
                    "status": "%RESPONSE_CODE%",
                    "grpc_status": "%GRPC_STATUS%",
                    "flags": "%RESPONSE_FLAGS%",
                    "details": "%RESPONSE_CODE_DETAILS%",
                    "bytes_in": "%BYTES_RECEIVED%",
                    "bytes_out": "%BYTES_SENT%",
                    "duration_ms": "%DURATION%",
                    "request_id": "%REQ(X-REQUEST-ID)%",
                    "traceparent": "%REQ(TRACEPARENT)%",
                }
            },
        },
    }


def _tracing() -> dict[str, Any]:
    return {
        # A path may hold an invite's token: spans go without it, the services' own say which method it was.
        "max_path_tag_length": 0,
        "provider": {
            "name": "envoy.tracers.opentelemetry",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
                "grpc_service": {"envoy_grpc": {"cluster_name": OTLP}, "timeout": "1s"},
                "service_name": "gateway",
            },
        },
    }
