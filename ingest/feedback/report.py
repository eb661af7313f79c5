"""All that is told of one delivery: what is held back and flagged, its findings, and the partner's return slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.deliveries import previous
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import FindingCounts, Receipt, TableCounts, Told
from ingest.errors import Refused
from ingest.feedback import findings, quarantine
from ingest.feedback.slip import slip
from ingest.feedback.slip.slip_content import judged_content, refused_content
from ingest.judging.judged_drop import JudgedDrop


def report_judged(
    home: Path,
    judged: JudgedDrop,
    delivery: Delivery,
    key: bytes,
    counts: Mapping[str, TableCounts],
    last: Sequence[Receipt],
) -> Told:
    """Write quarantine, warnings, findings and slip of a judged delivery; what its receipt says of them.

    `last`: those of `previous.last_deliveries`.
    """
    quarantine.write_quarantine(home, judged, delivery)
    quarantine.write_warnings(home, judged, delivery)
    findings.gather(judged, key, previous.findings_files(home, last))
    findings.write_findings(home, judged, delivery)
    by_table = findings.counts(judged)
    all_tables = FindingCounts(
        new=sum(table.new for table in by_table.values()),
        open=sum(table.open for table in by_table.values()),
        resolved=sum(table.resolved for table in by_table.values()),
    )
    sent = slip.send(home, judged_content(judged, delivery, counts, last))
    return Told(findings=all_tables, by_table=by_table, slip=sent)


def report_refused(
    home: Path, delivery: Delivery, refusal: Refused, last: Sequence[Receipt], *, shared: bool = False
) -> Told:
    """Write the finding and the slip of a refused delivery; what its receipt says of them.

    `shared`: the same bytes were taken in under another name, whose findings stay.
    """
    status = "new"
    if not shared:
        status = findings.write_refusal(home, delivery, refusal, previous.findings_files(home, last))
    content = refused_content(delivery, refusal.code, str(refusal), status, last)
    return Told(findings=FindingCounts(**{status: 1}), slip=slip.send(home, content))
