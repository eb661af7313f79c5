"""What the graph says of every asset beside what it is: whose it is, how fresh, which code and contract made it.

One function over all assets, so that none is forgotten; where an asset has no freshness policy, it says why.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dagster as dg

from ingest.contracts.loading import load_region, source_words
from orchestration.assets.grouping import ENGINEERS, OFFICERS
from orchestration.quarters import DUE_DAYS
from orchestration.settings import PROJECT
from orchestration.warehouse import logframes

QUARTER_DAYS = 92
NO_POLICY = "freshness"  # the metadata's key for why there is no policy
FILE = "dbt file"  # the metadata's key for a dbt model's file within the project
_SOURCE_URL = "SANGAM_SOURCE_URL"


def described(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset with owner, freshness policy (or why it has none) and a reference to its code."""
    if spec.group_name == "seeds":
        spec = spec.replace_attributes(kinds={"dbt", "csv"})
    policy, why_none = _freshness(spec)
    return spec.replace_attributes(
        owners=list(spec.owners) or [OFFICERS if spec.group_name in ("marts", "release") else ENGINEERS],
        freshness_policy=policy,
    ).merge_attributes(metadata={NO_POLICY: why_none} if why_none else {})


def _freshness(spec: dg.AssetSpec) -> tuple[dg.FreshnessPolicy | None, str]:
    """A quarter's run must have been by the day on which the quarter's deliveries, or its release, are due."""
    if spec.group_name == "seeds":
        return None, "It changes with the code, not with time."
    region, source = spec.tags.get("region"), spec.tags.get("source")
    if source and region:
        words = load_region(_name(region))
        cadence = words.sources[source].cadence
        if cadence != "quarter":
            return None, f"A {cadence} comes when it is made; no day is set for it."
        return _within(words.due_days.get(source, DUE_DAYS)), ""
    if spec.group_name == "release":
        days = {frame.donor.code: frame.donor.due_days for frame in logframes.sound()}
        return _within(days.get(spec.key.path[-1], DUE_DAYS)), ""
    return _within(DUE_DAYS), ""


def _within(due_days: int) -> dg.FreshnessPolicy:
    last = timedelta(days=QUARTER_DAYS + due_days)
    return dg.FreshnessPolicy.time_window(fail_window=last, warn_window=last - timedelta(days=7))


def _name(region: str) -> str:
    return "_reference" if region == "reference" else region


def code_metadata(path: Path, line: int | None = None) -> dict[str, dg.CodeReferencesMetadataValue]:
    """A reference to a line of ours: at SANGAM_SOURCE_URL where that is set, else on this machine."""
    where = os.environ.get(_SOURCE_URL, "").rstrip("/")
    reference: dg.UrlCodeReference | dg.LocalFileCodeReference
    if where and path.is_relative_to(PROJECT):
        anchor = f"#L{line}" if line else ""
        url = f"{where}/{path.relative_to(PROJECT).as_posix()}{anchor}"
        reference = dg.UrlCodeReference(url=url, label=path.name)
    else:
        reference = dg.LocalFileCodeReference(file_path=str(path), line_number=line, label=path.name)
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[reference])}


def contract_metadata(region: str, source: str, table: str) -> dict[str, dg.CodeReferencesMetadataValue]:
    """A reference to the lines of the contract that say what a table is."""
    place = source_words(region, source).part("tables", table).place
    return code_metadata(place.file, place.line)
