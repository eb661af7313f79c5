"""Tags of runs, by which they are found."""

from __future__ import annotations

from collections.abc import Sequence

LOCATION = "sangam"  # the code location's name, as in workspace.yaml
REPOSITORY = "__repository__"  # Dagster's name for what one `Definitions` holds
LAYER = "layer"  # of assets
QUARTER = "sangam/quarter"
REGION = "sangam/region"
SOURCE = "sangam/source"
DROP = "sangam/drop"
DONOR = "sangam/donor"
DATE = "sangam/date"
BY = "sangam/by"  # of runs that somebody waits for at the command line


def of_run(quarter: str, regions: Sequence[str] = ()) -> dict[str, str]:
    """Tags of a run of a quarter, of all regions or of some.

    The first is how a job's page finds its runs; those that the webserver or the daemon start have it by themselves.
    """
    own = {REGION: ",".join(region.lstrip("_") for region in regions)} if regions else {}
    return {".dagster/repository": f"{REPOSITORY}@{LOCATION}", QUARTER: quarter, **own}
