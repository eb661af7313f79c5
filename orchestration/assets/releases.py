"""A donor's release as a Dagster asset: waits for the sign-off, then publishes."""

import dagster as dg

from orchestration.assets.batch_checks import batch_key
from orchestration.assets.released_event import metadata, state_of
from orchestration.assets.retries import retried
from orchestration.assets.unsound import contract_key
from orchestration.checks import holds
from orchestration.events import ReleaseDone, tell
from orchestration.partitions import EACH, QUARTERS, quarter_of
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
        backfill_policy=EACH,
        kinds={"s3"},
        description=f"{name}: the quarter's files, published once an M&E officer has signed off (`sangam approve`).",
    )
    def release(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
        with retried(context):
            return _publish_if_approved(quarter_of(context.partition_key), donor, home)

    return release


def _publish_if_approved(quarter: str, donor: str, home: Home) -> dg.MaterializeResult:
    # For start-up: only the step needs what publishes, not the code location.
    from orchestration.releases.approvals import approval_of
    from orchestration.releases.content import read_content
    from orchestration.releases.donor_store import donor_names, store
    from orchestration.releases.missing import missing_of, told
    from orchestration.releases.publish import already_out, publish

    if unread := holds.unread(donor):
        tell(ReleaseDone(donor, quarter, "held: not everything of it can be read"))
        return dg.MaterializeResult(metadata={"state": "held", "why": "\n".join(unread)})
    where = home.settings.home
    content = read_content(where, donor, quarter)
    approval = approval_of(where, content)
    if approval is None:
        state = "waiting for sign-off"
        tell(ReleaseDone(donor, quarter, state))
        ask = f"`sangam approve {donor} {quarter} --by NAME` signs off and publishes."
        lacks = told(missing_of(content.values))
        missing = {"missing": dg.MetadataValue.md("\n".join(f"- {one}" for one in lacks))} if lacks else {}
        return dg.MaterializeResult(metadata={"state": state, "next": dg.MetadataValue.md(ask), **missing})
    done = already_out(where, content)
    if done is None:
        with store(publishing_for=donor) as client:
            done = publish(where, client, donor, quarter, None, donor_names)
    tell(ReleaseDone(donor, quarter, state_of(done)))
    return dg.MaterializeResult(metadata=metadata(done, approval.approved_by))


def release_assets() -> list[dg.AssetsDefinition]:
    """The release asset of every donor there is a logframe for."""
    return [release_asset(frame.donor.code, frame.donor.name) for frame in logframes.sound()]
