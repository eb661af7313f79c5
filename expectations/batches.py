"""Which batches are new or changed, and the results of all: each delivery of a source as a whole.

What a batch is, is in `batch`. Checking is in `checking`, which brings Great Expectations along and is imported only
when some batch is new or changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from expectations.batch import Batch, batches
from expectations.results import DATA_DOCS, BatchResult, read_result, write_result
from ingest.code_state import code_fingerprint
from ingest.errors import SangamError

# What decides about a result beside the delivery and the suite, and about its page of Data Docs.
CODE = code_fingerprint(
    "expectations.batches",
    packages=("duckdb", "great-expectations", "pandas"),
    data=("expectations/gx/*.j2", "expectations/gx/plugins/custom_data_docs/*/*"),
)
Key = tuple[str, str, str]


def fingerprint(batch: Batch) -> str:
    """A hash of all that decides about the result of a batch; another hash means: check again."""
    before = [batch.previous.quarter, batch.previous.files] if batch.previous else []
    sent = [[one.quarter, sorted(r.sha256 for r in one.receipts)] for one in batch.earlier]
    content = json.dumps([CODE, batch.suite.fingerprint, batch.files, before, sent, batch.twins])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def check_batches(
    home: Path, quarter: str, wanted: Iterable[tuple[str, str]] | None = None
) -> dict[Key, BatchResult]:
    """Check the batches up to a quarter that are new or changed; the results of all, by region, source, quarter.

    Results are kept in the lake and Data Docs are written under `docs/data_docs`. Raises SangamError for an
    inconsistent suite.
    """
    there = batches(home, quarter, wanted)
    results = {_key(batch): known for batch in there if (known := _known(home, batch))}
    fresh = [batch for batch in there if _key(batch) not in results]
    if fresh:
        from expectations.checking import check  # Great Expectations takes seconds to import

        # A page of Data Docs is of all deliveries that one suite checks: unchanged ones of the quarter stay on it.
        kinds = {(b.programme, b.source) for b in fresh}
        beside = [
            b for b in there if b.quarter == quarter and b not in fresh and (b.programme, b.source) in kinds
        ]
        known_profiles = [(b, results[_key(b)].profile) for b in beside]
        for batch, result in check(home, quarter, fresh, known_profiles):
            stated = result.model_copy(update={"state": fingerprint(batch), "checked_now": batch in fresh})
            write_result(home, stated)
            results[_key(batch)] = stated
    return results


def _key(batch: Batch) -> Key:
    return batch.region, batch.source, batch.quarter


def _known(home: Path, batch: Batch) -> BatchResult | None:
    """The result there is, where nothing has changed since and its page is still there."""
    try:
        result = read_result(home, *_key(batch))
    except SangamError:
        return None  # of another version: it is written anew
    if not result or not (home / DATA_DOCS / result.page).exists():
        return None
    return result if result.state == fingerprint(batch) else None
