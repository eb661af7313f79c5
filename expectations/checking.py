"""Checking batches: measured in DuckDB, held against their suites by Great Expectations, told to people.

Imports Great Expectations, so only `batches` imports it, when there is something to check.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from expectations.batch import Batch
from expectations.gx.validation import Validation, Validator
from expectations.measuring.profile import profiles_of, stored_profile
from expectations.results import BatchResult, Columns
from expectations.suite import load_suite
from expectations.verdict_words import told

Measured = tuple[Batch, pd.DataFrame]


def check(
    home: Path, quarter: str, fresh: list[Batch], known: list[tuple[Batch, Columns]]
) -> Iterator[tuple[Batch, BatchResult]]:
    """Every batch with its result; batches of one kind of source are checked together, by one suite.

    `fresh` are measured; of `known` the profiles are.
    """
    measured = [(batch, stored_profile(columns)) for batch, columns in known]
    measured += profiles_of(home, fresh)
    kinds: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for batch, frame in measured:
        kinds[batch.programme, batch.source].append((batch, frame))
    validator = Validator(home)
    for (programme, source), members in kinds.items():
        profiles = [(b.title, b.previous.quarter if b.previous else "", frame) for b, frame in members]
        validation = validator.validate(f"{programme}.{source}", quarter, profiles)
        for batch, frame in members:
            yield batch, _result(batch, frame, validation)


def _result(batch: Batch, frame: pd.DataFrame, validation: Validation) -> BatchResult:
    checks = load_suite(batch.programme, batch.source).checks
    found = {name: validation.found[name][batch.title] for name in checks}
    return BatchResult(
        title=batch.title,
        region=batch.region,
        source=batch.source,
        quarter=batch.quarter,
        previous=batch.previous.quarter if batch.previous else None,
        checks={
            name: told(words, batch, found[name].looked_at, found[name].outside)
            for name, words in checks.items()
        },
        page=validation.page,
        profile={str(column): list(values) for column, values in frame.items()},
    )
