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
    def is_new(self) -> bool:
        """Whether it was made just now."""

    @property
    def bucket(self) -> str:
        """Where it is."""

    @property
    def prefix(self) -> str:
        """Under which key."""


def state_of(done: Released) -> str:
    """What became of it, in words."""
    return f"{done.release} {'published' if done.is_new else 'is up to date'}"


def metadata(done: Released, approved_by: str) -> dict[str, dg.MetadataValue]:
    """What the asset's event says of a release."""
    return {
        "state": dg.MetadataValue.text(state_of(done)),
        "signed off by": dg.MetadataValue.text(approved_by),
        "where": dg.MetadataValue.url(f"s3://{done.bucket}/{done.prefix}"),
    }


def report(done: Released, approved_by: str) -> None:
    """Tell Dagster of the release, as an event without a run."""
    key = dg.AssetKey(["release", done.donor])
    with dg.DagsterInstance.get() as instance:
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                key, partition=partition_key(done.quarter), metadata=metadata(done, approved_by)
            )
        )
