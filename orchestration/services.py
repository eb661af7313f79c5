"""Services that programmes declare, beside those of the shared catalogue: one code means one thing everywhere.

Of two regions that mean different things by a code, the later one has the fault; it brings no service at all.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ingest.contracts.conventions import Service
from ingest.contracts.faults import line
from ingest.contracts.loading import as_read, fault, load_region, region_files, region_words, regions_root
from orchestration.settings import DBT_PROJECT

CATALOGUE = DBT_PROJECT / "seeds" / "service_catalogue.csv"


def declared() -> dict[str, Service]:
    """The services of all regions that bring any, by code; those of the catalogue are not among them."""
    services, _ = _looked_through(regions_root(), as_read())
    return services


def service_fault(region: str) -> str:
    """Why a region's services cannot stand beside what there is, naming file and line; empty where they can."""
    _, faults = _looked_through(regions_root(), as_read())
    return faults.get(region, "")


@cache
def _looked_through(*_contracts: object) -> tuple[dict[str, Service], dict[str, str]]:
    """What regions that load bring, and the faults of those that contradict the catalogue or an earlier one."""
    known = {code: (service, "the catalogue") for code, service in _catalogue(CATALOGUE).items()}
    brought: dict[str, Service] = {}
    faults: dict[str, str] = {}
    for name in region_files():
        own = {} if fault(name) else load_region(name).services
        wrong = [code for code, service in own.items() if code in known and known[code][0] != service]
        if wrong:
            faults[name] = "\n".join(_told(name, code, own[code], *known[code]) for code in wrong)
            continue
        brought |= {code: service for code, service in own.items() if code not in known}
        known |= {code: (service, name) for code, service in own.items() if code not in known}
    return brought, faults


def _told(region: str, code: str, service: Service, other: Service, where: str) -> str:
    words = (
        f"service '{code}' is '{other.name}' ({other.kind}) in {where}, and '{service.name}' ({service.kind}) "
        "here. Give this one another code, or leave it out."
    )
    return line(region_words(region), ("services", code), words)


@cache
def _catalogue(file: Path) -> dict[str, Service]:
    with file.open(encoding="utf-8", newline="") as rows:
        return {
            row["service_code"]: Service(name=row["service_name"], kind=row["service_kind"])
            for row in csv.DictReader(rows)
        }
