"""Files of a landing whose bytes the archive alone has: an empty file of the same name and time stands for each.

    landing/_elsewhere.json      path → SHA-256 and size

So a landing that is mirrored from S3 holds no second copy of what was taken in. Whoever mirrors it writes the list.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ingest.files import write_json

NAME = "_elsewhere.json"


@dataclass(frozen=True)
class Bytes:
    """What a file was delivered as."""

    sha256: str
    size: int


def read(landing: Path) -> dict[str, Bytes]:
    """The files of a landing whose bytes lie elsewhere, by path; none where there is no list."""
    at = landing / NAME
    words = json.loads(at.read_text(encoding="utf-8")) if at.exists() else {}
    found = {path: Bytes(*one) for path, one in words.items()}
    return {path: one for path, one in found.items() if is_empty(landing / path)}


def write(landing: Path, known: dict[str, Bytes]) -> None:
    """Put the list beside the files."""
    write_json(landing / NAME, {path: [one.sha256, one.size] for path, one in known.items()})


def is_empty(path: Path) -> bool:
    """Whether a file stands for bytes that lie elsewhere, if the list has it."""
    return path.is_file() and path.stat().st_size == 0


def put_in_place(path: Path, arrived: float) -> None:
    """Put an empty file of that time (seconds since 1970) in a file's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch()
    os.utime(path, (arrived, arrived))
