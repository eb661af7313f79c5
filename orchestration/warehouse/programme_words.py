"""What the programmes' contracts declare for the warehouse: services of their own, levels of institutions.

Handed to dbt as variables, beside the logframes.
"""

from __future__ import annotations

from ingest.contracts.conventions import Service
from ingest.contracts.loading import fault, load_region, region_files
from ingest.errors import SangamError


def as_dbt_vars() -> dict[str, object]:
    """`services` (code, name, kind) and `tiers` of all programmes whose contracts load.

    Raises SangamError where two programmes mean different services by one code.
    """
    services: dict[str, tuple[Service, str]] = {}
    tiers: set[str] = set()
    for name in (name for name in region_files() if not fault(name)):
        region = load_region(name)
        tiers |= set(region.tiers)
        for code, service in region.services.items():
            other, where = services.setdefault(code, (service, name))
            if other != service:
                raise SangamError(
                    f"Service '{code}' is '{other.name}' ({other.kind}) in {where} and '{service.name}' "
                    f"({service.kind}) in {name}. Give one of them another code."
                )
    return {
        "services": [
            {"code": code, **service.model_dump()} for code, (service, _) in sorted(services.items())
        ],
        "tiers": sorted(tiers),
    }
