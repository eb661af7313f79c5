"""What became of a delivery, held against the records that were put into it: read + refused + said = what was there."""

from __future__ import annotations

import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from ingest.deliveries.landing import scan
from ingest.deliveries.receipt import Receipt
from ingest.run import Ingest, take_in
from tests.fuzz.faults import Delivery
from tests.fuzz.formats import COLUMNS, Record

_SECRET = b"known to the fuzzed deliveries"
SECONDS = 60  # a delivery of some records takes less than one
CONTRACT = """
title: Register
format: [mysqldump, pg_dump, xlsx, xls, ods, html, delimited, zip]
tables:
  person:
    key: [id]
    layout: {sheet: '.*'}
    columns:
      id: {type: code, required: true, pattern: 'P[0-9]{4}'}
      name: {type: text, required: true}
      amount: {type: number, required: true}
      note: {type: text, required: true}
      mark: {type: code, required: true, pattern: 'k[0-9a-f]{8}'}
"""
FINE = ("read whole", "told", "refused", "gone without a trace", "not judged")
WRONG = ("changed in silence", "lost in silence", "read twice", "crash", "hang")


@dataclass(frozen=True)
class Outcome:
    """`what`: one of `FINE` or `WRONG`; `detail`: what was accepted or said."""

    what: str
    detail: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.what in WRONG


def write_contract(root: Path) -> None:
    """The fuzzed partner's contract, of region `here`."""
    (root / "prog" / "regions").mkdir(parents=True)
    (root / "prog" / "register.yml").write_text(CONTRACT, encoding="utf-8")
    (root / "prog" / "programme.yml").write_text("title: Programme\ncountry: PK\n", encoding="utf-8")
    (root / "prog" / "regions" / "here.yml").write_text("title: Here\n", encoding="utf-8")


def outcome(delivery: Delivery) -> Outcome:
    """Take a delivery in, the way a run does, with a landing and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="sangam_fuzz_", ignore_cleanup_errors=True) as folder:
        this = Ingest(Path(folder, "home"), Path(folder, "landing"), _SECRET)
        place = this.landing.joinpath("here", "register", "2021Q2", delivery.format.file)
        place.parent.mkdir(parents=True)
        place.write_bytes(delivery.content)
        try:
            with _deadline():
                (found,) = scan(this.landing)
                receipt = take_in(this, found)
        except _TooLongError:
            return Outcome("hang")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            return Outcome("crash", repr(error))
        return _judged(delivery, receipt, this.home)


def _judged(delivery: Delivery, receipt: Receipt, home: Path) -> Outcome:
    if receipt.refused == "our_fault":
        return Outcome("crash", receipt.message)
    if receipt.refused:
        return Outcome("refused", f"{receipt.refused}: {receipt.message}")
    if not delivery.is_judged:
        return Outcome("not judged")
    counts = receipt.tables.get("person")
    read = Counter(_accepted(receipt, home))
    told = counts is not None and bool(counts.quarantined or counts.warnings)
    said = f"{counts and (dict(counts.by_reason), dict(counts.warnings))} {read - Counter(delivery.records)}"
    if any(record not in delivery.records for record in read):
        return Outcome("told" if counts and counts.warnings else "changed in silence", said)
    if any(count > 1 for count in read.values()):
        return Outcome("read twice", said)
    lost = set(delivery.records) - set(read)
    if not lost:
        return Outcome("told" if told else "read whole", said)
    if told:
        return Outcome("told", said)
    return Outcome(
        "gone without a trace" if lost <= delivery.gone else "lost in silence", f"{said} lost {sorted(lost)}"
    )


def _accepted(receipt: Receipt, home: Path) -> Iterator[Record]:
    import duckdb

    for path in receipt.accepted_files(home, "person"):
        for row in duckdb.sql(f"SELECT {', '.join(COLUMNS)} FROM read_parquet('{path}')").fetchall():
            yield tuple(
                f"{cell:f}".rstrip("0").rstrip(".") if at == 2 else str(cell) for at, cell in enumerate(row)
            )


class _TooLongError(BaseException):
    pass


@contextmanager
def _deadline() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
