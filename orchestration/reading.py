"""Sources read side by side in two threads.

DuckDB does the reading's work outside Python's lock, so that two threads use two cores. Sources whose rules look each
other up stay in one thread, in the order they need; what one of them is read for is then there for the other.
"""

from __future__ import annotations

import pkgutil
import sys
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from threading import Thread

import ingest.feedback.slip
import ingest.readers
from expectations.second_look import SecondLook
from ingest.contracts.loading import load_region
from ingest.deliveries.receipt import Receipt
from ingest.mapping.feeds import write_schemas
from ingest.readers.pool import start_ahead
from ingest.run import ingest_source
from orchestration.settings import Settings

THREADS = 2
# Python hands its lock on every 5 ms; a thread that asks for it after each short call of DuckDB waits as long.
SWITCH_SECONDS = 0.0005
# Imported within functions of `ingest`, so that a run with nothing to read does not wait for them.
_ON_THE_WAY = (
    "ingest.trial",
    "ingest.judging.delivered_file", "expectations.schemas",
    "pyarrow.parquet", "pyarrow.pandas_compat", "python_calamine", "xlsxwriter",
    "cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.kdf.hkdf",
)  # fmt: skip
Source = tuple[str, str]  # region and name
Receipts = list[Receipt]


def read(
    settings: Settings, quarter: str, sources: Collection[Source]
) -> Iterator[tuple[Source, Receipts | Exception]]:
    """Bring the deliveries of sources up to a quarter into the lake and the feeds, those with most to read first.

    Gives each source, in the order of the contracts, with its receipts, or with what reading it raised: the others
    are read all the same.
    """
    start_ahead(THREADS)
    _import_all()
    write_schemas(settings.home)
    groups = _groups(sources)
    waiting: dict[Source, Future[Receipts]] = {pair: Future() for group in groups for pair in group}
    left = deque(sorted(groups, key=lambda group: -sum(_size(settings, *pair) for pair in group)))
    # Daemons: who interrupts a run does not wait until a large file is read. Files are written whole or not at all.
    threads = [
        Thread(target=_work, args=(settings, quarter, left, waiting), daemon=True) for _ in range(THREADS)
    ]
    with _fast_switching():
        for thread in threads:
            thread.start()
        try:
            for pair, future in waiting.items():
                error = future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error
                yield pair, error or future.result()
        finally:
            left.clear()


def _groups(sources: Collection[Source]) -> list[list[Source]]:
    """Sources that look each other up together, each after those it needs."""
    regions = dict.fromkeys(region for region, _ in sources)
    together = ((region, group) for region in regions for group in load_region(region).reading_groups())
    groups = [[(region, name) for name in group if (region, name) in sources] for region, group in together]
    return [group for group in groups if group]


@contextmanager
def _fast_switching() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


@cache
def _import_all() -> None:
    """Import what reading imports on its way: where two threads import at once, one may see half a module."""
    for package in (ingest.readers, ingest.feedback.slip):
        for module in pkgutil.iter_modules(package.__path__):
            import_module(f"{package.__name__}.{module.name}")
    for name in _ON_THE_WAY:
        import_module(name)


def _work(
    settings: Settings, quarter: str, left: deque[list[Source]], waiting: dict[Source, Future[Receipts]]
) -> None:
    """Read one group after the other, until none is left."""
    while True:
        try:
            group = left.popleft()
        except IndexError:
            return
        _read(settings, quarter, group, waiting)


def _read(
    settings: Settings, quarter: str, group: list[Source], waiting: dict[Source, Future[Receipts]]
) -> None:
    for region, source in group:
        try:
            done = ingest_source(
                settings.home,
                settings.landing,
                region,
                source,
                quarter=quarter,
                demo=settings.demo,
                verify=SecondLook(),
            )
        except BaseException as error:  # noqa: BLE001 - told to whoever asked for the receipts
            waiting[region, source].set_exception(error)
        else:
            waiting[region, source].set_result(done)


def _size(settings: Settings, region: str, source: str) -> int:
    at = settings.landing / region.lstrip("_") / source
    return sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
