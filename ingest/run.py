"""From the landing to the feeds: read, judge, write, decide what is current, map. No Dagster, no dbt.

Idempotent: a delivery whose bytes, contract, code and secret are unchanged is not read again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ingest.boundary import pseudonyms
from ingest.code_state import code_fingerprint
from ingest.contracts.delivery_contract import DeliveryContract, load_delivery_contract
from ingest.contracts.loading import fingerprint, load_region
from ingest.contracts.source import Source
from ingest.deliveries import elsewhere, previous, related, versions
from ingest.deliveries.delivery import NO_QUARTER, Delivery, quarter_end
from ingest.deliveries.landing import scan
from ingest.deliveries.places import vault_path
from ingest.deliveries.receipt import JudgedAs, Receipt
from ingest.deliveries.receipts import is_taken_elsewhere, keep, receipt_of
from ingest.errors import OurFault, Refused, SangamError, our_fault
from ingest.fault_log import log_fault
from ingest.feedback import report
from ingest.judging import counts
from ingest.mapping import feeds, identities
from ingest.mapping.publish_feeds import publish_feeds
from ingest.store import accepted, archive

# What decides about all that is written for a delivery beside the delivery itself, its contract and the secret. Worked
# out on import: a process writes what the code does that it has loaded.
ENGINE = code_fingerprint(
    "ingest.run",
    packages=(
        "duckdb",
        "lxml",
        "numpy",
        "pandas",
        "phonenumbers",
        "pyarrow",
        "python-calamine",
        "selectolax",
    ),
    data=("ingest/feedback/catalogue/*.yml",),
)


class Verify(Protocol):
    """A second look at accepted records, with code of its own."""

    @property
    def code(self) -> str:
        """What decides about the verdict beside records and contract: when it changes, look again."""

    def __call__(self, path: Path, contract: Source, table: str) -> Sequence[str]:
        """What the records in a Parquet file break of a contract's table, in plain words; empty where nothing."""


@dataclass(frozen=True)
class Ingest:
    """What is the same for all deliveries that are taken in together."""

    home: Path
    landing: Path
    key: bytes
    quarter: str | None = None  # the last one; None: all that have arrived
    verify: Verify | None = None


def ingest_source(
    home: Path,
    landing: Path,
    region: str,
    source: str,
    *,
    quarter: str | None = None,
    demo: bool = False,
    verify: Verify | None = None,
) -> list[Receipt]:
    """Bring a source's deliveries up to `quarter` into the lake and the feeds; a receipt for each.

    A delivery whose accepted records do not pass `verify` is in no feed. Raises SangamError for a missing secret,
    landing or inconsistent contract; a refused file raises nothing and is in the receipts.
    """
    feeds.write_schemas(home)
    this = Ingest(home, landing, pseudonyms.secret(demo=demo), quarter, verify)
    arrived = _bring_in(this, region, source)
    return publish_feeds(home, arrived.deliveries, arrived.receipts)


def _bring_in(this: Ingest, region: str, source: str) -> related.Arrivals:
    """Take in a source's deliveries, earlier quarters first, after the sources that its rules look up.

    Contracts in which sources look each other up in a circle do not load.
    """
    contract = load_region(region).sources[source]
    looks = related.looks_outside(contract)
    arrivals = {
        other: _bring_in(this, region, other) for other in sorted(contract.looked_up_sources() - {source})
    }
    arrived = scan(this.landing, up_to=this.quarter, sources=[(region, source)])
    kept = [version for delivery in arrived for version in versions.earlier(this.home, delivery)]
    own = related.Arrivals([*kept, *arrived], {})
    arrivals[source] = own
    in_order = sorted(own.deliveries, key=lambda d: d.quarter)
    if source in contract.looked_up_sources():
        # Files of one drop are compared with each other: all of them must be there before any is.
        for delivery in in_order:
            own.receipts[delivery.relative] = take_in(this, delivery)
    for delivery in in_order:
        compared = related.compare_with(this.home, delivery, looks, arrivals)
        before = own.receipts.get(delivery.relative)
        receipt = take_in(this, delivery, compared)
        if before and before.read_now:
            both = {"read_now": True, "seconds": round(before.seconds + receipt.seconds, 3)}
            receipt = receipt.model_copy(update=both)
        own.receipts[delivery.relative] = receipt
        if not receipt.refused:
            versions.keep(this.home, delivery)
    return own


def take_in(this: Ingest, delivery: Delivery, compared: related.Compared = related.NOTHING) -> Receipt:
    """Read and judge one delivery unless its receipt says it was already, and give the receipt.

    `compared`: the accepted records outside the drop that rules look up.
    """
    contract = load_delivery_contract(delivery.region, delivery.source)
    archive.keep_delivery(this.home, delivery.path, delivery.sha256, this.key)
    last = previous.last_deliveries(this.home, delivery)
    judged_as = JudgedAs(
        contract=fingerprint(delivery.region, delivery.source),
        engine=ENGINE,
        key_id=pseudonyms.key_id(this.key),
        late_up_to=_late_up_to(delivery, contract.source),
        is_changed=delivery.is_changed,
        stray=delivery.stray,
        last=previous.marks(last),
        compared_with=compared.marks,
    )
    known = receipt_of(this.home, delivery)
    if (
        known
        and known.refused != "our_fault"
        and _is_same(known.judged_as, judged_as)
        and _is_whole(this.home, known, contract.source)
    ):
        return _verified(this, known.model_copy(update={"seconds": 0.0}), contract.source)
    started = time.perf_counter()
    receipt = Receipt(
        region=delivery.region,
        source=delivery.source,
        quarter=delivery.quarter,
        path=delivery.relative,
        file=delivery.file,
        sha256=delivery.sha256,
        size=delivery.size,
        received_at=delivery.received_at,
        judged_as=judged_as,
        read_now=True,
    )
    try:
        with _faults_told(this.home, delivery), _in_place(this, delivery):
            _insist_on_what_arrived(delivery)
            if delivery.stray:
                raise Refused("stray_file", delivery.stray)
            what_came = _read_and_write(this, delivery, contract, compared, last)
        receipt = _verified(this, receipt.model_copy(update=what_came), contract.source)
    except Refused as refusal:
        shared = is_taken_elsewhere(this.home, delivery)
        if not shared:
            accepted.remove(this.home, delivery)
            vault_path(this.home, delivery).unlink(missing_ok=True)
        words = {"status": "refused", "refused": refusal.code, "message": str(refusal)}
        told = report.report_refused(this.home, delivery, refusal, last, shared=shared)
        receipt = receipt.model_copy(update={**words, "told": told})
    receipt = receipt.model_copy(update={"seconds": round(time.perf_counter() - started, 3)})
    keep(this.home, receipt)
    return receipt


def _late_up_to(delivery: Delivery, source: Source) -> str:
    has_ends = any(table.ends for table in source.tables.values())
    return str(delivery.late_up_to) if has_ends and delivery.late_up_to else ""


@contextmanager
def _in_place(this: Ingest, delivery: Delivery) -> Iterator[None]:
    """Have a delivery's bytes where it is read, also where the archive alone has them; afterwards it is as before."""
    if not (delivery.size and elsewhere.is_empty(delivery.path)):
        yield
        return
    archive.lay_delivery(this.home, delivery.sha256, this.key, delivery.path)
    try:
        yield
    finally:
        elsewhere.put_in_place(delivery.path, delivery.received_at.timestamp())


@contextmanager
def _faults_told(home: Path, delivery: Delivery) -> Iterator[None]:
    """Whatever fails for a delivery holds that delivery and nothing else; what a person can mend stays as it is."""
    try:
        yield
    except OurFault as fault:
        log_fault(home, fault)
        raise
    except SangamError:
        raise
    except Exception as error:
        ours = our_fault(error, delivery.file)
        log_fault(home, ours)
        raise ours from error


def _insist_on_what_arrived(delivery: Delivery) -> None:
    """Raises Refused for a file that is not the one the delivery log has."""
    if delivery.is_changed:
        raise Refused(
            "changed_file",
            f"{delivery.file}: the file was changed after it arrived: its SHA-256 is {delivery.sha256[:12]}…, the "
            f"delivery log (_received.csv) has {delivery.logged_sha256[:12]}…. Put the file back that arrived, or "
            "deliver it again with a line of its own in the log.",
        )


def _is_same(known: JudgedAs, now: JudgedAs) -> bool:
    """Whether a delivery would be judged as it was. Before others are there to compare with, that is not asked."""
    return (known if now.compared_with else known.model_copy(update={"compared_with": {}})) == now


def _is_whole(home: Path, receipt: Receipt, contract: Source) -> bool:
    """Whether the delivery was judged and all that the receipt tells of is still there: else it is read again."""
    if receipt.refused == "our_fault":
        return False
    there = [] if receipt.refused else [p for t in contract.tables for p in receipt.accepted_files(home, t)]
    if contract.identities and not receipt.refused:
        there.append(vault_path(home, receipt))
    if written := receipt.slip_file(home):
        there.append(written)
    return all(path.exists() for path in there)


def _verified(this: Ingest, receipt: Receipt, contract: Source) -> Receipt:
    """The receipt with the verdict of the second look, which holds until the file, contract or code changes."""
    if this.verify is None or receipt.refused or receipt.verified_by == this.verify.code:
        return receipt
    tables = {
        name: counted.model_copy(
            update={"broken": tuple(this.verify(path, contract, contract.template(name)))}
        )
        for name, counted in receipt.tables.items()
        for path in (receipt.accepted_file(this.home, name),)
    }
    receipt = receipt.model_copy(update={"tables": tables, "verified_by": this.verify.code})
    keep(this.home, receipt)
    return receipt


def _read_and_write(
    this: Ingest,
    delivery: Delivery,
    contract: DeliveryContract,
    compared: related.Compared,
    last: list[Receipt],
) -> dict[str, Any]:
    """Judge a delivery and write all that comes of it; what its receipt says of that."""
    # For start-up: reading needs Arrow and the parsers, which a run that finds nothing new does not.
    from ingest.judging.delivered_file import judge_file
    from ingest.sound import require_sound

    home, key = this.home, this.key
    require_sound(delivery.region, delivery.source, home)
    last_day = None if delivery.quarter == NO_QUARTER else quarter_end(delivery.quarter).date()
    judged = judge_file(
        delivery.path, contract, last_day, compared.relations, key, late_up_to=delivery.late_up_to
    )
    try:
        written = accepted.write_accepted(home, judged, delivery, key)
        # Accepted is what was written: the check that nothing is lost compares it with what was read.
        tables = {
            name: counted.model_copy(update={"accepted": written[name]})
            for name, counted in counts.table_counts(judged).items()
        }
        told = report.report_judged(home, judged, delivery, key, tables, last)
        identities.write_identities(home, judged, delivery, key)
        return {"tables": tables, "told": told, "unread": judged.unread, "litter": tuple(judged.litter)}
    finally:
        judged.close()
