"""Envoy clusters: one for each service, and for the model over HTTP, live editing, the gateway itself, traces."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from madeleine_gateway.settings import GatewaySettings, address

SELF = "self"
OPENAI = "openai"
LIVE = "live"
OTLP = "otlp"
# Less than inference keeps an idle connection: a request must not go out on one that is being closed.
_OPENAI_IDLE_S = 60


def clusters(settings: GatewaySettings, contexts: list[str]) -> list[dict[str, Any]]:
    """One HTTP/2 cluster for each proto context, and those that the gateway needs itself."""
    host, port = address(settings.gateway_listen)
    loopback = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 (recognised, not bound)
    found = [_cluster(context, *address(settings.upstream(context)), http2=True) for context in contexts]
    found.append(_cluster(SELF, loopback, port, http2=False))
    if settings.gateway_openai_address:
        found.append(_cluster(OPENAI, *address(settings.gateway_openai_address), http2=False, idle_s=_OPENAI_IDLE_S))
    if settings.gateway_live_address:
        found.append(_cluster(LIVE, *address(settings.gateway_live_address), http2=False))
    if settings.otlp_endpoint:
        found.append(_cluster(OTLP, *_otlp_address(settings.otlp_endpoint), http2=True))
    return found


def _otlp_address(endpoint: str) -> tuple[str, int]:
    parts = urlsplit(endpoint if "://" in endpoint else f"http://{endpoint}")
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"MADELEINE_OTLP_ENDPOINT {endpoint!r} is not http://host:port")
    return parts.hostname, parts.port or 4317


def _cluster(name: str, host: str, port: int, *, http2: bool, idle_s: int = 3600) -> dict[str, Any]:
    protocol: dict[str, Any] = {"http_protocol_options": {}}
    if http2:
        # Pings find a peer that vanished without a word; our servers allow one every 5 s.
        protocol = {"http2_protocol_options": {"connection_keepalive": {"interval": "30s", "timeout": "5s"}}}
    return {
        "name": name,
        # DNS also takes plain addresses, so one form serves a laptop and a cluster.
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "2s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {
                    "lb_endpoints": [
                        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}},
                    ]
                }
            ],
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": protocol,
                "common_http_protocol_options": {"idle_timeout": f"{idle_s}s"},
            }
        },
    }
