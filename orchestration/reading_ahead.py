"""Sources read ahead in two threads, while Dagster starts and takes its steps one by one.

DuckDB does the reading's work outside Python's lock, so that two threads use two cores. Sources whose rules look each
other up stay in one thread, in the order they need; what one of them is read for is then there for the other.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module

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
Receipts = list[Receipt]
_reading: dict[tuple[str, str, str], Future[Receipts]] = {}


@contextmanager
def reading(settings: Settings, quarter: str, regions: Iterable[str]) -> Iterator[None]:
    """Read the deliveries of the regions up to a quarter ahead, those with most to read first."""
    start_ahead(THREADS)
    _import_all()
    write_schemas(settings.home)
    groups = [(region, group) for region in regions for group in load_region(region).reading_groups()]
    groups.sort(key=lambda pair: -sum(_size(settings, pair[0], source) for source in pair[1]))
    started: dict[tuple[str, str, str], Future[Receipts]] = {
        (region, source, quarter): Future() for region, group in groups for source in group
    }
    _reading.update(started)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ahead")
    try:
        for region, group in groups:
            pool.submit(_read, settings, quarter, region, group)
        yield
    finally:
        pool.shutdown(cancel_futures=True)
        sys.setswitchinterval(interval)
        for key in started:
            del _reading[key]


def receipts(region: str, source: str, quarter: str) -> Receipts | None:
    """The receipts of a source that is read ahead, once it is; None where it is not. Raises what reading it raised."""
    future = _reading.get((region, source, quarter))
    return future.result() if future else None


def _import_all() -> None:
    """Import what reading imports on its way: where two threads import at once, one may see half a module."""
    for package in (ingest.readers, ingest.feedback.slip):
        for module in pkgutil.iter_modules(package.__path__):
            import_module(f"{package.__name__}.{module.name}")
    for name in _ON_THE_WAY:
        import_module(name)


def _read(settings: Settings, quarter: str, region: str, group: list[str]) -> None:
    for source in group:
        future = _reading[region, source, quarter]
        try:
            future.set_result(
                ingest_source(
                    settings.home,
                    settings.landing,
                    region,
                    source,
                    quarter=quarter,
                    demo=settings.demo,
                    verify=SecondLook(),
                )
            )
        except BaseException as error:  # noqa: BLE001 - raised in the step that asks for the receipts
            future.set_exception(error)


def _size(settings: Settings, region: str, source: str) -> int:
    at = settings.landing / region.lstrip("_") / source
    return sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
