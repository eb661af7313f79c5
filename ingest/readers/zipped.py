"""Zip files: each member is read as the file it is; its name is the table's.

Nothing is unpacked to disk, so member names are labels and never paths; text members are streamed.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from ingest.errors import Refused
from ingest.readers.byte_source import Source, seekable
from ingest.readers.chunk import Chunk
from ingest.readers.sniff import kind_of

# Deflate reaches 1:1032; delivered text stays below 1:100.
_WORST_RATIO, _ALWAYS_FINE = 300, 256 << 20
_LEFT_BY_SYSTEMS = ("__MACOSX/", "desktop.ini", "Thumbs.db", ".DS_Store")


def read(source: Source, read_member: Callable[[Source], Iterator[Chunk]]) -> Iterator[Chunk]:
    """The tables of all members, in the order of the zip's directory. `file` is the member's name.

    `read_member` reads a member as the file it is.
    Raises Refused: "unreadable_file" for damage, a password or a bomb, "empty_file" without members,
    "wrong_format" for a member that is no table.
    """
    try:
        with seekable(source) as stream, zipfile.ZipFile(stream) as parts:
            members = [
                part for part in parts.infolist() if not part.is_dir() and not _is_litter(part.filename)
            ]
            if not members:
                raise Refused("empty_file", f"{source.name}: the zip holds no file. Send it with its files.")
            stems = Counter(_member(source, parts, part).stem for part in members)
            for part in members:
                yield from _read(_member(source, parts, part), stems, read_member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the zip is damaged or cut short ({error}). Pack it anew and send that.",
        ) from error


def _is_litter(name: str) -> bool:
    return name.startswith(_LEFT_BY_SYSTEMS[0]) or name.rsplit("/", 1)[-1] in _LEFT_BY_SYSTEMS


def _member(source: Source, parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> Source:
    name = f"{source.name}: {part.filename}"
    if part.flag_bits & 1:
        raise Refused(
            "unreadable_file", f"{name} is protected by a password. Pack it without one and send it again."
        )
    if part.file_size > _ALWAYS_FINE and part.file_size > _WORST_RATIO * max(part.compress_size, 1):
        raise Refused(
            "unreadable_file", f"{name} would unpack to {part.file_size:,} bytes: refused as a zip bomb."
        )

    def opener() -> BinaryIO:
        return parts.open(part)  # type: ignore[return-value]

    return Source(name, opener, part.filename)


def _read(
    member: Source, stems: Counter[str], read_member: Callable[[Source], Iterator[Chunk]]
) -> Iterator[Chunk]:
    if kind_of(member) == "zip":
        raise Refused("wrong_format", f"{member.name} is a zip within a zip. Send the files in one zip.")
    for chunk in read_member(member):
        if chunk.table == member.stem and stems[member.stem] > 1:
            chunk = replace(chunk, table=member.member.rsplit(".", 1)[0])
        yield chunk
