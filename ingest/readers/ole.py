"""A stream of a compound file ([MS-CFB]), the container of binary Office documents.

Only what is needed to have a stream whole; chains are followed no further than the file is long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_HEADER = 109  # sectors of the allocation table that the header itself names
_LAST = 0xFFFFFFFA  # from here on numbers are marks and no sectors
_ENTRY, _STREAM = 128, 2  # size of a directory's entry, its kind


def stream(content: bytes, *names: str) -> bytes:
    """The stream of a compound file of the first of these names that there is, however written; else b"".

    Raises ValueError for damage.
    """
    try:
        return _stream(content, names)
    except (struct.error, IndexError) as error:
        raise ValueError(f"compound file: {error}") from error


def _stream(content: bytes, names: Sequence[str]) -> bytes:
    sector, small = (1 << min(shift, 20) for shift in struct.unpack_from("<HH", content, 30))
    first_entry, _, cutoff, first_small, _, more = struct.unpack_from("<6I", content, 48)
    numbers = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    for _ in range(len(content) // sector):  # sectors that name further ones, each the next
        if more >= _LAST:
            break
        *further, more = struct.unpack_from(f"<{sector // 4}I", content, sector * (more + 1))
        numbers += further
    table = np.frombuffer(
        b"".join(content[sector * (at + 1) : sector * (at + 2)] for at in numbers if at < _LAST), np.uint32
    ).tolist()

    def chain(start: int, links: list[int]) -> Iterator[int]:
        for _ in range(len(links) + 1):
            if start >= _LAST:
                return
            yield start
            start = links[start]
        raise ValueError("compound file: a chain of sectors has no end")

    def taken(start: int) -> bytes:
        return b"".join(content[sector * (at + 1) : sector * (at + 2)] for at in chain(start, table))

    listed = taken(first_entry)
    entries = [listed[at : at + _ENTRY] for at in range(0, len(listed) - _ENTRY + 1, _ENTRY)]
    by_name = {_name(entry): entry for entry in reversed(entries)}
    found = [by_name[name.lower()] for name in names if name.lower() in by_name]
    if not found:
        return b""
    start, size = struct.unpack_from("<II", found[0], 116)
    if size >= cutoff:
        return taken(start)[:size]
    links = np.frombuffer(taken(first_small), np.uint32).tolist() if first_small < _LAST else []
    short = taken(struct.unpack_from("<I", entries[0], 116)[0])
    return b"".join(short[small * at : small * (at + 1)] for at in chain(start, links))[:size]


def _name(entry: bytes) -> str:
    length, kind = struct.unpack_from("<HB", entry, 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace").lower() if kind == _STREAM else ""
