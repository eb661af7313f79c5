"""Everything that was delivered, and all that decided about it, kept by its SHA-256: so that it can be gone back to.

    SANGAM_HOME/archive/objects/<first two digits>/<sha256>

A landing is the partners' to write: a file that is replaced there is here still. Nothing here is ever changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from ingest.deliveries.delivery import sha256_of
from ingest.errors import SangamError
from ingest.files import atomic

_MODE = 0o400  # what is delivered tells of people


def place(home: Path, sha256: str) -> Path:
    """Where the bytes with this SHA-256 lie, or would."""
    return home / "archive" / "objects" / sha256[:2] / sha256


def keep(home: Path, file: Path, sha256: str) -> None:
    """Keep a file's bytes. Raises SangamError where they are not of that SHA-256: it changes as it is read."""
    at = place(home, sha256)
    if at.exists():
        return
    with atomic(at, _MODE) as temporary:
        shutil.copyfile(file, temporary)
        if sha256_of(temporary) != sha256:
            raise SangamError(
                f"{file} was changed while it was read. Wait until nobody writes it, then run again."
            )


def put(home: Path, content: bytes) -> str:
    """Keep some bytes; their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    at = place(home, sha256)
    if not at.exists():
        with atomic(at, _MODE) as temporary:
            temporary.write_bytes(content)
    return sha256


def get(home: Path, sha256: str) -> bytes:
    """The bytes with this SHA-256. Raises SangamError where they are not there, or no longer these."""
    at = place(home, sha256)
    try:
        content = at.read_bytes()
    except FileNotFoundError:
        raise SangamError(
            f"The archive of this home has no {sha256[:12]}… ({at}). Bring back the folder 'archive' from a backup."
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SangamError(
            f"{at} is damaged: its bytes are not those it is named after. Bring it back from a backup."
        )
    return content


def lay(home: Path, sha256: str, target: Path) -> None:
    """Put the bytes at a path that is free, without a copy where the file system can. Raises SangamError as `get`."""
    at = place(home, sha256)
    if not at.exists():
        get(home, sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(at, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(at, target)
