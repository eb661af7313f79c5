"""The process that reads one file at a time for another: `python -m ingest.readers.child`.

Asked on standard input, a JSON line a file; answers in frames on standard output. Holds itself to the limits of each
file, so that a file can end this process and no other. Who starts it and what becomes of its answers is in `pool.py`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

from ingest.errors import OurFault, Refused
from ingest.readers import import_apart, read_here
from ingest.readers.again import ReadAgain
from ingest.readers.byte_source import Source, from_path
from ingest.readers.frames import (
    AGAIN,
    CHUNK,
    DONE,
    FAULT,
    HEADER,
    REFUSED,
    packed,
    packed_known,
    unpacked_known,
)
from ingest.readers.stumbles import refusals
from ingest.readers.zipped import member_at

_PAGE = resource.getpagesize()
_RETIRES_AT = 256 << 20  # a process that still holds so much after a file ends itself


def main() -> None:
    """Answer until nobody asks any more."""
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is no answer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import_apart()
    idle = _pages(0)
    for line in asked:
        words = json.loads(line)
        _hold_to(words, idle)
        _answer(words, answers)
        _hold_to(None, idle)
        retires = _pages(1) > _RETIRES_AT
        _send(answers, DONE, b"retires" if retires else b"")
        if retires:
            return


def _hold_to(words: dict[str, Any] | None, idle: int) -> None:
    """Limits of memory and processor time for the file to be read; without one, none."""
    _, hardest = resource.getrlimit(resource.RLIMIT_AS)
    _, longest = resource.getrlimit(resource.RLIMIT_CPU)
    if words is None:
        resource.setrlimit(resource.RLIMIT_AS, (hardest, hardest))
        resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The system counts in whole seconds, and ends the process when that many have gone by.
    seconds = int(used.ru_utime + used.ru_stime) + 1 + words["seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(seconds, longest), longest))
    if idle:
        resource.setrlimit(resource.RLIMIT_AS, (_at_most(idle + words["memory"], hardest), hardest))


def _at_most(wanted: int, bound: int) -> int:
    return wanted if bound == resource.RLIM_INFINITY else min(wanted, bound)


def _pages(at: int) -> int:
    """Bytes of address space in use (0) or in memory (1); 0 where the system does not say: no limit then."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[at]) * _PAGE
    except OSError:
        return 0


def _answer(words: dict[str, Any], answers: IO[bytes]) -> None:
    try:
        with refusals(words["name"]):
            known = words["known"] and unpacked_known(words["known"])
            for chunk in read_here(words["kind"], _source(words), words["encoding"], words["header"], known):
                _send(answers, CHUNK, memoryview(packed(chunk)))
    except ReadAgain as again:
        _send(answers, AGAIN, json.dumps(packed_known(again.known)).encode())
    except OurFault as fault:
        _send(answers, FAULT, json.dumps([fault.name, fault.what, fault.trace]).encode())
    except Refused as refusal:
        _send(answers, REFUSED, json.dumps([refusal.code, str(refusal)]).encode())


def _source(words: dict[str, Any]) -> Source:
    file = from_path(Path(words["path"]))
    return file if words["member"] is None else member_at(file, words["member"])


def _send(answers: IO[bytes], kind: bytes, content: bytes | memoryview) -> None:
    for piece in (memoryview(HEADER.pack(kind, len(content))), memoryview(content)):
        while piece:
            piece = piece[answers.write(piece) :]


if __name__ == "__main__":
    main()
