"""Whether a contract's SQL works: what decides about it, and whether that was tried already. See `trial`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ingest.code_state import code_fingerprint
from ingest.contracts.loading import load_region
from ingest.trial_notes import mark_of, require


def require_sound(region: str, source: str, home: Path | None = None) -> None:
    """Raises SangamError, naming file and line, where an expression of a source's contract does not work.

    `home`: where a trial that went well is noted, so that the same contract is not tried again.
    """
    contract = load_region(region)
    looked_up = sorted(contract.sources[source].looked_up_sources() | {source})
    words = [contract.sources[name].model_dump(mode="json") for name in looked_up]
    mark = mark_of(_code(), json.dumps([words, contract.tiers], sort_keys=True))
    require(mark, lambda: _tried(region, source), home)


@cache
def _code() -> str:
    return code_fingerprint("ingest.trial", packages=("duckdb",))


def _tried(region: str, source: str) -> list[str]:
    # For start-up: a contract that was tried before needs neither DuckDB nor the modules that judge.
    from ingest.trial import faults

    return faults(region, source)
