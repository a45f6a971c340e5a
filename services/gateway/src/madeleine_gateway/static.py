"""Routes that serve the built web client: one direct response for each file."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

# Paths that the client itself routes; anything else unknown is a 404, not a page.
CLIENT_ROUTES = ("/conversations", "/apps")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        # Compiling WebAssembly and workers from blobs are for the frames in which custom views are drawn: they inherit
        # this policy, narrow it by one of their own, and `frame-src 'none'` lets them go nowhere.
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
    )
)

_MISSING_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Madeleine</title>"
    "<h1>Madeleine is up</h1><p>The web client is not built yet. Run <code>make web</code>, then restart the gateway. "
    "The API is under <code>/v1/</code>.</p></html>"
)
# mimetypes reads the machine's own tables, which differ; these are the types that a build holds.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
_HASHED = "public, max-age=31536000, immutable"
_FRESH = "no-cache"


def static_routes(dist: Path) -> list[dict[str, Any]]:
    """Envoy routes for every file under `dist`; a page that says how to build it when there is none."""
    index = dist / "index.html"
    if not index.is_file():
        return [_route("index", {"path": "/"}, {"inline_string": _MISSING_PAGE}, _TYPES[".html"], _FRESH)]
    routes: list[dict[str, Any]] = []
    for file in sorted(p for p in dist.rglob("*") if p.is_file() and p != index):
        name = file.relative_to(dist).as_posix()
        cache = _HASHED if name.startswith("assets/") else _FRESH
        routes.append(
            _route(f"file {name}", {"path": f"/{name}"}, {"filename": str(file.resolve())}, _type(file), cache)
        )
    page = {"filename": str(index.resolve())}
    matches = [{"path": "/"}, *({"path_separated_prefix": prefix} for prefix in CLIENT_ROUTES)]
    return routes + [_route("index", match, page, _TYPES[".html"], _FRESH) for match in matches]


def largest_file(dist: Path) -> int:
    """Bytes of the largest file under `dist`, at least Envoy's own default of 4096."""
    return max([4096, *(p.stat().st_size for p in dist.rglob("*") if p.is_file())])


def _type(file: Path) -> str:
    return _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _route(name: str, match: dict[str, Any], body: dict[str, Any], content_type: str, cache: str) -> dict[str, Any]:
    # Reading only: a POST to a page is a mistake and falls through to the 404.
    only_reads = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
    return {
        "name": name,
        "match": {**match, "headers": [only_reads]},
        "direct_response": {"status": 200, "body": body},
        "response_headers_to_add": [
            header("content-type", content_type),
            header("cache-control", cache),
            header("content-security-policy", CONTENT_SECURITY_POLICY),
        ],
    }


def header(name: str, value: str) -> dict[str, Any]:
    """A header that replaces one of the same name."""
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
