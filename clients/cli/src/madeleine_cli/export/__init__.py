"""Exports of events for the data team: Parquet or JSON lines, sealed unless told otherwise."""

from madeleine_cli.export.engine import Export, Progress
from madeleine_cli.export.files import FORMATS, JsonLines, Parquet
from madeleine_cli.export.manifest import ExportRefused, opened_manifest, read_manifest
from madeleine_cli.export.opening import opened

__all__ = [
    "FORMATS",
    "Export",
    "ExportRefused",
    "JsonLines",
    "Parquet",
    "Progress",
    "opened",
    "opened_manifest",
    "read_manifest",
]
