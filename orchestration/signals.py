"""Which signal asked a command to stop. Libraries handle them in their own ways, and say only that there was one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def heard() -> Iterator[Callable[[], int]]:
    """Listen for Ctrl-C and SIGTERM, whoever handles them; gives a function: the number of the first, 0 for none."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: 0  # signals are the main thread's
        return
    told, telling = os.pipe()
    os.set_blocking(told, False)
    os.set_blocking(telling, False)
    before = signal.set_wakeup_fd(telling, warn_on_full_buffer=False)

    def first() -> int:
        try:
            numbers = os.read(told, 64)
        except BlockingIOError:
            return 0
        return next((number for number in numbers if number in _STOPS), 0)

    try:
        yield first
    finally:
        signal.set_wakeup_fd(before)
        os.close(told)
        os.close(telling)
