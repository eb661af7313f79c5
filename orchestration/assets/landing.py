"""What lies in the landing and is no delivery, as a Dagster asset: nothing is passed over in silence."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ingest.deliveries import landing as folder
from orchestration.assets.grouping import ENGINEERS
from orchestration.assets.retries import retried
from orchestration.checks.counted import plain
from orchestration.events import LandingSeen, tell
from orchestration.partitions import QUARTERS
from orchestration.resources import Home

KEY = dg.AssetKey("landing")
_SHOWN = 50


@dg.asset(
    key=KEY,
    group_name="landing",
    partitions_def=QUARTERS,
    kinds={"file"},
    owners=[ENGINEERS],
    tags={"layer": "landing"},
    description="Files that partners delivered, folder by folder: those that no contract expects are named here.",
    check_specs=[
        dg.AssetCheckSpec("strays", asset=KEY, description="Every file lies where a contract expects it.")
    ],
)
def landing(context: dg.AssetExecutionContext, home: Home) -> Iterator[Any]:
    """Look through the landing; raises SangamError where there is none."""
    with retried(context):
        where = home.settings.landing
    strays, litter = folder.strays(where), folder.litter(where)
    tell(LandingSeen(strays, litter))
    lines = [f"- {plain(one.relative)}: {one.message}" for one in strays]
    more = [f"- and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
    yield dg.MaterializeResult(
        metadata={
            "not read": len(strays),
            "left by systems": len(litter),
            "strays": dg.MetadataValue.md("\n".join([*lines[:_SHOWN], *more]) or "_none_"),
        }
    )
    yield dg.AssetCheckResult(
        check_name="strays",
        passed=not strays,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join([*lines[:_SHOWN], *more]) or "Every file lies where a contract expects it.",
    )
