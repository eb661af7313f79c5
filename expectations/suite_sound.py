"""Whether a suite fits a contract: what decides about it, and whether that was tried already. See `suite_trial`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from expectations.suite import Suite, load_suite
from ingest.code_state import code_fingerprint
from ingest.contracts.loading import load_region
from ingest.contracts.source import Source
from ingest.trial_notes import mark_of, require


def require_sound_suite(region: str, source: str, home: Path | None = None) -> None:
    """Raises SangamError, naming file and line, where the suite of a region's source does not fit its contract.

    `home`: where a trial that went well is noted, so that the same words are not tried again.
    """
    contract = load_region(region)
    suite, own = load_suite(contract.programme, source), contract.sources[source]
    tried = json.dumps(own.model_dump(mode="json", exclude={"feeds", "identities", "drift"}), sort_keys=True)
    mark = mark_of(_code(), suite.fingerprint, tried)
    require(mark, lambda: _tried(suite, own, contract.programme, f"{region}/{source}"), home)


@cache
def _code() -> str:
    return code_fingerprint("expectations.suite_trial", packages=("duckdb",))


def _tried(suite: Suite, source: Source, programme: str, name: str) -> list[str]:
    # For start-up: a suite that was tried before needs no DuckDB.
    from expectations.suite_trial import faults

    return faults(suite, source, programme, name)
