"""A second look at accepted records, by pandera instead of the SQL that accepted them; `ingest.run` asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.code_state import code_fingerprint
from ingest.contracts.source import Source


class SecondLook:
    """What accepted records break of their contract; see `ingest.run.Verify`."""

    code = code_fingerprint("expectations.schemas", packages=("pandas", "pandera"))

    def __call__(self, path: Path, contract: Source, table: str) -> Sequence[str]:
        """What the records in a Parquet file break, in plain words; empty where they keep the contract."""
        # For start-up: pandera takes a second, which a run that finds nothing new does not pay.
        from expectations.schemas import broken_promises

        return broken_promises(path, contract, table)
