"""Zip files: each member is read as the file it is; its name is the table's.

Nothing is unpacked to disk, so member names are labels and never paths; text members are streamed.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from ingest.errors import Refused
from ingest.file_names import is_litter
from ingest.readers.byte_source import Source, bomb, searchable
from ingest.readers.chunk import Chunk
from ingest.readers.limits import most_unpacked, setting
from ingest.readers.sniff import kind_of


def read(source: Source, read_member: Callable[[Source], Iterator[Chunk]]) -> Iterator[Chunk]:
    """The tables of all members, in the order of the zip's directory. `file` is the member's name.

    `read_member` reads a member as the file it is.
    Raises Refused: "unreadable_file" for damage, a password or a bomb, "empty_file" without members,
    "wrong_format" for a member that is no table.
    """
    try:
        with searchable(source) as stream, zipfile.ZipFile(stream) as parts:
            members = _members(parts)
            if not members:
                raise Refused("empty_file", f"{source.name}: the zip holds no file. Send it with its files.")
            refuse_bomb(source, members)
            _refuse_twins(source, members)
            places = {id(part): at for at, part in enumerate(parts.infolist())}
            sources = [_member(source, parts, part, places[id(part)]) for part in members]
            stems = Counter(member.stem.casefold() for member in sources)
            for member in sources:
                yield from _read(member, stems, read_member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise _damaged(source, error) from error


def names(source: Source) -> tuple[list[str], list[str]]:
    """The names of a zip's members, and of those that systems left in it and nobody reads.

    Raises Refused for a zip that cannot be opened.
    """
    try:
        with searchable(source) as stream, zipfile.ZipFile(stream) as parts:
            all_names = [part.filename for part in parts.infolist() if not part.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise _damaged(source, error) from error
    return [n for n in all_names if not _is_litter(n)], [n for n in all_names if _is_litter(n)]


def _is_litter(member: str) -> bool:
    return is_litter(member.replace("\\", "/"))  # as zips of Windows part folders


def _members(parts: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [part for part in parts.infolist() if not part.is_dir() and not _is_litter(part.filename)]


def _damaged(source: Source, error: Exception) -> Refused:
    return Refused(
        "unreadable_file",
        f"{source.name}: the zip is damaged or cut short ({error}). Pack it anew and send that.",
    )


def _refuse_twins(source: Source, members: Sequence[zipfile.ZipInfo]) -> None:
    """Raises Refused for a zip that holds two members of one name: tools that unpack it show only one of them."""
    [(name, times)] = Counter(member.filename.casefold() for member in members).most_common(1)
    if times > 1:
        raise Refused(
            "wrong_format",
            f"{source.name}: the zip holds '{name}' {times} times. Pack it anew, each file once.",
        )


def refuse_bomb(source: Source, members: Sequence[zipfile.ZipInfo]) -> None:
    """Raises Refused for a zip of too many members, or of members that unpack to too much, each or together."""
    most = setting("SANGAM_ZIP_MEMBERS")
    if len(members) > most:
        raise bomb(source.name, f"it holds {len(members):,} files, more than {most:,}")
    # Members may share their packed bytes: what counts is the zip, where its own size is known.
    packed = sum(part.compress_size for part in members)
    size = packed if source.size is None else source.size
    unpacked = sum(part.file_size for part in members)
    if unpacked > most_unpacked(size):
        raise bomb(source.name, f"{size:,} bytes unpack to {unpacked:,}")
    for part in members:
        if part.file_size > most_unpacked(part.compress_size):
            raise bomb(
                f"{source.name}: {part.filename}",
                f"{part.compress_size:,} bytes unpack to {part.file_size:,}",
            )


def member_at(source: Source, at: int) -> Source:
    """The member of a zip at a place of its directory. The zip stays open."""
    parts = zipfile.ZipFile(searchable(source))
    part = parts.infolist()[at]

    def opener() -> BinaryIO:
        return cast(BinaryIO, parts.open(part))

    return Source(f"{source.name}: {part.filename}", opener, part.filename, size=part.compress_size)


def _member(source: Source, parts: zipfile.ZipFile, part: zipfile.ZipInfo, at: int) -> Source:
    name = f"{source.name}: {part.filename}"
    if part.flag_bits & 1:
        raise Refused(
            "unreadable_file", f"{name} is protected by a password. Pack it without one and send it again."
        )

    def opener() -> BinaryIO:
        return cast(BinaryIO, parts.open(part))

    return Source(name, opener, part.filename, source.path, at, part.compress_size)


def _read(
    member: Source, stems: Counter[str], read_member: Callable[[Source], Iterator[Chunk]]
) -> Iterator[Chunk]:
    if kind_of(member) == "zip":
        raise Refused("wrong_format", f"{member.name} is a zip within a zip. Send the files in one zip.")
    for chunk in read_member(member):
        if chunk.table == member.stem and stems[member.stem.casefold()] > 1:
            chunk = replace(chunk, table=member.member.rsplit(".", 1)[0])
        yield chunk
