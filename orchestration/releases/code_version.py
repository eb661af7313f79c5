"""Says which code made a release, with or without git: the package's version and a hash of its sources.

All sources byte for byte, for people who want to find them again; whether a result is made anew is decided by
`ingest.code_state`, for which a comment makes no difference.
"""

import functools
import hashlib
import importlib.metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("ingest", "expectations", "orchestration", "dbt_project")
KINDS = {".py", ".sql", ".yml", ".yaml", ".csv", ".j2"}
MADE = {"target", "logs", "dbt_packages", "__pycache__"}


@functools.cache
def code_version() -> str:
    """Return e.g. `0.1.0+src.1a2b3c4d5e6f`: the same sources give the same text, wherever they lie."""
    try:
        version = importlib.metadata.version("sangam")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    digest = hashlib.sha256()
    for path in sorted(path for part in PARTS for path in (ROOT / part).rglob("*") if path.suffix in KINDS):
        name = path.relative_to(ROOT)
        if not MADE.intersection(name.parts):
            digest.update(f"{name.as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{version}+src.{digest.hexdigest()[:12]}"
