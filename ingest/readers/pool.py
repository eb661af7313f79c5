"""Files read by processes of their own, so that a file can end its reader and nothing else.

A few processes are kept and read one file after the other; they are started anew, not forked, since there are threads
here. What happens within them is in `child.py`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from ingest.code_state import ROOT
from ingest.errors import OurFault, Refused
from ingest.readers.again import Known, ReadAgain
from ingest.readers.byte_source import Source
from ingest.readers.chunk import Chunk
from ingest.readers.frames import (
    AGAIN,
    CHUNK,
    DONE,
    FAULT,
    HEADER,
    REFUSED,
    packed_known,
    unpacked,
    unpacked_known,
)
from ingest.readers.limits import MIB, Limits, limits_of

_CHILD = "ingest.readers.child"
_STREAMED = ("mysqldump", "pg_dump")
KEPT = 2  # idle processes; as many as sources are read at once
_PATIENCE = (
    30  # seconds of waiting for each of processor time that a file may take: others may have the processor
)
_LEFT_OUT = ("SANGAM_SECRET",)  # readers need no secret
_ALONE = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
_idle: list[_Reader] = []
_lock = threading.Lock()


class _Reader:
    """A process that reads."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        paths = [str(ROOT), *filter(None, [environment.get("PYTHONPATH")])]
        environment |= {**_ALONE, "PYTHONPATH": os.pathsep.join(paths)}
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        asked, self.asking = os.pipe()
        self.answers, answering = os.pipe()
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", _CHILD],
            stdin=asked,
            stdout=answering,
            stderr=self.errors,
            env=environment,
            process_group=0,  # Ctrl-C is for us: a reader that it ends would look as if its file had ended it
        )
        os.close(asked)
        os.close(answering)

    def ask(self, words: dict[str, object]) -> None:
        with suppress(BrokenPipeError):  # it has ended: that shows when it does not answer
            os.write(self.asking, json.dumps(words).encode() + b"\n")

    def take(self, size: int, until: float) -> bytearray | None:
        """`size` bytes of the answer; None where the process ended before. Raises TimeoutError after `until`."""
        taken = bytearray(size)
        view, at = memoryview(taken), 0
        while at < size:
            if not select.select([self.answers], [], [], max(until - time.monotonic(), 0))[0]:
                raise TimeoutError
            got = os.readv(self.answers, [view[at:]])
            if not got:
                return None
            at += got
        return taken

    def end(self) -> None:
        """End the process, where it has not ended."""
        if not self.errors.closed:
            self.process.kill()
            self.process.wait()
            os.close(self.asking)
            os.close(self.answers)
            self.errors.close()

    def last_words(self) -> tuple[int, str]:
        """Exit status of a process that has ended, and the last line it said."""
        try:
            status = self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL, "it stopped to answer"
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").split("\n")
        return status, next((line.strip() for line in lines if line.strip()), "")


def read_apart(
    kind: str, source: Source, encoding: str = "", header: bool = True, known: Known | None = None
) -> Iterator[Chunk]:
    """The chunks of a file or member of a zip, read by another process under the limits of its size.

    Raises Refused for what that process refuses and for what ends it, ReadAgain as readers of dumps do.
    """
    limits = limits_of(source.size or 0, is_streamed=kind in _STREAMED)
    reader = _taken()
    serves_on = False
    try:
        reader.ask(
            {
                "kind": kind,
                "encoding": encoding,
                "header": header,
                "known": known and packed_known(known),
                "name": source.name,
                "path": str(source.path),
                "member": source.at,
                "memory": limits.memory,
                "seconds": limits.seconds,
            }
        )
        outcome: Refused | ReadAgain | None = None
        for frame, content in _frames(reader, source.name, limits):
            if frame == CHUNK:
                yield unpacked(content)
            elif frame == AGAIN:
                outcome = ReadAgain(source.name, unpacked_known(json.loads(content)))
            elif frame == REFUSED:
                outcome = Refused(*json.loads(content))
            elif frame == FAULT:
                outcome = OurFault(*json.loads(content))
            else:
                serves_on = not content
        if outcome:
            raise outcome
    finally:
        _put_back(reader) if serves_on else reader.end()


def _frames(reader: _Reader, name: str, limits: Limits) -> Iterator[tuple[bytes, bytearray]]:
    """What a process answers, up to the frame that says it is done. Raises Refused where it ends or costs too much."""
    left, kind = limits.output, b""
    while kind != DONE:
        patience = _PATIENCE * (1 + limits.seconds)
        until = time.monotonic() + patience
        try:
            header = reader.take(HEADER.size, until)
            if header is None:
                raise _why(reader, name, limits)
            kind, size = HEADER.unpack(header)
            left -= size
            if left < 0:
                raise _too_much(name, limits)
            content = reader.take(size, until)
        except TimeoutError as error:
            # What the file costs ends the process itself: this is the machine's doing, and the next run's to try again.
            raise OurFault(name, f"its reader did not answer within {patience} s", "") from error
        if content is None:
            raise _why(reader, name, limits)
        yield kind, content


def _why(reader: _Reader, name: str, limits: Limits) -> Refused:
    """Why a process ended before its answer did."""
    status, said = reader.last_words()
    if status == -signal.SIGXCPU:
        return _too_long(name, limits)
    if "memory allocation" in said or "MemoryError" in said:
        return Refused(
            "unreadable_file",
            f"{name}: reading it takes more than the {limits.memory // MIB:,} MiB of memory that a file of its size "
            f"may take ({said}). It may have a cell far below or to the right of the table: delete all rows and "
            "columns beyond it, save it anew and send that, or send it as CSV.",
        )
    if status >= 0:
        return OurFault(name, f"its reader ended with status {status}", said)
    what = signal.Signals(-status).name + (f": {said}" if said else "")
    return Refused(
        "unreadable_file",
        f"{name}: the file is damaged: its reader ended over it ({what}). Open it, save it anew and send that.",
    )


def _too_long(name: str, limits: Limits) -> Refused:
    return Refused(
        "unreadable_file",
        f"{name}: reading it takes longer than the {limits.seconds} s of processor time that a file of its size may "
        "take. Save only the table that is wanted, or send it as CSV.",
    )


def _too_much(name: str, limits: Limits) -> Refused:
    return Refused(
        "unreadable_file",
        f"{name}: it holds more than the {limits.output // MIB:,} MiB of cells that a file of its size may hold. Save "
        "only the table that is wanted, or send it as CSV.",
    )


def _taken() -> _Reader:
    with _lock:
        while _idle:
            reader = _idle.pop()
            if reader.process.poll() is None:
                return reader
            reader.end()
    return _Reader()


def _put_back(reader: _Reader) -> None:
    with _lock:
        if len(_idle) < KEPT and reader.process.poll() is None:
            _idle.append(reader)
            return
    reader.end()


def start_ahead(count: int = 1) -> None:
    """Have so many processes ready: they take half a second to start, and do it while others work."""
    for _ in range(count - len(_idle)):
        _put_back(_Reader())


@atexit.register
def end_all() -> None:
    """End the idle processes."""
    while _idle:
        _idle.pop().end()
