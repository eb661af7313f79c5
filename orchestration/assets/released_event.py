"""A release that a command published, as an event of the release's asset: the graph knows it as if it ran there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from orchestration.releases.publish import Published


def state_of(done: Published) -> str:
    """What became of it, in words."""
    return f"{done.release} {'published' if done.is_new else 'is up to date'}"


def metadata(done: Published, approved_by: str) -> dict[str, dg.MetadataValue]:
    """What the asset's event says of a release."""
    return {
        "state": dg.MetadataValue.text(state_of(done)),
        "signed off by": dg.MetadataValue.text(approved_by),
        "where": dg.MetadataValue.url(f"s3://{done.bucket}/{done.prefix}"),
    }


def report(done: Published, approved_by: str) -> None:
    """Tell Dagster of the release, as an event without a run."""
    key = dg.AssetKey(["release", done.donor])
    with dg.DagsterInstance.get() as instance:
        instance.report_runless_asset_event(
            dg.AssetMaterialization(key, partition=done.quarter, metadata=metadata(done, approved_by))
        )
