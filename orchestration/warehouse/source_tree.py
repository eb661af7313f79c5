"""The files that decide about numbers: code, contracts, logframes and suites, as they are used, each with its SHA-256.

Folders that the environment names in the place of the built-in ones stand where those would: so one tree says it all,
and another machine can lay it out. All files byte for byte, for people who want to find them again; whether a result is
made anew is decided by `ingest.code_state`, for which a comment makes no difference.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from pathlib import Path

from expectations.suite import COMMON, suites_root
from ingest.contracts.loading import REFERENCE, regions_root
from ingest.deliveries.delivery import sha256_of
from ingest.store import archive
from orchestration.warehouse.logframes import logframes_root

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("ingest", "expectations", "orchestration", "dbt_project")
KINDS = {".py", ".sql", ".yml", ".yaml", ".csv", ".j2", ".css"}
MADE = {"target", "logs", "dbt_packages", "__pycache__"}
# What the environment may put in the place of built-in folders.
REGIONS, LOGFRAMES, SUITES = "ingest/regions/", "dbt_project/indicators/", "expectations/suites/"
# Built in also where a folder stands in the place of the built-in one, and has none of its own.
_SHARED = (f"{REGIONS}{REFERENCE}/", f"{SUITES}{COMMON}.yml")

Tree = dict[str, str]  # path within the tree, with forward slashes → SHA-256


def files() -> dict[str, Path]:
    """Every file of the tree, by its path within it, in order."""
    roots = {REGIONS: regions_root(), LOGFRAMES: logframes_root(), SUITES: suites_root()}
    found: dict[str, Path] = {}
    for part in PARTS:
        found |= _below(ROOT / part, f"{part}/")
    own = {name for name in found if name.startswith(tuple(roots))}
    replaced = {start: _below(at, start) for start, at in roots.items()}
    instead = {name: path for of_root in replaced.values() for name, path in of_root.items()}
    shared = [start for start in _SHARED if not any(name.startswith(start) for name in instead)]
    kept = {name: path for name, path in found.items() if name not in own or name.startswith(tuple(shared))}
    return dict(sorted((kept | instead).items()))


def tree() -> Tree:
    """The tree as it is now."""
    return {name: sha256_of(path) for name, path in files().items()}


def code_version(of: Tree | None = None) -> str:
    """Return e.g. `0.1.0+src.1a2b3c4d5e6f`: the same tree gives the same text, wherever it lies."""
    try:
        version = importlib.metadata.version("sangam")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    lines = "".join(f"{name}\0{sha256}\n" for name, sha256 in (tree() if of is None else of).items())
    return f"{version}+src.{hashlib.sha256(lines.encode()).hexdigest()[:12]}"


def keep(home: Path) -> str:
    """Keep the tree as it is now in the home's archive; the SHA-256 of its list of files."""
    kept: Tree = {}
    for name, path in files().items():
        kept[name] = sha256_of(path)
        archive.keep(home, path, kept[name])
    return archive.put(home, as_bytes(kept))


def kept(home: Path, sha256: str) -> Tree:
    """A tree that was kept. Raises SangamError where the archive does not have it."""
    found: Tree = json.loads(archive.get(home, sha256))
    return found


def as_bytes(of: Tree) -> bytes:
    """The list of files as it is kept."""
    return (json.dumps(of, indent=0, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _below(folder: Path, start: str) -> dict[str, Path]:
    paths = (path for path in folder.rglob("*") if path.suffix in KINDS and path.is_file())
    within = ((path.relative_to(folder), path) for path in paths)
    return {start + name.as_posix(): path for name, path in within if not MADE.intersection(name.parts)}
