"""Sources read ahead in two threads, and deliveries checked as a whole, while Dagster takes its steps one by one.

DuckDB does the reading's work outside Python's lock, so that two threads use two cores. Sources whose rules look each
other up stay in one thread, in the order they need; what one of them is read for is then there for the other.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ingest.contracts.loading import load_region
from ingest.feeds import write_schemas
from ingest.run import ingest_source
from orchestration.settings import Settings

if TYPE_CHECKING:
    from expectations.batches import Result

THREADS = 2
# Python hands its lock on every 5 ms; a thread that asks for it after each short call of DuckDB waits as long.
SWITCH_SECONDS = 0.0005
Receipts = list[dict[str, Any]]
Pair = tuple[str, str]  # region, source
Checked = dict[tuple[str, str, str], "Result"]
_reading: dict[tuple[str, str, str], Future[Receipts]] = {}
_checking: dict[tuple[str, frozenset[Pair]], Future[Checked]] = {}


@contextmanager
def reading(settings: Settings, quarter: str, regions: Iterable[str]) -> Iterator[None]:
    """Read the deliveries of the regions up to a quarter ahead, those with most to read first, then check them."""
    write_schemas(settings.home)
    groups = [(region, group) for region in regions for group in load_region(region).reading_groups()]
    groups.sort(key=lambda pair: -sum(_size(settings, pair[0], source) for source in pair[1]))
    pairs = frozenset((region, source) for region, group in groups for source in group)
    started: dict[tuple[str, str, str], Future[Receipts]] = {(*pair, quarter): Future() for pair in pairs}
    _reading.update(started)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ahead")
    try:
        for region, group in groups:
            pool.submit(_read, settings, quarter, region, group)
        _checking[quarter, pairs] = pool.submit(_check, settings, quarter, pairs)
        yield
    finally:
        pool.shutdown(cancel_futures=True)
        sys.setswitchinterval(interval)
        del _checking[quarter, pairs]
        for key in started:
            del _reading[key]


def receipts(region: str, source: str, quarter: str) -> Receipts | None:
    """The receipts of a source that is read ahead, once it is; None where it is not. Raises what reading it raised."""
    future = _reading.get((region, source, quarter))
    return future.result() if future else None


def checked(quarter: str, pairs: Iterable[Pair]) -> Checked | None:
    """What `check_batches` gives, once it is there; None where these sources are not read ahead."""
    future = _checking.get((quarter, frozenset(pairs)))
    return future.result() if future else None


def _read(settings: Settings, quarter: str, region: str, group: list[str]) -> None:
    for source in group:
        future = _reading[region, source, quarter]
        try:
            future.set_result(
                ingest_source(
                    settings.home, settings.landing, region, source, quarter=quarter, demo=settings.demo
                )
            )
        except BaseException as error:  # noqa: BLE001 - raised in the step that asks for the receipts
            future.set_exception(error)


def _check(settings: Settings, quarter: str, pairs: frozenset[Pair]) -> Checked:
    from expectations.batches import check_batches

    wait([_reading[(*pair, quarter)] for pair in pairs])  # at most one group is still being read
    return check_batches(settings.home, quarter, pairs)


def _size(settings: Settings, region: str, source: str) -> int:
    at = settings.landing / region.lstrip("_") / source
    return sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
