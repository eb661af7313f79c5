"""Sources read ahead in two threads, while Dagster starts and takes its steps one by one.

DuckDB does the reading's work outside Python's lock, so that two threads use two cores. Sources whose rules look each
other up stay in one thread, in the order they need; what one of them is read for is then there for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from ingest.contracts.loading import load_region
from ingest.feeds import write_schemas
from ingest.run import ingest_source
from orchestration.settings import Settings

THREADS = 2
Receipts = list[dict[str, Any]]
_reading: dict[tuple[str, str, str], Future[Receipts]] = {}


@contextmanager
def reading(settings: Settings, quarter: str, regions: Iterable[str]) -> Iterator[None]:
    """Read the deliveries of the regions up to a quarter ahead, those with most to read first."""
    write_schemas(settings.home)
    groups = [(region, group) for region in regions for group in load_region(region).reading_groups()]
    groups.sort(key=lambda pair: -sum(_size(settings, pair[0], source) for source in pair[1]))
    started: dict[tuple[str, str, str], Future[Receipts]] = {
        (region, source, quarter): Future() for region, group in groups for source in group
    }
    _reading.update(started)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="read ahead")
    try:
        for region, group in groups:
            pool.submit(_read, settings, quarter, region, group)
        yield
    finally:
        for key in started:
            del _reading[key]
        pool.shutdown(cancel_futures=True)


def receipts(region: str, source: str, quarter: str) -> Receipts | None:
    """The receipts of a source that is read ahead, once it is; None where it is not. Raises what reading it raised."""
    future = _reading.get((region, source, quarter))
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


def _size(settings: Settings, region: str, source: str) -> int:
    at = settings.landing / region.lstrip("_") / source
    return sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
