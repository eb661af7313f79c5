"""What stands in the place of a region or donor whose words do not load: one asset whose check fails with the reason.

The others go on; what needs the region or donor waits, because this asset never materialises.
"""

from collections.abc import Iterator

import dagster as dg

from ingest.errors import SangamError
from orchestration import soundness
from orchestration.assets.grouping import region_group
from orchestration.partitions import QUARTERS
from orchestration.warehouse import logframes


def contract_key(region: str) -> dg.AssetKey:
    """Key of the asset in the place of a region whose contract does not load."""
    return dg.AssetKey([region.lstrip("_"), "contract"])


def _failing(key: dg.AssetKey, check: str, group: str, why: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=key,
        check_specs=[
            dg.AssetCheckSpec(check, asset=key, blocking=True, description="Every word of it is known.")
        ],
        group_name=group,
        partitions_def=QUARTERS,
        kinds={"yaml"},
        description=f"Nothing of it is run:\n\n{why}",
    )
    def does_not_load(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult]:
        yield dg.AssetCheckResult(asset_key=key, check_name=check, passed=False, description=why)
        raise SangamError(why)

    return does_not_load


def unsound_assets() -> list[dg.AssetsDefinition]:
    """An asset for every region and every donor that does not load."""
    regions = [
        _failing(contract_key(region), "contract_loads", region_group(region), why)
        for region, why in soundness.faults().items()
    ]
    donors = [
        _failing(dg.AssetKey(["release", donor]), "logframe_loads", "release", why)
        for donor, why in logframes.faults().items()
    ]
    return [*regions, *donors]
