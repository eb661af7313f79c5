"""Where bytes come from: a file, a zip member or bytes in memory; gzip is looked through.

Knows nothing of what the bytes mean (`sniff.py`) nor of text encodings (`text.py`).
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import Refused, SangamError
from ingest.readers.limits import MIB, most_in_memory, most_unpacked

BLOCK = 4 << 20
GZIP_MAGIC = b"\x1f\x8b"
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class Source:
    """One delivered file: `name` for messages, `opener` for a fresh stream of its raw bytes.

    `member`: its name within a zip. `path`: the file it is, or the zip that holds it at place `at` of its directory;
    None for bytes in memory. `size`: bytes as delivered, packed; None where they were made here.
    """

    name: str
    opener: Callable[[], BinaryIO]
    member: str = ""
    path: Path | None = None
    at: int | None = None
    size: int | None = None

    @property
    def stem(self) -> str:
        """The file's name without folder and endings: the table name of a one-table format."""
        base = re.split(r"[\\/]", self.member or self.name)[-1]
        base = re.sub(r"\.gz$", "", base, flags=re.IGNORECASE)
        return re.sub(r"(?<=.)\.[A-Za-z0-9]{1,6}$", "", base)


def from_path(path: Path) -> Source:
    """The file at `path`. Raises SangamError when there is none."""
    if not path.is_file():
        raise SangamError(f"{path}: there is no such file.")
    return Source(path.name, lambda: path.open("rb"), path=path, size=path.stat().st_size)


class _Bounded(io.RawIOBase):
    """Unpacked bytes, up to what a file of the source's size may unpack to. Raises Refused beyond."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, source: Source) -> None:
        self.stream, self.source = stream, source
        self.left = None if source.size is None else most_unpacked(source.size)

    def readable(self) -> bool:
        return True

    def readinto(self, given: Any) -> int:
        got = self.stream.readinto(given)  # type: ignore[union-attr]
        if self.left is not None:
            self.left -= got
            if self.left < 0:
                raise bomb(self.source.name, f"{self.source.size:,} bytes unpack to far more")
        return got


def bomb(name: str, what: str) -> Refused:
    """The refusal of a packed file that would fill the disk or the memory."""
    return Refused(
        "unreadable_file",
        f"{name}: {what}; that is taken for a bomb and not for a delivery. Send the files as they are, not packed.",
    )


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The source's bytes, decompressed; damage met while reading becomes Refused("unreadable_file")."""
    raw = source.opener()
    stream: BinaryIO = raw
    try:
        for _ in range(3):
            buffered = io.BufferedReader(stream)  # type: ignore[type-var]
            stream = buffered
            if buffered.peek(2)[:2] != GZIP_MAGIC:
                break
            unpacking = gzip.GzipFile(fileobj=buffered, mode="rb")
            stream = _Bounded(unpacking, source)  # type: ignore[assignment]
        yield stream
    except _BROKEN as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the compressed file is damaged or cut short ({error}). Send it again, whole.",
        ) from error
    finally:
        raw.close()


def blocks(source: Source, size: int = BLOCK) -> Iterator[bytes]:
    """The decompressed bytes in pieces of `size`. Raises Refused for damaged compression."""
    with opened(source) as stream:
        while block := stream.read(size):
            yield block


def head(source: Source, size: int) -> bytes:
    """The first `size` decompressed bytes, fewer when the file is shorter."""
    with opened(source) as stream:
        return stream.read(size)


def searchable(source: Source) -> BinaryIO:
    """The decompressed bytes as a stream that can be searched: the file itself, or a copy in memory."""
    raw = source.opener()
    if raw.seekable() and raw.read(2) != GZIP_MAGIC:
        raw.seek(0)
        return raw
    raw.close()
    return io.BytesIO(whole(source))


def whole(source: Source) -> bytes:
    """All decompressed bytes. Raises Refused beyond what a file of the source's size may hold in memory."""
    pieces, left = [], most_in_memory(source.size)
    for block in blocks(source):
        left -= len(block)
        if left < 0:
            raise Refused(
                "unreadable_file",
                f"{source.name}: more than {most_in_memory(source.size) // MIB:,} MiB when decompressed. Send it as a "
                "plain CSV or dump.",
            )
        pieces.append(block)
    return b"".join(pieces)
