"""Findings and slip of one delivery: written when it has been judged or refused, told in its receipt.

    SANGAM_HOME/return/<region>/<source>/<quarter>/<file stem>_return.xlsx

A slip holds the partner's own rows in clear and nothing else does: it goes back to the partner, never to the lake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from ingest import files
from ingest.deliveries import previous
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import FindingCounts, Receipt, TableCounts, Told
from ingest.errors import Refused
from ingest.feedback import findings
from ingest.feedback.slip.content import FileContent, judged_content, refused_content
from ingest.judging.judged_drop import JudgedDrop

STATES = ("new", "open", "resolved")
_collector: ContextVar[dict[str, FileContent] | None] = ContextVar("collector", default=None)


@contextmanager
def collected() -> Iterator[dict[str, FileContent]]:
    """Give what the slips of all deliveries taken in meanwhile say, by path in the landing; for `sangam check`."""
    contents: dict[str, FileContent] = {}
    token = _collector.set(contents)
    try:
        yield contents
    finally:
        _collector.reset(token)


def report_judged(
    home: Path,
    judged: JudgedDrop,
    delivery: Delivery,
    key: bytes,
    counts: Mapping[str, TableCounts],
    last: Sequence[Receipt],
) -> Told:
    """Write findings and slip of a judged delivery; what its receipt says of them.

    `last`: those of `previous.last_deliveries`.
    """
    findings.gather(judged, key, previous.findings_files(home, last))
    findings.write_findings(home, judged, delivery)
    by_table = findings.counts(judged)
    content = judged_content(judged, delivery, counts, last)
    totals = {state: sum(getattr(table, state) for table in by_table.values()) for state in STATES}
    return Told(findings=FindingCounts(**totals), by_table=by_table, slip=_send(home, content))


def report_refused(home: Path, delivery: Delivery, refusal: Refused, last: Sequence[Receipt]) -> Told:
    """Write the finding and the slip of a refused delivery; what its receipt says of them."""
    status = findings.write_refusal(home, delivery, refusal, previous.findings_files(home, last))
    content = refused_content(delivery, refusal.code, str(refusal), status, last)
    return Told(findings=FindingCounts(**{status: 1}), slip=_send(home, content))


def slip_path(delivery: Delivery) -> Path:
    """Where a delivery's slip lies within the home; two files of one stem have slips of their own."""
    name = delivery.file.removesuffix(".gz")
    stem, _, ending = name.rpartition(".")
    alike = [p for p in delivery.path.parent.glob(f"{stem or name}.*") if p.name != delivery.file]
    stem = f"{stem}_{ending}" if stem and alike else stem or name
    return Path("return") / delivery.region / delivery.source / delivery.quarter / f"{stem}_return.xlsx"


def _send(home: Path, content: FileContent) -> str | None:
    """Write the slip if there is anything to tell; its path within the home."""
    collector = _collector.get()
    if collector is not None:
        collector[content.delivery.relative] = content
    at = slip_path(content.delivery)
    if not content.is_worth_sending:
        (home / at).unlink(missing_ok=True)
        return None
    from ingest.feedback.slip.slip_workbook import to_workbook

    with files.atomic(home / at, 0o600) as temporary:
        temporary.write_bytes(to_workbook([content]))
    return at.as_posix()
