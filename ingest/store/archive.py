"""Everything that was delivered, and all that decided about it, kept by its SHA-256: so that it can be gone back to.

    SANGAM_HOME/archive/deliveries/<first two digits>/<sha256>     as delivered, encrypted: it tells of people
    SANGAM_HOME/archive/objects/<first two digits>/<sha256>        contracts, code, recipes: compressed (zlib)

A landing is the partners' to write: a file that is replaced there is here still. Nothing here is ever changed.
Deliveries are encrypted with AES-256-GCM in pieces, each bound to the delivery and to its place in it.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.boundary.pseudonyms import SECRET_VARIABLE, key_id
from ingest.errors import SangamError
from ingest.files import atomic
from ingest.store.sealing import cipher

_MODE = 0o400
_MAGIC = b"SANGAM-ARCHIVE-1\n"
_KEY_ID, _NONCE, _TAG = 8, 12, 16
_PIECE = 4 << 20


def place(home: Path, sha256: str) -> Path:
    """Where the bytes with this SHA-256 lie, or would."""
    return home / "archive" / "objects" / sha256[:2] / sha256


def delivery_place(home: Path, sha256: str) -> Path:
    """Where the delivery with this SHA-256 lies, or would."""
    return home / "archive" / "deliveries" / sha256[:2] / sha256


def keep(home: Path, file: Path, sha256: str) -> None:
    """Keep a file as it is. Raises SangamError where its bytes are not of that SHA-256: it changes as it is read."""
    if not place(home, sha256).exists():
        content = file.read_bytes()
        _insist(file, hashlib.sha256(content).hexdigest(), sha256)
        put(home, content)


def put(home: Path, content: bytes) -> str:
    """Keep some bytes; their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    at = place(home, sha256)
    if not at.exists():
        with atomic(at, _MODE) as temporary:
            temporary.write_bytes(zlib.compress(content))
    return sha256


def get(home: Path, sha256: str) -> bytes:
    """The bytes with this SHA-256. Raises SangamError where they are not there, or no longer these."""
    at = place(home, sha256)
    try:
        content = zlib.decompress(at.read_bytes())
    except FileNotFoundError:
        raise _lacks(at, sha256) from None
    except zlib.error:
        raise _damaged(at) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(at)
    return content


def lay(home: Path, sha256: str, target: Path) -> None:
    """Put the bytes at a path. Raises SangamError as `get`."""
    with atomic(target) as temporary:
        temporary.write_bytes(get(home, sha256))


def keep_delivery(home: Path, file: Path, sha256: str, key: bytes) -> None:
    """Keep a delivered file, encrypted under the secret. Raises SangamError where it changes as it is read."""
    at = delivery_place(home, sha256)
    if at.exists():
        return
    seal, digest = cipher(key, "archive"), hashlib.sha256()
    with file.open("rb") as source, atomic(at, _MODE) as temporary, temporary.open("wb") as kept:
        kept.write(_MAGIC + key_id(key).encode())
        for number, piece, is_last in _pieces(source.read, _PIECE):
            digest.update(piece)
            nonce = os.urandom(_NONCE)
            kept.write(nonce + seal.encrypt(nonce, piece, _bound(sha256, number, is_last)))
        kept.flush()
        _insist(file, digest.hexdigest(), sha256)


def lay_delivery(home: Path, sha256: str, key: bytes, target: Path) -> None:
    """Put a delivery at a path that is free, in clear, for its owner only.

    Raises SangamError where it is not there, was kept under another secret, or is no longer what it was.
    """
    # For start-up: a run that finds nothing new opens nothing.
    from cryptography.exceptions import InvalidTag

    at = delivery_place(home, sha256)
    if not at.exists():
        raise _lacks(at, sha256)
    seal = cipher(key, "archive")
    with at.open("rb") as kept, atomic(target, 0o600) as temporary, temporary.open("wb") as plain:
        head = kept.read(len(_MAGIC) + _KEY_ID)
        by = head[len(_MAGIC) :].decode(errors="replace")
        if head[: len(_MAGIC)] == _MAGIC and by != key_id(key):
            raise SangamError(
                f"{at} was kept under another secret (key id {by}, now {key_id(key)}). Set {SECRET_VARIABLE} to the "
                "secret of before: what was released under it is built again with it."
            )
        try:
            for number, piece, is_last in _pieces(kept.read, _NONCE + _PIECE + _TAG):
                nonce, sealed = piece[:_NONCE], piece[_NONCE:]
                plain.write(seal.decrypt(nonce, sealed, _bound(sha256, number, is_last)))
        except (InvalidTag, ValueError) as error:
            raise _damaged(at) from error


def has_delivery(home: Path, sha256: str) -> bool:
    """Whether a delivery is kept."""
    return delivery_place(home, sha256).exists()


def _pieces(read: Callable[[int], bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """What is read in pieces, each with its number and whether it is the last; an empty file is one empty piece."""
    number, piece = 0, read(size)
    while True:
        after = read(size) if len(piece) == size else b""
        yield number, piece, not after
        if not after:
            return
        number, piece = number + 1, after


def _bound(sha256: str, number: int, is_last: bool) -> bytes:
    return f"{sha256} {number} {'last' if is_last else ''}".encode()


def _insist(file: Path, found: str, sha256: str) -> None:
    if found != sha256:
        raise SangamError(
            f"{file} was changed while it was read. Wait until nobody writes it, then run again."
        )


def _lacks(at: Path, sha256: str) -> SangamError:
    return SangamError(
        f"The archive of this home has no {sha256[:12]}… ({at}). Bring back the folder 'archive' from a backup."
    )


def _damaged(at: Path) -> SangamError:
    return SangamError(
        f"{at} is damaged: its bytes are not those it is named after. Bring it back from a backup."
    )
