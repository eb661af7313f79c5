"""Read on in a thread of its own while what was read is worked on: parsers work outside Python's lock."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from ingest.readers.chunk import Chunk

_AHEAD = 2  # chunks that wait; bounds memory


def ahead(chunks: Iterator[Chunk], name: str) -> Iterator[Chunk]:
    """The same chunks; what is raised while they are read is raised here. `name`: of what is read, for the thread."""
    ready: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=_AHEAD)
    stop = threading.Event()

    def put(item: Chunk | BaseException | None) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for chunk in chunks:
                put(chunk)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed on to the thread that waits
            put(error)

    thread = threading.Thread(target=work, name=f"read {name}", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
