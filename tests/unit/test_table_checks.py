"""The checks of a table say what they found, and say so where there was nothing to look at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import dagster as dg

from ingest.contracts.loading import load_source
from ingest.deliveries.delivery import Delivery
from ingest.deliveries.receipt import Receipt, TableCounts, Waits
from orchestration.checks.table_checks import check_results, corrections_result
from tests.receipts import receipt_for

HOME = Path("nowhere")
DELIVERY = Delivery(
    "khulna",
    "allowances",
    "2021Q2",
    HOME / "a.csv",
    "khulna/allowances/2021Q2/a.csv",
    datetime(2021, 7, 1),
    "0",
    1,
)
KEY = dg.AssetKey(["khulna", "allowances", "allowances"])
SOURCE = load_source("khulna", "allowances")
NAME, SPEC = next(iter(SOURCE.tables.items()))


def results(receipts: list[Receipt]) -> dict[str, dg.AssetCheckResult]:
    made = check_results(receipts, receipts, SOURCE, "khulna", "allowances", NAME, SPEC, KEY)
    return {one.check_name: one for one in made if one.check_name}


def verdicts(receipts: list[Receipt]) -> dict[str, str]:
    """What each check says: failed, fine, or that it had nothing to look at."""
    found = {}
    for name, one in results(receipts).items():
        is_nothing = (one.description or "").startswith("Nothing to look at:")
        assert is_nothing == (one.metadata.get("verdict") == dg.TextMetadataValue("nothing"))
        found[name] = "nothing" if is_nothing else "fine" if one.passed else "failed"
    return found


def delivered(status: str = "current", **words: object) -> Receipt:
    counts = TableCounts(read=5, accepted=4, quarantined=1, by_reason={"bad_date": 1})
    return receipt_for(DELIVERY, **{"tables": {NAME: counts}, "status": status, **words})


def test_where_nothing_has_arrived_nothing_is_fine() -> None:
    assert set(verdicts([]).values()) == {"nothing"}
    assert corrections_result(HOME, [], NAME, KEY).description == "Nothing to look at: nothing has arrived."


def test_of_a_refused_delivery_only_the_refusal_is_told() -> None:
    found = verdicts([delivered("refused", refused="wrong_format", message="a.csv: what is it?", tables={})])
    assert {name for name, verdict in found.items() if verdict != "nothing"} == {"readable"}
    assert found["readable"] == "failed"


def test_a_delivery_that_waits_was_looked_at_by_the_contract_only() -> None:
    found = verdicts([delivered("paused", waits=Waits(against="b.csv", reasons=("it shrank",)))])
    looked_at = {name: verdict for name, verdict in found.items() if verdict != "nothing"}
    assert looked_at == {"contract_holds": "fine", "readable": "fine", "drift": "failed"}


def test_records_are_looked_at() -> None:
    found = verdicts([delivered()])
    assert "nothing" not in found.values()
    assert [name for name, verdict in found.items() if verdict == "failed"] == ["quarantine"]


def test_lost_records_are_told() -> None:
    counts = TableCounts(read=5, accepted=3, quarantined=1)
    lost = results([delivered(tables={NAME: counts})])["nothing_lost"]
    assert not lost.passed and lost.description == "5 read is not 3 accepted + 1 quarantined"
