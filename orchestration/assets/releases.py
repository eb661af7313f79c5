"""A donor's release as a Dagster asset: waits for the sign-off, then publishes."""

import dagster as dg

from orchestration.assets.batch_checks import batch_key
from orchestration.assets.released_event import metadata
from orchestration.assets.retries import retried
from orchestration.assets.unsound import contract_key
from orchestration.checks import holds
from orchestration.partitions import QUARTERS, quarter_of
from orchestration.resources import Home
from orchestration.warehouse import logframes

_MARTS = (
    "indicator_values",
    "indicator_definitions",
    "indicator_evidence",
    "indicator_changes",
    "reported_values",
)


def release_asset(donor: str, name: str) -> dg.AssetsDefinition:
    """The asset of one donor's releases."""

    @dg.asset(
        key=["release", donor],
        deps=[
            *(dg.AssetKey(["marts", mart]) for mart in _MARTS),
            # A delivery that waits is left out by its batch checks, and with it the releases it feeds.
            *(batch_key(region, source) for region, source in sorted(holds.feeding(donor))),
            *(contract_key(region) for region in sorted(holds.unsound_regions(donor))),
        ],
        group_name="release",
        partitions_def=QUARTERS,
        kinds={"s3"},
        description=f"{name}: the quarter's files, published once an M&E officer has signed off (`sangam approve`).",
    )
    def release(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
        with retried(context):
            return _publish_if_approved(quarter_of(context.partition_key), donor, home)

    return release


def _publish_if_approved(quarter: str, donor: str, home: Home) -> dg.MaterializeResult:
    # For start-up: only the step needs what publishes, not the code location.
    from orchestration.releases.approved import publish_if_approved

    became = publish_if_approved(home.settings.home, donor, quarter)
    if became.published:
        return dg.MaterializeResult(metadata=metadata(became.published, became.approved_by))
    why = {"why": "\n".join(became.unread)} if became.unread else {}
    ask = f"`sangam approve {donor} {quarter} --by NAME` signs off and publishes."
    following = {} if became.unread else {"next": dg.MetadataValue.md(ask)}
    lacks = "\n".join(f"- {one}" for one in became.missing)
    missing = {"missing": dg.MetadataValue.md(lacks)} if lacks else {}
    return dg.MaterializeResult(metadata={"state": became.state, **why, **following, **missing})


def release_assets() -> list[dg.AssetsDefinition]:
    """The release asset of every donor there is a logframe for."""
    return [release_asset(frame.donor.code, frame.donor.name) for frame in logframes.sound()]
