"""How much a delivered file may cost while it is read: settings, and what follows from them for a file of a size.

A limit is a fixed part, a setting, and a part that grows with the file as it was delivered, so that a large file may
cost more than a small one. Who holds readers to the limits is not known here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ingest.errors import SangamError

MIB = 1 << 20
# What settings are where the environment says nothing else, by the variable's name.
SETTINGS = {
    "SANGAM_READER_MIB": 384,  # memory of a reading process, beyond what it needs while idle
    "SANGAM_READER_SECONDS": 3,  # processor time
    "SANGAM_READER_OUTPUT_MIB": 256,  # cells read
    "SANGAM_UNPACKED_RATIO": 100,  # deflate reaches 1032; delivered text and workbooks stay below this
    "SANGAM_UNPACKED_FREE_MIB": 32,  # up to here any ratio is fine
    "SANGAM_ZIP_MEMBERS": 1000,
}
# A workbook of 42 MiB, 100,000 rows of 40 columns, takes 630 MiB and 12 s; one of whole numbers is smaller.
_MEMORY_GROWS, _SECONDS_GROW, _OUTPUT_GROWS = 32, 2.0, 20
_STREAMED_GROWS = 10  # memory for a dump: of its longest statement
_LARGEST_IN_MEMORY = 2048 * MIB
_REPEATED_FREE = 200_000


@dataclass(frozen=True)
class Limits:
    """What reading one file may take: bytes of memory, seconds of processor time, bytes of cells."""

    memory: int
    seconds: int
    output: int


def setting(name: str) -> int:
    """A setting from the environment. Raises SangamError for what is no whole number above 0."""
    given = os.environ.get(name, "")
    if not given:
        return SETTINGS[name]
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        raise SangamError(f"{name}={given}: expected is a whole number above 0, such as {SETTINGS[name]}.")
    return int(given)


def limits_of(size: int, *, is_streamed: bool = False) -> Limits:
    """What reading a file of `size` bytes may take; cells of what `is_streamed` as many as it may unpack to."""
    memory, cells = (_STREAMED_GROWS, most_unpacked(size)) if is_streamed else (_MEMORY_GROWS, size)
    return Limits(
        setting("SANGAM_READER_MIB") * MIB + memory * size,
        setting("SANGAM_READER_SECONDS") + int(_SECONDS_GROW * size / MIB),
        setting("SANGAM_READER_OUTPUT_MIB") * MIB + _OUTPUT_GROWS * cells,
    )


def most_in_memory(size: int | None) -> int:
    """How many bytes of a file of `size`, or of one made here, may be held in memory when unpacked."""
    if size is None:
        return _LARGEST_IN_MEMORY
    return min(setting("SANGAM_READER_MIB") * MIB + _STREAMED_GROWS * size, _LARGEST_IN_MEMORY)


def most_unpacked(size: int) -> int:
    """How many bytes `size` packed ones may unpack to."""
    return max(setting("SANGAM_UNPACKED_FREE_MIB") * MIB, setting("SANGAM_UNPACKED_RATIO") * size)


def most_repeated(written: int) -> int:
    """How many cells so many that are written once may stand for."""
    return max(_REPEATED_FREE, setting("SANGAM_UNPACKED_RATIO") * written)
