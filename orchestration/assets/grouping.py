"""How assets are grouped, tagged and owned, so that the graph reads: a group for each region, then the layers."""

from __future__ import annotations

from ingest.contracts.loading import region_files

ENGINEERS = "team:data-engineering"
OFFICERS = "team:monitoring-and-evaluation"
WAREHOUSE_POOL = "warehouse"  # dbt is its single writer


def region_group(region: str) -> str:
    """The group of a region's assets; its programme, whose name would leave no room for it, is a tag."""
    return region.lstrip("_")


def region_pool(region: str) -> str:
    """The pool of steps that write what is of a region: one at a time."""
    return f"region_{region.lstrip('_')}"


def layer_tags(layer: str, region: str = "") -> dict[str, str]:
    """Tags by which assets are found: their layer, and whose they are."""
    own = {"region": region.lstrip("_"), "programme": _programme(region)} if region else {}
    return {"layer": layer, **own}


def _programme(region: str) -> str:
    """The programme by the folder of its contracts, which is there even where they do not load."""
    return region_files()[region].parents[1].name.lstrip("_")
