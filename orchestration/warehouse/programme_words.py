"""What the programmes' contracts declare for the warehouse: services of their own, levels of institutions.

Handed to dbt as variables, beside the logframes.
"""

from __future__ import annotations

from ingest.contracts.loading import fault, load_region, region_files
from orchestration import services


def as_dbt_vars() -> dict[str, object]:
    """`services` (code, name, kind) and `tiers` of all programmes whose contracts load."""
    regions = [load_region(name) for name in region_files() if not fault(name)]
    return {
        "services": [
            {"code": code, **service.model_dump()} for code, service in sorted(services.declared().items())
        ],
        "tiers": sorted({tier for region in regions for tier in region.tiers}),
    }
