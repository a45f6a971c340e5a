"""Object storage through fsspec: one way for everything that is kept outside the databases."""

# fsspec and pyarrow ship few types: what they hand us is unknown to a strict checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportMissingTypeArgument=false

from __future__ import annotations

import os
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BeforeValidator

# For settings: a path, or a URL: file:///path, s3://bucket/prefix, or what else fsspec knows and is installed.
StoreUrl = Annotated[str, BeforeValidator(str)]


def file_system(url: str) -> tuple[Any, str]:
    """fsspec's file system for a URL, and the store's path in it.

    An S3 store takes region, credentials and AWS_ENDPOINT_URL from the AWS_* environment;
    "?endpoint_override=http://host:port&region=x" goes before these.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3":
        from fsspec.core import url_to_fs

        found, root = url_to_fs(url)
        return found, str(root).rstrip("/")
    # pyarrow speaks S3 and is here for exports anyway: one client library less than with s3fs.
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow.fs import S3FileSystem

    query = parse_qs(parts.query)
    options = {name: query[name][0] for name in ("endpoint_override", "region", "scheme") if name in query}
    # pyarrow reads the rest of AWS_* itself.
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        options.setdefault("endpoint_override", endpoint)
    found = ArrowFSWrapper(S3FileSystem(connect_timeout=5, request_timeout=30, **options))
    return found, (parts.netloc + parts.path).rstrip("/")
