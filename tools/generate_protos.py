"""Generates libs/protos from proto/: messages, stubs, type stubs and the descriptor set for the gateway.

Run by `make protos`; CI runs it with --check and fails when the committed code differs.
"""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

from google.rpc import error_details_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
OUT = ROOT / "libs" / "protos" / "src"


def generate(out: Path) -> None:
    """Writes all generated files under `out`; raises SystemExit when protoc refuses."""
    sources = sorted(str(p.relative_to(PROTO)) for p in (PROTO / "madeleine").rglob("*.proto"))
    (out / "madeleine_protos").mkdir(parents=True, exist_ok=True)
    includes = [f"-I{PROTO}", f"-I{Path(protoc.__file__).parent / '_proto'}"]
    code = protoc.main(
        [
            "protoc",
            *includes,
            *(
                f"--plugin={name}={Path(sys.executable).parent / name}"
                for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
            ),
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out=quiet:{out}",
            f"--mypy_grpc_out=quiet,only_async,generate_concrete_servicer_stubs:{out}",
            *sources,
        ]
    )
    # The gateway writes error details as JSON, and can only write messages that the set describes.
    code = code or protoc.main(
        [
            "protoc",
            *includes,
            f"-I{Path(error_details_pb2.__file__).parent.parent.parent}",
            "--include_imports",
            f"--descriptor_set_out={out / 'madeleine_protos' / 'descriptors.binpb'}",
            *sources,
            "google/rpc/error_details.proto",
        ]
    )
    if code != 0:
        raise SystemExit(code)
    for folder in [p for p in (out / "madeleine").rglob("*") if p.is_dir()]:
        (folder / "py.typed").touch()
        # A context folder holds files only in v1; __init__ keeps it importable by strict tools.
        (folder / "__init__.py").touch()
        # Files without a service yield empty stubs; they would only be noise.
    for stub in (out / "madeleine").rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)
    (out / "madeleine_protos" / "__init__.py").write_text(
        '"""Generated contracts: `DESCRIPTORS` is the descriptor set, imports included, that the gateway '
        'transcodes by."""\n\n'
        "from pathlib import Path\n\n"
        'DESCRIPTORS = Path(__file__).parent / "descriptors.binpb"\n'
    )
    (out / "madeleine_protos" / "py.typed").touch()


def differences(left: Path, right: Path) -> list[str]:
    """Relative paths of files that differ or stand on one side only."""

    def files(top: Path) -> set[Path]:
        return {p.relative_to(top) for p in top.rglob("*") if p.is_file() and "__pycache__" not in p.parts}

    ours, theirs = files(left), files(right)
    both = ours & theirs
    changed = {p for p in both if not filecmp.cmp(left / p, right / p, shallow=False)}
    return sorted(str(p) for p in (ours ^ theirs) | changed)


def main() -> int:
    """Generates in place, or with --check only compares; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the committed code is not what proto/ gives")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory() as temp:
        fresh = Path(temp)
        generate(fresh)
        if check:
            stale = differences(fresh, OUT)
            for path in stale:
                print(f"stale: libs/protos/src/{path} (run `make protos`)", file=sys.stderr)
            return 1 if stale else 0
        shutil.rmtree(OUT / "madeleine", ignore_errors=True)
        shutil.rmtree(OUT / "madeleine_protos", ignore_errors=True)
        shutil.copytree(fresh, OUT, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
