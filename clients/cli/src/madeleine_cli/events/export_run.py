"""`madeleine events export`: one run of an export, with its progress and what it says at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import typer

from madeleine_cli.context import Context
from madeleine_cli.events.connections import EventsSettings, codec_of, readers, sealed_codec
from madeleine_cli.events.filters import Filter
from madeleine_cli.events_options import INTERRUPTED, ask, bar, failed
from madeleine_cli.export import FORMATS, Export, ExportRefused, Progress, opened_manifest
from madeleine_cli.export.manifest import Manifest
from madeleine_common.bus.streams import stream_name

_STAYS_READABLE = (
    "This export is readable, and stays so after people are erased: it is yours to delete then. Without --open it would"
    " forget them by itself."
)


def export_run(context: Context, folder: Path, form: str, wanted: Filter, *, open_sealed: bool) -> None:
    """Exports; ends with typer.Exit unless all went well."""
    console = context.console
    if open_sealed:
        console.print(_STAYS_READABLE, style="yellow", soft_wrap=True)
    header = {"format": form, "open": open_sealed, **wanted.described()}
    try:
        with opened_manifest(folder, header) as manifest:
            before = sum(file["rows"] for file in manifest.files)
            meant = wanted.as_first_meant(manifest.header)
            done = ask(context, partial(_run, context, manifest, meant, form, open_sealed=open_sealed))
    except ExportRefused as refused:
        raise typer.BadParameter(str(refused), param_hint="--out") from refused
    except KeyboardInterrupt:
        console.print(f"Stopped; the same command goes on from there. {folder} holds whole files only.")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        raise failed(context, f"{folder}: {error.strerror or error}; the same command goes on from there.") from error
    written, files, size = (sum(getattr(p, name) for p in done) for name in ("written", "files", "bytes"))
    if not written:
        console.print(f"Nothing new to export; {folder} holds {before} events." if before else "No event matches.")
        return
    console.print(f"{written} events in {files} files ({size / 2**20:.1f} MiB) written to {folder}.", soft_wrap=True)
    for line in _closed(done):
        console.print(line)


async def _run(
    context: Context, manifest: Manifest, wanted: Filter, form: str, settings: EventsSettings, *, open_sealed: bool
) -> list[Progress]:
    async with (
        readers(settings, wanted.contexts()) as sources,
        codec_of(settings) if open_sealed else nullcontext(sealed_codec()) as codec,
    ):
        with bar(context.console) as progress:
            tasks = {name: progress.add_task(stream_name(name), total=None, note="") for name in sources}

            def tell(told: Progress) -> None:
                note = f"{told.files} files" if told.files else ""
                progress.update(tasks[told.context], completed=told.read, total=told.total, note=note)

            export = Export(
                sources,
                codec,
                manifest,
                FORMATS[form](),
                selection=wanted.selection(),
                open_sealed=open_sealed,
            )
            return await export.run(tell)


def _closed(done: Sequence[Progress]) -> list[str]:
    """How many rows have no columns, and why."""
    closed: Counter[str] = Counter()
    for progress in done:
        closed += progress.closed
    words = {
        "sealed": "are sealed; madeleine_cli.export.opened() shows them",
        "erased": "belong to people who were erased",
        "unreadable": "could not be read; their column `error` says why",
    }
    return [f"{closed[kind]} of them {text}." for kind, text in words.items() if closed[kind]]
