"""Linking a region's records, quarter by quarter: which vault files belong together, and whether anything changed.

A quarter's records are linked to the register as it stood in that quarter; where there is none yet, to the first
after it. Of sources that run to date the earlier records are linked to it as well. Clear values stay in memory. What
decides is in `resolve`, what is written in `crosswalk`.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq

from ingest.boundary import pseudonyms
from ingest.code_state import code_fingerprint
from ingest.contracts.linkage import Linkage
from ingest.contracts.loading import load_region
from ingest.contracts.region import Region
from ingest.deliveries.places import folder, vault_path
from ingest.deliveries.receipts import receipt_by
from ingest.errors import SangamError
from ingest.files import write_json
from ingest.linkage import crosswalk
from ingest.linkage.crosswalk import LinkageSummary
from ingest.linkage.decisions import Decision, load_decisions, not_there, pairs
from ingest.linkage.identities import VaultFile, load, open_connection
from ingest.linkage.resolve import resolve

# What decides about who is who beside the deliveries, the contract, the decisions and the secret.
CODE = code_fingerprint(
    "ingest.linkage.link",
    packages=("duckdb", "numpy", "pandas", "pyarrow", "scipy", "splink"),
    data=("ingest/linkage/weights.yml",),
)


@dataclass(frozen=True)
class Job:
    """One entity of a region and quarter to be linked."""

    home: Path
    contract: Region
    entity: Literal["person", "household"]
    quarter: str
    key: bytes
    decisions: list[Decision]

    @property
    def linkage(self) -> Linkage:
        """The contract's words for the entity."""
        return self.contract.linkage[self.entity]

    @property
    def decided(self) -> list[Decision]:
        """What people decided about the entity."""
        return [decision for decision in self.decisions if decision.entity == self.entity]


def link_region(home: Path, region: str, quarter: str, *, demo: bool = False) -> list[LinkageSummary]:
    """Link all quarters of the region up to `quarter` whose deliveries, contract or decisions changed since.

    Call it after the region's sources were taken in. Gives a summary for each quarter, entity and source. Raises
    SangamError for a missing or changed secret, a damaged or missing vault, or decisions that cannot be read.
    """
    contract = load_region(region)
    if not contract.linkage:
        return []
    key = pseudonyms.secret(demo=demo)
    decisions = load_decisions(region)
    files = _current_files(home, contract, quarter)
    summaries: list[LinkageSummary] = []
    for each in sorted({file.quarter for file, _ in files} | _linked_before(home, region, quarter)):
        for entity in contract.linkage:
            summaries += _link_if_changed(Job(home, contract, entity, each, key, decisions), files)
    return summaries


def unheard(home: Path, region: str, quarter: str) -> list[str]:
    """Decisions that name a record which no quarter up to `quarter` has, in words. Call it after `link_region`."""
    at = folder(home, "feeds", feed="crosswalk", region=region)
    told = []
    for entity in load_region(region).linkage:
        markers = [
            at / f"_linked-{each}-{entity}.json" for each in sorted(_linked_before(home, region, quarter))
        ]
        linked = [json.loads(path.read_text(encoding="utf-8")) for path in markers if path.exists()]
        nowhere = set.intersection(*(set(one.get("not_there", ())) for one in linked)) if linked else set()
        told += [
            f"The decision '{one.decision}' of {one.by}, {one.on}, is not heard: there is no record "
            f"{record} in any delivery up to {quarter}. Check the identifier, or take the decision out."
            for one in load_decisions(region)
            if one.entity == entity
            for record in one.records
            if record in nowhere
        ]
    return told


def _linked_before(home: Path, region: str, quarter: str) -> set[str]:
    """Quarters that were linked once: their deliveries may be gone now."""
    at = folder(home, "feeds", feed="crosswalk", region=region)
    return {q for path in at.glob("_linked-*.json") if (q := path.stem.split("-")[1]) <= quarter}


def _current_files(home: Path, contract: Region, quarter: str) -> list[tuple[VaultFile, list[str]]]:
    """The vault files of current deliveries up to a quarter, each with what decides about its content."""
    files = []
    for name, source in contract.sources.items():
        at = folder(home, "feeds", feed="drop", region=contract.region, source=name)
        for drops in sorted(at.glob("quarter=*/drops.parquet")) if source.identities else []:
            there = drops.parent.name.removeprefix("quarter=")
            for drop in pq.read_table(drops, partitioning=None).to_pylist() if there <= quarter else []:
                if drop["status"] == "current":
                    receipt = receipt_by(home, contract.region, name, there, drop["file"], drop["sha256"])
                    if receipt is None:
                        raise SangamError(
                            f"The feeds hold {drop['file']}, of which there is no receipt. Take "
                            f"{contract.region}/{name} in again."
                        )
                    state = [name, there, drop["file"], receipt.mark, receipt.judged_as.key_id]
                    files.append((VaultFile(name, there, vault_path(home, receipt)), state))
    return files


def _register_quarter(quarters: list[str], quarter: str) -> str | None:
    """The latest quarter of the register up to `quarter`, else the first after it."""
    before = [q for q in quarters if q <= quarter]
    return max(before) if before else min(quarters, default=None)


def _files_for(job: Job, files: list[tuple[VaultFile, list[str]]]) -> list[tuple[VaultFile, list[str]]]:
    """The quarter's files and the register's that they are linked to."""
    sources = [
        name
        for name, source in job.contract.sources.items()
        if any(mapping.entity == job.entity for mapping in source.identities)
    ]
    register = job.linkage.register_source
    at = _register_quarter([file.quarter for file, _ in files if file.source == register], job.quarter)
    return [
        (file, state)
        for file, state in files
        if file.source in sources
        and (
            file.quarter == (at if file.source == register else job.quarter)
            or (file.source in job.linkage.to_date and file.quarter < job.quarter)
        )
    ]


def _link_if_changed(job: Job, files: list[tuple[VaultFile, list[str]]]) -> list[LinkageSummary]:
    used = _files_for(job, files)
    state = [
        CODE,
        pseudonyms.key_id(job.key),
        job.linkage.model_dump(mode="json"),
        [decision.model_dump(mode="json") for decision in job.decided],
        [read_as for _, read_as in used],
    ]
    mark = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]
    at = folder(job.home, "feeds", feed="crosswalk", region=job.contract.region)
    marker = at / f"_linked-{job.quarter}-{job.entity}.json"
    known = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else {"mark": "", "files": []}
    if known["mark"] == mark and all((job.home / path).exists() for path in known["files"]):
        return [LinkageSummary(**row) for row in known["summaries"]]
    started = time.perf_counter()
    summaries, written, missing = _link(job, [file for file, _ in used])
    names = [path.relative_to(job.home).as_posix() for path in written]
    for name in set(known["files"]) - set(names):
        (job.home / name).unlink(missing_ok=True)
    known = {"mark": mark, "files": names, "not_there": missing}
    write_json(marker, {**known, "summaries": [asdict(one) for one in summaries]})
    seconds = round(time.perf_counter() - started, 3)
    return [replace(one, seconds=seconds, linked_now=True) for one in summaries]


def _link(job: Job, files: list[VaultFile]) -> tuple[list[LinkageSummary], list[Path], list[str]]:
    """Link one entity of a quarter; gives a summary a source, the files written, decided records that are not there."""
    for file in files:
        if not file.path.exists():
            raise SangamError(
                f"The identities of {job.contract.region}/{file.source}, {file.quarter}, are no longer in the "
                "vault. Take the source in again: they are made anew from the landing."
            )
    named = [record for decision in job.decided for record in decision.records]
    ids = [record.rpartition("/")[2] for record in named]
    with open_connection() as connection:
        if not load(connection, files, job.entity, job.linkage, job.key, ids, job.quarter):
            return [], [], named
        records = connection.execute("select row, source, quarter, local_id from identity order by row").df()
        same, different = (pairs(job.decided, word, records) for word in ("same", "different"))
        resolved = resolve(connection, job.linkage, same, different)
        to_date = job.linkage.to_date
        sources = sorted({f.source for f in files if f.quarter == job.quarter or f.source in to_date})
        if not job.linkage.deduplicate:
            sources = [source for source in sources if source != job.linkage.register_source]
        target = crosswalk.Target(job.home, job.contract.region, job.quarter, job.entity)
        summaries, written = crosswalk.publish(connection, resolved, target, sources)
        return summaries, written, not_there(job.decided, records)
