"""A release that a command published, as an event of the release's asset: the graph knows it as if it ran there."""

from __future__ import annotations

from typing import Protocol

import dagster as dg

from orchestration.partitions import partition_key


class Released(Protocol):
    """What a publication says of itself (`releases.publish.Published`, which takes long to load)."""

    @property
    def donor(self) -> str:
        """Whose."""

    @property
    def quarter(self) -> str:
        """Of which quarter."""

    @property
    def release(self) -> str:
        """Its name: `r001`."""

    @property
    def state(self) -> str:
        """What became of it, in words."""

    @property
    def bucket(self) -> str:
        """Where it is."""

    @property
    def prefix(self) -> str:
        """Under which key."""


def metadata(done: Released, approved_by: str) -> dict[str, dg.MetadataValue]:
    """What the asset's event says of a release."""
    return {
        "state": dg.MetadataValue.text(done.state),
        "signed off by": dg.MetadataValue.text(approved_by),
        "where": dg.MetadataValue.path(f"s3://{done.bucket}/{done.prefix}"),
    }


def event(done: Released, approved_by: str) -> dg.AssetMaterialization:
    """The release as an event of its asset."""
    key = dg.AssetKey(["release", done.donor])
    said = metadata(done, approved_by)
    return dg.AssetMaterialization(key, partition=partition_key(done.quarter), metadata=said)


def report(done: Released, approved_by: str) -> None:
    """Tell Dagster of the release, as an event without a run."""
    with dg.DagsterInstance.get() as instance:
        instance.report_runless_asset_event(event(done, approved_by))
