"""A person lets a delivery through that waits: a file of its own that is never changed.

SANGAM_HOME/decisions/drops/<sha256>-<hash of the path>.json

It is about one file of the landing: the same bytes sent again, for another quarter, wait for a decision of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipts
from ingest.errors import SangamError
from ingest.files import write_json


def decision_path(home: Path, sha256: str, path: str) -> Path:
    """Where the decision about a waiting delivery is recorded; `path`: within the landing."""
    own = hashlib.sha256(path.encode()).hexdigest()[:8]
    return home / "decisions" / "drops" / f"{sha256}-{own}.json"


def is_let_through(home: Path, sha256: str, path: str) -> bool:
    """Whether somebody let the file at a path of the landing through, with these bytes."""
    return decision_path(home, sha256, path).exists()


def paused(home: Path, region: str, source: str, quarter: str) -> list[Receipt]:
    """Receipts of the deliveries of a quarter that wait. Raises SangamError where there are none."""
    found = [r for r in receipts(home, region, source, quarter) if r.status == "paused"]
    if not found:
        raise SangamError(
            f"No delivery of {region}/{source} {quarter} is waiting. `sangam status` lists what is."
        )
    return found


def let_through(
    home: Path, receipt: Receipt, why: Iterable[str], by: str, reason: str, at: datetime | None = None
) -> Path:
    """Record that a person lets a waiting delivery through; the next run takes it.

    `why`: the reasons it waited for. Raises SangamError without a name or a reason.
    """
    if not by.strip() or not reason.strip():
        raise SangamError("Letting a delivery through needs a name (--by) and a reason (--reason).")
    path = decision_path(home, receipt.sha256, receipt.path)
    if not path.exists():
        words = {
            "region": receipt.region,
            "source": receipt.source,
            "quarter": receipt.quarter,
            "path": receipt.path,
            "sha256": receipt.sha256,
            "why_it_waited": list(why),
            "let_through_by": by.strip(),
            "reason": reason.strip(),
            "let_through_at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
        }
        write_json(path, words)
    return path
